// Notices two items that would be written to one path.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <capstan/sdk/item.hpp>

namespace write_plugin {

/// Which item wrote which path, for all instances of a stage. A later attempt of a job, and the
/// same input submitted again, may write what it wrote before. Threads: any.
///
/// A path is remembered by 64 bits: among a million the chance that any two are mistaken for one is
/// below one in ten million. The last million are kept, in about 100 MB.
class WrittenPaths {
 public:
  /// Throws std::runtime_error when another item wrote, or is writing, `path`.
  void claim(std::string_view path, const capstan::Item& item);
  /// The item's path was not written after all.
  void release(std::string_view path);

 private:
  struct Writer {
    std::uint64_t input = 0;
    std::uint64_t index = 0;
    std::uint32_t attempt = 0;
    std::string job_id;
  };
  static void check(const Writer& before, const Writer& now);

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Writer> writers_;  // guarded by mutex_
  std::deque<std::uint64_t> by_age_;                   // guarded by mutex_
};

/// A claim that is released unless kept.
class Claim {
 public:
  Claim(WrittenPaths& paths, std::string_view path, const capstan::Item& item)
      : paths_(paths), path_(path) {
    paths_.claim(path_, item);
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() {
    if (!is_kept_) paths_.release(path_);
  }
  void keep() { is_kept_ = true; }

 private:
  WrittenPaths& paths_;
  std::string_view path_;
  bool is_kept_ = false;
};

}  // namespace write_plugin
