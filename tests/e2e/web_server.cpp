#include "web_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace e2e {

namespace {

// Debian keeps it where only root's search path looks.
constexpr const char* kNginx = "/usr/sbin/nginx";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool answers(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool is_open =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return is_open;
}

std::string configuration(const std::string& folder, const std::string& root, int port) {
  std::string text;
  // As root nginx would drop to a user who cannot read the test's files.
  if (::geteuid() == 0) text += "user root;\n";
  text += "daemon off;\nmaster_process off;\npid " + folder + "/pid;\nerror_log " + folder +
          "/error.log;\nevents {}\nhttp {\n  access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += std::string("  ") + kind + "_temp_path " + folder + "/" + kind + ";\n";
  }
  text += "  server {\n    listen 127.0.0.1:" + std::to_string(port) + ";\n    root " + root +
          ";\n    location = /moved.mp4 { return 302 /clip.mp4; }\n" +
          "    location = /refused.mp4 { return 403; }\n" +
          "    location = /broken.mp4 { return 500; }\n  }\n}\n";
  return text;
}

}  // namespace

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool is_bound =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!is_bound) throw std::runtime_error("no free port on loopback");
  return ntohs(address.sin_port);
}

WebServer::WebServer(const std::filesystem::path& root) {
  // Another program may take the port between the look and the start: then try the next.
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = free_port();
    const auto file =
        folder_.write("nginx.conf", configuration(folder_.path().string(), root.string(), port_));
    program_ = std::make_unique<Program>(std::vector<std::string>{
        kNginx, "-p", folder_.path().string(), "-c", file.string(), "-e", "stderr"});
    wait_until([this] { return answers(port_) || !program_->is_running(); });
    if (program_->is_running()) return;
  }
  throw std::runtime_error("nginx does not start: " + program_->output());
}

WebServer::~WebServer() {
  program_->send(SIGTERM);
  program_->wait();
}

std::string WebServer::url(const std::string& name) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/" + name;
}

bool WebServer::is_installed() { return ::access(kNginx, X_OK) == 0; }

}  // namespace e2e
