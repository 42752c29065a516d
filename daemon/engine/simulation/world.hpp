// What the stages of a simulation do, and what they and the observer saw of it.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/pipeline.hpp"
#include "engine/simulation/grain.hpp"

namespace capstan::engine::simulation {

/// What one stage does with its items. What it does with one follows from the item's key.
struct Profile {
  std::uint64_t id = 0;  ///< differs between all stages of a simulation
  const graph::Pipeline* plan = nullptr;
  std::size_t stage = 0;
  unsigned fails_percent = 0;       ///< always
  unsigned fails_once_percent = 0;  ///< at the first try
  unsigned drops_percent = 0;
  unsigned constructor_fails_percent = 0;
  unsigned n_outputs = 1;           ///< of a one-to-many stage, at most
  std::size_t output_bytes = 0;     ///< at most
  std::int64_t working_bytes = 0;   ///< held beside payloads
  std::chrono::nanoseconds nap{0};  ///< of an async stage, at most
  bool is_stubborn = false;         ///< does not listen when it is cancelled
  unsigned n_batch = 2;
  bool drops_rest = false;
  std::chrono::nanoseconds tick{0};
  unsigned n_source = 0;  ///< outputs of a source
  bool is_live = false;   ///< a source that never ends by itself
  bool source_fails = false;

  const graph::Stage& of() const { return plan->stages[stage]; }
  bool is_serial() const {
    const graph::Stage& s = of();
    return s.scope != Scope::item || (s.concurrency == 1 && s.retry.n_retries == 0);
  }
  bool is_mixed = false;  ///< its items may be of several jobs
  // What is known of the order in which items come in, see plans.cpp.
  bool comes_in_order = false;  ///< those of one job
  bool comes_in_global_order = false;
  bool leaves_in_order = false;
  bool leaves_in_global_order = false;
};

/// What became of one job.
struct JobRecord {
  struct Made {
    std::size_t stage;
    std::uint32_t path;
  };
  using Place = std::pair<std::size_t, std::uint64_t>;  // stage, route
  const graph::Pipeline* plan = nullptr;
  bool is_over = false;  ///< settled, or told to be cancelled
  bool is_settled = false;
  std::unordered_map<std::uint64_t, Made> made;
  std::unordered_map<std::uint64_t, unsigned> begun;  // by key and stage
  std::unordered_map<std::uint64_t, unsigned> left;
  std::map<Place, std::vector<std::uint32_t>> newest;  // lineage of the last that came
  std::map<std::pair<std::size_t, std::size_t>, std::map<std::uint64_t, std::uint64_t>> indexes;
};

/// One of each simulation; stages find it through `world`.
class World {
 public:
  explicit World(std::uint64_t world_seed) : seed(world_seed) {}

  void fault(std::string text) {
    if (faults.size() < 5) faults.push_back(std::move(text));
  }
  JobRecord& record_of(const JobInfo& job) { return jobs[std::stoull(job.id)]; }

  // Told by stages.
  void begun(const Profile& profile, const Item& item);
  void made(const Profile& profile, const Item& item);
  // Told by the observer.
  void left(const Profile& profile, const Item& item);
  void settled(const graph::Pipeline& plan, const JobReport& report, bool is_exact);

  const std::uint64_t seed;
  std::vector<Profile> profiles;
  std::map<std::uint64_t, JobRecord> jobs;
  std::unordered_map<std::uint64_t, unsigned> n_tries;  // by stage and key
  std::map<std::uint64_t, int> n_inside;                // by stage, of those that may suspend
  int n_instances = 0;
  std::vector<std::string> faults;

 private:
  void check_order(const Profile& profile, const Item& item, bool in_job, bool in_all,
                   std::size_t place);
  void check_index(const Profile& profile, const Item& item);
  void check_complete(const graph::Pipeline& plan, const JobRecord& record, const std::string& id);

  std::map<JobRecord::Place, std::pair<std::uint64_t, std::vector<std::uint32_t>>> newest_of_all_;
};

inline World* world = nullptr;

}  // namespace capstan::engine::simulation
