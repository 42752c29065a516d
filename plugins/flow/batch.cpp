#include "batch.hpp"

#include <utility>

namespace flow {

using capstan::AsyncGenerator;
using capstan::Item;
using capstan::Options;

Batch::Batch(capstan::StageContext& context, const Options& options)
    : context_(context),
      n_items_(static_cast<std::size_t>(options.integer("items"))),
      time_(options.has("time") ? options.duration("time") : std::chrono::nanoseconds(0)),
      drops_rest_(options.text("rest") == "drop") {}

capstan::Scope Batch::scope_of(const Options& options) {
  return options.boolean("mix") ? capstan::Scope::pipeline : capstan::Scope::job;
}

AsyncGenerator<Item> Batch::process(Item in) {
  members_.push_back(std::move(in));
  if (members_.size() < n_items_) {
    if (members_.size() == 1 && time_.count() > 0) context_.request_tick(time_);
    co_return;
  }
  Item batch = take_batch();
  co_yield batch;
}

AsyncGenerator<Item> Batch::tick_items() {
  if (members_.empty()) co_return;
  Item batch = take_batch();
  co_yield batch;
}

AsyncGenerator<Item> Batch::finish_items() {
  if (members_.empty()) co_return;
  if (!drops_rest_) {
    Item batch = take_batch();
    co_yield batch;
    co_return;
  }
  // One empty output for each, so that they are counted as dropped.
  for (std::size_t n = std::exchange(members_, {}).size(); n > 0; --n) {
    Item dropped;
    co_yield dropped;
  }
}

Item Batch::take_batch() {
  context_.request_tick(std::chrono::nanoseconds(0));
  const std::size_t n_members = members_.size();
  Item batch = capstan::gather(std::exchange(members_, {}));
  batch.set_meta("batch.items", std::to_string(n_members));
  return batch;
}

}  // namespace flow
