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
    bool empty() const { return doubts_.empty(); }

    // Each gives the doubt that is settled, with the id of its last part if there is one; it is then forgotten.
    std::optional<Doubt> answered(std::uint64_t connection, std::uint32_t sequence, std::optional<std::string> id);
    std::optional<Doubt> reported(std::string_view destination, std::uint16_t reference, std::string id);

private:
    std::optional<Doubt> take(std::deque<Doubt>::iterator found, std::optional<std::string> id);

    std::deque<Doubt> doubts_;  // oldest first; the oldest gives way
};

}  // namespace tandem::smpp
