#include "graph/stage_options.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/nearest.hpp"

namespace capstan::graph {

namespace {

using config::OptionConfig;
using config::quote;

bool is_inside(std::string_view name, const std::string& group) {
  return name.size() > group.size() && name.substr(0, group.size()) == group &&
         name[group.size()] == '.';
}

// Reads one stage's options. Home: one call of read_stage_options.
class OptionChecker {
 public:
  OptionChecker(const config::StageConfig& stage, const StageType& type, config::Faults& faults)
      : stage_(stage), type_(type), faults_(faults), options_(type.options, type.n_options) {}

  Options check() {
    for (const OptionConfig& option : stage_.with) check_one(option);
    for (const std::string& name : options_.missing()) check_missing(name);
    return std::move(options_);
  }

 private:
  const Option* find(const std::string& name) const {
    const Option* end = type_.options + type_.n_options;
    const Option* row =
        std::find_if(type_.options, end, [&](const Option& known) { return name == known.name; });
    return row == end ? nullptr : row;
  }

  void complain(const config::Mark& mark, const std::string& text) {
    faults_.error(mark, stage_.id.value + ": " + text);
  }

  // The map that has the option as one of its keys.
  const Option* find_map(const std::string& name) const {
    const Option* end = type_.options + type_.n_options;
    const Option* row = std::find_if(type_.options, end, [&](const Option& known) {
      return known.is_map && is_inside(name, known.name);
    });
    return row == end ? nullptr : row;
  }

  void check_one(const OptionConfig& option) {
    const Option* row = find(option.name.value);
    if (!row && (row = find_map(option.name.value)) != nullptr) return check_entry(option, *row);
    if (!row) return report_unknown(option);
    if (option.is_broken) return;
    if (row->is_map) {
      return complain(option.name.mark,
                      quote(option.name.value) + ": expected " + describe_expected(*row));
    }
    if (option.is_list && !row->is_list) {
      return complain(option.name.mark,
                      quote(option.name.value) + " is a list: expected " + describe_expected(*row));
    }
    bool is_good = true;
    for (const config::Text& value : option.values) {
      if (!options_.set(row->name, {value.value})) continue;
      is_good = false;
      complain(value.mark, quote(option.name.value) + " is " + quote(value.value) + ": expected " +
                               describe_expected(*row));
    }
    if (is_good) set_all(option, *row);
  }

  void check_entry(const OptionConfig& option, const Option& row) {
    const std::string key = option.name.value.substr(std::string_view(row.name).size() + 1);
    if (option.is_broken) return;
    if (option.is_list || key.find('.') != std::string::npos) {
      return complain(option.name.mark, quote(row.name) + ": expected " + describe_expected(row));
    }
    const config::Text& value = option.values.front();
    std::vector<std::string> entries = options_.list(row.name);
    entries.push_back(key + '=' + value.value);
    if (!options_.set(row.name, entries)) return;
    complain(value.mark, quote(option.name.value) + " is " + quote(value.value) + ": expected " +
                             describe_expected(row));
  }

  void set_all(const OptionConfig& option, const Option& row) {
    if (option.values.empty() && !row.default_value) {
      return complain(option.name.mark, quote(option.name.value) + " is an empty list: expected " +
                                            describe_expected(row));
    }
    std::vector<std::string> values;
    for (const config::Text& value : option.values) values.push_back(value.value);
    if (const auto expected = options_.set(row.name, values)) {
      complain(option.name.mark, quote(option.name.value) + ": expected " + *expected);
    }
  }

  void report_unknown(const OptionConfig& option) {
    const std::string& name = option.name.value;
    std::vector<std::string> known;
    std::vector<std::string> group;
    for (std::size_t i = 0; i < type_.n_options; ++i) {
      known.emplace_back(type_.options[i].name);
      if (is_inside(known.back(), name)) group.push_back(known.back());
      if (is_inside(name, known.back())) {
        return complain(option.name.mark, quote(known.back()) + " is a map: expected " +
                                              describe_expected(type_.options[i]));
      }
    }
    std::string hint = known.empty() ? ": the stage type " + quote(type_.name) + " has no options"
                                     : config::suggest(name, known);
    if (!group.empty()) hint = ": expected a map that holds " + config::join(group);
    complain(option.name.mark,
             group.empty() ? "unknown option " + quote(name) + hint : quote(name) + hint);
  }

  void check_missing(const std::string& name) {
    const bool is_given =
        std::any_of(stage_.with.begin(), stage_.with.end(),
                    [&](const OptionConfig& option) { return option.name.value == name; });
    if (is_given) return;  // wrongly, and that was reported
    const Option* row = find(name);
    complain(stage_.use.mark, "the option " + quote(name) + " must be given: expected " +
                                  describe_expected(*row) +
                                  (row->help ? " (" + std::string(row->help) + ")" : ""));
  }

  const config::StageConfig& stage_;
  const StageType& type_;
  config::Faults& faults_;
  Options options_;
};

}  // namespace

Options read_stage_options(const config::StageConfig& stage, const StageType& type,
                           config::Faults& faults) {
  try {
    return OptionChecker(stage, type, faults).check();
  } catch (const std::logic_error& broken) {
    // The table itself is wrong, which is the plugin's fault and not the operator's.
    faults.error(stage.use.mark, stage.id.value + ": the option table of the stage type " +
                                     quote(type.name) + " is broken: " + broken.what());
    return Options(nullptr, 0);
  }
}

}  // namespace capstan::graph
