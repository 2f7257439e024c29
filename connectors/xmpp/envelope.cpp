#include "connectors/xmpp/envelope.hpp"

#include "connectors/xmpp/names.hpp"

namespace tandem::xmpp {

namespace {

std::optional<Instant> stamp_of(const Element* delay) {
    return delay == nullptr ? std::nullopt : parse_time(delay->attribute("stamp"));
}

// Only the own server's word counts: senders may write what they like.
const Element* trusted_delay(const Element& message, const Account& account) {
    for (const Element& child : message.children) {
        if (!child.is("delay", ns::kDelay)) continue;
        const Jid by = parse_jid(child.attribute("from"));
        if (by.full() == account.jid.domain || by.full() == account.bare()) return &child;
    }
    return nullptr;
}

std::string trusted_stanza_id(const Element& message, const Account& account) {
    if (!account.archive) return {};
    for (const Element& child : message.children) {
        if (child.is("stanza-id", ns::kSid) && parse_jid(child.attribute("by")).full() == account.bare())
            return std::string(child.attribute("id"));
    }
    return {};
}

const Element* forwarded_message(const Element& wrapper) {
    const Element* forwarded = wrapper.child("forwarded", ns::kForward);
    return forwarded == nullptr ? nullptr : forwarded->child("message", ns::kClient);
}

void address(Envelope& out, const Account& account) {
    out.from = parse_jid(out.message->attribute("from"));
    out.to = parse_jid(out.message->attribute("to"));
    // RFC 6120, 8.1.2: without an address it is the account's own.
    if (!out.message->has("from")) out.from = account.jid;
    if (!out.message->has("to")) out.to = Jid{account.jid.local, account.jid.domain, {}};
}

}  // namespace

std::string_view to_string(Via via) {
    switch (via) {
        case Via::Live:
            return "live";
        case Via::Carbon:
            return "carbon";
        case Via::Archive:
            return "archive";
    }
    return "live";
}

std::optional<Envelope> open_envelope(const Element& stanza, const Account& account) {
    if (stanza.name != "message") return std::nullopt;
    const bool own_server = !stanza.has("from") || parse_jid(stanza.attribute("from")).full() == account.bare();
    Envelope out{.message = &stanza};
    if (const Element* result = stanza.child("result", ns::kMam)) {
        if (!own_server) return std::nullopt;
        out.message = forwarded_message(*result);
        out.via = Via::Archive;
        out.stanza_id = result->attribute("id");
        out.query = result->attribute("queryid");
        if (const Element* forwarded = result->child("forwarded", ns::kForward))
            out.stamp = stamp_of(forwarded->child("delay", ns::kDelay));
    } else {
        const Element* carbon = stanza.child("received", ns::kCarbons);
        if (carbon == nullptr) carbon = stanza.child("sent", ns::kCarbons);
        if (carbon != nullptr) {
            // CVE-2017-5589: a copy that somebody else wrote.
            if (!own_server) return std::nullopt;
            out.message = forwarded_message(*carbon);
            out.via = Via::Carbon;
        }
        if (out.message != nullptr) {
            out.stanza_id = trusted_stanza_id(*out.message, account);
            out.stamp = stamp_of(trusted_delay(*out.message, account));
        }
    }
    if (out.message == nullptr) return std::nullopt;
    address(out, account);
    if (out.from.empty()) return std::nullopt;
    return out;
}

}  // namespace tandem::xmpp
