// A YAML document as the readers see it: plain values with their places, no YAML left.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
#include "config/faults.hpp"

namespace capstan::config {

/// A scalar and where it stands.
struct Text {
  std::string value;
  Mark mark;
};

struct TreeNode;
/// Shared by every alias of an anchor; immutable once parsed.
using TreePtr = std::shared_ptr<const TreeNode>;

struct Entry {
  Text key;
  TreePtr value;
};

struct TreeNode {
  enum class Kind : unsigned char { invalid = 0, null, scalar, list, map };
  Kind kind = Kind::invalid;
  Mark mark;
  std::string text;           ///< of a scalar, variables replaced
  bool is_broken = false;     ///< a fault about this scalar was reported already
  std::vector<TreePtr> list;  ///< of a list
  std::vector<Entry> map;     ///< of a map, in the order of the file, keys unique
  std::size_t n_bytes = 0;    ///< roughly, with every alias written out
};

/// "a list", "a map", "nothing", "the text '12'": what stands there, for messages.
std::string describe(const TreeNode& node);

/// Parses one document. Null when the text is not a document that can be read on with, which has
/// then been reported. May be given any bytes: size, depth and aliases are bounded.
TreePtr parse_tree(std::string_view text, const std::string& file, const Environment& environment,
                   Faults& faults);

/// Bounds of a document. Far above any real configuration, far below what hurts.
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxExpandedBytes = std::size_t{8} << 20U;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxKeyBytes = 200;

}  // namespace capstan::config
