// The little that fetch itself reads out of a URL.
#pragma once

#include <string>
#include <string_view>

namespace fetch {

/// "https" for "HTTPS://host/", empty for what is not a URL.
std::string scheme_of(std::string_view location);
/// "host:8080" for "https://me:secret@host:8080/x".
std::string host_of(std::string_view url);
/// "clip.mp4" for "https://host/a/clip.mp4?x=1", empty for a URL that ends with a slash.
std::string name_of(std::string_view url);

}  // namespace fetch
