// The `router` stage: each item goes down one of several paths.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "routes.hpp"

namespace flow {

inline constexpr capstan::Option kRouterOptions[] = {
    {.name = "rules",
     .type = capstan::OptionType::text,
     .default_value = "",
     .help = "\"PATH: CONDITION\", the first that holds is taken; a condition is comparisons such "
             "as width >= 1280 joined by 'and', or else",
     .is_list = true},
    {.name = "by",
     .type = capstan::OptionType::text,
     .default_value = "",
     .help = "instead of rules: the text that names the path, such as meta.kind"},
    {.name = "paths",
     .type = capstan::OptionType::text,
     .default_value = "",
     .help = "with 'by': the paths there are",
     .is_list = true},
};

class Router final : public capstan::AsyncMapStage {
 public:
  Router(capstan::StageContext& context, const capstan::Options& options);
  static std::vector<std::string> paths(const capstan::Options& options);
  capstan::Task<capstan::Item> process(capstan::Item in) override;

 private:
  const Routes routes_;
};

}  // namespace flow
