// What an item's values become inside a path. They come from strangers: file names and URLs.
#pragma once

#include <string>
#include <string_view>

#include <capstan/sdk/payload.hpp>

namespace write_plugin {

/// A value as part of a path: below its place whatever it says. Leading and double slashes and "."
/// go; a URL becomes "https/host/path" without credentials. Throws std::runtime_error naming
/// `variable` for "..", NUL and a value that leaves nothing.
std::string clean_value(std::string_view variable, std::string_view value);

/// "a/b.mp4" -> "a/b"; ".hidden" stays.
std::string without_extension(std::string path);
std::string last_part(const std::string& path);

/// "jpg" for image/jpeg, else the extension of the payload's name, else "bin".
std::string extension_of(std::string_view media_type, const std::string& name);

/// A whole path made of values and literals, without double slashes. Throws std::runtime_error when
/// a part is "..", or too long for a file system.
std::string checked_path(std::string_view path);

}  // namespace write_plugin
