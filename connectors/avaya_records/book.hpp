// What a connector of call records knows about its switch's records: the only part that differs between them. Pure, and
// the same lines give the same records: after a restart the lines of the last day are read in again.
#pragma once

#include "connectors/avaya_records/call.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_records {

struct Line {
    std::string text;  // UTF-8, without NULs and line end
    std::string_view peer;
    std::uint64_t connection = 0;  // no two have one number
    Instant at{};                  // when it came
};

enum class Found {
    Record,
    Repeat,  // came before
    Note,    // of the switch's about the records that follow, e.g. a date
    Lost,    // the switch says that it could not record calls
    Unreadable,
};

struct Reading {
    Found found = Found::Record;
    std::string problem{};  // what is unreadable, and where; what was lost; what is odd about a record that was taken
};

class Book {
public:
    virtual ~Book() = default;
    // One day of lines, in the order in which they came.
    virtual Reading take(const Line& line) = 0;
    // Whether a text that is a line can be a record.
    virtual bool readable(std::string_view text) const = 0;
    // Whether a text that no line end follows is certainly a whole record.
    virtual bool complete(std::string_view text) const = 0;
    // Calls of which there is something new and whose related records had time to come.
    virtual std::vector<Call> due(Instant now) = 0;
    virtual std::optional<Instant> next_due() const = 0;
};

}  // namespace tandem::avaya_records
