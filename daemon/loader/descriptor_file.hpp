// A plugin's descriptor read from the library's file, so that nothing of a library runs (not even
// its static constructors) before it is known to fit.
#pragma once

#include <string>

#include <capstan/sdk/abi.hpp>

namespace capstan::loader {

/// The fields that come before any pointer; pointers need the dynamic linker.
struct DescriptorHead {
  char magic[8];
  std::uint32_t struct_size;
  char abi_tag[sizeof(PluginDescriptor::abi_tag)];
};

/// Reads the head of the symbol `capstan_plugin` from an ELF file of this machine. Throws
/// std::runtime_error saying why the file is not a plugin. Blocks on the file system.
DescriptorHead read_descriptor_head(const std::string& path);

/// Throws std::runtime_error when a plugin of this head must not be loaded here.
void check_head(const DescriptorHead& head);

}  // namespace capstan::loader
