// What stages need to know of a tensor's memory.
#pragma once

#include <string>

#include <capstan/sdk/media.hpp>

namespace tensor {

/// "float32 of 224x224x3": type and shape, for messages.
std::string describe(const capstan::Tensor& array);

/// Bytes of one element. Throws std::runtime_error for types that are not whole bytes or have
/// several lanes.
std::size_t element_bytes(const capstan::Tensor& array);

/// Bytes of all elements, one behind the other. Throws as above, and for a negative side or a shape
/// whose size is beyond what memory can hold.
std::size_t compact_bytes(const capstan::Tensor& array);

/// Writes all elements in row-major order, one behind the other: compact_bytes(). Throws
/// std::runtime_error where the tensor's strides lead out of its buffer.
void copy_compact(const capstan::Tensor& array, std::byte* to);

}  // namespace tensor
