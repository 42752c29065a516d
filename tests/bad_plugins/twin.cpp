// Built twice under two names: two plugins that offer one stage type.
#include <capstan/sdk/plugin.hpp>

using namespace capstan;

class Twin final : public MapStage {
 public:
  Twin(StageContext&, const Options&) {}
  Item process(Item in) override { return in; }
};

CAPSTAN_PLUGIN("twin", "1.0.0", stage_type<Twin>({"twin", "passes items on", "*", "*"}));
