#include "test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace fetch {

bool Connection::send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void Connection::answer(const std::string& status, const std::string& body,
                        const std::string& headers) const {
  send("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void Connection::wait_for_close() const {
  char ignored[256];
  while (recv(fd_, ignored, sizeof(ignored), 0) > 0) {
  }
}

void Connection::reset() const {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

TestServer::TestServer(Handler handler)
    : handler_(std::move(handler)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

TestServer::~TestServer() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    if (client_ >= 0) shutdown(client_, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string TestServer::place() const { return "127.0.0.1:" + std::to_string(port_); }
std::string TestServer::url(const std::string& path) const { return "http://" + place() + path; }

void TestServer::run() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    {
      const std::lock_guard lock(mutex_);
      client_ = is_ending_ ? -1 : fd;
    }
    serve(fd);
    {
      const std::lock_guard lock(mutex_);
      client_ = -1;
    }
    close(fd);
  }
}

void TestServer::serve(int fd) {
  std::string head;
  char chunk[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t n = recv(fd, chunk, sizeof(chunk), 0);
    if (n <= 0) return;
    head.append(chunk, static_cast<std::size_t>(n));
  }
  const Connection connection(fd, std::move(head), ++n_requests_);
  handler_(connection);
}

}  // namespace fetch
