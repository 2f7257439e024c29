// Which addresses a URL that somebody else wrote (a media link in a webhook) may lead to: only those of the public
// internet, so that nobody can make the gateway talk to its own network (server-side request forgery).
#pragma once

#include <string_view>

namespace tandem::net {

// False for loopback, private, shared (RFC 6598), link-local, multicast, unique-local, documentation, benchmarking,
// reserved and unspecified addresses (IANA special-purpose registries), for IPv6 forms that carry such an IPv4 address
// (mapped, NAT64) or hide one (6to4, Teredo), and for text that is no numeric address.
bool is_public_address(std::string_view address);

}  // namespace tandem::net
