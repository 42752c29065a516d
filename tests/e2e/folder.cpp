#include "folder.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "program.hpp"

namespace e2e {

namespace fs = std::filesystem;

namespace {

void run_ffmpeg(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"ffmpeg", "-nostdin", "-v", "error", "-y"});
  const Result result = run(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.all();
}

}  // namespace

Folder::Folder() {
  std::string folder = (fs::temp_directory_path() / "capstan-e2e-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
  path_ = folder;
  // Tests that drop root must be able to enter it.
  fs::permissions(path_, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path Folder::write(const std::string& name, const std::string& bytes) const {
  fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  return path;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.insert(entry.path().lexically_relative(folder).string());
  }
  return names;
}

std::string yaml_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string daemon_yaml() {
  std::string yaml = "daemon:\n  plugin_path:\n";
  std::istringstream folders(std::getenv("CAPSTAN_TEST_PLUGINS"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    yaml += "    - " + yaml_string(folder) + '\n';
  }
  return yaml;
}

std::string thumbnails_yaml(const fs::path& input, const fs::path& output,
                            const std::string& format) {
  return daemon_yaml() +
         "pipelines:\n"
         "  thumbnails:\n"
         "    stages:\n"
         "      - use: files\n"
         "        with: { path: " +
         yaml_string(input.string()) +
         " }\n"
         "      - use: decode\n"
         "        with: { video: { at: [10%], size: 320x-1 } }\n"
         "      - use: encode\n"
         "        with: { format: " +
         format +
         ", quality: 85 }\n"
         "      - use: write\n"
         "        with: { path: " +
         yaml_string(output.string() + "/{job.path}/{index}." +
                     (format == "jpeg" ? "jpg" : format)) +
         " }\n";
}

void make_clip(const fs::path& path, const std::string& size, int seconds) {
  fs::create_directories(path.parent_path());
  run_ffmpeg({"-f", "lavfi", "-i",
              "testsrc2=size=" + size + ":rate=25:duration=" + std::to_string(seconds), "-c:v",
              "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path.string()});
}

void make_photo(const fs::path& path, const std::string& size) {
  fs::create_directories(path.parent_path());
  run_ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=" + size, "-frames:v", "1", path.string()});
}

bool is_whole(const fs::path& picture) {
  const Result result = run({"ffmpeg", "-nostdin", "-v", "error", "-xerror", "-err_detect",
                             "explode", "-i", picture.string(), "-f", "null", "-"});
  return result.exit_code == 0 && result.all().empty();
}

bool are_whole(const std::vector<fs::path>& pictures) {
  if (pictures.empty()) return true;
  const Folder folder;
  std::string all;
  // One after the other they are a film of the Motion JPEG kind.
  for (const fs::path& picture : pictures) {
    const std::string bytes = read_file(picture);
    if (!bytes.starts_with("\xff\xd8") || !bytes.ends_with("\xff\xd9")) return false;
    all += bytes;
  }
  return is_whole(folder.write("all.mjpeg", all));
}

double psnr_db(const fs::path& one, const fs::path& other) {
  // In the layout of a JPEG, whatever that of the two files.
  const Result result =
      run({"ffmpeg", "-nostdin", "-i", one.string(), "-i", other.string(), "-lavfi",
           "[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]psnr", "-f", "null", "-"});
  const std::size_t at = result.err.rfind("average:");
  if (result.exit_code != 0 || at == std::string::npos) return -1;
  const double value = std::strtod(result.err.c_str() + at + 8, nullptr);
  return std::isinf(value) ? 100 : value;
}

}  // namespace e2e
