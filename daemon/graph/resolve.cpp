#include "graph/resolve.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "graph/stage_options.hpp"

namespace capstan::graph {

namespace {

using config::quote;

// Far above any real router; keeps what compares all with all short.
constexpr std::size_t kMaxPaths = 256;

void blame_type(const Draft& draft, const std::string& what, config::Faults& faults) {
  faults.error(draft.config->use.mark,
               draft.id() + ": the stage type " + quote(draft.type->name) + " is broken: " + what);
}

// Calls the plugin. False when it threw, which is reported then.
template <class Call>
bool ask(const Draft& draft, config::Faults& faults, const Call& call) {
  try {
    call();
    return true;
  } catch (const std::invalid_argument& refusal) {
    faults.error(draft.options_mark(), draft.id() + ": " + refusal.what());
  } catch (const std::exception& failure) {
    blame_type(draft, failure.what(), faults);
  } catch (...) {
    blame_type(draft, "it threw something that is no std::exception", faults);
  }
  return false;
}

void resolve_scope(Draft& draft, config::Faults& faults) {
  Scope scope = Scope::invalid;
  if (!ask(draft, faults, [&] { scope = draft.type->scope_of(draft.options); })) return;
  if (scope == Scope::item || scope == Scope::job || scope == Scope::pipeline) {
    draft.scope = scope;
  } else {
    blame_type(draft, "it gives no scope for these options", faults);
  }
}

bool check_paths(const Draft& draft, config::Faults& faults) {
  const auto complain = [&](const std::string& text) {
    faults.error(draft.options_mark(), draft.id() + ": " + text);
    return false;
  };
  if (draft.paths.size() > kMaxPaths) {
    return complain("has " + std::to_string(draft.paths.size()) + " paths: expected at most " +
                    std::to_string(kMaxPaths));
  }
  std::set<std::string_view> names;
  for (const std::string& name : draft.paths) {
    if (name.empty()) return complain("has a path without a name");
    if (!names.insert(name).second) return complain("has two paths called " + quote(name));
  }
  return true;
}

void resolve_paths(Draft& draft, config::Faults& faults) {
  draft.has_unknown_paths =
      !ask(draft, faults, [&] { draft.paths = draft.type->paths(draft.options); }) ||
      !check_paths(draft, faults);
  if (draft.has_unknown_paths) draft.paths.clear();
}

}  // namespace

void resolve(Draft& draft, config::Faults& faults) {
  if (!draft.type) return;
  const std::size_t n_errors_before = faults.n_errors();
  draft.options = read_stage_options(*draft.config, *draft.type, faults);
  const auto& with = draft.config->with;
  const bool is_good =
      faults.n_errors() == n_errors_before &&
      std::none_of(with.begin(), with.end(), [](const auto& option) { return option.is_broken; });
  if (!draft.type->scope_of) {
    draft.scope = draft.type->scope;
  } else if (is_good) {
    resolve_scope(draft, faults);
  }
  draft.has_unknown_paths = draft.type->paths && !is_good;
  if (draft.type->paths && is_good) resolve_paths(draft, faults);
}

}  // namespace capstan::graph
