#include "connectors/avaya_records/event.hpp"

#include "connectors/avaya_records/text.hpp"
#include "core/data/json.hpp"

#include <fmt/format.h>

namespace tandem::avaya_records {

using data::Value;

journal::Event line_event(const StoredLine& line, std::string_view content_type) {
    data::Arena arena;
    data::ArenaList<data::Member> members(arena);
    members.push_back({"peer", Value::string(line.peer)});
    members.push_back({"connection", Value::unsigned_integer(line.connection)});
    if (line.cut) members.push_back({"cut", Value::boolean(true)});
    return {.instance = {},
            .stream = {},
            .vendor_id = line.id,
            .received_at = line.at,
            .content_type = std::string(content_type),
            .envelope = data::to_json(Value::object(members.items())),
            .raw = line.raw};
}

std::optional<StoredLine> stored_line(const journal::Event& event) {
    data::Arena arena;
    const auto envelope = data::parse_json(event.envelope, arena);
    if (!envelope) return std::nullopt;
    const auto peer = envelope->string_at("peer");
    const Value connection = envelope->get("connection");
    if (!peer || !connection.is_integer()) return std::nullopt;
    const Value cut = envelope->get("cut");
    return StoredLine{.id = event.vendor_id,
                      .raw = event.raw,
                      .peer = std::string(*peer),
                      .connection = connection.as_uint(),
                      .at = event.received_at,
                      .cut = cut.is_bool() && cut.as_bool()};
}

journal::Event unreadable_event(const Heard& heard, Instant at) {
    data::Arena arena;
    const Value document = data::make_object(arena, {{"problem", Value::string(heard.reading.problem)},
                                                     {"line", Value::string(heard.text)},
                                                     {"line_id", Value::string(heard.line)}});
    return {.instance = {},
            .stream = {},
            .vendor_id = heard.line,
            .received_at = at,
            .content_type = std::string(kUnreadableType),
            .envelope = "{}",
            .raw = data::to_json(document)};
}

journal::Event call_event(const Call& call, Instant at) {
    return {.instance = {},
            .stream = {},
            .vendor_id = fmt::format("{}/{}", call.id, call.revision),
            .received_at = at,
            .content_type = std::string(kCallType),
            .envelope = "{}",
            .raw = to_json(call)};
}

std::optional<Told> told_call(const journal::Event& event) {
    const auto slash = event.vendor_id.rfind('/');
    if (slash == std::string::npos) return std::nullopt;
    const auto revision = number_of(std::string_view(event.vendor_id).substr(slash + 1));
    if (!revision) return std::nullopt;
    return Told{.id = event.vendor_id.substr(0, slash), .revision = static_cast<std::uint64_t>(*revision)};
}

}  // namespace tandem::avaya_records
