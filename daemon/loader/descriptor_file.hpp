// A plugin's descriptor read from the library's file, so that nothing of a library runs (not even
// its static constructors) before it is known to fit.
#pragma once

#include <string>
#include <vector>

#include <capstan/sdk/abi.hpp>

namespace capstan::loader {

/// Reads the symbol `capstan_plugin` from an ELF file of this machine, and gives the names of the
/// plugin's stage types. Throws std::runtime_error saying why the file is not a plugin, or must not
/// be loaded here. Blocks on the file system.
std::vector<std::string> read_stage_names(const std::string& path);

}  // namespace capstan::loader
