// The one place that knows yaml-cpp. Its events build a tree of our own, since its node tree has
// no marks of keys, drops duplicate keys silently, and shares nodes in cycles when told to.
#include "config/tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "config/source_text.hpp"

namespace capstan::config {

namespace {

// Thrown through yaml-cpp when reading on makes no sense; the fault was reported.
struct GivenUp {};

// Turns yaml-cpp's events into nodes. Home: one call of parse_tree.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string file, const Environment& environment, Faults& faults)
      : file_(std::move(file)),
        environment_(environment),
        faults_(faults),
        last_mark_{file_, 1, 1} {}

  TreePtr root() const { return root_; }
  /// Where the last key or value was; a refusal is behind it.
  const Mark& last_mark() const { return last_mark_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (is_key_next()) give_up(mark_of(mark), "a key is missing: expected text before the ':'");
    put(make_node(TreeNode::Kind::null, mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (is_key_next()) give_up(mark_of(mark), "expected a key, which is plain text, not an alias");
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) give_up(mark_of(mark), "an alias inside of what it stands for");
    put(target->second, YAML::NullAnchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(TreeNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(TreeNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map that is being filled; a map is in between a key and its value while has_key.
  struct Open {
    std::shared_ptr<TreeNode> node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool has_key = false;
    Text key;
    std::map<std::string, Mark, std::less<>> keys;
  };

  Mark mark_of(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, static_cast<std::size_t>(mark.line) + 1,
            static_cast<std::size_t>(mark.column) + 1};
  }
  [[noreturn]] void give_up(Mark mark, std::string text) {
    faults_.error(std::move(mark), std::move(text));
    throw GivenUp();
  }
  bool is_key_next() const {
    return !open_.empty() && open_.back().node->kind == TreeNode::Kind::map &&
           !open_.back().has_key;
  }
  std::shared_ptr<TreeNode> make_node(TreeNode::Kind kind, const YAML::Mark& mark) {
    auto node = std::make_shared<TreeNode>();
    node->kind = kind;
    node->mark = mark_of(mark);
    node->n_bytes = sizeof(void*);
    return node;
  }
  void check_tag(const YAML::Mark& mark, const std::string& tag);
  void open(TreeNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor);
  void close();
  void put(TreePtr node, YAML::anchor_t anchor);
  void put_key(Text key);

  std::string file_;
  const Environment& environment_;
  Faults& faults_;
  Mark last_mark_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, TreePtr> anchors_;
  TreePtr root_;
};

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  check_tag(mark, tag);
  last_mark_ = mark_of(mark);
  if (is_key_next()) return put_key({value, mark_of(mark)});
  auto node = make_node(TreeNode::Kind::scalar, mark);
  const auto text = substitute(value, environment_, [&](std::string complaint) {
    faults_.error(node->mark, std::move(complaint));
  });
  node->is_broken = !text;
  node->text = text.value_or("");
  node->n_bytes += node->text.size();
  put(std::move(node), anchor);
}

// "?" and "!" are what yaml-cpp calls a plain and a quoted scalar without a tag.
void TreeBuilder::check_tag(const YAML::Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!") return;
  give_up(mark_of(mark), "the YAML tag " + quote(tag) + " has no meaning here: leave it out");
}

void TreeBuilder::open(TreeNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor) {
  check_tag(mark, tag);
  // yaml-cpp takes a list or map that is never closed for a key, too.
  if (is_key_next()) {
    give_up(mark_of(mark),
            "expected a key, which is plain text, not a list or map (or is a ']' or '}' missing?)");
  }
  if (open_.size() >= kMaxDepth) {
    give_up(mark_of(mark),
            "nested too deeply: expected at most " + std::to_string(kMaxDepth) + " levels");
  }
  open_.push_back({make_node(kind, mark), anchor, false, {}, {}});
}

void TreeBuilder::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  put(std::move(done.node), done.anchor);
}

void TreeBuilder::put(TreePtr node, YAML::anchor_t anchor) {
  if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& top = open_.back();
  top.node->n_bytes += node->n_bytes + top.key.value.size();
  if (top.node->n_bytes > kMaxExpandedBytes) {
    give_up(node->mark, "too much with its aliases and variables written out: expected at most " +
                            std::to_string(kMaxExpandedBytes >> 20U) + " MiB");
  }
  if (top.node->kind == TreeNode::Kind::list) {
    top.node->list.push_back(std::move(node));
    return;
  }
  const auto [first, is_new] = top.keys.emplace(top.key.value, top.key.mark);
  if (is_new) {
    top.node->map.push_back({top.key, std::move(node)});
  } else {
    faults_.error(top.key.mark, "the key " + quote(top.key.value) +
                                    " is given twice: first in line " +
                                    std::to_string(first->second.line));
  }
  top.has_key = false;
}

void TreeBuilder::put_key(Text key) {
  if (key.value.size() > kMaxKeyBytes) {
    give_up(key.mark, "the key " + quote(key.value) + " is too long: expected at most " +
                          std::to_string(kMaxKeyBytes) + " bytes");
  }
  open_.back().key = std::move(key);
  open_.back().has_key = true;
}

// yaml-cpp's own words, and what they most often mean.
std::string explain(const std::string& message, std::string_view line) {
  std::string text = "not YAML: " + (message.empty() ? std::string("cannot be read") : message);
  const bool has_bracket =
      line.find(": {") != std::string_view::npos || line.find(": [") != std::string_view::npos;
  if (line.find('\t') != std::string_view::npos) {
    return text + " (there is a tab in this line: expected spaces)";
  }
  if (message == YAML::ErrorMsg::MAP_VALUE) {
    return text + " (expected 'key: value', and quotes around text that has ': ' in it)";
  }
  if (message == YAML::ErrorMsg::END_OF_MAP || message == YAML::ErrorMsg::END_OF_SEQ) {
    return text + (has_bracket ? " (expected quotes around text that starts with '{' or '[')"
                               : " (expected the same indentation as the lines above)");
  }
  if (message == YAML::ErrorMsg::END_OF_MAP_FLOW || message == YAML::ErrorMsg::END_OF_SEQ_FLOW) {
    return text +
           " (expected ',' or the closing '}' or ']', and quotes around text that has such "
           "characters in it)";
  }
  if (message == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
    return text + " (expected quotes around text that starts with '*')";
  }
  if (message == YAML::ErrorMsg::UNKNOWN_TOKEN) {
    return text + " (expected quotes around text that starts with a special character)";
  }
  return text;
}

void report_refusal(const YAML::Exception& refusal, std::string_view text, const Mark& last_mark,
                    Faults& faults) {
  const std::string& message = refusal.msg;
  if (message == YAML::ErrorMsg::DOC_IN_SCALAR || message == YAML::ErrorMsg::EOF_IN_SCALAR) {
    faults.error(last_mark,
                 "a quoted text at or after this place is never closed: expected its "
                 "second quote");
    return;
  }
  Mark mark{last_mark.file, 0, 0};
  if (!refusal.mark.is_null()) {
    mark.line = static_cast<std::size_t>(refusal.mark.line) + 1;
    mark.column = static_cast<std::size_t>(refusal.mark.column) + 1;
  }
  faults.error(mark, explain(message, line_of(text, mark.line)));
}

// Reads what the builder then holds. The rest of the stream must be empty.
TreePtr read_document(std::istream& stream, const std::string& file, TreeBuilder& builder,
                      Faults& faults) {
  YAML::Parser parser(stream);
  const bool has_document = parser.HandleNextDocument(builder) && builder.root();
  if (!has_document || builder.root()->kind == TreeNode::Kind::null) {
    faults.error({file, 0, 0}, "empty: expected 'pipelines:'");
    return nullptr;
  }
  TreePtr root = builder.root();
  if (parser.HandleNextDocument(builder)) {
    faults.error(builder.root()->mark, "a second document: expected one, without '---' in between");
  }
  return root;
}

}  // namespace

std::string describe(const TreeNode& node) {
  switch (node.kind) {
    case TreeNode::Kind::null:
      return "nothing";
    case TreeNode::Kind::scalar:
      return quote(node.text);
    case TreeNode::Kind::list:
      return "a list";
    case TreeNode::Kind::map:
      return "a map";
    case TreeNode::Kind::invalid:
      break;
  }
  return "nothing";
}

TreePtr parse_tree(std::string_view text, const std::string& file, const Environment& environment,
                   Faults& faults) {
  if (!check_source_text(text, file, faults)) return nullptr;
  // yaml-cpp 0.7 takes the end of the file for a closing quote. It refuses the end of a document
  // in such a place, though.
  std::istringstream stream{std::string(text) + "\n...\n"};
  TreeBuilder builder(file, environment, faults);
  try {
    return read_document(stream, file, builder, faults);
  } catch (const GivenUp&) {
    return nullptr;
  } catch (const YAML::Exception& refusal) {
    report_refusal(refusal, text, builder.last_mark(), faults);
    return nullptr;
  }
}

}  // namespace capstan::config
