#include "config/daemon_reader.hpp"

#include <stdexcept>

#include <capstan/sdk/input_rules.hpp>

#include "config/values.hpp"

namespace capstan::config {

namespace {

constexpr std::uint64_t kMaxWorkers = 1024;
constexpr std::uint64_t kLeastMemory = std::uint64_t{16} << 20U;  // a 4K frame is 12 MiB

void read_workers(const Entry& entry, DaemonConfig& daemon, Faults& faults) {
  const TreeNode& node = *entry.value;
  if (node.kind == TreeNode::Kind::scalar && node.text == "auto") return;
  const bool is_word = node.kind == TreeNode::Kind::scalar &&
                       node.text.find_first_of("0123456789") == std::string::npos;
  if (is_word || node.kind != TreeNode::Kind::scalar) {
    return report_unexpected(entry.key, node, "expected auto or a whole number", faults);
  }
  if (const auto count = read_count(entry, 1, kMaxWorkers, faults)) {
    daemon.workers = static_cast<unsigned>(count->value);
  }
}

void read_texts(const Entry& entry, const std::string& expected, std::vector<Text>& texts,
                Faults& faults) {
  if (entry.value->kind != TreeNode::Kind::list) {
    return report_unexpected(entry.key, *entry.value, expected, faults);
  }
  for (const TreePtr& node : entry.value->list) {
    if (node->is_broken) continue;
    if (node->kind == TreeNode::Kind::scalar && !node->text.empty()) {
      texts.push_back({node->text, node->mark});
    } else {
      faults.error(node->mark, quote(entry.key.value) + " has " + describe(*node) +
                                   " in its list: " + expected);
    }
  }
}

void read_allowed(const Entry& entry, DaemonConfig& daemon, Faults& faults) {
  const std::string expected = "expected a list of folders and URLs";
  daemon.allowed_inputs.emplace();
  read_texts(entry, expected, *daemon.allowed_inputs, faults);
  for (const Text& text : *daemon.allowed_inputs) {
    if (text.value.find("://") == std::string::npos) continue;
    try {
      const InputRules rules({text.value});
    } catch (const std::invalid_argument& refused) {
      faults.error(text.mark,
                   "'allow' has " + quote(text.value) + " in its list: " + refused.what());
    }
  }
}

void read_inputs(const Entry& entry, DaemonConfig& daemon, Faults& faults) {
  bool has_list = false;
  const std::vector<Key> keys = {{"allow", [&](const Entry& allow) {
                                    has_list = true;
                                    read_allowed(allow, daemon, faults);
                                  }}};
  if (read_map(*entry.value, "'inputs'", keys, faults) && !has_list) {
    faults.error(entry.key.mark, "'inputs' lacks 'allow': expected a list of folders and URLs");
  }
}

}  // namespace

void read_daemon(const Entry& entry, DaemonConfig& daemon, bool& has_plugin_path, Faults& faults) {
  const std::vector<Key> keys = {
      {"workers", [&](const Entry& workers) { read_workers(workers, daemon, faults); }},
      {"memory",
       [&](const Entry& memory) {
         if (const auto bytes = read_bytes(memory, kLeastMemory, faults)) {
           daemon.memory = bytes->value;
         }
       }},
      {"plugin_path",
       [&](const Entry& path) {
         has_plugin_path = true;
         read_texts(path, "expected a list of folders", daemon.plugin_path, faults);
       }},
      {"inputs", [&](const Entry& inputs) { read_inputs(inputs, daemon, faults); }}};
  if (entry.value->kind == TreeNode::Kind::null) {
    return report_unexpected(entry.key, *entry.value, "expected a map, or leave it out", faults);
  }
  read_map(*entry.value, "'daemon'", keys, faults);
}

}  // namespace capstan::config
