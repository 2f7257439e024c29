// Messages whose outcome is unknown, and what shows later that the centre has them after all: an answer that comes
// after its time, or a receipt that repeats our user_message_reference. Pure, and in memory: after a restart a message
// in doubt stays in doubt.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smpp {

// The last part of a message, all parts before it were taken. If an earlier part is in doubt the rest was never sent,
// and nothing can make the message whole.
struct Doubt {
    std::string message;           // Outgoing::id
    std::vector<std::string> ids;  // of the parts before it
    std::string destination;       // as submitted
    std::uint64_t connection = 0;
    std::uint32_t sequence = 0;
    std::optional<std::uint16_t> reference;  // user_message_reference
};

class Doubts {
public:
    void add(Doubt doubt);

    // Whether one is settled by this: the centre has the last part, under this id if it has one.
    bool answered(std::uint64_t connection, std::uint32_t sequence, std::optional<std::string> id);
    bool reported(std::string_view destination, std::uint16_t reference, std::string id);

    // The ids of a message that is settled, all parts of it; it is then forgotten.
    std::optional<std::vector<std::string>> take(std::string_view message);

private:
    struct Entry {
        Doubt doubt;
        bool settled = false;
    };

    bool settle(std::deque<Entry>::iterator found, std::optional<std::string> id);

    std::deque<Entry> entries_;  // oldest first; the oldest gives way
};

}  // namespace tandem::smpp
