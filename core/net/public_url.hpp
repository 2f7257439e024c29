// Which URL a vendor called, and from where: signatures cover the URL as the vendor knows it, which behind a proxy is
// not the one that arrives here. Headers that anybody can send (X-Forwarded-*, Forwarded) count only when the peer of
// the socket is a proxy that the configuration trusts.
#pragma once

#include "core/base/result.hpp"
#include "core/net/http.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

// A block of addresses: "10.0.0.0/8", "::1", "fd00::/8". An IPv4-mapped IPv6 address counts as IPv4.
class AddressBlock {
public:
    static Result<AddressBlock> parse(std::string_view text);  // ErrorKind::Config
    bool contains(std::string_view address) const;             // false for what is not an address

private:
    std::vector<std::uint8_t> bytes_;  // 4 or 16
    unsigned bits_ = 0;
};

struct PublicUrlRules {
    std::string base;                   // "https://gw.example.test" or with a path prefix; empty: from the request
    std::vector<AddressBlock> trusted;  // proxies in front of us
};

class PublicUrl {
public:
    PublicUrl() = default;  // no base, nobody trusted
    explicit PublicUrl(PublicUrlRules rules);

    // With a base: the base and the target. Else from a trusted proxy's X-Forwarded-Proto and -Host (or Forwarded),
    // else from Host and whether the connection was TLS. The target is taken byte for byte.
    std::string of(const HttpRequest& request) const;

    // The address of the client: the socket's peer, or behind trusted proxies the last address that no trusted proxy
    // stands for. What cannot be read as an address ends the search.
    std::string client(const HttpRequest& request) const;

private:
    bool trusts(std::string_view address) const;
    PublicUrlRules rules_;
};

}  // namespace tandem::net
