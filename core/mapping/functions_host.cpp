#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/identity/point.hpp"
#include "core/mapping/formats.hpp"
#include "core/mapping/functions.hpp"
#include "core/mapping/functions_impl.hpp"
#include "core/mapping/program.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/secret_mark.hpp"

#include <algorithm>

namespace tandem::mapping {

using data::Value;
using expr::Call;
using expr::Outcome;

Outcome lookup_function(Call& call) {
    const auto& host = call.host<FunctionHost>();
    const auto* table = host.program != nullptr ? host.program->find_table(call.text(0)) : nullptr;
    if (table == nullptr) return call.invalid_value(0, "there is no such table");
    const auto fallback = call.value_or_null(2);
    if (call.value(1).is_null()) return fallback;
    ScalarText key(call.value(1));
    const auto found = std::ranges::lower_bound(table->entries, key.view(), {}, &data::Member::key);
    return found != table->entries.end() && found->key == key.view() ? found->value : fallback;
}

Outcome secret_equals_function(Call& call) {
    const auto& host = call.host<FunctionHost>();
    if (host.secrets == nullptr || call.value(1).is_null()) return Value::boolean(false);
    const auto secrets = host.secrets->find(std::string(call.text(0)));
    if (secrets == host.secrets->end()) return Value::boolean(false);
    ScalarText given(call.value(1));
    bool any = false;
    for (const auto& secret : secrets->second)
        any |= constant_time_equal(given.view(), secret.reveal());
    return Value::boolean(any);
}

Outcome secret_function(Call& call) {
    std::string mark(1, kMarkBegin);
    mark.append(call.text(0)).push_back(kMarkEnd);
    return text_value(call, mark);
}

Outcome has_secret_function(Call& call) {
    const auto& host = call.host<FunctionHost>();
    const auto found = host.secrets == nullptr ? nullptr : &*host.secrets;
    return Value::boolean(found != nullptr && found->contains(std::string(call.text(0))));
}

Outcome signature_function(Call& call) {
    std::string mark{kMarkBegin, kSignatureMark};
    mark.append(call.text(0)).push_back(kMarkEnd);
    return text_value(call, mark);
}

Outcome phone_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    ScalarText raw(call.value(0));
    auto phone = identity::normalise_phone(raw.view(), call.text(1, call.host<FunctionHost>().region));
    return phone ? text_value(call, phone->e164) : Value();
}

namespace {

constexpr std::size_t kShortestNumber = 7;  // digits; fewer are a short code

// ASCII for the full-width digits and plus of East Asian keyboards.
std::string plain_digits(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto rest = text.substr(i);
        if (rest.starts_with("\xEF\xBC") && rest.size() > 2) {
            const auto last = static_cast<unsigned char>(rest[2]);
            const bool digit = last >= 0x90 && last <= 0x99;
            if (digit || last == 0x8B) {
                out += digit ? static_cast<char>('0' + (last - 0x90)) : '+';
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::string without_scheme(std::string_view text) {
    constexpr std::string_view kSchemes[] = {"tel:", "sms:", "whatsapp:"};
    for (const auto scheme : kSchemes) {
        if (iequals_ascii(text.substr(0, scheme.size()), scheme)) return plain_digits(text.substr(scheme.size()));
    }
    return plain_digits(text);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The order is that of the numbers of a carrier: short codes are never E.164, digits of an international number come
// without a plus, and only then does the region count.
std::string sms_address(const std::string& text, std::string_view region, bool bare) {
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(text, is_digit));
    if (digits < kShortestNumber) return text;
    const auto read = [&](std::string_view country) { return identity::normalise_phone(text, country); };
    if (text.starts_with('+') || bare) {
        if (auto phone = read("")) return phone->e164;
    }
    if (!text.starts_with('+') && !region.empty()) {
        if (auto phone = read(region)) return phone->e164;
    }
    // A range younger than our table of ranges is still a number.
    constexpr std::size_t kShortestYoung = 10;
    constexpr std::size_t kLongest = 15;
    const bool young = bare && digits == text.size() && digits >= kShortestYoung && digits <= kLongest;
    return young ? "+" + text : text;
}

}  // namespace

Outcome sms_address_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    ScalarText raw(call.value(0));
    const auto text = without_scheme(trim_ascii(raw.view()));
    const auto region = call.text(1, call.host<FunctionHost>().region);
    const auto bare = call.value_or_null(2);
    const bool hidden =
        std::ranges::none_of(text, is_digit) && identity::normalise("tel", "", text, "").point.scheme == "anon";
    if (hidden) return Value();
    return text_value(call, sms_address(text, region, bare.is_null() || bare.as_bool()));
}

Outcome mailbox_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    auto mailbox = identity::normalise_mailbox(call.text(0));
    return mailbox ? text_value(call, *mailbox) : Value();
}

Outcome mailbox_in_function(Call& call) {
    if (call.value(0).is_null()) return Value::boolean(false);
    const auto mailbox = identity::normalise_mailbox(call.text(0));
    if (!mailbox) return Value::boolean(false);
    return Value::boolean(std::ranges::any_of(
        call.value(1).items(), [&](const Value& pattern) { return fits_mailbox(*mailbox, pattern.as_string()); }));
}

}  // namespace tandem::mapping
