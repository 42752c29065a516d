// A temporary folder with the files of a test, and what the tests look for in it.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace e2e {

/// Made empty, removed with all in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  /// Writes a file, making its folders; returns its path.
  std::filesystem::path write(const std::string& name, const std::string& bytes) const;

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);

/// Relative names of the regular files below a folder; empty when there is none.
std::set<std::string> files_below(const std::filesystem::path& folder);

/// A one-frame-per-input thumbnail pipeline over `input` into `output`, with the build's plugins.
std::string thumbnails_yaml(const std::filesystem::path& input, const std::filesystem::path& output,
                            const std::string& format = "jpeg");

/// The `daemon:` block that names the plugins of the build under test.
std::string daemon_yaml();

/// A YAML string in double quotes.
std::string yaml_string(const std::string& text);

/// A short clip with a moving picture, by the ffmpeg program. Takes a size "320x240".
void make_clip(const std::filesystem::path& path, const std::string& size = "320x240",
               int seconds = 2);
void make_photo(const std::filesystem::path& path, const std::string& size = "640x480");

/// Whether the ffmpeg program decodes a picture or clip to its end without a complaint.
bool is_whole(const std::filesystem::path& picture);
/// The same of many JPEG pictures of one size, in one run.
bool are_whole(const std::vector<std::filesystem::path>& pictures);

/// Peak signal-to-noise ratio of two pictures in dB, 100 when equal; negative when they cannot be
/// compared (a size differs, a file is broken).
double psnr_db(const std::filesystem::path& one, const std::filesystem::path& other);

}  // namespace e2e
