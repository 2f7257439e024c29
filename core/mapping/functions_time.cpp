#include "core/base/time.hpp"
#include "core/mapping/functions_impl.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/time_pattern.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace tandem::mapping {

using data::Value;
using expr::Call;
using expr::Outcome;

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kLastSecond = 253'402'300'799;          // of the year 9999
constexpr std::int64_t kFirstMillisecond = 1'000'000'000'000;  // below it, `auto` means seconds

// Microseconds in one unit of the format, or nullopt when it is a pattern.
std::optional<std::int64_t> unit(std::string_view format, double value) {
    if (format == "s") return kMicrosPerSecond;
    if (format == "ms") return 1'000;
    if (format == "us") return 1;
    if (format == "auto") return value < static_cast<double>(kFirstMillisecond) ? kMicrosPerSecond : 1'000;
    return std::nullopt;
}

bool is_unit(std::string_view format) {
    return unit(format, 0).has_value();
}

// Whole numbers keep every digit; a fraction ("1531420618.000200") is exact to the microsecond.
std::optional<Instant> unix_time(std::string_view text, std::string_view format) {
    const auto* end = text.data() + text.size();
    std::int64_t whole = 0;
    const auto parsed = std::from_chars(text.data(), end, whole);
    if (parsed.ec != std::errc{} || whole < 0) return std::nullopt;
    const auto scale = *unit(format, static_cast<double>(whole));
    if (whole > kLastSecond * (kMicrosPerSecond / scale)) return std::nullopt;
    std::int64_t micros = whole * scale;
    if (parsed.ptr != end) {
        double fraction = 0;
        const auto rest = std::from_chars(parsed.ptr, end, fraction, std::chars_format::fixed);
        if (*parsed.ptr != '.' || rest.ec != std::errc{} || rest.ptr != end) return std::nullopt;
        micros += std::llround(fraction * static_cast<double>(scale));
    }
    return from_micros(micros);
}

}  // namespace

Outcome time_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto format = call.text(1);
    ScalarText text(call.value(0));
    std::optional<Instant> at;
    std::string_view problem;
    if (is_unit(format)) {
        at = unix_time(text.view(), format);
    } else if (format == "rfc3339") {
        at = parse_time(text.view());
    } else if (format.find('%') == std::string_view::npos) {
        return call.invalid_value(1, "is none of s, ms, us, auto, rfc3339 and no pattern");
    } else {
        at = parse_pattern(text.view(), format, call.text(2, {}), problem);
    }
    if (!problem.empty()) return call.invalid_value(problem.contains("zone") ? 2 : 1, problem);
    if (!at) return call.invalid_value(0, "is not a time of this format");
    return text_value(call, format_time(*at));
}

Outcome unix_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto at = parse_time(call.text(0));
    if (!at) return call.invalid_value(0, "is not a time in RFC 3339");
    const auto micros = to_micros(*at);
    if (micros % kMicrosPerSecond == 0) return Value::integer(micros / kMicrosPerSecond);
    return Value::real(static_cast<double>(micros) / static_cast<double>(kMicrosPerSecond));
}

}  // namespace tandem::mapping
