#include "coding_support.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace capstan::ffmpeg {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    while (!line.empty() && (line.back() == ',' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::vector<Item> run_job(const char* stage, const Values& options, std::vector<Item> items) {
  StageHarness harness(capstan_plugin, stage, options);
  std::vector<Item> outputs;
  const auto keep = [&](std::vector<Item> more) {
    outputs.insert(outputs.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
  };
  for (Item& item : items) keep(harness.feed(std::move(item)));
  keep(harness.finish());
  return outputs;
}

std::vector<Item> remux(const Item& input, const Values& mux, const Values& demux) {
  StageHarness harness(capstan_plugin, "demux", demux);
  return run_job("mux", mux, harness.feed(input));
}

std::vector<Item> transcode(const Item& input, const Values& decode_options, const Values& encode,
                            const Values& mux) {
  return run_job("mux", mux, run_job("encode_streams", encode, decode(input, decode_options)));
}

std::string path_of(const Item& item) {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(item.get<File>().fd());
}

std::string content_of(const Item& item) {
  std::ifstream file(path_of(item), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> packets_of(const std::string& path) {
  std::vector<std::string> packets;
  for (const std::string& line :
       lines_of(run({"ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0", "-c", "copy",
                     "-f", "framecrc", "-"}))) {
    if (line[0] != '#' || line.starts_with("#tb")) packets.push_back(line);
  }
  return packets;
}

std::vector<std::string> probe(const std::string& path, const std::string& entries,
                               const std::vector<std::string>& more) {
  std::vector<std::string> command = {"ffprobe", "-v", "error"};
  command.insert(command.end(), more.begin(), more.end());
  command.insert(command.end(), {"-show_entries", entries, "-of", "csv=p=0", path});
  return lines_of(run(command));
}

std::string sound_md5(const std::string& path) {
  return run({"ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:a", "-c:a", "pcm_s32le",
              "-f", "md5", "-"});
}

std::string refusal(const char* stage, const Values& options) {
  try {
    StageHarness harness(capstan_plugin, stage, options);
    return {};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
}

TestFolder::TestFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "capstan-mux-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TestFolder::list() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
    names.push_back(entry.path().lexically_relative(path_).string());
  }
  return names;
}

}  // namespace capstan::ffmpeg
