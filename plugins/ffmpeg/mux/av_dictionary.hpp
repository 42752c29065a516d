// Owner of an AVDictionary.
#pragma once

extern "C" {
#include <libavutil/dict.h>
}

#include <new>
#include <utility>

namespace capstan::ffmpeg {

/// Names and values, as libav* keeps metadata. Moves only.
class AvDictionary {
 public:
  AvDictionary() = default;
  AvDictionary(AvDictionary&& other) noexcept : entries_(std::exchange(other.entries_, nullptr)) {}
  AvDictionary& operator=(AvDictionary&& other) noexcept {
    std::swap(entries_, other.entries_);
    return *this;
  }
  ~AvDictionary() { av_dict_free(&entries_); }

  static AvDictionary copy_of(const AVDictionary* entries) {
    AvDictionary copy;
    if (av_dict_copy(&copy.entries_, entries, 0) < 0) throw std::bad_alloc();
    return copy;
  }
  /// Takes the name out, if it is there.
  void erase(const char* name) { av_dict_set(&entries_, name, nullptr, 0); }
  const AVDictionary* get() const noexcept { return entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

}  // namespace capstan::ffmpeg
