// The stage's options, read once.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <capstan/sdk/options.hpp>

namespace fetch {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using SlistPtr = std::unique_ptr<curl_slist, FreeList>;

/// Immutable once made; shared by the stage and its transfers.
struct Settings {
  /// Throws std::invalid_argument for a header that is none.
  explicit Settings(const capstan::Options& options);

  std::chrono::milliseconds timeout;
  std::chrono::milliseconds connect_timeout;
  std::chrono::seconds stall_timeout;
  std::uint64_t max_size_bytes;
  std::int64_t n_retries;
  std::int64_t max_redirects;
  std::string user_agent;
  SlistPtr headers;
  bool allows_private;
};

}  // namespace fetch
