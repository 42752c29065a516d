// What the subjects share: cases, pictures to scale, the measured loop.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/measure.hpp"

namespace bench {

constexpr int kOutSide = 224;
constexpr std::size_t kOutBytes = std::size_t{3} * kOutSide * kOutSide;

/// Rows begin at multiples of this, as decoders have them.
constexpr int kAlignment = 64;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

/// 8-bit 4:2:0 in three planes.
struct Picture {
  int width = 0;
  int height = 0;
  std::unique_ptr<std::uint8_t[], Free> planes[3];
  int strides[3] = {};

  Picture(int wide, int high, std::mt19937& random) : width(wide), height(high) {
    for (int c = 0; c < 3; ++c) {
      const int shift = c > 0 ? 1 : 0;
      strides[c] = ((width >> shift) + kAlignment - 1) / kAlignment * kAlignment;
      const auto size = static_cast<std::size_t>(strides[c] * (height >> shift));
      planes[c].reset(static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, size)));
      if (!planes[c]) throw std::bad_alloc();
      for (std::size_t i = 0; i < size; ++i) planes[c][i] = static_cast<std::uint8_t>(random());
    }
  }
};

/// The case's pictures: enough of them that each has left the nearer caches when its turn comes
/// again, as if it had just been decoded.
inline std::vector<Picture> pictures_of(const std::string& name) {
  static const std::map<std::string, std::pair<int, int>> kSizes = {
      {"1080p", {1920, 1080}}, {"480p", {854, 480}}, {"240p", {426, 240}}};
  const auto size = kSizes.find(name);
  if (size == kSizes.end()) throw std::invalid_argument("no case " + name);
  std::mt19937 random(1);
  std::vector<Picture> pictures;
  for (int i = 0; i < 4; ++i) {
    pictures.emplace_back(size->second.first, size->second.second, random);
  }
  return pictures;
}

/// Calls `scale(picture, out)` for the number of items, and reports microseconds for each.
template <class Scale>
void measure(const Arguments& arguments, Scale scale) {
  const std::vector<Picture> pictures = pictures_of(arguments.name);
  std::vector<std::uint8_t> out(kOutBytes);
  for (const Picture& picture : pictures) scale(picture, out.data());
  Stopwatch watch;
  watch.start();
  for (std::uint64_t i = 0; i < arguments.n_items; ++i) {
    scale(pictures[i % pictures.size()], out.data());
  }
  watch.stop();
  const double us = watch.wall_s() * 1e6 / static_cast<double>(arguments.n_items);
  Report(arguments.n_items, us).add(watch).print();
}

}  // namespace bench
