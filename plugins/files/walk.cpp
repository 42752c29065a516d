#include "walk.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <capstan/sdk/stage.hpp>

namespace files {

namespace {

// How many entries go by between two looks at whether somebody wants this to end.
constexpr unsigned kEntriesPerCheck = 1024;

// "a/b/" as it is called in messages.
std::string without_slash(std::string path) {
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

void Walk::start(Root root, Found& found) {
  root_ = std::move(root);
  enter(root_.location, root_.job_path, found);
}

void Walk::step(Found& found) {
  if (context_.is_cancelled()) throw capstan::Cancelled();
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next == level.folders.size()) {
      levels_.pop_back();
      continue;
    }
    const std::string name = std::string(level.folders[level.next++]) + "/";
    enter(level.location + name, level.job_path + name, found);
    return;
  }
}

void Walk::enter(std::string location, std::string job_path, Found& found) {
  const bool is_root = levels_.empty();
  Folder folder =
      read_folder(location.empty() ? "." : location,
                  [&](const char* name, EntryKind kind) { return keep(job_path, name, kind); });
  if (folder.error && !(root_.glob && is_root && folder.error == ENOENT)) {
    found.add_failure(without_slash(location), without_slash(job_path),
                      std::strerror(folder.error));
  }
  // A glob looks for more than the walk of a folder does not, so it neither counts nor is bound by
  // it; it ends since it follows links only as deep as its pattern goes.
  if (!root_.glob && folder.id && !walked_.insert(folder.id).second) return;
  if (root_.glob) n_matches_ += folder.files.size() + folder.broken_links.size();
  for (std::size_t i = 0; i < folder.broken_links.size(); ++i) {
    found.add_failure(location + folder.broken_links[i], job_path + folder.broken_links[i],
                      "the link leads nowhere");
  }
  found.add_folder(location, job_path, unseen(folder.id, std::move(folder.files)));
  Level level;
  level.location = std::move(location);
  level.job_path = std::move(job_path);
  level.folders = std::move(folder.folders);
  set_links_aside(level, folder.folder_links);
  if (root_.glob) level.folders = take_glob_matches(level);
  levels_.push_back(std::move(level));
}

bool Walk::keep(const std::string& job_path, const char* name, EntryKind kind) {
  if (++n_entries_ % kEntriesPerCheck == 0 && context_.is_cancelled()) throw capstan::Cancelled();
  if (name[0] == '.' && !rules_.takes_hidden) return false;
  const std::string path = job_path.substr(root_.rules_from) + name;
  if (rules_.exclude.matches(path)) return false;
  if (kind == EntryKind::folder) return keep_folder(path);
  return rules_.match.matches(path) && (!root_.glob || root_.glob->matches(path));
}

bool Walk::keep_folder(std::string_view path) const {
  if (!root_.glob) return rules_.is_recursive;
  return root_.glob->may_match_inside(path) || root_.glob->matches(path);
}

void Walk::set_links_aside(const Level& level, const NameList& links) {
  // `**` does not look behind links: it would never end in a loop.
  if (root_.glob && root_.glob->is_any_depth()) return;
  for (std::size_t i = 0; i < links.size(); ++i) {
    Root root;
    root.location = level.location + links[i] + "/";
    root.job_path = level.job_path + links[i] + "/";
    root.rules_from = root_.rules_from;
    const std::string path = without_slash(root.job_path.substr(root_.rules_from));
    if (root_.glob && root_.glob->matches(path)) {
      ++n_matches_;
      root.rules_from = root.job_path.size();
    } else {
      root.glob = root_.glob;
    }
    links_.push_back(std::move(root));
  }
}

NameList Walk::take_glob_matches(const Level& level) {
  NameList deeper;
  for (std::size_t i = 0; i < level.folders.size(); ++i) {
    const std::string job_path = level.job_path + level.folders[i];
    const std::string path = job_path.substr(root_.rules_from);
    if (root_.glob->may_match_inside(path)) deeper.add(level.folders[i]);
    // `**` finds the files inside by itself.
    if (root_.glob->is_any_depth() || !root_.glob->matches(path)) continue;
    ++n_matches_;
    Root root;
    root.location = level.location + level.folders[i] + "/";
    root.job_path = job_path + "/";
    root.rules_from = root.job_path.size();
    matched_.push_back(std::move(root));
  }
  return deeper;
}

NameList Walk::unseen(std::uint64_t folder, NameList names) {
  if (!seen_) return names;
  NameList fresh;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (seen_->insert(folder, names[i])) fresh.add(names[i]);
  }
  return fresh;
}

}  // namespace files
