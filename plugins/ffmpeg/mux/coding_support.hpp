// What the tests of stream copy, encoding and muxing share.
#pragma once

#include <string>
#include <vector>

#include "../test_support.hpp"
#include "packet.hpp"

namespace capstan::ffmpeg {

/// Runs the items through a stage of job scope, its finish included.
std::vector<Item> run_job(const char* stage, const Values& options, std::vector<Item> items);
/// What FILE becomes: demux, or decode and encode_streams, then mux.
std::vector<Item> remux(const Item& input, const Values& mux, const Values& demux = {});
std::vector<Item> transcode(const Item& input, const Values& decode, const Values& encode,
                            const Values& mux);

/// Where other programs can read an unnamed file, as long as the item lives.
std::string path_of(const Item& item);
std::string content_of(const Item& item);

/// A line for each packet (stream, times, size, checksum) and one for each time base.
std::vector<std::string> packets_of(const std::string& path);
/// `ffprobe -show_entries ENTRIES`, one "value" or "a,b" a line.
std::vector<std::string> probe(const std::string& path, const std::string& entries,
                               const std::vector<std::string>& more = {});
/// MD5 of all samples as 32-bit integers, or of all pictures, by the ffmpeg tool.
std::string sound_md5(const std::string& path);

/// What a stage says when it refuses its options; empty when it does not.
std::string refusal(const char* stage, const Values& options);

/// A folder of the test's own, removed with all in it.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const noexcept { return path_; }
  /// Names of what lies in it, hidden files too.
  std::vector<std::string> list() const;

 private:
  std::string path_;
};

}  // namespace capstan::ffmpeg
