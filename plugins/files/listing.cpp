#include "listing.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace files {

namespace {

Root pop_front(std::deque<Root>& roots) {
  Root root = std::move(roots.front());
  roots.pop_front();
  return root;
}

void append(std::deque<Root>& roots, std::vector<Root> more) {
  for (Root& root : more) roots.push_back(std::move(root));
}

std::string with_slash(std::string path) {
  if (!path.empty() && path.back() != '/') path.push_back('/');
  return path;
}

}  // namespace

Listing::Listing(Inputs inputs, const Rules& rules, capstan::StageContext& context)
    : inputs_(std::move(inputs)),
      base_(common_folder(inputs_)),
      walk_(rules, context, inputs_.may_overlap() ? &seen_ : nullptr) {}

bool Listing::step(Found& found) {
  if (!walk_.is_done()) {
    walk_.step(found);
    append(roots_, walk_.take_matched());
    append(glob_.empty() ? links_ : roots_, walk_.take_links());
    return true;
  }
  if (!roots_.empty()) {
    start_walk(pop_front(roots_), found);
    return true;
  }
  end_glob(found);
  if (const auto named = inputs_.next()) {
    take(*named, found);
    return true;
  }
  if (links_.empty()) return false;
  start_walk(pop_front(links_), found);
  return true;
}

void Listing::start_walk(Root root, Found& found) {
  walk_.start(std::move(root), found);
  append(roots_, walk_.take_matched());
  append(glob_.empty() ? links_ : roots_, walk_.take_links());
}

void Listing::take(const Named& named, Found& found) {
  if (is_url(named.path)) {
    const std::string path = without_credentials(named.path);
    if (seen_.insert(0, path)) found.add_file(named.path, path, {});
    return;
  }
  struct stat status {};
  const int error = stat(named.path.c_str(), &status) == 0 ? 0 : errno;
  if (error == 0 && S_ISREG(status.st_mode)) return take_file(named, found);
  const std::string job_path = path_below(base_, absolute_path(named.path));
  if (error == 0 && S_ISDIR(status.st_mode)) {
    Root root;
    root.location = with_slash(named.path);
    root.job_path = with_slash(job_path);
    root.rules_from = root.job_path.size();
    return start_walk(std::move(root), found);
  }
  if (error && !named.is_listed && has_wildcard(named.path)) return start_glob(named.path, found);
  found.add_failure(named.path, job_path, error ? std::strerror(error) : "not a regular file");
}

void Listing::take_file(const Named& named, Found& found) {
  const std::size_t name_at = named.path.rfind('/') + 1;  // npos + 1 is 0
  const std::string folder = named.path.substr(0, name_at);
  const std::string name = named.path.substr(name_at);
  if (inputs_.may_overlap() && !seen_.insert(folder_id(folder), name)) return;
  const std::string parent = parent_folder(absolute_path(named.path));
  found.add_file(folder, with_slash(path_below(base_, parent)), name);
}

void Listing::start_glob(const std::string& text, Found& found) {
  glob_ = text;
  n_matches_before_ = walk_.n_matches();
  for (const std::string& one : expand_braces(text)) {
    const Glob glob = split_glob(one);
    Root root;
    root.location = glob.folder;
    root.job_path = with_slash(path_below(base_, absolute_path(glob.folder)));
    root.rules_from = root.job_path.size();
    // A slash at the front ties the pattern to its folder.
    root.glob = std::make_shared<Pattern>("/" + glob.pattern, Pattern::Case::sensitive);
    roots_.push_back(std::move(root));
  }
  start_walk(pop_front(roots_), found);
}

void Listing::end_glob(Found& found) {
  if (glob_.empty()) return;
  if (walk_.n_matches() == n_matches_before_) {
    found.add_failure(glob_, path_below(base_, absolute_path(glob_)), "matches nothing");
  }
  glob_.clear();
}

}  // namespace files
