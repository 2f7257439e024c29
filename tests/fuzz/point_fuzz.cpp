// Whatever people type, vendors send or URLs hold: no crash, and every normal form is its own normal form.
#include "core/identity/point.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tandem::identity;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_texts(std::string_view text, std::string_view region) {
    if (const auto point = parse_point(text, region)) {
        const auto back = parse_point(to_text(*point), region);
        require(back && *back == *point);
    }
    if (const auto mailbox = normalise_mailbox(text)) {
        const auto again = normalise_mailbox(*mailbox);
        require(again && *again == *mailbox);
    }
    if (const auto phone = normalise_phone(text, region)) {
        const auto again = normalise_phone(phone->e164, "");
        require(again && again->e164 == phone->e164);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view kRegions[] = {"RU", "", "US", "DE", "BR", "??"};
    constexpr std::string_view kSchemes[] = {"tel", "mailto", "sip", "whatsapp", "ext", "viber", "crm", "anon"};
    if (size < 2) return 0;
    const auto region = kRegions[data[0] % std::size(kRegions)];
    const auto scheme = kSchemes[data[1] % std::size(kSchemes)];
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    check_texts(text, region);
    const auto normal = normalise(scheme, text.substr(0, size / 8), text, region).point;
    require(normalise(normal.scheme, normal.scope, normal.value, region).point == normal || normal.value.empty());
    return 0;
}
