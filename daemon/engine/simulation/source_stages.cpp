// Stages that make up inputs: at once on a worker, or one after the other on the loop.
#include "engine/simulation/instance.hpp"
#include "engine/simulation/stage_types.hpp"

namespace capstan::engine::simulation {

namespace {

Item new_input(const Profile& profile, unsigned n) {
  Origin origin;
  origin.key = mix(profile.id, n);
  origin.lineage = {n};
  const auto size = origin.key % (profile.output_bytes + 1);
  if (origin.key % 23 == 0) return Item(make_ref<FailedInput>("input", "cannot be read"));
  return Item(make_ref<Grain>(std::move(origin), size));
}

template <class Base>
class Source final : public Base {
 public:
  Source(StageContext& context, const Options& options) : instance_(context, options) {}
  Items<Base> process(Item) override {
    const Inside inside(instance_);
    const Profile& profile = instance_.profile();
    if constexpr (!kIsAsync<Base>) instance_.context().expect_jobs(profile.n_source);
    for (unsigned i = 0; profile.is_live || i < profile.n_source; ++i) {
      if constexpr (kIsAsync<Base>) {
        co_await sleep_for(instance_.context(), profile.nap * static_cast<int>(mix(i) % 3));
      }
      Item out = new_input(profile, i);
      co_yield out;
    }
    if (profile.source_fails) throw std::runtime_error("the source fails half way");
  }

 private:
  Instance instance_;
};

template <class S>
constexpr StageType source() {
  return stage_type<S>({"source", "", nullptr, "*", Scope::pipeline, kOptions});
}

}  // namespace

constexpr StageType kSource = source<Source<GeneratorStage>>();
constexpr StageType kLiveSource = source<Source<AsyncGeneratorStage>>();

}  // namespace capstan::engine::simulation
