#include "engine/simulation/plans.hpp"

#include <algorithm>

#include "graph/segments.hpp"

namespace capstan::engine::simulation {

namespace {

using namespace std::chrono_literals;

/// Draws the stages of one plan one after the other.
class Drawing {
 public:
  Drawing(Dice& dice, World& world, std::size_t budget, Plan& plan)
      : dice_(dice), world_(world), budget_(budget), plan_(plan) {
    is_large_ = dice_.one_in(2);
    fails_ = dice_.one_in(3) ? 0 : 1 + dice_.below(15);
    may_time_out_ = dice_.one_in(4);
    is_slow_ = dice_.one_in(2);
  }

  void draw() {
    const bool has_source = dice_.one_in(2);
    const std::size_t n_stages = 1 + dice_.below(8);
    for (std::size_t i = 0; i < n_stages; ++i) {
      if (i == 0 && has_source) {
        add_source();
      } else {
        add_stage();
      }
    }
    if (has_job_scope_) {
      // Jobs that a batch holds may hold all slots of a stage of job scope: time must free them.
      for (std::size_t i = plan_.first_profile; i < world_.profiles.size(); ++i) {
        world_.profiles[i].tick = std::max<std::chrono::nanoseconds>(world_.profiles[i].tick, 3ms);
      }
    }
    if (dice_.one_in(6)) stages().front().limit.max_failures = dice_.below(4);
    if (dice_.one_in(6)) plan_.pipeline.limit.max_failures = dice_.below(5);
    if (dice_.one_in(12)) plan_.pipeline.limit.max_rate = 0.1;
    plan_.pipeline.weight = 1 + dice_.below(4);
    if (!dice_.one_in(4)) graph::mark_segments(plan_.pipeline);
  }

 private:
  std::vector<graph::Stage>& stages() { return plan_.pipeline.stages; }

  void add_source() {
    const bool is_live = dice_.one_in(2);
    Profile profile;
    graph::Stage stage = new_stage(is_live ? Kind::live_source : Kind::source, profile);
    profile.n_source = dice_.below(20);
    profile.is_live = plan_.is_endless = is_live && dice_.one_in(2);
    profile.source_fails = dice_.one_in(5);
    profile.nap = std::chrono::microseconds(dice_.below(3000));
    stage.scope = Scope::pipeline;
    if (dice_.one_in(2)) stage.on_full = static_cast<graph::OnFull>(1 + dice_.below(3));
    if (is_live && dice_.one_in(2)) {
      stage.epoch.n_items = dice_.below(5);
      stage.epoch.n_bytes = dice_.one_in(3) ? 20'000 : 0;
      if (dice_.one_in(3)) stage.epoch.duration = std::chrono::milliseconds(1 + dice_.below(8));
      plan_.has_epochs = stage.epoch.is_set();
    }
    profile.leaves_in_order = true;
    profile.leaves_in_global_order = !plan_.has_epochs;
    mixed_.push_back(false);
    add(std::move(stage), profile);
  }

  void add_stage() {
    const std::vector<std::size_t> inputs = draw_inputs();
    const bool is_mixed =
        std::any_of(inputs.begin(), inputs.end(), [&](std::size_t i) { return mixed_[i]; });
    Profile profile;
    const Kind kind = draw_kind(is_mixed);
    graph::Stage stage = new_stage(kind, profile);
    stage.scope = draw_scope(kind, is_mixed);
    draw_keys(stage, profile, kind);
    draw_behaviour(stage, profile);
    for (const std::size_t input : inputs) connect(input, stage);
    mixed_.push_back(!stage.type->separates_jobs && (is_mixed || stage.scope == Scope::pipeline));
    profile.is_mixed = is_mixed;
    note_order(stage, profile);
    add(std::move(stage), profile);
  }

