#include "engine/simulation/world.hpp"

namespace capstan::engine::simulation {

namespace {

std::string name_of(const Profile& profile) { return profile.plan->name + "/" + profile.of().id; }

std::uint64_t at_stage(std::uint64_t key, std::size_t stage) { return mix(key, stage + 1); }

}  // namespace

void World::begun(const Profile& profile, const Item& item) {
  for_each_member(item, [&](const Item& member) {
    const auto* grain = member.get_if<Grain>();
    if (grain && grain->is_scribbled) fault(name_of(profile) + " sees what another wrote");
    JobRecord& record = record_of(member.job());
    if (record.is_settled) fault(name_of(profile) + " got an item of a job that was settled");
    record.plan = profile.plan;
    const Origin origin = origin_of(member);
    ++record.begun[at_stage(origin.key, profile.stage)];
    if (origin.index != Origin::kAnyIndex && member.index() != origin.index) {
      fault(name_of(profile) + " got index " + std::to_string(member.index()) + " instead of " +
            std::to_string(origin.index));
    }
    if (profile.is_serial()) {
      check_order(profile, member, profile.comes_in_order,
                  profile.comes_in_global_order && profile.of().scope != Scope::job, profile.stage);
    }
  });
}

void World::made(const Profile& profile, const Item& item) {
  for_each_member(item, [&](const Item& member) {
    const auto& grain = member.get<Grain>();
    record_of(member.job()).made[grain.origin.key] = {profile.stage, item.path()};
  });
}

void World::left(const Profile& profile, const Item& item) {
  for_each_member(item, [&](const Item& member) {
    JobRecord& record = record_of(member.job());
    if (record.is_settled) fault("an item of a job left after the job was settled");
    if (++record.left[origin_of(member).key] > 1) fault("an item left twice");
    check_order(profile, member, profile.leaves_in_order, profile.leaves_in_global_order,
                profile.plan->stages.size() + profile.stage);
  });
}

void World::check_order(const Profile& profile, const Item& item, bool in_job, bool in_all,
                        std::size_t place) {
  const Origin origin = origin_of(item);
  JobRecord& record = record_of(item.job());
  if (in_job) {
    std::vector<std::uint32_t>& newest = record.newest[{place, origin.route}];
    if (!newest.empty() && newest >= origin.lineage) {
      fault("items of job " + item.job().id + " are out of order at " + name_of(profile));
    }
    newest = origin.lineage;
  }
  if (in_all) {
    const auto now = std::make_pair(std::uint64_t{std::stoull(item.job().id)}, origin.lineage);
    auto& newest = newest_of_all_[{mix(profile.id, place), origin.route}];
    if (newest.first > 0 && newest >= now) {
      fault("global order is broken by job " + item.job().id + " at " + name_of(profile));
    }
    newest = {now.first, now.second};
  }
}

/// Right behind a one-to-many stage each index stands for one item.
void World::check_index(const Profile& profile, const Item& item) {
  if (profile.is_mixed) return;  // an item of several jobs has a number in one of them
  JobRecord& record = record_of(item.job());
  const auto* list = item.get_if<ItemList>();
  const Origin origin = origin_of(list ? list->items().front() : item);
  const auto made = record.made.find(origin.key);
  if (made == record.made.end()) return;
  const graph::Stage& before = profile.plan->stages[made->second.stage];
  if (!before.type->is_one_to_many || before.scope == Scope::pipeline) return;
  if (before.type->separates_jobs) return;
  const auto place = std::make_pair(made->second.stage, profile.stage);
  const auto [known, is_new] = record.indexes[place].emplace(item.index(), origin.key);
  if (!is_new && known->second != origin.key) {
    fault("two items behind " + before.id + " have index " + std::to_string(item.index()));
  }
}

void World::settled(const graph::Pipeline& plan, const JobReport& report, bool is_exact) {
  JobRecord& record = record_of(report.info);
  if (record.is_settled) fault("job " + report.info.id + " settled twice");
  if (record.is_over && report.state == JobState::done) {
    fault("job " + report.info.id + " is done though it was cancelled");
  }
  if (!record.is_over && report.state == JobState::cancelled) {
    fault("job " + report.info.id + " was cancelled by nobody");
  }
  const bool needs_reason = report.state == JobState::failed || report.state == JobState::dead;
  if (needs_reason != report.failure.has_value()) {
    fault("job " + report.info.id + " has no reason, or one too many");
  }
  if (report.state == JobState::done && is_exact) check_complete(plan, record, report.info.id);
  record = JobRecord();
  record.is_settled = record.is_over = true;
}

/// Of a job that is done all that was made came to where it had to.
void World::check_complete(const graph::Pipeline& plan, const JobRecord& record,
                           const std::string& id) {
  for (const auto& [key, made] : record.made) {
    const graph::Stage& stage = plan.stages[made.stage];
    if (stage.outputs.empty() && record.left.count(key) == 0) {
      fault("an output of " + stage.id + " for job " + id + " was lost on its way out");
    }
    for (const std::size_t next : stage.outputs) {
      for (const graph::Input& input : plan.stages[next].inputs) {
        if (input.stage != made.stage || (input.path && *input.path != made.path)) continue;
        if (record.begun.count(at_stage(key, next)) > 0) continue;
        fault("an output of " + stage.id + " for job " + id + " was lost before " +
              plan.stages[next].id);
      }
    }
  }
  for (const auto& [place, indexes] : record.indexes) {
    if (!plan.stages[place.first].paths.empty() || indexes.empty()) continue;
    if (indexes.rbegin()->first + 1 != indexes.size()) {
      fault("indexes of job " + id + " have gaps behind " + plan.stages[place.first].id);
    }
  }
}

}  // namespace capstan::engine::simulation
