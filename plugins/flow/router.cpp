#include "router.hpp"

namespace flow {

using capstan::Item;

Router::Router(capstan::StageContext&, const capstan::Options& options) : routes_(options) {}

std::vector<std::string> Router::paths(const capstan::Options& options) {
  return Routes(options).paths();
}

capstan::Task<Item> Router::process(Item in) {
  const auto path = routes_.choose(in);
  if (!path) co_return Item();
  in.take_path(*path);
  co_return in;
}

}  // namespace flow
