// Addresses (RFC 7622): local@domain/resource. Compared in lower case of ASCII; other letters are taken as they come.
#pragma once

#include <string>
#include <string_view>

namespace tandem::xmpp {

struct Jid {
    std::string local;  // may be empty: a server or component
    std::string domain;
    std::string resource;

    std::string bare() const { return local.empty() ? domain : local + "@" + domain; }
    std::string full() const { return resource.empty() ? bare() : bare() + "/" + resource; }
    bool empty() const { return domain.empty(); }
    friend bool operator==(const Jid&, const Jid&) = default;
};

// Empty when the text is no address: no domain, a part above 1023 octets, white space or a control character.
Jid parse_jid(std::string_view text);

}  // namespace tandem::xmpp
