// What items of a simulation are made of: payloads that know where they come from.
#pragma once

#include <string>
#include <vector>

#include <capstan/sdk/list.hpp>

#include "engine/simulation/dice.hpp"

namespace capstan::engine::simulation {

/// Where an item comes from.
struct Origin {
  std::uint64_t key = 0;               ///< of this one output of this one stage
  std::uint64_t route = 0;             ///< the stages it came through
  std::vector<std::uint32_t> lineage;  ///< its place among the outputs of each one-to-many stage
  std::uint64_t index = kAnyIndex;     ///< what Item::index must be in the next stage
  static constexpr std::uint64_t kAnyIndex = UINT64_MAX;
};

/// A payload of no memory that claims some.
class Grain final : public Payload {
 public:
  static constexpr const char* kType = "grain";
  Grain(Origin made_from, std::size_t size) : origin(std::move(made_from)), size_(size) {
    ++n_alive;
  }
  ~Grain() override { --n_alive; }
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return size_; }

  const Origin origin;
  bool is_scribbled = false;  ///< whoever owned it wrote on it: nobody else may see that
  static inline std::int64_t n_alive = 0;

 private:
  const std::size_t size_;
};

/// A submitted input is a reference whose text is a number.
inline Origin origin_of(const Item& item) {
  if (const auto* grain = item.get_if<Grain>()) return grain->origin;
  Origin origin;
  origin.key = mix(std::stoull(item.get<Reference>().location()));
  origin.index = 0;
  return origin;
}

/// Visits the item, or the members of a list.
template <class Visit>
void for_each_member(const Item& item, Visit visit) {
  const auto* list = item.get_if<ItemList>();
  if (!list) return visit(item);
  for (const Item& member : list->items()) visit(member);
}

}  // namespace capstan::engine::simulation
