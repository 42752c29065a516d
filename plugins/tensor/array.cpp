#include "array.hpp"

#include <cstring>
#include <stdexcept>

namespace tensor {

namespace {

using capstan::Tensor;

std::vector<std::int64_t> row_major(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/// First and last byte that the elements occupy are inside the buffer.
void check_inside(const Tensor& array, const std::vector<std::int64_t>& strides) {
  __int128 first = array.byte_offset, last = first;
  const auto size = static_cast<__int128>(element_bytes(array));
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const __int128 reach = static_cast<__int128>(strides[i]) * (array.shape[i] - 1) * size;
    (reach < 0 ? first : last) += reach;
  }
  if (first < 0 || last + size > static_cast<__int128>(array.buffer.size())) {
    throw std::runtime_error("the tensor (" + describe(array) + ") is larger than its memory");
  }
}

/// Copies everything from dimension `axis` on. Runs of neighbours go at once.
std::byte* copy_from(const Tensor& array, const std::vector<std::int64_t>& strides,
                     std::size_t axis, const std::byte* from, std::byte* to) {
  const std::size_t size = element_bytes(array);
  if (axis == array.shape.size()) {
    std::memcpy(to, from, size);
    return to + size;
  }
  const std::int64_t n = array.shape[axis];
  if (axis + 1 == array.shape.size() && strides[axis] == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * size);
    return to + n * static_cast<std::int64_t>(size);
  }
  const std::int64_t step = strides[axis] * static_cast<std::int64_t>(size);
  for (std::int64_t i = 0; i < n; ++i)
    to = copy_from(array, strides, axis + 1, from + i * step, to);
  return to;
}

}  // namespace

std::string describe(const Tensor& array) {
  const char* const kinds[] = {"int", "uint", "float"};
  std::string text = array.dtype.code < 3 ? kinds[array.dtype.code]
                                          : "type " + std::to_string(array.dtype.code) + ", ";
  text += std::to_string(array.dtype.bits) + " of ";
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    text += (i > 0 ? "x" : "") + std::to_string(array.shape[i]);
  }
  return array.shape.empty() ? text + "one value" : text;
}

std::size_t element_bytes(const Tensor& array) {
  if (array.dtype.lanes != 1 || array.dtype.bits == 0 || array.dtype.bits % 8 != 0) {
    throw std::runtime_error("a tensor of " + describe(array) +
                             " has elements that are not whole bytes");
  }
  return array.dtype.bits / 8U;
}

std::size_t compact_bytes(const Tensor& array) {
  std::size_t n_bytes = element_bytes(array);
  for (const std::int64_t side : array.shape) {
    if (side < 0 || __builtin_mul_overflow(n_bytes, static_cast<std::size_t>(side), &n_bytes)) {
      throw std::runtime_error("no memory has room for a tensor of " + describe(array));
    }
  }
  return n_bytes;
}

void copy_compact(const Tensor& array, std::byte* to) {
  const std::size_t n_bytes = compact_bytes(array);
  if (n_bytes == 0) return;
  const auto strides = array.strides.empty() ? row_major(array.shape) : array.strides;
  if (strides.size() != array.shape.size()) {
    throw std::runtime_error("a tensor of " + describe(array) + " has " +
                             std::to_string(strides.size()) + " strides");
  }
  check_inside(array, strides);
  const std::byte* from = array.buffer.data() + array.byte_offset;
  if (strides == row_major(array.shape)) {
    std::memcpy(to, from, n_bytes);
  } else {
    copy_from(array, strides, 0, from, to);
  }
}

}  // namespace tensor
