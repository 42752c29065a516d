// Walks folders, one at a step.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <capstan/sdk/context.hpp>

#include "found.hpp"
#include "pattern.hpp"

namespace files {

/// What to take of what is found. Named inputs are not judged by it.
struct Rules {
  PatternList match;
  PatternList exclude;
  bool is_recursive = true;
  bool takes_hidden = false;
};

/// Where a walk starts. Both paths are empty or end with a slash.
struct Root {
  std::string location;
  std::string job_path;
  std::shared_ptr<const Pattern> glob;  ///< not null: only what matches it
  /// Where in job_path the named folder ends: rules see paths from there on.
  std::size_t rules_from = 0;
};

/// Depth first; a folder's files come before its folders, names in byte order. Memory: the names of
/// the folders between the root and here. A folder is walked once, so loops of links end. Home:
/// whoever runs the source.
class Walk {
 public:
  /// `seen` null: nothing can be met twice.
  Walk(const Rules& rules, capstan::StageContext& context, SeenNames* seen)
      : rules_(rules), context_(context), seen_(seen) {}

  /// Begins at `root`, reading it. The walk before must be done.
  void start(Root root, Found& found);
  bool is_done() const { return levels_.empty(); }
  /// Reads one more folder. Throws Cancelled.
  void step(Found& found);

  /// Links to folders met since the last call: to be walked when all real folders have been, so
  /// that a file is found under its real name first.
  std::vector<Root> take_links() { return std::exchange(links_, {}); }
  /// Folders that a glob matched: walked whole.
  std::vector<Root> take_matched() { return std::exchange(matched_, {}); }
  /// Files and folders that globs matched in all.
  std::uint64_t n_matches() const { return n_matches_; }

 private:
  struct Level {
    std::string location;
    std::string job_path;
    NameList folders;
    std::size_t next = 0;
  };

  void enter(std::string location, std::string job_path, Found& found);
  bool keep(const std::string& job_path, const char* name, EntryKind kind);
  bool keep_folder(std::string_view path) const;
  void set_links_aside(const Level& level, const NameList& links);
  NameList take_glob_matches(const Level& level);
  NameList unseen(std::uint64_t folder, NameList names);

  const Rules& rules_;
  capstan::StageContext& context_;
  SeenNames* seen_;
  Root root_;
  std::vector<Level> levels_;
  std::vector<Root> links_;
  std::vector<Root> matched_;
  std::unordered_set<std::uint64_t> walked_;  // ids of folders
  std::uint64_t n_matches_ = 0;
  unsigned n_entries_ = 0;
};

}  // namespace files