  graph::Stage new_stage(Kind kind, Profile& profile) {
    graph::Stage stage;
    stage.type = &type_of(kind);
    stage.id = std::string(stage.type->name) + std::to_string(stages().size());
    stage.options = Options(stage.type->options, stage.type->n_options);
    stage.options.set("n", {std::to_string(world_.profiles.size())});
    profile.plan = &plan_.pipeline;
    profile.stage = stages().size();
    profile.id = mix(world_.seed, world_.profiles.size());
    profile.output_bytes = is_large_ ? dice_.below(65'537) : dice_.below(600);
    if (dice_.one_in(30)) profile.output_bytes = std::min<std::size_t>(2 * budget_, 1 << 20);
    return stage;
  }

  std::vector<std::size_t> draw_inputs() {
    const auto n = static_cast<unsigned>(stages().size());
    if (n == 0) return {};
    std::vector<std::size_t> inputs = {dice_.one_in(3) ? dice_.below(n) : n - 1};
    const std::size_t other = dice_.below(n);
    // A source's outputs are jobs, which may enter in several places.
    if (n > 1 && dice_.one_in(5) && other != inputs[0]) inputs.push_back(other);
    return inputs;
  }

  Kind draw_kind(bool is_mixed) {
    if (is_mixed && dice_.one_in(3)) return dice_.one_in(2) ? Kind::unbatch : Kind::async_unbatch;
    return static_cast<Kind>(1 + dice_.below(10));
  }

  Scope draw_scope(Kind kind, bool is_mixed) {
    if (kind == Kind::unbatch || kind == Kind::async_unbatch) return Scope::item;
    const bool is_batch = kind == Kind::batch || kind == Kind::async_batch;
    Scope scope = Scope::item;
    if (is_batch || dice_.one_in(6)) scope = dice_.one_in(2) ? Scope::pipeline : Scope::job;
    if (scope == Scope::job && is_mixed) scope = is_batch ? Scope::pipeline : Scope::item;
    has_job_scope_ = has_job_scope_ || scope == Scope::job;
    plan_.holds_items = plan_.holds_items || (is_batch && scope == Scope::pipeline);
    // A list may be larger than the budget and fail, in this stage or any behind it.
    if (is_batch && budget_ < (1U << 22U)) plan_.is_exact = false;
    return scope;
  }

  void draw_keys(graph::Stage& stage, Profile& profile, Kind kind) {
    stage.concurrency = stage.scope == Scope::pipeline ? 1 : 1 + dice_.below(4);
    stage.queue_items = 1 + dice_.below(4);
    static constexpr std::size_t kBytes[] = {1, 100, 5000, 1 << 20};
    stage.queue_bytes = kBytes[dice_.below(4)];
    stage.order = static_cast<graph::Order>(1 + dice_.below(3));
    if (dice_.one_in(3)) stage.on_error = static_cast<graph::OnError>(1 + dice_.below(3));
    const bool may_retry = stage.scope == Scope::item;
    if (may_retry && dice_.one_in(3)) stage.retry = {1 + dice_.below(3), 1ms};
    if (may_time_out_ && dice_.one_in(2)) {
      stage.timeout = std::chrono::microseconds(100 + dice_.below(20'000));
      plan_.is_exact = false;
    }
    if (dice_.one_in(20)) stage.limit.max_failures = dice_.below(3);
    const bool has_list = kind == Kind::batch || kind == Kind::async_batch;
    if (!has_list && dice_.one_in(8)) stage.paths = {"a", "b", "c"};
    profile.n_batch = 1 + dice_.below(5);
    profile.drops_rest = dice_.one_in(4);
    if (dice_.one_in(2)) profile.tick = std::chrono::milliseconds(1 + dice_.below(5));
  }

  void draw_behaviour(const graph::Stage& stage, Profile& profile) {
    if (fails_ > 0 && dice_.one_in(2)) profile.fails_percent = fails_;
    if (fails_ > 0 && dice_.one_in(2)) profile.fails_once_percent = 30;
    if (dice_.one_in(4)) profile.drops_percent = 30;
    if (dice_.one_in(60)) profile.constructor_fails_percent = 20;
    profile.n_outputs = 1 + dice_.below(5);
    if (dice_.one_in(6)) profile.working_bytes = dice_.below(20'000);
    if (is_slow_) profile.nap = std::chrono::microseconds(1 + dice_.below(4000));
    profile.is_stubborn = dice_.one_in(4);
    const bool may_be_too_large = profile.output_bytes > budget_;
    if (profile.constructor_fails_percent > 0 || may_be_too_large) plan_.is_exact = false;
    if (stage.on_error == graph::OnError::dead_letter) plan_.has_dead_letter = true;
  }

  void connect(std::size_t input, graph::Stage& stage) {
    graph::Stage& before = stages()[input];
    graph::Input from{input, std::nullopt};
    if (!before.paths.empty() && !dice_.one_in(3)) from.path = dice_.below(3);
    stage.inputs.push_back(from);
    before.outputs.push_back(stages().size());
  }

  /// Whether items come in, and leave, in the order in which they came into the pipeline.
  void note_order(const graph::Stage& stage, Profile& profile) {
    profile.comes_in_order = profile.comes_in_global_order = true;
    for (const graph::Input& input : stage.inputs) {
      const Profile& before = world_.profiles[plan_.first_profile + input.stage];
      profile.comes_in_order = profile.comes_in_order && before.leaves_in_order;
      profile.comes_in_global_order =
          profile.comes_in_global_order && before.leaves_in_global_order;
    }
    const bool is_serial =
        stage.scope != Scope::item || (stage.concurrency == 1 && stage.retry.n_retries == 0);
    // The parts of a batch that failed are tried alone, behind what came after it.
    const bool may_fail = fails_ > 0 || !plan_.is_exact || profile.output_bytes > budget_;
    const bool may_come_back = profile.is_mixed && may_fail;
    const bool keeps = (is_serial || stage.order != graph::Order::none) && !may_come_back;
    const bool keeps_all =
        keeps && stage.scope != Scope::job && (is_serial || stage.order == graph::Order::global);
    profile.leaves_in_order = profile.comes_in_order && keeps;
    profile.leaves_in_global_order = profile.comes_in_global_order && keeps_all;
    if (may_come_back) profile.comes_in_order = profile.comes_in_global_order = false;
  }

  void add(graph::Stage stage, const Profile& profile) {
    static constexpr const char* kScopes[] = {"", "", "/job", "/pipeline"};
    plan_.description += " " + stage.id + kScopes[static_cast<int>(stage.scope)] +
                         (stage.type->execution == Execution::async ? "~" : "") + "x" +
                         std::to_string(stage.concurrency) + "q" +
                         std::to_string(stage.queue_items);
    if (stage.retry.n_retries > 0) plan_.description += "r" + std::to_string(stage.retry.n_retries);
    if (stage.timeout.count() > 0) plan_.description += "t";
    if (stage.on_error == graph::OnError::drop) plan_.description += "d";
    if (stage.order == graph::Order::none) plan_.description += "-unordered";
    if (stage.order == graph::Order::global) plan_.description += "-global";
    for (const graph::Input& input : stage.inputs) {
      plan_.description += "<" + std::to_string(input.stage);
    }
    stages().push_back(std::move(stage));
    world_.profiles.push_back(profile);
  }

  Dice& dice_;
  World& world_;
  const std::size_t budget_;
  Plan& plan_;
  bool is_large_ = false;
  unsigned fails_ = 0;  // percent
  bool may_time_out_ = false;
  bool is_slow_ = false;
  bool has_job_scope_ = false;
  std::vector<bool> mixed_;
};

}  // namespace

void draw_plan(Dice& dice, World& world, std::size_t budget, unsigned number, Plan& plan) {
  plan.pipeline.name = "p" + std::to_string(number);
  plan.first_profile = world.profiles.size();
  Drawing(dice, world, budget, plan).draw();
}

}  // namespace capstan::engine::simulation
