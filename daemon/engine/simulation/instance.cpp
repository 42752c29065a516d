#include "engine/simulation/instance.hpp"

namespace capstan::engine::simulation {

Instance::Instance(StageContext& context, const Options& options)
    : context_(context),
      profile_(&world->profiles.at(static_cast<std::size_t>(options.integer("n")))) {
  if (current_thread_role != ThreadRole::worker) world->fault("an instance was made on the loop");
  if (profile_->working_bytes > 0) context_.charge(profile_->working_bytes);
  const std::uint64_t chance = mix(profile_->id, world->n_tries[profile_->id]++);
  if (chance % 100 < profile_->constructor_fails_percent) throw std::runtime_error("no instance");
  ++world->n_instances;
}

Instance::~Instance() {
  if (current_thread_role != ThreadRole::worker) world->fault("an instance died on the loop");
  if (is_occupied) world->fault("an instance died with an item inside");
  --world->n_instances;
}

void Instance::check_role() const {
  const auto expected = is_async() ? ThreadRole::loop : ThreadRole::worker;
  if (current_thread_role != expected) world->fault(profile_->of().id + " ran on a wrong thread");
}

std::uint64_t Instance::number(const Item& item, std::uint64_t question) const {
  return mix(mix(world->seed, profile_->id), mix(origin_of(item).key, question));
}

Instance::Fate Instance::fate_of(const Item& in) const {
  const auto roll = static_cast<unsigned>(number(in, 1) % 100);
  const bool fails_once = roll < profile_->fails_percent + profile_->fails_once_percent &&
                          world->n_tries[mix(profile_->id, origin_of(in).key)] <= 1;
  if (roll >= profile_->fails_percent && !fails_once) return Fate::works;
  return number(in, 2) % 2 == 0 ? Fate::fails_first : Fate::fails_later;
}

void Instance::fail(const Item& in) const {
  switch (number(in, 3) % 8) {
    case 0:
      throw 42;  // NOLINT: a plugin may throw anything
    case 1:
      throw Cancelled();
    case 2:
      throw std::string("a text");  // NOLINT
    case 3:
      throw std::runtime_error("");
    default:
      throw std::runtime_error("bad item");
  }
}

void Instance::take(Item& in) {
  check_role();
  if (has_finished) world->fault(profile_->of().id + " got an item after finish()");
  if (profile_->of().scope == Scope::job) {
    if (job_ && job_ != &in.job()) world->fault("an instance of job scope saw two jobs");
    job_ = &in.job();
  }
  world->begun(*profile_, in);
  fails_now_ = false;
  for_each_member(in, [&](const Item& member) {
    ++world->n_tries[mix(profile_->id, origin_of(member).key)];
    const Fate fate = fate_of(member);
    if (fate == Fate::fails_first) fail(member);
    fails_now_ = fails_now_ || fate == Fate::fails_later;
  });
  if (Grain* own = in.get_writable<Grain>()) own->is_scribbled = true;
}

void Instance::fail_after(const Item& in, unsigned n_outputs) {
  if (!fails_now_) return;
  Item culprit;
  for_each_member(in, [&](const Item& member) {
    if (fate_of(member) == Fate::fails_later) culprit = member;
  });
  if (culprit && n_outputs >= number(culprit, 4) % 3) fail(culprit);
}

bool Instance::drops(const Item& in) const {
  return !in.get_if<ItemList>() && number(in, 5) % 100 < profile_->drops_percent;
}

unsigned Instance::n_outputs(const Item& in) const {
  if (in.get_if<ItemList>()) return 1;
  return static_cast<unsigned>(number(in, 6) % (profile_->n_outputs + 1));
}

std::chrono::nanoseconds Instance::nap(const Item& in) const {
  if (profile_->nap.count() == 0) return std::chrono::nanoseconds(0);
  const auto n = in.get_if<ItemList>() ? 7 : number(in, 7);
  return std::chrono::nanoseconds(n % static_cast<std::uint64_t>(profile_->nap.count()));
}

Item Instance::make_one(const Item& in, unsigned n, bool is_member) const {
  const Origin before = origin_of(in);
  const graph::Stage& stage = profile_->of();
  Origin origin;
  origin.key = mix(mix(before.key, profile_->id), n);
  origin.route = mix(before.route, profile_->stage);
  origin.lineage = before.lineage;
  const bool is_one_of_many =
      !is_member && stage.type->is_one_to_many && !stage.type->separates_jobs;
  if (is_one_of_many) origin.lineage.push_back(n);
  const bool keeps_index = is_member || stage.type->separates_jobs ||
                           (!is_one_of_many && stage.scope != Scope::pipeline);
  origin.index = keeps_index ? in.index() : Origin::kAnyIndex;
  const auto size = number(in, 8 + n) % (profile_->output_bytes + 1);
  return in.with(make_ref<Grain>(std::move(origin), size));
}

Item Instance::make(const Item& in, unsigned n) {
  Item out;
  if (const auto* list = in.get_if<ItemList>()) {
    std::vector<Item> members;
    for (const Item& member : list->items()) members.push_back(make_one(member, n, true));
    out = in.with(make_ref<ItemList>(std::move(members)));
  } else {
    out = make_one(in, n, false);
  }
  if (const std::size_t n_paths = profile_->of().paths.size()) {
    out.take_path(static_cast<std::uint32_t>(mix(profile_->id, in.index() + n) % n_paths));
  }
  return note(std::move(out));
}

Item Instance::note(Item out) {
  world->made(*profile_, out);
  return out;
}

Inside::Inside(Instance& instance) : instance_(instance) {
  instance_.check_role();
  if (instance_.is_occupied) world->fault(instance_.profile().of().id + " was entered twice");
  instance_.is_occupied = true;
  const int n_inside = ++world->n_inside[instance_.profile().id];
  if (n_inside > static_cast<int>(instance_.profile().of().concurrency)) {
    world->fault("too many are inside " + instance_.profile().of().id);
  }
}

Inside::~Inside() {
  instance_.check_role();
  instance_.is_occupied = false;
  --world->n_inside[instance_.profile().id];
}

}  // namespace capstan::engine::simulation
