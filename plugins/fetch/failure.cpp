// What a try that failed is called.
#include <cstring>

#include "transfer.hpp"

namespace fetch {

namespace {

std::string in_seconds(std::chrono::duration<double> time) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g s", time.count());
  return text;
}

std::string in_units(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; unit < 4 && bytes && bytes % 1024 == 0; ++unit) bytes /= 1024;
  return std::to_string(bytes) + " " + kUnits[unit];
}

Failure permanent(std::string message) {
  Failure failure;
  failure.message = std::move(message);
  return failure;
}

Failure temporary(std::string message) {
  Failure failure = permanent(std::move(message));
  failure.is_temporary = true;
  return failure;
}

}  // namespace

std::optional<Failure> Transfer::failure(CURLcode code) const {
  const long status = info<long>(CURLINFO_RESPONSE_CODE);
  if (code == CURLE_OK && status >= 200 && status < 300) return std::nullopt;
  if (code == CURLE_OK || code == CURLE_HTTP_RETURNED_ERROR) return describe_status();
  return describe(code);
}

Failure Transfer::describe(CURLcode code) const {
  const std::string received = std::to_string(body_.size());
  switch (code) {
    case CURLE_WRITE_ERROR:
      return permanent(refusal_ == Refusal::no_memory ? "out of memory after " + received + " bytes"
                                                      : too_large());
    case CURLE_FILESIZE_EXCEEDED:
      return permanent(too_large());
    case CURLE_ABORTED_BY_CALLBACK:
      return permanent("a redirect is not followed: " + against_rules_);
    case CURLE_COULDNT_CONNECT:
      return describe_connect();
    case CURLE_OPERATION_TIMEDOUT:
      return describe_timeout();
    case CURLE_COULDNT_RESOLVE_HOST:
      return temporary("could not find host '" + host_ + "'");
    case CURLE_TOO_MANY_REDIRECTS:
      return permanent("more than " + std::to_string(settings_->max_redirects) + " redirects");
    case CURLE_UNSUPPORTED_PROTOCOL:
      return permanent("led to something other than http or https");
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
      return temporary("the connection ended after " + received + " bytes (" +
                       curl_easy_strerror(code) + ")");
    default:
      return permanent(curl_easy_strerror(code));  // a fixed text, without the URL
  }
}

Failure Transfer::describe_connect() const {
  if (!private_address_.empty() && last_address_.empty()) {
    return permanent(private_address_ +
                     " is not a public address; the option 'allow_private: true' permits it");
  }
  const long error = info<long>(CURLINFO_OS_ERRNO);
  const std::string place = last_address_.empty() ? host_ : last_address_;
  return temporary("could not connect to " + place +
                   (error ? ": " + std::string(std::strerror(static_cast<int>(error))) : ""));
}

Failure Transfer::describe_timeout() const {
  const std::chrono::microseconds total(info<curl_off_t>(CURLINFO_TOTAL_TIME_T));
  if (total >= settings_->timeout) {
    return temporary("timed out after " + in_seconds(settings_->timeout));
  }
  if (info<curl_off_t>(CURLINFO_CONNECT_TIME_T) == 0) {
    const std::string place = last_address_.empty() ? host_ : last_address_;
    return temporary("could not connect to " + place + " within " +
                     in_seconds(settings_->connect_timeout));
  }
  return temporary("nothing came for " + in_seconds(settings_->stall_timeout) + " after " +
                   std::to_string(body_.size()) + " bytes");
}

Failure Transfer::describe_status() const {
  const long status = info<long>(CURLINFO_RESPONSE_CODE);
  Failure failure = permanent("HTTP " + std::to_string(status));
  failure.is_temporary = status >= 500 || status == 408 || status == 429;
  failure.wait_for = std::chrono::seconds(info<curl_off_t>(CURLINFO_RETRY_AFTER));
  return failure;
}

std::string Transfer::too_large() const {
  return "larger than max_size (" + in_units(settings_->max_size_bytes) + ")";
}

}  // namespace fetch
