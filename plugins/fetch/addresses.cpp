#include "addresses.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fetch {

namespace {

struct Range {
  std::uint32_t start;
  int n_bits;
};

// IANA's registry of special-purpose IPv4 addresses, less the parts that are globally reachable.
constexpr Range kNotPublic[] = {
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // 10.0.0.0, private
    {0x64400000, 10},  // 100.64.0.0, carriers' own
    {0x7F000000, 8},   // 127.0.0.0, this machine
    {0xA9FE0000, 16},  // 169.254.0.0, this link, and clouds' metadata
    {0xAC100000, 12},  // 172.16.0.0, private
    {0xC0000000, 24},  // 192.0.0.0, protocols
    {0xC0000200, 24},  // 192.0.2.0, documentation
    {0xC0586300, 24},  // 192.88.99.0, 6to4 relays
    {0xC0A80000, 16},  // 192.168.0.0, private
    {0xC6120000, 15},  // 198.18.0.0, benchmarks
    {0xC6336400, 24},  // 198.51.100.0, documentation
    {0xCB007100, 24},  // 203.0.113.0, documentation
    {0xE0000000, 3},   // 224.0.0.0 and above: many hosts, reserved, broadcast
};

bool is_public_v4(std::uint32_t address) {
  return std::none_of(std::begin(kNotPublic), std::end(kNotPublic), [&](const Range& range) {
    return (address >> (32 - range.n_bits)) == (range.start >> (32 - range.n_bits));
  });
}

std::uint32_t read_v4(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool starts_with(const unsigned char* bytes, std::initializer_list<unsigned char> start) {
  return std::equal(start.begin(), start.end(), bytes);
}

bool is_public_v6(const unsigned char* bytes) {
  // An IPv4 address in other clothes: mapped, translated (NAT64), 6to4.
  if (starts_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}) ||
      starts_with(bytes, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return is_public_v4(read_v4(bytes + 12));
  }
  if (starts_with(bytes, {0x20, 0x02})) return is_public_v4(read_v4(bytes + 2));
  const bool is_protocol =
      starts_with(bytes, {0x20, 0x01, 0x00}) || starts_with(bytes, {0x20, 0x01, 0x01});
  const bool is_documentation =
      starts_with(bytes, {0x20, 0x01, 0x0D, 0xB8}) || starts_with(bytes, {0x3F, 0xFF});
  // Only 2000::/3 is given out as public. 2001::/23 has Teredo and other protocols.
  return (bytes[0] & 0xE0) == 0x20 && !is_protocol && !is_documentation;
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof(v6));
    return is_public_v6(v6.sin6_addr.s6_addr);
  }
  return false;
}

std::string format_host(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return text;
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof(v6));
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  return "[" + std::string(text) + "]";
}

std::string format_address(const sockaddr& address) {
  // The port lies in the same place for both families.
  sockaddr_in any{};
  std::memcpy(&any, &address, sizeof(any));
  return format_host(address) + ":" + std::to_string(ntohs(any.sin_port));
}

}  // namespace fetch
