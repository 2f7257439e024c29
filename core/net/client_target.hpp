// The URL of an outgoing request, taken apart and checked; inside core/net.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::net {

struct ClientTarget {
    bool secure = false;
    std::string host;  // a name in lower case or a numeric address, without brackets
    std::uint16_t port = 0;
    std::string authority;  // as in the Host header: without the scheme's own port
    std::string target;     // path and query, as it goes over the wire; at least "/"

    // ErrorKind::Rejected, and its text never repeats the URL: a URL may hold a secret.
    static Result<ClientTarget> parse(std::string_view url);
    // Where a Location header leads (RFC 3986, 5.2). The same errors.
    Result<ClientTarget> follow(std::string_view location) const;

    bool same_origin(const ClientTarget& other) const;
    // "https://host:8443": the key of connections.
    std::string origin() const;
    // What an error may show: origin and path, never the query. `hide_path`: the origin alone.
    std::string shown(bool hide_path) const;
};

}  // namespace tandem::net
