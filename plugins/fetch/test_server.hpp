// A web server for tests that does what real ones rarely do. One connection after the other.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace fetch {

/// The server's side of one connection, closed afterwards. Home: the server's thread.
class Connection {
 public:
  Connection(int fd, std::string head, int number)
      : fd_(fd), head_(std::move(head)), number_(number) {}
  const std::string& head() const { return head_; }
  /// Of this connection, from 1.
  int number() const { return number_; }
  /// False when the client is gone.
  bool send(std::string_view text) const;
  /// A whole answer with the right length.
  void answer(const std::string& status, const std::string& body,
              const std::string& headers = "") const;
  void wait_for_close() const;
  /// Ends the connection with a TCP reset.
  void reset() const;

 private:
  int fd_;
  std::string head_;
  int number_;
};

class TestServer {
 public:
  using Handler = std::function<void(const Connection&)>;
  explicit TestServer(Handler handler);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string url(const std::string& path = "/") const;
  /// "127.0.0.1:PORT"
  std::string place() const;
  int n_requests() const { return n_requests_; }

 private:
  void run();
  void serve(int fd);

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> n_requests_{0};
  std::mutex mutex_;
  int client_ = -1;         // guarded by mutex_
  bool is_ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace fetch
