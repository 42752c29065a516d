// A plugin whose descriptor is wrong in the one way that the macro says. It must be refused before
// any function of it runs: its only function ends the process.
#include <cstdlib>

#include <capstan/sdk/plugin.hpp>

using namespace capstan;

namespace {

class Trap final : public MapStage {
 public:
  Trap(StageContext&, const Options&) { std::abort(); }
  Item process(Item) override { std::abort(); }
};

constexpr StageType kTypes[] = {stage_type<Trap>({"trap", "is never made", "*", "*"})};

constexpr PluginDescriptor spoiled() {
  PluginDescriptor descriptor = detail::describe("trap", "1.0.0", kTypes);
#if defined(WRONG_MAGIC)
  descriptor.magic[7] = '9';
#elif defined(OLD_ABI)
  descriptor.abi_tag[8] = '0';  // "capstan-0 ..."
#elif defined(SHORT_DESCRIPTOR)
  descriptor.struct_size = 16;
#elif defined(NO_STAGES)
  descriptor.n_stage_types = 0;
#elif defined(NO_NAME)
  descriptor.name = nullptr;
#endif
  return descriptor;
}

}  // namespace

extern "C" CAPSTAN_EXPORT constinit const PluginDescriptor capstan_plugin = spoiled();
