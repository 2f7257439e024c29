#include "core/api/page_subject.hpp"

#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace tandem::api {
namespace {

constexpr std::size_t kUcidDigits = 20;
constexpr std::size_t kUcidOctets = 16;  // as hexadecimal digits

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Node, sequence and seconds, in decimal (5, 5, 10 digits) or as the eight octets that user-to-user information has.
// Empty when it is none.
std::string read_ucid(std::string_view text) {
    std::string digits;
    for (const char c : text)
        if (c != ' ' && c != '-' && c != ':') digits += c;
    if (digits.size() == kUcidDigits && all_digits(digits) && digits.find_first_not_of('0') != std::string::npos)
        return digits;
    std::uint64_t octets = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), octets, 16);
    if (digits.size() != kUcidOctets || error != std::errc() || end != digits.data() + digits.size() || octets == 0)
        return {};
    return fmt::format("{:05}{:05}{:010}", octets >> 48, octets >> 32 & 0xFFFF, octets & 0xFFFF'FFFF);
}

// What stands around a number in a softphone: `84951234567@10.0.0.1`, and the device `84951234567:CM1:10.0.0.1:0`.
std::string without_surroundings(std::string_view text) {
    const auto number = text.substr(0, text.find_first_of("@:"));
    const auto of_number = [](char c) { return (c >= '0' && c <= '9') || c == '+' || c == ' ' || c == '-'; };
    const bool number_only = number.size() < text.size() && std::ranges::all_of(number, of_number);
    return std::string(number_only ? number : text);
}

// A sip address whose user is a telephone number, in whatever way it is dialled here, is looked up as that when nobody
// is known by the address itself.
Result<store::PartyPoint> known_point(const Services& services, std::string_view text) {
    auto point = read_point(services, without_surroundings(text));
    if (!point || point->point.scheme != "sip") return point;
    auto phone = read_point(services, "tel:" + point->point.value.substr(0, point->point.value.find('@')));
    if (!phone) return point;
    const auto known = services.store.customer_of(point->id);
    if (!known) return fail(known.error());
    return *known ? std::move(point) : std::move(phone);
}

}  // namespace

std::optional<InteractionId> Subject::call() const {
    if (ucid.empty()) return std::nullopt;
    return interaction_id("ucid", ucid);
}

std::expected<Subject, Problem> read_subject(const Services& services, const Query& query) {
    Subject subject{.point = std::nullopt, .ucid = read_ucid(query.get("ucid").value_or(""))};
    const auto text = query.get("point");
    if (!text && subject.ucid.empty()) return refuse(bad_parameter("point", "'point' is missing"));
    if (!text) return subject;
    auto point = known_point(services, *text);
    if (point) {
        subject.point = std::move(*point);
    } else if (subject.ucid.empty()) {
        return refuse(problem_of(point.error(), "point"));
    }
    return subject;
}

Result<std::optional<store::InteractionView>> call_of(Services& services, const Subject& subject) {
    const auto id = subject.call();
    if (!id) return std::optional<store::InteractionView>();
    return services.store.interaction(*id);
}

Result<std::optional<store::CustomerView>> customer_of(Services& services, const Subject& subject) {
    const auto call = call_of(services, subject);
    if (!call) return fail(call.error());
    if (*call && (*call)->customer) return services.store.customer(*(*call)->customer);
    if (!subject.point) return std::optional<store::CustomerView>();
    return services.store.customer_of(subject.point->id);
}

}  // namespace tandem::api
