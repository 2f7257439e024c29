// XMPP from a server in any octets, cut anywhere: no crash, the cuts change nothing, what is read can be written and
// read again, and a session and an inbox survive it.
#include "connectors/xmpp/inbox.hpp"
#include "connectors/xmpp/names.hpp"
#include "connectors/xmpp/session.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::xmpp;

constexpr std::string_view kHeader =
    "<stream:stream version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

std::string cut(std::string_view octets, std::size_t piece) {
    StreamReader reader({.element_octets = 4'096, .depth = 16, .nodes = 500});
    std::string seen;
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        reader.feed(octets.substr(at, piece));
        for (const auto& item : reader.take()) {
            const auto* one = std::get_if<StreamElement>(&item);
            seen += one == nullptr ? "|" : one->xml + to_xml(one->element, ns::kClient);
        }
    }
    // The limit is looked at after every piece, so where it strikes depends on the cuts.
    return reader.fault() && reader.fault()->starts_with("an element") ? "limit" : seen;
}

void rewrite(std::string_view octets) {
    StreamReader reader;
    reader.feed(kHeader);
    reader.feed(octets);
    const Account account{.jid = parse_jid("agent@localhost/tandem"), .component = false, .archive = true};
    Inbox inbox;
    for (const auto& item : reader.take()) {
        const auto* one = std::get_if<StreamElement>(&item);
        if (one == nullptr) continue;
        const std::string xml = to_xml(one->element, "");
        StreamReader again;
        again.feed(std::string(kHeader) + xml);
        if (again.take().size() != 2) std::abort();
        const auto taken = inbox.take(one->element, one->xml, account, tandem::Instant{});
        if (taken.event) inbox.restore(*taken.event);
    }
}

void converse(std::string_view octets) {
    SessionOptions options;
    options.jid = parse_jid("user@example.com/tandem");
    options.password = tandem::Secret("pencil");
    options.tls = TlsMode::None;
    options.nonce = "n";
    Ledger ledger;
    ledger.begin("old");
    const Session::Time now{};
    Session session(options, ledger, now);
    session.receive(kHeader, now);
    session.receive(octets, now);
    for (const auto& event : session.take_events()) {
        if (const auto* received = std::get_if<Received>(&event)) session.handled(received->number);
    }
    session.close();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = cut(octets, octets.size());
    const std::string pieces = cut(octets, data[0] % 70 + 1U);
    if (whole != pieces && whole != "limit" && pieces != "limit") std::abort();
    rewrite(octets);
    converse(octets);
    return 0;
}
