// A stream of AES in any octets, cut anywhere: no crash, the cuts change nothing, and what was read as a frame is
// written back as it came. A whole session lives through it: each of its requests is answered once.
#include "connectors/avaya_dmcc/session.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::avaya_dmcc;
using Time = Session::Time;

std::string read(std::string_view octets, std::size_t piece) {
    FrameReader reader;
    std::string seen;
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        reader.feed(octets.substr(at, piece));
        while (const auto frame = reader.next()) {
            std::string again;
            append_frame(again, invoke_number(frame->invoke_id).value_or(0), frame->xml);
            if (again.substr(8) != frame->xml || again.size() != frame->xml.size() + kFrameHeader) std::abort();
            seen.append(frame->invoke_id).append(frame->xml).append("|");
        }
    }
    return seen + (reader.broken() ? "broken" : "");
}

void converse(std::string_view octets, std::size_t piece) {
    SessionOptions options;
    options.login.protocols = {"ed3/privE"};
    Time now = Time() + std::chrono::hours(1);
    Session session(options, "old", now);
    std::uint64_t asked = 0, answered = 0;
    const auto look = [&] {
        for (const auto& event : session.take_events())
            answered += std::holds_alternative<Answered>(event);
        session.take_output();
    };
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        if (session.online() && session.pending() < 8) {
            session.request("<A/>", now);
            ++asked;
        }
        session.receive(octets.substr(at, piece), now);
        look();
        now += std::chrono::seconds(1);
        session.tick(now);
        look();
    }
    session.lost();
    look();
    if (asked != answered) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] % 70 + 1U;
    if (read(octets, octets.size()) != read(octets, piece)) std::abort();
    converse(octets, piece);
    return 0;
}
