// A peer of the sink in any octets, cut anywhere: no crash, the cuts change nothing, room is given back, and the reader
// of contents agrees with a slow one that is written from the RFC's words.
#include "connectors/smtp/sink_session.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::smtp;

constexpr SinkSession::Time kNow{};

class Room final : public Allowance {
public:
    bool admit_mail() override { return true; }
    bool take(std::size_t octets) override {
        if (held + octets > 2'000) return false;
        held += octets;
        return true;
    }
    void give(std::size_t octets) override {
        if (octets > held) std::abort();
        held -= octets;
    }
    std::size_t held = 0;
};

SinkOptions options(bool lmtp, bool tls) {
    SinkOptions out;
    out.lmtp = lmtp;
    out.offer_tls = tls;
    out.recipients = {"j@gw.test", "@copies.test"};
    out.max_size = 1'000;
    return out;
}

std::string talk(std::string_view octets, std::size_t piece, bool lmtp, bool tls) {
    Room room;
    std::string seen;
    {
        SinkSession session(options(lmtp, tls), room, kNow);
        for (std::size_t at = 0; at < octets.size() && !session.closed(); at += piece) {
            session.receive(octets.substr(at, piece), kNow);
            while (session.storing()) {
                const auto mail = session.take_mail();
                if (!mail || mail->octets.size() > 1'000 || mail->recipients.empty()) std::abort();
                seen += session.take_output() + "[" + mail->octets + "]";
                session.stored({}, kNow);
            }
            if (session.wants_tls()) session.secured(false, kNow);
        }
        seen += session.take_output();
    }
    if (room.held != 0) std::abort();
    return seen;
}

// RFC 5321, 4.1.1.4 and 4.5.2, word for word.
std::string slow(std::string octets, bool& done) {
    octets = "\r\n" + octets;
    const auto end = octets.find("\r\n.\r\n");
    done = end != std::string::npos;
    std::string lines = done ? octets.substr(0, end + 2) : octets;
    for (auto at = lines.find("\r\n."); at != std::string::npos; at = lines.find("\r\n.", at + 2))
        lines.erase(at + 2, 1);
    return lines.substr(2);
}

void read(std::string_view octets, std::size_t piece) {
    DataReader reader;
    std::string content;
    for (std::size_t at = 0; at < octets.size() && !reader.done(); at += piece)
        reader.feed(octets.substr(at, piece), content);
    bool done = false;
    const std::string expected = slow(std::string(octets), done);
    if (done != reader.done() || (done && content != expected)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] % 70 + 1U;
    const bool lmtp = (data[0] & 64U) != 0;
    read(octets, piece);
    if (talk(octets, octets.size(), lmtp, false) != talk(octets, piece, lmtp, false)) std::abort();
    // What follows STARTTLS in one piece is dropped, so here the cuts count.
    talk(octets, piece, lmtp, true);
    return 0;
}
