// Several items as one: what `batch` gives and `unbatch` takes.
#pragma once

#include <vector>

#include <capstan/sdk/item.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Items that go on together, in order. Each keeps its job, index and metadata. Their payloads stay
/// their own: nothing is copied.
class CAPSTAN_EXPORT ItemList final : public Payload {
 public:
  static constexpr const char* kType = "list";
  explicit ItemList(std::vector<Item> items);
  ~ItemList() override;
  const char* type() const noexcept override { return kType; }
  /// The sum of the members', for bounded edges.
  std::size_t size_bytes() const noexcept override;
  /// Next to nothing: the members have been charged already.
  std::size_t own_bytes() const noexcept override { return items_.size() * sizeof(Item); }
  const std::vector<Item>& items() const noexcept { return items_; }

 private:
  std::vector<Item> items_;
};

CAPSTAN_END_NAMESPACE
