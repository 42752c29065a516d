#include <map>

#include "config/stage_reader.hpp"
#include "config/values.hpp"

namespace capstan::config {

namespace {

// Flattens `with`. Home: one call of read_options.
class OptionReader {
 public:
  explicit OptionReader(Faults& faults) : faults_(faults) {}

  void read_level(const TreeNode& map, const std::string& prefix) {
    for (const Entry& entry : map.map) {
      if (entry.key.value.find('.') != std::string::npos) {
        faults_.error(entry.key.mark, "the key " + quote(entry.key.value) +
                                          " has a dot in it: expected nested maps, as in "
                                          "'video: {size: 320x-1}'");
        continue;
      }
      read_entry(entry, {prefix + entry.key.value, entry.key.mark});
    }
  }

  std::vector<OptionConfig> take() { return std::move(options_); }

 private:
  void read_entry(const Entry& entry, const Text& name) {
    const TreeNode& node = *entry.value;
    if (name.value.size() > kMaxKeyBytes) {
      faults_.error(name.mark, "the option " + quote(name.value) + " has too long a name");
      return;
    }
    OptionConfig option{name, {}, node.kind == TreeNode::Kind::list, node.is_broken};
    if (node.kind == TreeNode::Kind::map && !node.map.empty()) {
      return read_level(node, name.value + ".");
    }
    if (node.kind == TreeNode::Kind::scalar) {
      option.values.push_back({node.text, node.mark});
    } else if (node.kind == TreeNode::Kind::list) {
      read_list(node, option);
    } else {
      option.is_broken = true;
      const char* state = node.kind == TreeNode::Kind::map ? " is an empty map" : " has no value";
      faults_.error(name.mark, quote(name.value) + state + ": expected one, or leave it out");
    }
    options_.push_back(std::move(option));
  }

  void read_list(const TreeNode& list, OptionConfig& option) {
    for (const TreePtr& node : list.list) {
      if (node->kind == TreeNode::Kind::scalar) {
        option.is_broken = option.is_broken || node->is_broken;
        option.values.push_back({node->text, node->mark});
      } else {
        option.is_broken = true;
        faults_.error(node->mark, quote(option.name.value) + " has " + describe(*node) +
                                      " in its list: expected plain values");
      }
    }
  }

  Faults& faults_;
  std::vector<OptionConfig> options_;
};

}  // namespace

std::vector<OptionConfig> read_options(const Entry& with, Faults& faults) {
  if (with.value->kind != TreeNode::Kind::map) {
    report_unexpected(with.key, *with.value, "expected a map of options, as in '{path: /srv}'",
                      faults);
    return {};
  }
  OptionReader reader(faults);
  reader.read_level(*with.value, "");
  return reader.take();
}

}  // namespace capstan::config
