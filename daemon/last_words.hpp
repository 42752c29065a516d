// What a program says when it cannot go on.
#pragma once

namespace capstan {

/// From here on an exception that nobody can handle ends the process with one line on stderr: exit
/// code 1 when memory ran out in the engine's own code, abort() for what is our bug.
void say_last_words(const char* program) noexcept;

}  // namespace capstan
