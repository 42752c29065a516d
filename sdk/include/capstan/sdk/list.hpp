// Several items as one: what `batch` gives and `unbatch` takes.
#pragma once

#include <vector>

#include <capstan/sdk/item.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Items that go on together, in order. Each keeps its job, index and metadata. Their payloads stay
/// their own: nothing is copied. What holds their jobs open is the item that carries the list, not
/// the members: a list is made by gather().
class CAPSTAN_EXPORT ItemList final : public Payload {
 public:
  static constexpr const char* kType = "list";
  /// The members lose their hold on their jobs, if they had one.
  explicit ItemList(std::vector<Item> items);
  ~ItemList() override;
  const char* type() const noexcept override { return kType; }
  /// The sum of the members', for bounded edges.
  std::size_t size_bytes() const noexcept override;
  /// Next to nothing: the members have been charged already.
  std::size_t own_bytes() const noexcept override { return items_.size() * sizeof(Item); }
  const std::vector<Item>& items() const noexcept { return items_; }

 private:
  friend CAPSTAN_EXPORT std::vector<Item> spread(Item carrier);
  std::vector<Item> items_;
};

/// One item that carries `members` and stands for all of them, as by Item::absorb: their jobs do
/// not end before it has. It has the job of the first member and no metadata.
CAPSTAN_EXPORT Item gather(std::vector<Item> members);
/// The members of an item that carries a list; throws WrongPayload for another. They are the only
/// holders of their payloads again where nobody else holds `carrier`.
CAPSTAN_EXPORT std::vector<Item> spread(Item carrier);

CAPSTAN_END_NAMESPACE
