// What is wrong with a configuration: gathered while it is read, reported all at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::config {

/// A place in a file. Lines and columns count from 1, columns in bytes; line 0 means the whole
/// file.
struct Mark {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
};

enum class Severity : unsigned char { invalid = 0, error, warning };

struct Fault {
  Mark mark;
  std::string text;
  Severity severity = Severity::invalid;
};

/// A list of faults. A value; home: the thread that reads the configuration.
class Faults {
 public:
  void error(Mark mark, std::string text);
  void warn(Mark mark, std::string text);

  bool has_errors() const noexcept { return n_errors_ > 0; }
  bool empty() const noexcept { return faults_.empty(); }
  std::size_t n_errors() const noexcept { return n_errors_; }
  /// By file, then line, then column; faults of one place in the order they were found.
  std::vector<Fault> sorted() const;

 private:
  std::vector<Fault> faults_;
  std::size_t n_errors_ = 0;
};

/// "capstan.yaml:3:5", without the parts that are not known.
std::string to_string(const Mark& mark);
/// "capstan.yaml:3:5: unknown key 'stage'": one line, without a line end.
std::string to_string(const Fault& fault);

/// The text in single quotes, fit for a message: one line, printable, cut when long.
std::string quote(std::string_view text);

}  // namespace capstan::config
