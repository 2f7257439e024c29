#include "connectors/imap/place.hpp"

#include "core/data/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::imap {

namespace {

constexpr std::size_t kMaxSkipped = 50;

std::uint64_t number_at(const data::Value& value, std::string_view key) {
    const data::Value found = value.get(key);
    return found.is_integer() ? found.as_uint() : 0;
}

Uid uid_at(const data::Value& value, std::string_view key) {
    return static_cast<Uid>(std::min<std::uint64_t>(number_at(value, key), UINT32_MAX));
}

Instant time_at(const data::Value& value, std::string_view key) {
    return parse_time(value.string_at(key).value_or("")).value_or(Instant{});
}

}  // namespace

void saw(LivePlace& place, Uid uid) {
    const auto at = std::ranges::lower_bound(place.seen, uid);
    if (at == place.seen.end() || *at != uid) place.seen.insert(at, uid);
    const Uid highest = std::max(place.last, place.seen.back());
    const Uid lowest = highest > kLookBack ? highest - static_cast<Uid>(kLookBack) : 0;
    std::erase_if(place.seen, [&](Uid one) { return one <= lowest; });
}

std::string to_cursor(const LivePlace& place) {
    std::vector<Uid> skipped = place.skipped;
    std::ranges::sort(skipped);
    return fmt::format(
        R"({{"uidvalidity":{},"last_uid":{},"modseq":{},"seen":"{}","skipped":"{}","at":"{}","renumbered":"{}"}})",
        place.uidvalidity, place.last, place.modseq, uid_set(place.seen), uid_set(skipped), format_time(place.at),
        format_time(place.renumbered));
}

std::string to_cursor(const BackfillPlace& place) {
    return fmt::format(R"({{"uidvalidity":{},"below":{},"since":"{}","done":{}}})", place.uidvalidity, place.below,
                       format_time(place.since), place.done);
}

std::optional<LivePlace> parse_live_place(std::string_view cursor) {
    data::Arena arena;
    const auto value = data::parse_json(cursor, arena);
    if (!value || !value->get("last_uid").is_integer()) return std::nullopt;
    return LivePlace{.uidvalidity = uid_at(*value, "uidvalidity"),
                     .last = uid_at(*value, "last_uid"),
                     .modseq = number_at(*value, "modseq"),
                     .seen = parse_uid_set(value->string_at("seen").value_or(""), kLookBack),
                     .skipped = parse_uid_set(value->string_at("skipped").value_or(""), kMaxSkipped),
                     .at = time_at(*value, "at"),
                     .renumbered = time_at(*value, "renumbered")};
}

std::optional<BackfillPlace> parse_backfill_place(std::string_view cursor) {
    data::Arena arena;
    const auto value = data::parse_json(cursor, arena);
    if (!value || !value->get("below").is_integer()) return std::nullopt;
    const data::Value done = value->get("done");
    return BackfillPlace{.uidvalidity = uid_at(*value, "uidvalidity"),
                         .below = uid_at(*value, "below"),
                         .since = time_at(*value, "since"),
                         .done = done.is_bool() && done.as_bool()};
}

std::string live_stream(std::string_view user, std::string_view folder) {
    return std::string(user) + "/" + std::string(folder);
}

std::string backfill_stream(std::string_view user, std::string_view folder) {
    return "backfill:" + live_stream(user, folder);
}

}  // namespace tandem::imap
