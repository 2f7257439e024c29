// Answers of a submission server in any octets, cut anywhere: no crash, no end without a time limit, the cuts change
// nothing, and a mail whose last octet was not handed out is never of unknown outcome.
#include "connectors/smtp/session.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::smtp;

constexpr Session::Time kNow{};

struct Seen {
    std::string said;
    std::string outcome;
    bool dot = false;
    friend bool operator==(const Seen&, const Seen&) = default;
};

SessionOptions options(bool secure) {
    SessionOptions out;
    out.tls = secure ? TlsMode::StartTls : TlsMode::Direct;
    out.helo = "gw.test";
    out.credentials = {
        .method = secure ? AuthMethod::Auto : AuthMethod::None, .user = "user", .password = tandem::Secret("pass")};
    return out;
}

// `piece` 0: line by line.
Seen talk(std::string_view octets, std::size_t piece, bool secure) {
    Session session(options(secure), kNow);
    Seen seen;
    bool submitted = false;
    for (std::size_t at = 0, size = 0; at < octets.size() && !session.closed(); at += size) {
        size = piece > 0 ? piece : std::min(octets.find('\n', at), octets.size() - 1) + 1 - at;
        session.receive(octets.substr(at, size), kNow);
        if (session.wants_tls()) session.secured(kNow);
        if (session.ready() && !submitted) {
            submitted = true;
            session.submit({.sender = "a@b", .recipients = {"c@d", "e@f"}, .id = "x", .octets = "x\r\n"}, kNow);
        }
        for (std::string more = session.take_output(); !more.empty(); more = session.take_output())
            seen.said += more;
        if (!session.closed() && !session.ready() && session.next_tick() == Session::Time::max() && submitted) {
            // The transaction's own limit is none here; everything else has one.
            if (!seen.said.ends_with(".\r\n") && !seen.said.ends_with("DATA\r\n")) std::abort();
        }
    }
    seen.dot = seen.said.ends_with("\r\n.\r\n");
    session.lost("end");
    if (auto outcome = session.take_outcome()) {
        seen.outcome = *outcome ? "sent" : std::string(to_string(outcome->error().kind));
        if (seen.outcome == "unknown_outcome" && seen.said.find("\r\n.\r\n") == std::string::npos) std::abort();
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool secure = (data[0] & 128U) != 0;
    talk(octets, octets.size(), secure);
    talk(octets, data[0] % 70 + 1U, secure);
    // What a server says before it was asked depends on the cuts; octet by octet and line by line it does not.
    if (!secure && !(talk(octets, 0, secure) == talk(octets, 1, secure))) std::abort();
    return 0;
}
