// What proves that a subject did its work: how many pictures it made, and what they look like.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace bench {

/// Counts pictures, and takes the mean of each colour in each quarter of some of them: black
/// pictures, swapped colours and wrong frames show. Home: one thread at a time; add() joins two.
class Tally {
 public:
  /// Of a clip's pictures one in `every` is looked at.
  explicit Tally(unsigned every = 16) : every_(every) {}

  /// A picture that is not looked at.
  void count() { ++n_; }

  /// R'G'B' bytes, pixel after pixel. `index` is its place in its clip.
  void look(const std::uint8_t* rgb, int width, int height, std::ptrdiff_t stride,
            std::uint64_t index) {
    ++n_;
    if (index % every_ != 0) return;
    for (int y = 0; y < height; y += kRowStep) {
      const std::uint8_t* const row = rgb + y * stride;
      const std::size_t below = 2 * y >= height ? 6 : 0;
      for (int x = 0; x < width; ++x) {
        const std::size_t quarter = below + (2 * x >= width ? 3 : 0);
        for (std::size_t c = 0; c < 3; ++c) sums_[quarter + c] += row[3 * x + static_cast<int>(c)];
      }
    }
    n_samples_ += static_cast<std::uint64_t>((height + kRowStep - 1) / kRowStep) *
                  static_cast<std::uint64_t>(width) / 4;
  }

  /// Mono samples; `n` of them.
  void hear(const float* samples, int n) {
    n_heard_ += static_cast<std::uint64_t>(n);
    for (int i = 0; i < n; ++i) energy_ += double{samples[i]} * double{samples[i]};
  }

  void add(const Tally& other) {
    n_ += other.n_;
    n_samples_ += other.n_samples_;
    n_heard_ += other.n_heard_;
    energy_ += other.energy_;
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
  }

  /// A line of JSON: sums, which the driver makes means of.
  void print(std::FILE* file) const {
    std::fprintf(file,
                 "{\"n_units\": %llu, \"n_looked\": %llu, \"n_heard\": %llu, \"energy\": %.9g",
                 static_cast<unsigned long long>(n_), static_cast<unsigned long long>(n_samples_),
                 static_cast<unsigned long long>(n_heard_), energy_);
    std::fprintf(file, ", \"sums\": [");
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      std::fprintf(file, "%s%llu", i ? ", " : "", static_cast<unsigned long long>(sums_[i]));
    }
    std::fprintf(file, "]}\n");
  }

 private:
  static constexpr int kRowStep = 16;  // one row in so many is looked at

  unsigned every_;
  std::uint64_t n_ = 0, n_samples_ = 0, n_heard_ = 0;
  double energy_ = 0;
  std::array<std::uint64_t, 12> sums_{};
};

}  // namespace bench
