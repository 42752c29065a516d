// Path templates: "/srv/thumbs/{job.path}/{index:04}.jpg".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <capstan/sdk/item.hpp>

namespace write_plugin {

/// A parsed template. Immutable.
///
/// Variables: {job.path}, {job.stem} (the path without its extension), {job.name} (its last part),
/// {job.id}, {index}, {index:04}, {ext} (from the media type), {meta.NAME}. `{{` and `}}` are
/// braces.
class PathTemplate {
 public:
  /// Throws std::invalid_argument for what cannot be a path whatever the item.
  explicit PathTemplate(std::string_view text);

  /// The folder that no item can leave: what stands before the first variable. Ends with a slash,
  /// or is empty for the working folder.
  const std::string& root() const { return root_; }

  /// The item's path below root(): parts joined by single slashes, none of them "." or "..".
  /// Throws std::runtime_error when the item's values give no such path.
  std::string expand(const capstan::Item& item) const;

 private:
  enum class Kind : std::uint8_t {
    invalid = 0,
    literal,
    job_path,
    job_stem,
    job_name,
    job_id,
    index,
    extension,
    meta,
  };
  struct Part {
    Kind kind = Kind::invalid;
    std::string text;  // the literal, or the name of the metadata
    std::size_t width = 0;
  };

  static Part parse_variable(std::string_view text);
  static std::string value_of(const Part& part, const capstan::Item& item);
  void add_literal(std::string text);
  void set_root();

  std::string root_;
  std::vector<Part> parts_;  // what follows the root
};

}  // namespace write_plugin
