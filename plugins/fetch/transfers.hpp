// curl's transfers on the event loop.
//
// curl says which descriptors and which timer it waits for; the loop watches them and tells curl.
// Nothing of ours runs inside curl's calls but bookkeeping: transfers that ended are read after
// the call, and only then their coroutines go on, which may start or drop others.
#pragma once

#include <curl/curl.h>

#include <coroutine>
#include <memory>
#include <unordered_map>
#include <utility>

#include <capstan/sdk/task.hpp>

namespace fetch {

class Transfer;
class RunAwaiter;

struct CloseMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using MultiPtr = std::unique_ptr<CURLM, CloseMulti>;

/// All transfers of a stage, which share connections. Home: made and destroyed anywhere, between
/// them the loop.
class Transfers final : private capstan::Wake, public std::enable_shared_from_this<Transfers> {
 public:
  Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;
  ~Transfers();

  /// Each instance of the stage calls these on the loop; the first start counts, and the last stop.
  void start(capstan::Loop& loop);
  void stop() noexcept;

 private:
  friend class RunAwaiter;
  class Socket;

  void add(CURL* handle, RunAwaiter& awaiter);
  void remove(CURL* handle) noexcept;

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* socket);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void set_callbacks(bool are_on) noexcept;
  void watch(curl_socket_t fd, int what);
  void set_timer(long timeout_ms);
  void wake(unsigned events) noexcept override;  // the timer
  void act(curl_socket_t fd, int events) noexcept;
  void resume_ended() noexcept;

  capstan::Loop* loop_ = nullptr;  // null while stopped
  unsigned n_started_ = 0;
  capstan::Loop::Watch* timer_ = nullptr;
  std::unordered_map<curl_socket_t, std::unique_ptr<Socket>> sockets_;
  MultiPtr multi_;  // last: it may refer to the others until it is gone
};

/// Runs a transfer to its end and gives curl's code for it. Cancelled or destroyed half way, it
/// takes the transfer out of curl, which closes its connection.
class RunAwaiter final : public capstan::CancelHook {
 public:
  RunAwaiter(std::shared_ptr<Transfers> transfers, const Transfer& transfer);
  RunAwaiter(const RunAwaiter&) = delete;
  RunAwaiter& operator=(const RunAwaiter&) = delete;
  ~RunAwaiter();

  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> coroutine) {
    scope_ = coroutine.promise().scope;
    if (scope_->is_requested()) return false;
    coroutine_ = coroutine;
    begin();
    return true;
  }
  CURLcode await_resume() const {
    scope_->throw_if_requested();
    return code_;
  }

 private:
  friend class Transfers;
  void begin();
  void end(CURLcode code) noexcept;
  void on_cancel() noexcept override;

  // Of its own, since a stage's members go before its coroutines do.
  std::shared_ptr<Transfers> transfers_;
  CURL* handle_;
  capstan::CancelScope* scope_ = nullptr;
  std::coroutine_handle<> coroutine_;
  CURLcode code_ = CURLE_OK;
  bool is_running_ = false;
};

}  // namespace fetch
