#include "core/mapping/consent.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tandem::mapping {

using data::Value;

namespace {

// The words of CTIA's Messaging Principles and their Russian counterparts.
constexpr std::array<std::string_view, 14> kOut = {"stop",    "stopall",    "stop all", "unsubscribe", "cancel",
                                                   "end",     "quit",       "revoke",   "optout",      "стоп",
                                                   "отписка", "отписаться", "arret",    "arrêt"};
constexpr std::array<std::string_view, 3> kIn = {"start", "unstop", "старт"};

// Lower case of ASCII, Latin-1 and Russian letters.
std::string folded(std::string_view text) {
    auto out = to_lower_ascii(text);
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        const auto first = static_cast<unsigned char>(out[i]);
        const auto second = static_cast<unsigned char>(out[i + 1]);
        if (first == 0xC3 && second >= 0x80 && second <= 0x9E && second != 0x97) {  // À..Þ but ×
            out[i + 1] = static_cast<char>(second + 0x20);
        }
        if (first != 0xD0) continue;
        if (second >= 0x90 && second <= 0x9F) {  // А..П
            out[i + 1] = static_cast<char>(second + 0x20);
        } else if (second >= 0xA0 && second <= 0xAF) {  // Р..Я
            out[i] = static_cast<char>(0xD1);
            out[i + 1] = static_cast<char>(second - 0x20);
        }
    }
    return out;
}

// What is left of " Stop! ".
std::string_view bare(std::string_view text) {
    constexpr std::string_view kAround = " \t\r\n.!\"'";
    const auto first = text.find_first_not_of(kAround);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kAround) - first + 1);
}

std::optional<std::vector<std::string>> words_of(const Settings& settings, std::string_view name) {
    const auto found = settings.values.find(std::string(name));
    if (found == settings.values.end() || !found->second.is_array()) return std::nullopt;
    std::vector<std::string> out;
    for (const auto& word : found->second.items())
        out.push_back(folded(bare(word.as_string())));
    return out;
}

bool has(const std::optional<std::vector<std::string>>& chosen,
         std::span<const std::string_view> usual,
         std::string_view word) {
    if (!chosen) return std::ranges::find(usual, word) != usual.end();
    return std::ranges::find(*chosen, word) != chosen->end();
}

std::span<const Value> items_of(Value object, std::string_view key) {
    const auto list = object.get(key);
    return list.is_array() ? list.items() : std::span<const Value>();
}

bool speaks_of_consent(Value snapshot) {
    return std::ranges::any_of(items_of(snapshot, "events"), [](Value event) {
        return event.is_object() && event.string_at("type").value_or("").starts_with("consent.");
    });
}

Value with_event(Value snapshot, Value message, bool granted, data::Arena& arena) {
    const auto word = data::make_object(arena, {{"word", message.get("body")}});
    data::ArenaList<Value> events(arena);
    for (const auto& event : items_of(snapshot, "events"))
        events.push_back(event);
    events.push_back(
        data::make_object(arena, {{"type", Value::string(granted ? "consent.granted" : "consent.withdrawn")},
                                  {"at", message.get("sent_at")},
                                  {"party", message.get("sender")},
                                  {"message", message.get("external_id")},
                                  {"data", word}}));
    data::ArenaList<data::Member> members(arena, snapshot.size() + 1);
    for (const auto& member : snapshot.members()) {
        if (member.key != "events") members.push_back(member);
    }
    members.push_back({"events", Value::array(events.items())});
    return Value::object(members.items());
}

}  // namespace

SettingInfo consent_setting(std::string_view name) {
    SettingInfo out;
    out.name = name;
    out.type = "list";
    out.help =
        name == kOptOutWords
            ? "A message of just one of these words withdraws consent. Default: in SMS the usual ones (STOP, СТОП, "
              "CANCEL and the like), elsewhere none"
            : "A message of just one of these words gives consent again. Default: in SMS START, UNSTOP and СТАРТ";
    return out;
}

ConsentWords::ConsentWords(const Settings& settings)
    : opt_out_(words_of(settings, kOptOutWords)), opt_in_(words_of(settings, kOptInWords)) {
    const auto consider = [&](const auto& words) {
        for (const auto& word : words)
            longest_ = std::max(longest_, word.size());
    };
    consider(kOut);
    consider(kIn);
    if (opt_out_) consider(*opt_out_);
    if (opt_in_) consider(*opt_in_);
}

std::optional<bool> ConsentWords::judge(std::string_view channel, std::string_view text) const {
    const auto near = bare(text);
    if (near.empty() || near.size() > longest_) return std::nullopt;
    const auto word = folded(near);
    const bool sms = channel == "sms";
    if (has(opt_out_, sms ? kOut : std::span<const std::string_view>(), word)) return false;
    if (has(opt_in_, sms ? kIn : std::span<const std::string_view>(), word)) return true;
    return std::nullopt;
}

Value ConsentWords::add_event(Value snapshot, data::Arena& arena) const {
    if (snapshot.string_at("direction") != "inbound" || !snapshot.get("deleted_at").is_null()) return snapshot;
    const auto channel = snapshot.string_at("channel").value_or("");
    for (const auto& message : items_of(snapshot, "messages")) {
        if (!message.is_object() || message.string_at("author_kind") != "customer") continue;
        const auto granted = judge(channel, message.string_at("body").value_or(""));
        if (granted && !speaks_of_consent(snapshot)) return with_event(snapshot, message, *granted, arena);
    }
    return snapshot;
}

}  // namespace tandem::mapping
