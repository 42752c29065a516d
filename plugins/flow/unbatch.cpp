#include "unbatch.hpp"

#include <utility>

namespace flow {

using capstan::Item;

Unbatch::Unbatch(capstan::StageContext&, const capstan::Options&) {}

capstan::AsyncGenerator<Item> Unbatch::process(Item in) {
  // What has been given is held no longer, so that those behind may write it.
  std::vector<Item> members = capstan::spread(std::move(in));
  for (Item& member : members) co_yield member;
}

}  // namespace flow
