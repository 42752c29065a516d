#include "routes.hpp"

#include <algorithm>
#include <stdexcept>

namespace flow {

namespace {

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

}  // namespace

Routes::Routes(const capstan::Options& options) {
  const bool has_rules = options.has("rules") && !options.list("rules").empty();
  if (has_rules == options.has("by")) {
    throw std::invalid_argument(has_rules ? "'rules' and 'by' exclude each other"
                                          : "expected 'rules', or 'by' with 'paths'");
  }
  const std::vector<std::string> paths =
      options.has("paths") ? options.list("paths") : std::vector<std::string>();
  if (has_rules) {
    if (!paths.empty()) throw std::invalid_argument("'paths' belongs to 'by': rules name theirs");
    read_rules(options.list("rules"));
  } else {
    read_label(options.text("by"), paths);
  }
}

void Routes::read_rules(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (!rules_.empty() && rules_.back().is_unconditional()) {
      throw std::invalid_argument("rule '" + text + "' is never reached: the one before it takes " +
                                  "every item");
    }
    const Rule& rule = rules_.emplace_back(text);
    if (rule.path() != kDrop && !place_of(rule.path())) paths_.push_back(rule.path());
  }
  if (paths_.empty()) {
    throw std::invalid_argument("'rules' drops every item: expected a path besides 'drop'");
  }
}

void Routes::read_label(const std::string& by, const std::vector<std::string>& paths) {
  try {
    label_.emplace(by);
  } catch (const std::invalid_argument& fault) {
    throw std::invalid_argument(std::string("'by': ") + fault.what());
  }
  if (label_->kind() != FieldKind::label && label_->kind() != FieldKind::text) {
    throw std::invalid_argument("'by' is '" + by + "': expected meta.NAME or another text");
  }
  if (paths.empty()) throw std::invalid_argument("'by' needs 'paths', the values it may have");
  for (const std::string& path : paths) {
    if (path == kDrop) {
      throw std::invalid_argument("'paths': 'drop' is there by itself, and no stage stands behind");
    }
    if (!is_path_name(path)) {
      throw std::invalid_argument("'paths' has '" + path + "': expected letters, digits, _ and -");
    }
    if (place_of(path)) throw std::invalid_argument("'paths' names '" + path + "' twice");
    paths_.push_back(path);
  }
}

std::optional<std::uint32_t> Routes::place_of(std::string_view path) const {
  const auto found = std::find(paths_.begin(), paths_.end(), path);
  if (found == paths_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - paths_.begin());
}

std::optional<std::uint32_t> Routes::choose(const capstan::Item& item) const {
  if (label_) {
    const auto value = label_->text(item);
    const auto place = value ? place_of(*value) : std::nullopt;
    if (!place && value != kDrop) refuse_label(item);
    return place;
  }
  const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                 [&](const Rule& each) { return each.holds(item); });
  if (rule == rules_.end()) refuse_unmatched(item);
  return place_of(rule->path());
}

void Routes::refuse_label(const capstan::Item& item) const {
  throw std::runtime_error(label_->name() + " is " + label_->describe(item) +
                           ", which names no path: the paths are " + list_of(paths_));
}

void Routes::refuse_unmatched(const capstan::Item& item) const {
  std::string values;
  std::vector<std::string> named;
  for (const Rule& rule : rules_) {
    for (const Comparison& comparison : rule.comparisons()) {
      const Field& field = comparison.field();
      if (std::find(named.begin(), named.end(), field.name()) != named.end()) continue;
      named.push_back(field.name());
      values += (values.empty() ? "" : ", ") + field.name() + " is " + field.describe(item);
    }
  }
  throw std::runtime_error("no rule takes this item (" + values + "): the paths are " +
                           list_of(paths_) + "; a last rule 'PATH: else' takes what is left");
}

}  // namespace flow
