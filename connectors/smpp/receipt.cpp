#include "connectors/smpp/receipt.hpp"

#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <map>

namespace tandem::smpp {

namespace {

constexpr std::uint8_t kTypeBits = 0x3C;

struct State {
    std::string_view word;
    std::string_view status;
};
// By the value of message_state. Strictly ACCEPTD means read by an operator; in practice the network has it.
constexpr std::array<State, 10> kStates{{{"SCHEDULED", "queued"},
                                         {"ENROUTE", "sent"},
                                         {"DELIVRD", "delivered"},
                                         {"EXPIRED", "expired"},
                                         {"DELETED", "failed"},
                                         {"UNDELIV", "failed"},
                                         {"ACCEPTD", "sent"},
                                         {"UNKNOWN", "unknown"},
                                         {"REJECTD", "failed"},
                                         {"SKIPPED", "failed"}}};

std::string_view status_of(std::string_view word) {
    std::string upper(word);
    std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    // Some centres cut the words, some write them out; seven letters are enough to tell them apart.
    for (const State& state : kStates) {
        if (upper.substr(0, 7) == state.word.substr(0, 7)) return state.status;
    }
    for (const char* sign : {"REJECT", "FAIL", "UNDEL"}) {
        if (upper.find(sign) != std::string::npos) return "failed";
    }
    return upper.starts_with("DELIVER") ? "delivered" : "unknown";
}

// The keys of the customary text. Found by search: order and presence vary.
constexpr std::array<std::string_view, 8> kKeys{
    "id:", "sub:", "dlvrd:", "submit date:", "done date:", "stat:", "err:", "text:"};

struct Found {
    std::size_t begin;
    std::size_t value;
    std::string_view key;
};

// Where the keys stand: at the beginning or after a space, any case, each once.
std::vector<Found> find_keys(std::string_view text) {
    const std::string lower = to_lower_ascii(text);
    std::vector<Found> out;
    for (const std::string_view key : kKeys) {
        for (auto at = lower.find(key); at != std::string::npos; at = lower.find(key, at + 1)) {
            if (at > 0 && lower[at - 1] != ' ') continue;
            out.push_back({at, at + key.size(), key});
            break;
        }
    }
    std::ranges::sort(out, {}, &Found::begin);
    return out;
}

using Values = std::map<std::string_view, std::string_view>;

Values read_values(std::string_view text) {
    const auto found = find_keys(text);
    Values out;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::size_t end = i + 1 < found.size() ? found[i + 1].begin : text.size();
        auto value = trim_ascii(text.substr(found[i].value, end - found[i].value));
        // Words without a key may follow; only the text consists of several.
        if (found[i].key != "text:") value = value.substr(0, value.find(' '));
        out[found[i].key] = value;
    }
    return out;
}

std::optional<std::string> value_of(const Values& values, std::string_view key) {
    const auto found = values.find(key);
    if (found == values.end()) return std::nullopt;
    return std::string(found->second);
}

std::optional<std::int64_t> counter(const Values& values, std::string_view key) {
    const auto text = value_of(values, key);
    std::int64_t out = 0;
    if (!text || text->empty()) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return out;
}

struct LocalTime {
    int year = 0;
    std::string text;
};

std::optional<LocalTime> read_date(std::string_view digits, bool long_year, int this_year) {
    std::size_t at = 0;
    const auto take = [&](std::size_t size) {
        int value = 0;
        std::from_chars(digits.data() + at, digits.data() + at + size, value);
        at += size;
        return value;
    };
    const int year = long_year ? take(4) : take(2) + this_year / 100 * 100;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(take(2))),
                                           std::chrono::day(static_cast<unsigned>(take(2)))};
    const int hour = take(2);
    const int minute = take(2);
    const bool seconds = at < digits.size();
    const int second = seconds ? take(2) : 0;
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    auto text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}", year, unsigned(date.month()), unsigned(date.day()), hour, minute);
    if (seconds) text += fmt::format(":{:02}", second);
    return LocalTime{year, std::move(text)};
}

// Ten digits have a short year, fourteen a long one; twelve may be either. Of the readings that are dates, the one
// nearest to the present counts.
std::optional<std::string> local_time(const std::optional<std::string>& value, int year) {
    if (!value) return std::nullopt;
    const std::string& digits = *value;
    if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    std::optional<LocalTime> best;
    const auto consider = [&](bool long_year) {
        auto read = read_date(digits, long_year, year);
        if (read && (!best || std::abs(read->year - year) < std::abs(best->year - year))) best = std::move(read);
    };
    if (digits.size() == 10 || digits.size() == 12) consider(false);
    if (digits.size() == 12 || digits.size() == 14) consider(true);
    return best ? std::optional(std::move(best->text)) : std::nullopt;
}

}  // namespace

bool is_receipt(const Pdu& pdu) {
    return (pdu.esm_class & kTypeBits) != 0;
}

std::optional<ReceiptFields> read_receipt(std::string_view text, const Pdu& pdu, int year) {
    while (!text.empty() && (text.back() == '\0' || text.back() == ' '))
        text.remove_suffix(1);
    const Values values = read_values(text);
    ReceiptFields out;
    const auto id = value_of(values, "id:");
    const auto tlv_id = pdu.tlv_text(Tag::ReceiptedMessageId);
    out.id = tlv_id && !tlv_id->empty() ? *tlv_id : id.value_or("");
    if (id && !id->empty() && *id != out.id) out.id_in_text = id;
    const auto state = pdu.tlv_number(Tag::MessageState);
    out.stat = state && *state < kStates.size() ? std::string(kStates[*state].word)
                                                : value_of(values, "stat:").value_or(state ? "UNKNOWN" : "");
    if (out.id.empty() || out.stat.empty()) return std::nullopt;
    out.status = status_of(out.stat);
    out.submitted = counter(values, "sub:");
    out.delivered = counter(values, "dlvrd:");
    out.submit_local = local_time(value_of(values, "submit date:"), year);
    out.done_local = local_time(value_of(values, "done date:"), year);
    out.err = value_of(values, "err:");
    out.text = value_of(values, "text:");
    if (const std::string* error = pdu.tlv(Tag::NetworkErrorCode); error != nullptr && error->size() == 3)
        out.network_error = static_cast<std::uint32_t>(static_cast<unsigned char>((*error)[1]) << 8 |
                                                       static_cast<unsigned char>((*error)[2]));
    return out;
}

}  // namespace tandem::smpp
