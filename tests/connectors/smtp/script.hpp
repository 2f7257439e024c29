// Conversations as people write them down, played against one side of SMTP with the octets cut anywhere.
//
//   S: what the server says      C: what the client says      (a line each, without CRLF)
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smtp::test {

struct Turn {
    char who = 'S';
    std::string octets;
};

// Lines of one side that follow one another are one turn. Blanks before a line's letter do not count.
inline std::vector<Turn> turns_of(std::string_view script) {
    std::vector<Turn> out;
    while (!script.empty()) {
        const std::size_t end = std::min(script.find('\n'), script.size());
        std::string_view line = script.substr(0, end);
        script.remove_prefix(std::min(end + 1, script.size()));
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (line.size() < 2) continue;
        const std::string octets = std::string(line.substr(std::min<std::size_t>(3, line.size()))) + "\r\n";
        if (out.empty() || out.back().who != line[0]) out.push_back({line[0], {}});
        out.back().octets += octets;
    }
    return out;
}

// `machine`: has receive(octets, now) and take_output(); `hears`: whose turns it is fed, the other's it must say. What
// it said up to where it differed from the script, or "".
template <class Machine>
void play(Machine& machine, std::string_view script, char hears, std::size_t piece, auto now, auto after_each) {
    for (const Turn& turn : turns_of(script)) {
        if (turn.who == hears) {
            for (std::size_t at = 0; at < turn.octets.size(); at += piece) {
                machine.receive(std::string_view(turn.octets).substr(at, piece), now);
                after_each();
            }
            continue;
        }
        std::string said;
        for (std::string more = machine.take_output(); !more.empty(); more = machine.take_output())
            said += more;
        ASSERT_EQ(said, turn.octets) << "cut in pieces of " << piece;
    }
}

}  // namespace tandem::smtp::test
