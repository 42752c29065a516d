// A plugin that calls a function which no library has: found when it is loaded, not in the middle
// of the night.
#include <capstan/sdk/plugin.hpp>

using namespace capstan;

extern "C" void function_that_is_nowhere();

class Missing final : public MapStage {
 public:
  Missing(StageContext&, const Options&) {}
  Item process(Item in) override {
    function_that_is_nowhere();
    return in;
  }
};

CAPSTAN_PLUGIN("missing", "1.0.0", stage_type<Missing>({"missing", "cannot be loaded", "*", "*"}));
