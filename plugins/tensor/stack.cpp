#include "stack.hpp"

#include <stdexcept>

#include "array.hpp"

namespace tensor {

using capstan::Buffer;
using capstan::Item;
using capstan::ItemList;
using capstan::Ref;
using capstan::Tensor;

namespace {

bool is_alike(const Tensor& a, const Tensor& b) {
  return a.shape == b.shape && a.dtype.code == b.dtype.code && a.dtype.bits == b.dtype.bits &&
         a.dtype.lanes == b.dtype.lanes;
}

}  // namespace

Ref<Tensor> stacked(const std::vector<Item>& members) {
  if (members.empty()) throw std::runtime_error("a batch without members can't be stacked");
  const Tensor& first = members.front().get<Tensor>();
  for (const Item& member : members) {
    const Tensor& array = member.get<Tensor>();
    if (is_alike(array, first)) continue;
    throw std::runtime_error("tensors of a batch differ: " + describe(first) + " and " +
                             describe(array));
  }
  auto whole = capstan::make_ref<Tensor>();
  whole->dtype = first.dtype;
  whole->shape = first.shape;
  whole->shape.insert(whole->shape.begin(), static_cast<std::int64_t>(members.size()));
  const std::size_t size = compact_bytes(first);
  whole->buffer = Buffer::allocate(compact_bytes(*whole));
  std::byte* to = whole->buffer.mutable_data();
  for (const Item& member : members) {
    copy_compact(member.get<Tensor>(), to);
    to += size;
  }
  return whole;
}

Item Stack::process(Item in) {
  Ref<Tensor> whole = stacked(in.get<ItemList>().items());
  return std::move(in).with(std::move(whole));
}

}  // namespace tensor
