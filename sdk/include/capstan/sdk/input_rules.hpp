// Which inputs stages may open: the operator's `daemon: {inputs: {allow: [...]}}`.
//
// Nothing was said: every local file, the URLs of stages that look where they connect to, and none
// for libraries that do not. Something was said: what it names, and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <capstan/sdk/export.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Immutable. Threads: any. The checks throw std::runtime_error with a sentence that names what
/// was refused, without the secrets that URLs may hold.
class CAPSTAN_EXPORT InputRules {
 public:
  /// Nothing was said.
  InputRules();
  /// Each of `allowed` is an absolute path, of a file or of a folder with all that is below, or a
  /// URL: "https://host/folder/", "rtsp://host:8554", or "https://" for any host. Throws
  /// std::invalid_argument that says what is wrong with one.
  explicit InputRules(const std::vector<std::string>& allowed);
  InputRules(const InputRules&);
  InputRules& operator=(const InputRules&);
  ~InputRules();

  /// Asks about the file that was opened, wherever the links in its name led. Blocks on the file
  /// system.
  void check_file(int descriptor) const;
  /// For who reaches public addresses only, and asks about each redirect too.
  void check_url(std::string_view url) const;
  /// For libraries that connect to whatever a name leads to: the host itself must be named.
  void check_host_of(std::string_view url) const;

 private:
  enum class AnyHost : bool { no, yes };
  bool names(std::string_view url, AnyHost any_host) const;

  bool has_list_ = false;
  std::vector<std::string> paths_;
  std::vector<std::string> urls_;
};

CAPSTAN_END_NAMESPACE
