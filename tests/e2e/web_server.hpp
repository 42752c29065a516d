// A real web server (nginx) on a free port of loopback, with a configuration of its own in a
// temporary folder. Started by the test, stopped with it.
#pragma once

#include <memory>
#include <string>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {

class WebServer {
 public:
  /// Serves `root`. Waits until it answers; throws when nginx does not start.
  explicit WebServer(const std::filesystem::path& root);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  /// "http://127.0.0.1:PORT/" + name
  std::string url(const std::string& name) const;
  static bool is_installed();

 private:
  Folder folder_;
  int port_ = 0;
  std::unique_ptr<Program> program_;
};

/// A port of loopback on which nothing listens.
int free_port();

}  // namespace e2e
