// What is kept of a switch's records: each line as it came, what of it cannot be read, and calls. Pure.
#pragma once

#include "connectors/avaya_records/call.hpp"
#include "connectors/avaya_records/interpreter.hpp"
#include "core/connector/connector.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya_records {

inline constexpr std::string_view kUnreadableType = "application/vnd.tandem.unreadable-line+json";

journal::Event line_event(const StoredLine& line, std::string_view content_type);
// nullopt: no line of ours.
std::optional<StoredLine> stored_line(const journal::Event& event);

journal::Event unreadable_event(const Heard& heard, Instant at);

journal::Event call_event(const Call& call, Instant at);
struct Told {
    std::string id;
    std::uint64_t revision = 0;
};
std::optional<Told> told_call(const journal::Event& event);

}  // namespace tandem::avaya_records
