// The inputs an operator named: paths, patterns, and the lines of manifests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace files {

/// One thing that was named.
struct Named {
  std::string path;
  bool is_listed = false;  ///< a manifest's line: taken as it stands, never as a pattern
};

/// All that was named, in order. Manifests are held as their text.
class Inputs {
 public:
  /// Reads the manifests; throws std::runtime_error naming the one that cannot be read.
  Inputs(const std::vector<std::string>& paths, const std::vector<std::string>& manifests);

  std::optional<Named> next();
  void rewind();
  /// Whether one file could be named twice.
  bool may_overlap() const { return may_overlap_; }

 private:
  struct List {
    std::string folder;  // goes before relative lines
    std::string text;
    char separator = '\n';
    bool is_manifest = false;
  };
  std::vector<List> lists_;
  std::size_t list_ = 0;
  std::size_t at_ = 0;
  bool may_overlap_ = false;
};

bool is_url(std::string_view text);

/// "https://user:secret@host/x" without the part before the @: names end up in logs and paths.
std::string without_credentials(std::string_view url);

/// An absolute path without ".", ".." and double slashes. Links are left alone, save where ".."
/// would step out of one.
std::string absolute_path(const std::string& path);

/// The folder part of an absolute path.
std::string parent_folder(const std::string& path);

/// Splits a pattern into the folder before its first wildcard and the pattern inside it.
struct Glob {
  std::string folder;  ///< empty: the working folder
  std::string pattern;
};
Glob split_glob(const std::string& written);

/// The deepest folder that holds everything named, absolute: what job paths are relative to. For
/// a single folder it is that folder.
std::string common_folder(Inputs& inputs);

/// `path` as seen from folder `base`, which holds it; both absolute.
std::string path_below(const std::string& base, const std::string& path);

}  // namespace files
