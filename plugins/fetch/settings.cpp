#include "settings.hpp"

#include <stdexcept>

namespace fetch {

namespace {

SlistPtr make_headers(const std::vector<std::string>& lines) {
  SlistPtr headers;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    // A line break would let a value add headers, or a request, of its own.
    if (colon == 0 || colon == std::string::npos ||
        line.find_first_of(std::string("\r\n\0", 3)) != std::string::npos) {
      throw std::invalid_argument("headers: expected 'Name: value', one line each");
    }
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
  return headers;
}

}  // namespace

Settings::Settings(const capstan::Options& options)
    : timeout(std::chrono::ceil<std::chrono::milliseconds>(options.duration("timeout"))),
      connect_timeout(
          std::chrono::ceil<std::chrono::milliseconds>(options.duration("connect_timeout"))),
      stall_timeout(std::chrono::ceil<std::chrono::seconds>(options.duration("stall_timeout"))),
      max_size_bytes(options.bytes("max_size")),
      n_retries(options.integer("retries")),
      max_redirects(options.integer("max_redirects")),
      user_agent(options.text("user_agent")),
      headers(make_headers(options.list("headers"))),
      allows_private(options.boolean("allow_private")) {}

}  // namespace fetch
