// Which addresses strangers' URLs may lead to.
#pragma once

#include <sys/socket.h>

#include <string>

namespace fetch {

/// True for an address that anyone on the internet could reach: not this machine, not a local
/// network, not a cloud's metadata service; also where IPv6 carries an IPv4 address.
bool is_public(const sockaddr& address);

/// "127.0.0.1:80" or "[::1]:80".
std::string format_address(const sockaddr& address);
/// The same without the port.
std::string format_host(const sockaddr& address);

}  // namespace fetch
