#include "url.hpp"

#include <algorithm>
#include <cctype>

namespace fetch {

namespace {

// The URL behind "scheme://".
std::string_view after_scheme(std::string_view url) {
  const std::size_t at = url.find("://");
  return at == std::string_view::npos ? url : url.substr(at + 3);
}

}  // namespace

std::string scheme_of(std::string_view location) {
  const std::size_t at = location.find("://");
  if (at == std::string_view::npos) return {};
  std::string scheme(location.substr(0, at));
  for (char& c : scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool is_scheme = !scheme.empty() && scheme[0] >= 'a' && scheme[0] <= 'z' &&
                         std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
                         });
  return is_scheme ? scheme : std::string();
}

std::string host_of(std::string_view url) {
  std::string_view rest = after_scheme(url);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  return std::string(rest.substr(rest.rfind('@') + 1));  // npos + 1 is 0
}

std::string name_of(std::string_view url) {
  std::string_view rest = after_scheme(url);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::size_t slash = rest.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(rest.substr(slash + 1));
}

}  // namespace fetch
