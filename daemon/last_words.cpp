#include "last_words.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

namespace capstan {

namespace {

const char* name = "capstan";

// No memory may be needed here.
void say(const char* text) noexcept {
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text, std::strlen(text));
}

[[noreturn]] void end() noexcept {
  say(name);
  try {
    if (std::current_exception()) throw;
    say(": terminated\n");
  } catch (const std::bad_alloc&) {
    say(": out of memory\n");
    ::_exit(1);
  } catch (const std::exception& failure) {
    say(": ");
    say(failure.what());
    say("\n");
  } catch (...) {
    say(": threw something that is not a std::exception\n");
  }
  std::abort();
}

}  // namespace

void say_last_words(const char* program) noexcept {
  name = program;
  std::set_terminate(end);
}

}  // namespace capstan
