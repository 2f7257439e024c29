#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>

namespace tandem::identity {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kMaxRawSize = 128;  // longest real input: full-width digits with an extension, under 100 bytes

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const PhoneNumberUtil& library() {
    static const PhoneNumberUtil& instance = [] -> const PhoneNumberUtil& {
        auto* util = PhoneNumberUtil::GetInstance();
        util->SetLogger(new i18n::phonenumbers::NullLogger);  // it writes to standard output otherwise; takes ownership
        return *util;
    }();
    return instance;
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
    const bool has = text.size() >= prefix.size() && iequals_ascii(text.substr(0, prefix.size()), prefix);
    return has ? text.substr(prefix.size()) : text;
}

// GSM 02.30 / 3GPP 22.030 put "*31#" or "#31#" before a number; North America uses *67 and *82 without the hash.
std::string_view without_service_code(std::string_view text) {
    if (text.empty() || (text[0] != '*' && text[0] != '#')) return text;
    std::size_t at = 1;
    while (at < text.size() && is_digit(text[at]))
        ++at;
    if (at > 1 && at < text.size() && text[at] == '#') return text.substr(at + 1);
    if (text.starts_with("*67") || text.starts_with("*82")) return text.substr(3);
    return text;
}

// The user part of "sip:user;params@host;params"; other texts unchanged.
std::string_view sip_user(std::string_view text) {
    const auto rest = without_prefix(without_prefix(text, "sips:"), "sip:");
    return rest.size() == text.size() ? text : rest.substr(0, rest.find_first_of("@;?"));
}

bool scientific(std::string_view text) {
    const auto e = text.find_first_of("eE");
    if (e == std::string_view::npos || e == 0 || e + 1 == text.size()) return false;
    const auto digits = [](std::string_view part, std::string_view extra) {
        return std::ranges::all_of(part, [&](char c) { return is_digit(c) || extra.contains(c); });
    };
    return is_digit(text[0]) && digits(text.substr(0, e), ".,") && digits(text.substr(e + 1), "+");
}

// Cuts what systems put around a number that libphonenumber does not know.
std::string clean(std::string_view raw, std::string_view region) {
    auto text = trim_ascii(raw);
    if (text.starts_with('\'')) text.remove_prefix(1);  // a spreadsheet's "this is text"
    text = sip_user(text);
    for (const auto prefix : {"whatsapp:", "sms:", "smsto:", "callto:", "phone:"})
        text = without_prefix(text, prefix);
    std::string number = text.contains('%') ? percent_decode(text, false) : std::string(text);
    number = trim_ascii(without_service_code(trim_ascii(number)));
    if (number.size() > 2 && number.ends_with(".0") &&
        std::ranges::all_of(number.substr(0, number.size() - 2), is_digit)) {
        number.resize(number.size() - 2);  // a number cell exported as floating point
    }
    if (region.empty() && !number.empty() && is_digit(number[0])) {
        number = number.starts_with("00") ? "+" + number.substr(2) : "+" + number;
    }
    return number;
}

// Messengers keep the number a person registered with long after its country changed the numbering plan. Brazil put a
// 9 before eight-digit mobile numbers (2012-2016); Mexico dropped the 1 after +52 (2019).
std::optional<std::string> renewed(std::string_view e164) {
    const auto all_digits = e164.size() > 1 && std::ranges::all_of(e164.substr(1), is_digit);
    if (!all_digits) return std::nullopt;
    if (e164.starts_with("+521") && e164.size() == 14) return "+52" + std::string(e164.substr(4));
    if (e164.starts_with("+55") && e164.size() == 13 && e164[5] >= '6') {
        return std::string(e164.substr(0, 5)) + "9" + std::string(e164.substr(5));
    }
    return std::nullopt;
}

PointClass class_of_type(PhoneNumberUtil::PhoneNumberType type) {
    switch (type) {
        case PhoneNumberUtil::TOLL_FREE:
        case PhoneNumberUtil::SHARED_COST:
        case PhoneNumberUtil::PREMIUM_RATE:
        case PhoneNumberUtil::UAN:
            return PointClass::Trunk;
        default:
            return PointClass::Personal;
    }
}

Result<Phone> read(const std::string& number, const std::string& region) {
    const auto& util = library();
    PhoneNumber parsed;
    if (std::ranges::any_of(number, is_letter) && util.IsAlphaNumber(number)) {
        return fail(rejected("letters instead of digits", "not_a_number"));
    }
    switch (util.Parse(number, region, &parsed)) {
        case PhoneNumberUtil::NO_PARSING_ERROR:
            break;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
            return fail(rejected("no such country code, or no country given for a national number", "country_code"));
        default:
            return fail(rejected("not a telephone number", "not_a_number"));
    }
    std::string e164;
    util.Format(parsed, PhoneNumberUtil::E164, &e164);
    const auto type = util.GetNumberType(parsed);
    if (type == PhoneNumberUtil::UNKNOWN) {  // what IsValidNumber asks, at half the cost
        if (const auto newer = renewed(e164)) return read(*newer, region);
        return fail(rejected("not a valid number of its country (too short, too long or not assigned)", "not_valid"));
    }
    return Phone{std::move(e164), class_of_type(type), parsed.extension()};
}

Result<Phone> normalise_uncached(std::string_view raw, std::string_view region) {
    if (raw.size() > kMaxRawSize) return fail(rejected("too long for a telephone number", "not_a_number"));
    if (!valid_utf8(raw)) return fail(rejected("not UTF-8", "not_a_number"));
    const auto number = clean(raw, region);
    if (scientific(number)) {
        return fail(rejected("a spreadsheet rounded the number to powers of ten; digits are lost", "rounded"));
    }
    auto phone = read(number, region.empty() ? "ZZ" : std::string(region));
    if (phone || !number.starts_with("00")) return phone;
    // Switches write the international prefix of ITU-T E.123 in countries that dial another one (Russia's 810).
    auto international = read("+" + number.substr(2), "ZZ");
    return international ? international : phone;
}

// Parsing costs tens of microseconds and the same few thousand callers come again and again. Each thread keeps recent
// answers, refusals too: a text has kWays places, and a new one takes the place of the least recently asked.
class PhoneCache {
public:
    const Result<Phone>& get(std::string_view raw, std::string_view region) {
        const std::hash<std::string_view> hash;
        const auto fingerprint = hash(raw) * 31 + hash(region);
        Entry* const first = &entries_[fingerprint % kSets * kWays];
        Entry* oldest = first;
        ++clock_;
        for (Entry* entry = first; entry != first + kWays; ++entry) {
            if (entry->fingerprint == fingerprint && entry->raw == raw && entry->region == region &&
                entry->asked != 0) {
                entry->asked = clock_;
                return entry->phone;
            }
            if (entry->asked < oldest->asked) oldest = entry;
        }
        *oldest = {fingerprint, clock_, std::string(raw), std::string(region), normalise_uncached(raw, region)};
        return oldest->phone;
    }

private:
    struct Entry {
        std::size_t fingerprint = 0;
        std::uint64_t asked = 0;  // 0: free
        std::string raw;
        std::string region;
        Result<Phone> phone;
    };
    static constexpr std::size_t kSets = 4096;
    static constexpr std::size_t kWays = 4;

    std::uint64_t clock_ = 0;
    std::unique_ptr<Entry[]> entries_ = std::make_unique<Entry[]>(kSets * kWays);  // about 3 MB
};

}  // namespace

Result<Phone> normalise_phone(std::string_view raw, std::string_view region) {
    constexpr std::size_t kMaxCachedRegion = 8;
    if (raw.size() > kMaxRawSize || region.size() > kMaxCachedRegion) return normalise_uncached(raw, region);
    thread_local PhoneCache cache;
    return cache.get(raw, region);
}

bool is_phone_region(std::string_view region) {
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return region.size() == 2 && std::ranges::all_of(region, upper) &&
           library().GetCountryCodeForRegion(std::string(region)) != 0;
}

}  // namespace tandem::identity
