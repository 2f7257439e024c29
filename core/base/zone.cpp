#include "core/base/zone.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace tandem {

namespace {

std::optional<int> two_digits(std::string_view& text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() < 2 || !digit(0) || !digit(1)) return std::nullopt;
    const int value = (text[0] - '0') * 10 + (text[1] - '0');
    text.remove_prefix(2);
    return value;
}

}  // namespace

std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
    constexpr int kMaxHours = 18;
    if (text == "Z") return std::chrono::minutes(0);
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const bool negative = text[0] == '-';
    text.remove_prefix(1);
    const auto hours = two_digits(text);
    if (!hours || *hours > kMaxHours) return std::nullopt;
    if (text.starts_with(':')) text.remove_prefix(1);
    const auto minutes = text.empty() ? 0 : two_digits(text);
    if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
    const std::chrono::minutes total = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return negative ? -total : total;
}

std::optional<Zone> Zone::find(std::string_view name) {
    Zone zone;
    if (name.empty()) return zone;
    if (const auto offset = parse_offset(name)) {
        zone.offset_ = *offset;
        return zone;
    }
    try {
        zone.rules_ = date::locate_zone(name);
        return zone;
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

LocalMeaning Zone::meaning(LocalTime local) const {
    if (rules_ == nullptr) {
        const Instant at(local.time_since_epoch() - offset_);
        return {at, at};
    }
    const auto& zone = *static_cast<const date::time_zone*>(rules_);
    const date::local_time<std::chrono::microseconds> there(local.time_since_epoch());
    return {zone.to_sys(there, date::choose::earliest), zone.to_sys(there, date::choose::latest)};
}

LocalTime Zone::local(Instant at) const {
    if (rules_ == nullptr) return LocalTime(at.time_since_epoch() + offset_);
    return LocalTime(static_cast<const date::time_zone*>(rules_)->to_local(at).time_since_epoch());
}

}  // namespace tandem
