// An async stage: a coroutine on the event loop, which serves others while this one waits.
#include <capstan/sdk/plugin.hpp>

using namespace capstan;

class Delay final : public AsyncMapStage {
 public:
  Delay(StageContext& context, const Options& options)
      : context_(context), time_(options.duration("time")) {}

  Task<Item> process(Item in) override {
    co_await sleep_for(context_, time_);
    co_return in;
  }

 private:
  StageContext& context_;
  std::chrono::nanoseconds time_;
};

constexpr Option kOptions[] = {
    {.name = "time", .type = OptionType::duration, .default_value = "100ms", .help = "to wait"}};

CAPSTAN_PLUGIN("delay", "1.0.0",
               stage_type<Delay>({"delay", "lets every item wait", "*", "*", Scope::item,
                                  kOptions}));
