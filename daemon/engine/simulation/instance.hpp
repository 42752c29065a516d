// What all stages of a simulation share.
#pragma once

#include <optional>
#include <set>

#include <capstan/sdk/plugin.hpp>

#include "engine/simulation/world.hpp"

namespace capstan::engine::simulation {

/// One instance of a stage; keeps the books of its life and of what is inside.
class Instance {
 public:
  Instance(StageContext& context, const Options& options);
  ~Instance();
  Instance(const Instance&) = delete;

  const Profile& profile() const noexcept { return *profile_; }
  StageContext& context() noexcept { return context_; }
  bool is_async() const noexcept { return profile_->of().type->execution == Execution::async; }

  /// Notes that an item came in; throws if this one fails here.
  void take(Item& in);
  bool drops(const Item& in) const;
  unsigned n_outputs(const Item& in) const;
  /// After so many outputs the item fails; absent: it does not.
  void fail_after(const Item& in, unsigned n_outputs);
  /// An output made from `in`: number `n` of a one-to-many stage.
  Item make(const Item& in, unsigned n);
  /// The same without a note. A member of a list keeps its index.
  Item make_one(const Item& in, unsigned n, bool is_member) const;
  std::chrono::nanoseconds nap(const Item& in) const;
  void check_role() const;

  /// Notes that an output is about to be given.
  Item note(Item out);

  bool is_occupied = false;
  bool has_finished = false;

 private:
  enum class Fate : std::uint8_t { invalid = 0, works, fails_first, fails_later };
  std::uint64_t number(const Item& item, std::uint64_t question) const;
  Fate fate_of(const Item& in) const;
  [[noreturn]] void fail(const Item& in) const;

  StageContext& context_;
  const Profile* profile_ = nullptr;
  bool fails_now_ = false;  // of the item that is inside
  const JobInfo* job_ = nullptr;
};

/// Inside a stage from its first step to its last, also while suspended.
class Inside {
 public:
  explicit Inside(Instance& instance);
  ~Inside();
  Inside(const Inside&) = delete;

 private:
  Instance& instance_;
};

}  // namespace capstan::engine::simulation
