#include "transfers.hpp"

#include <chrono>
#include <new>
#include <stdexcept>
#include <string>

#include "transfer.hpp"

namespace fetch {

/// A descriptor that curl waits for.
class Transfers::Socket final : public capstan::Wake {
 public:
  Socket(Transfers& owner, curl_socket_t fd) : owner_(owner), fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { unwatch(); }

  void watch(unsigned interest) {
    unwatch();
    watch_ = owner_.loop_->add_fd(fd_, interest, *this);
  }
  void wake(unsigned events) noexcept override {
    int flags = 0;
    if (events & capstan::Loop::kRead) flags |= CURL_CSELECT_IN;
    if (events & capstan::Loop::kWrite) flags |= CURL_CSELECT_OUT;
    owner_.act(fd_, flags);  // may destroy this
  }

 private:
  void unwatch() noexcept {
    if (watch_) owner_.loop_->remove(std::exchange(watch_, nullptr));
  }

  Transfers& owner_;
  curl_socket_t fd_;
  capstan::Loop::Watch* watch_ = nullptr;
};

Transfers::Transfers() {
  // Counted and safe on any thread since curl 7.84. Never undone: other plugins may use curl too.
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw std::runtime_error("libcurl does not start");
  }
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::bad_alloc();
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

Transfers::~Transfers() = default;

void Transfers::start(capstan::Loop& loop) {
  if (n_started_++ > 0) return;
  loop_ = &loop;
  set_callbacks(true);
}

void Transfers::stop() noexcept {
  if (--n_started_ > 0) return;
  // What is left in curl, idle connections, may then be closed on any thread.
  set_callbacks(false);
  sockets_.clear();
  if (timer_) loop_->remove(std::exchange(timer_, nullptr));
  loop_ = nullptr;
}

void Transfers::set_callbacks(bool are_on) noexcept {
  curl_socket_callback socket_callback = are_on ? &Transfers::on_socket : nullptr;
  curl_multi_timer_callback timer_callback = are_on ? &Transfers::on_timer : nullptr;
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, socket_callback);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, timer_callback);
}

void Transfers::add(CURL* handle, RunAwaiter& awaiter) {
  curl_easy_setopt(handle, CURLOPT_PRIVATE, static_cast<void*>(&awaiter));
  const CURLMcode code = curl_multi_add_handle(multi_.get(), handle);
  if (code != CURLM_OK) throw std::runtime_error(curl_multi_strerror(code));
}

void Transfers::remove(CURL* handle) noexcept { curl_multi_remove_handle(multi_.get(), handle); }

int Transfers::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  try {
    static_cast<Transfers*>(self)->watch(fd, what);
    return 0;
  } catch (...) {  // curl is C; it gives up its transfers
    return -1;
  }
}

int Transfers::on_timer(CURLM*, long timeout_ms, void* self) {
  try {
    static_cast<Transfers*>(self)->set_timer(timeout_ms);
    return 0;
  } catch (...) {  // as above
    return -1;
  }
}

void Transfers::watch(curl_socket_t fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    sockets_.erase(fd);
    return;
  }
  auto& socket = sockets_[fd];
  if (!socket) socket = std::make_unique<Socket>(*this, fd);
  socket->watch(((what & CURL_POLL_IN) ? capstan::Loop::kRead : 0) |
                ((what & CURL_POLL_OUT) ? capstan::Loop::kWrite : 0));
}

void Transfers::set_timer(long timeout_ms) {
  if (timer_) loop_->remove(std::exchange(timer_, nullptr));
  if (timeout_ms >= 0) timer_ = loop_->add_timer(std::chrono::milliseconds(timeout_ms), *this);
}

void Transfers::wake(unsigned) noexcept {
  loop_->remove(std::exchange(timer_, nullptr));
  act(CURL_SOCKET_TIMEOUT, 0);
}

void Transfers::act(curl_socket_t fd, int events) noexcept {
  // A coroutine that goes on below may be the last of the last instance.
  const std::shared_ptr<Transfers> alive = shared_from_this();
  int n_running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &n_running);
  resume_ended();
}

void Transfers::resume_ended() noexcept {
  int n_left = 0;
  while (loop_) {
    const CURLMsg* message = curl_multi_info_read(multi_.get(), &n_left);
    if (!message) return;
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;  // the message goes with the handle
    char* awaiter = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &awaiter);
    remove(handle);
    reinterpret_cast<RunAwaiter*>(awaiter)->end(code);
  }
}

RunAwaiter::RunAwaiter(std::shared_ptr<Transfers> transfers, const Transfer& transfer)
    : transfers_(std::move(transfers)), handle_(transfer.handle()) {}

RunAwaiter::~RunAwaiter() {
  if (!is_running_) return;
  transfers_->remove(handle_);
  scope_->leave();
}

void RunAwaiter::begin() {
  transfers_->add(handle_, *this);
  is_running_ = true;
  scope_->enter(this);
}

void RunAwaiter::end(CURLcode code) noexcept {
  is_running_ = false;
  scope_->leave();
  code_ = code;
  coroutine_.resume();
}

void RunAwaiter::on_cancel() noexcept {
  is_running_ = false;
  transfers_->remove(handle_);
  coroutine_.resume();
}

}  // namespace fetch
