// Short forms for tests of the xmpp connector.
#pragma once

#include "connectors/xmpp/envelope.hpp"
#include "connectors/xmpp/session.hpp"
#include "core/data/json.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::xmpp::test {

inline constexpr std::string_view kHeader =
    "<?xml version='1.0'?><stream:stream from='example.com' id='s1' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>";

// The first-level elements of a stream of ours that consists of `xml`.
inline std::vector<StreamElement> elements(std::string_view xml) {
    StreamReader reader;
    reader.feed(kHeader);
    reader.feed(xml);
    EXPECT_FALSE(reader.fault()) << *reader.fault();
    std::vector<StreamElement> out;
    for (auto& item : reader.take()) {
        if (auto* one = std::get_if<StreamElement>(&item)) out.push_back(std::move(*one));
    }
    return out;
}

inline StreamElement element(std::string_view xml) {
    auto all = elements(xml);
    EXPECT_EQ(all.size(), 1U) << xml;
    return all.empty() ? StreamElement{} : std::move(all.front());
}

inline Account account(std::string_view jid = "agent@localhost/tandem") {
    return {.jid = parse_jid(jid), .component = false, .archive = true};
}

inline std::string text_at(std::string_view document, std::string_view key) {
    data::Arena arena;
    const auto value = data::parse_json(document, arena);
    if (!value) return "no JSON";
    return std::string(value->string_at(key).value_or(""));
}

// A Session before a server that this test plays: the exchange of RFC 7677, 3.
class Played {
public:
    explicit Played(Ledger& given, SessionOptions options = usual())
        : ledger(given), session(std::move(options), given, now) {}

    static SessionOptions usual() {
        SessionOptions out;
        out.jid = parse_jid("user@example.com/tandem");
        out.password = Secret("pencil");
        out.tls = TlsMode::None;
        out.nonce = "rOprNGfwEbeRWgbNEkqO";
        return out;
    }

    // What the session writes in answer.
    std::string say(std::string_view octets) {
        session.receive(octets, now);
        collect();
        return session.take_output();
    }
    void log_in() {
        say(std::string(kHeader) +
            "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism>"
            "<mechanism>PLAIN</mechanism></mechanisms></stream:features>");
        say("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            "cj1yT3ByTkdmd0ViZVJXZ2JORWtxTyVodllEcFdVYTJSYVRDQWZ1eEZJbGopaE5sRiRrMCxzPVcyMlphSjBTTlk3c29Fc1VFamI2Z1E9PS"
            "xp"
            "PTQwOTY=</challenge>");
        say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            "dj02cnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4vZEI1bkxUSlJzamw5NUc0PQ==</success>");
    }
    // With stream management unless told otherwise.
    void come_online(bool managed = true) {
        log_in();
        say(std::string(kHeader) + "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>" +
            (managed ? "<sm xmlns='urn:xmpp:sm:3'/>" : "") + "</stream:features>");
        say("<iq id='bind' type='result'><bind "
            "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>user@example.com/tandem</jid>"
            "</bind></iq>");
        if (managed) say("<enabled xmlns='urn:xmpp:sm:3' resume='true' id='r1' max='600'/>");
        ASSERT_TRUE(session.online());
    }

    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> out;
        for (const auto& event : events) {
            if (const auto* one = std::get_if<Event>(&event)) out.push_back(*one);
        }
        return out;
    }
    Error error() const {
        const auto closed = all<Closed>();
        EXPECT_EQ(closed.size(), 1U);
        return closed.empty() ? Error{} : closed.front().error;
    }
    void collect() {
        for (auto& event : session.take_events())
            events.push_back(std::move(event));
    }

    Session::Time now{std::chrono::hours(1)};
    Ledger& ledger;
    Session session;
    std::vector<SessionEvent> events;
};

}  // namespace tandem::xmpp::test
