// Finds the message in what the server delivers: as it is, as a copy for another device (XEP-0280), as a result of the
// archive (XEP-0313). What only the own server may say is believed only when it comes from there. Pure.
#pragma once

#include "connectors/xmpp/element.hpp"
#include "connectors/xmpp/jid.hpp"
#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::xmpp {

// Who we are on this stream.
struct Account {
    Jid jid;  // as bound
    bool component = false;
    bool archive = false;  // the server keeps one and gives stanza ids (XEP-0313, XEP-0359)

    std::string bare() const { return jid.bare(); }
    // Of the account; of a component: any address of its domain.
    bool owns(const Jid& address) const {
        return component ? address.domain == jid.domain : address.bare() == jid.bare();
    }
};

enum class Via { Live, Carbon, Archive };
std::string_view to_string(Via via);

struct Envelope {
    const Element* message = nullptr;  // inside the stanza
    Via via = Via::Live;
    Jid from = {};
    Jid to = {};
    std::string stanza_id = {};  // the archive's; empty: none that can be trusted
    std::string query = {};      // of an archive result
    std::optional<Instant> stamp = {};
};

// nullopt: not a message, or a forged copy. `stanza` outlives the result.
std::optional<Envelope> open_envelope(const Element& stanza, const Account& account);

}  // namespace tandem::xmpp
