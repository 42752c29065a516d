// One try at one URL.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <capstan/sdk/input_rules.hpp>

#include "body.hpp"
#include "settings.hpp"

namespace fetch {

struct CloseEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using EasyPtr = std::unique_ptr<CURL, CloseEasy>;

/// Why a try failed.
struct Failure {
  std::string message;
  bool is_temporary = false;         ///< another try may succeed
  std::chrono::seconds wait_for{0};  ///< what the server asked for, if it did
};

/// Holds curl's handle and what arrives. Home: the loop. Neither copies nor moves, since curl keeps
/// its address.
class Transfer {
 public:
  /// Throws for a URL that `rules` do not allow. The rules outlive this.
  Transfer(std::shared_ptr<const Settings> settings, const capstan::InputRules& rules,
           const std::string& url);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const noexcept { return handle_.get(); }

  /// After the end: what went wrong, if anything. Names no credentials.
  std::optional<Failure> failure(CURLcode code) const;
  std::string media_type() const;
  Body take_body() noexcept { return std::move(body_); }

 private:
  enum class Refusal : std::uint8_t { invalid = 0, none, too_large, no_memory };

  void set_limits() const;
  void set_security() const;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_request(void* self, char* remote, char* local, int remote_port, int local_port);
  bool may_ask() noexcept;
  std::size_t take(const char* data, std::size_t size) noexcept;
  void reserve_announced() noexcept;
  curl_socket_t open_socket(const curl_sockaddr& address) noexcept;

  Failure describe(CURLcode code) const;
  Failure describe_connect() const;
  Failure describe_timeout() const;
  Failure describe_status() const;
  std::string too_large() const;
  template <class T>
  T info(CURLINFO which) const {
    T value{};
    curl_easy_getinfo(handle_.get(), which, &value);
    return value;
  }

  std::shared_ptr<const Settings> settings_;
  const capstan::InputRules& rules_;
  std::string host_;
  Body body_;
  Refusal refusal_ = Refusal::none;
  std::string last_address_;     // that a connection was tried to
  std::string private_address_;  // that was refused
  std::string against_rules_;    // what was said of the place that a redirect led to
  EasyPtr handle_;               // last: it refers to the others until it is gone
};

}  // namespace fetch
