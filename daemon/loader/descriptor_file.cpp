#include "loader/descriptor_file.hpp"

#include <elf.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace capstan::loader {

namespace {

/// The fields that come before any pointer, which needs the dynamic linker, and whose places never
/// change.
struct DescriptorHead {
  char magic[8];
  std::uint32_t struct_size;
  char abi_tag[sizeof(PluginDescriptor::abi_tag)];
};

/// Bounds-checked reads from a file that strangers wrote.
class ElfFile {
 public:
  explicit ElfFile(const std::string& path) : file_(path, std::ios::binary) {
    if (!file_) throw std::runtime_error(std::generic_category().message(errno));
  }

  template <class T>
  T read(std::uint64_t offset) {
    T value;
    read_bytes(offset, &value, sizeof(T));
    return value;
  }
  void read_bytes(std::uint64_t offset, void* to, std::size_t size) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    if (!file_) throw std::runtime_error("is not a whole shared library");
  }

 private:
  std::ifstream file_;
};

constexpr std::uint64_t kMaxSymbols = 1'000'000;

Elf64_Ehdr read_header(ElfFile& file) {
  unsigned char ident[EI_NIDENT] = {};
  try {
    file.read_bytes(0, ident, sizeof(ident));
  } catch (const std::runtime_error&) {
    throw std::runtime_error("is not a shared library");
  }
  if (std::memcmp(ident, ELFMAG, SELFMAG) != 0) {
    throw std::runtime_error("is not a shared library");
  }
  // The daemon's own class and byte order; its machine is part of the ABI tag.
  constexpr unsigned char kData =
      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != kData) {
    throw std::runtime_error("is a library for another machine");
  }
  const auto header = file.read<Elf64_Ehdr>(0);
  if (header.e_type != ET_DYN) throw std::runtime_error("is not a shared library");
  return header;
}

/// Where the descriptor at an address lies in the file.
std::uint64_t file_offset(ElfFile& file, const Elf64_Ehdr& header, std::uint64_t address) {
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment =
        file.read<Elf64_Phdr>(header.e_phoff + std::uint64_t{i} * sizeof(Elf64_Phdr));
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    const std::uint64_t within = address - segment.p_vaddr;
    if (within + sizeof(DescriptorHead) <= segment.p_filesz) return segment.p_offset + within;
  }
  throw std::runtime_error("has its descriptor outside the file");
}

bool is_descriptor(ElfFile& file, std::uint64_t name_offset) {
  char name[sizeof("capstan_plugin")] = {};
  file.read_bytes(name_offset, name, sizeof(name));
  return std::memcmp(name, "capstan_plugin", sizeof(name)) == 0;
}

std::uint64_t find_descriptor(ElfFile& file) {
  const Elf64_Ehdr header = read_header(file);
  auto section_at = [&](std::uint64_t index) {
    return file.read<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr));
  };
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr symbols = section_at(i);
    if (symbols.sh_type != SHT_DYNSYM) continue;
    const Elf64_Shdr names = section_at(symbols.sh_link);
    const std::uint64_t n_symbols = symbols.sh_size / sizeof(Elf64_Sym);
    for (std::uint64_t s = 0; s < n_symbols && s < kMaxSymbols; ++s) {
      const auto symbol = file.read<Elf64_Sym>(symbols.sh_offset + s * sizeof(Elf64_Sym));
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT) continue;
      if (!is_descriptor(file, names.sh_offset + symbol.st_name)) continue;
      return file_offset(file, header, symbol.st_value);
    }
  }
  throw std::runtime_error("is not a Capstan plugin: it exports no symbol capstan_plugin");
}

/// Throws when a plugin of this head must not be loaded here.
void check_head(const DescriptorHead& head) {
  if (std::memcmp(head.magic, kPluginMagic, sizeof(head.magic)) != 0) {
    throw std::runtime_error(
        "is not a Capstan plugin: its descriptor does not begin with the magic CAPSTAN1");
  }
  // Before the size: a plugin of another major has another size for a good reason.
  const std::string_view theirs(head.abi_tag, ::strnlen(head.abi_tag, sizeof(head.abi_tag)));
  const std::string_view ours(kAbiTag.text);
  if (theirs != ours) {
    throw std::runtime_error("was built for '" + std::string(theirs) + "', this daemon is '" +
                             std::string(ours) + "': rebuild it with this daemon's SDK");
  }
  if (head.struct_size < sizeof(PluginDescriptor)) {
    throw std::runtime_error("has a descriptor of " + std::to_string(head.struct_size) +
                             " bytes where " + std::to_string(sizeof(PluginDescriptor)) +
                             " are needed: rebuild it with this daemon's SDK");
  }
}

}  // namespace

std::vector<std::string> read_stage_names(const std::string& path) {
  ElfFile file(path);
  const std::uint64_t offset = find_descriptor(file);
  check_head(file.read<DescriptorHead>(offset));
  char text[sizeof(PluginDescriptor::stage_names) + 1] = {};
  file.read_bytes(offset + offsetof(PluginDescriptor, stage_names), text,
                  sizeof(PluginDescriptor::stage_names));
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string name; std::getline(lines, name);) names.push_back(name);
  return names;
}

}  // namespace capstan::loader
