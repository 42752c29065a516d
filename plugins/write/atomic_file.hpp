// Writes a file that is either there in full or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace write_plugin {

/// Where the bytes lie until they are complete.
enum class Draft : std::uint8_t {
  invalid = 0,
  unnamed,  ///< O_TMPFILE: gone with the process, whatever ends it
  named,    ///< a hidden name: where a file system has no unnamed files
};

/// Puts `content` into the folder under `name`, in place of a file that has the name already. When
/// it returns, content and name survive a power cut; when it throws, what was there before is, and
/// nothing else. `check` is called between chunks and may throw. Throws std::system_error. Blocks.
///
/// A process that is killed leaves at most a hidden file of temporary_name(name), complete or not,
/// which the next write of `name` removes; with unnamed drafts only while replacing a file.
void replace_file(int folder, const std::string& name, std::string_view content,
                  const std::function<void()>& check, Draft draft = Draft::unnamed);

/// Always the same for one name, and never too long.
std::string temporary_name(std::string_view name);

}  // namespace write_plugin
