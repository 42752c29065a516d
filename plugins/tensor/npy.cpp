#include "npy.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>

#include "array.hpp"

namespace tensor {

namespace {

using capstan::Buffer;
using capstan::Item;
using capstan::Tensor;

/// As NumPy writes types: byte order, kind, bytes.
std::string type_name(const Tensor& array) {
  const std::size_t size = element_bytes(array);
  const bool is_float = array.dtype.code == 2;
  const bool is_known =
      array.dtype.code < 3 && std::has_single_bit(size) && size <= 8 && !(is_float && size == 1);
  if (!is_known) throw std::runtime_error("NumPy has no type for a tensor of " + describe(array));
  const char* order = size == 1 ? "|" : std::endian::native == std::endian::little ? "<" : ">";
  return order + std::string(1, "iuf"[array.dtype.code]) + std::to_string(size);
}

/// A tuple in Python: "(224, 224, 3)", "(5,)", "()".
std::string tuple(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::string header_of(const Tensor& array) {
  constexpr std::size_t kAlignment = 64;  // of the data, as the format asks for
  const std::string magic("\x93NUMPY\x01\x00", 8);
  std::string dict = "{'descr': '" + type_name(array) +
                     "', 'fortran_order': False, 'shape': " + tuple(array.shape) + ", }";
  const std::size_t unpadded = magic.size() + 2 + dict.size() + 1;
  dict.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  dict += '\n';
  if (dict.size() > 0xFFFF) throw std::runtime_error("a tensor of too many dimensions for NumPy");
  std::string length;
  length += static_cast<char>(dict.size() & 0xFF);
  length += static_cast<char>(dict.size() >> 8);
  return magic + length + dict;
}

}  // namespace

Buffer npy_file(const Tensor& array) {
  const std::string header = header_of(array);
  Buffer file = Buffer::allocate(header.size() + compact_bytes(array));
  std::memcpy(file.mutable_data(), header.data(), header.size());
  copy_compact(array, file.mutable_data() + header.size());
  return file;
}

Item Npy::process(Item in) {
  Buffer file = npy_file(in.get<Tensor>());
  return std::move(in).with(
      capstan::make_ref<capstan::Bytes>(std::move(file), "application/x-npy"));
}

}  // namespace tensor
