#include "core/expr/functions_call.hpp"
#include "core/expr/operators.hpp"
#include "core/expr/points.hpp"
#include "core/expr/standard.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

namespace tandem::expr {
namespace {

using data::Value;

constexpr auto kNotFound = std::string_view::npos;

bool spend_text(Call& call, std::string_view text) {
    return call.spend(text.size() / kTextPerStep);
}

// The C library's search takes linear time; std::string_view::find does not.
std::size_t search(std::string_view text, std::string_view wanted, std::size_t from = 0) {
    if (from > text.size()) return kNotFound;
    if (wanted.empty()) return from;
    if (text.empty()) return kNotFound;
    const auto* found = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : kNotFound;
}

std::optional<std::int64_t> whole_number(const Value& value) {
    if (value.kind() == data::Kind::Int) return value.as_int();
    auto number = value.as_double();
    if (number != std::floor(number) || std::fabs(number) > 1e15) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

// --- tests

Outcome starts_with(Call& call) {
    return Value::boolean(call.text(0).starts_with(call.text(1)));
}
Outcome ends_with(Call& call) {
    return Value::boolean(call.text(0).ends_with(call.text(1)));
}

Outcome contains(Call& call) {
    const auto& subject = call.value(0);
    const auto& wanted = call.value(1);
    if (subject.is_string()) {
        if (!spend_text(call, subject.as_string())) return call.too_much_work();
        return Value::boolean(wanted.is_string() && search(subject.as_string(), wanted.as_string()) != kNotFound);
    }
    for (const auto& item : subject.items()) {
        if (!call.spend(1)) return call.too_much_work();
        auto same = equal_values(item, wanted, call.steps_left());
        if (!same) return call.too_much_work();
        if (*same) return Value::boolean(true);
    }
    return Value::boolean(false);
}

// --- searching; positions count in code points

// The bytes of the subject between the optional start (argument 2) and end (argument 3), both in points, negative ones
// counted from the end.
struct Window {
    std::size_t first_point = 0;
    std::size_t first_byte = 0;
    std::string_view text;
};

std::expected<Window, ExprError> window(Call& call) {
    auto text = call.text(0);
    if (!call.given(2)) return Window{.text = text};
    auto count = static_cast<std::int64_t>(count_points(text));
    std::int64_t bounds[2] = {0, count};
    for (std::size_t i = 0; i < 2 && call.given(2 + i); ++i) {
        auto number = whole_number(call.value(2 + i));
        if (!number) return call.invalid_value(2 + i, "the position must be a whole number");
        bounds[i] = std::clamp<std::int64_t>(*number < 0 ? *number + count : *number, 0, count);
    }
    if (bounds[1] < bounds[0]) bounds[1] = bounds[0];
    if (!call.afford(static_cast<std::size_t>(count + 1) * sizeof(std::uint32_t))) return call.too_large();
    auto starts = point_starts(text, static_cast<std::size_t>(count), call.arena());
    auto first = static_cast<std::size_t>(bounds[0]);
    auto from = starts[first];
    return Window{first, from, text.substr(from, starts[static_cast<std::size_t>(bounds[1])] - from)};
}

Value position(const Window& window, std::size_t byte) {
    auto points = window.first_point + count_points(window.text.substr(0, byte));
    return Value::integer(static_cast<std::int64_t>(points));
}

Outcome find_first(Call& call) {
    if (!spend_text(call, call.text(0))) return call.too_much_work();
    auto where = window(call);
    if (!where) return std::unexpected(std::move(where).error());
    if (call.text(1).empty()) return Value();
    auto found = search(where->text, call.text(1));
    return found == kNotFound ? Value() : position(*where, found);
}

// Backwards is forwards in the mirror: that keeps the search linear.
Outcome find_last(Call& call) {
    if (!spend_text(call, call.text(0))) return call.too_much_work();
    auto where = window(call);
    if (!where) return std::unexpected(std::move(where).error());
    auto wanted = call.text(1);
    if (wanted.empty() || wanted.size() > where->text.size()) return Value();
    if (!call.afford(where->text.size() + wanted.size())) return call.too_large();
    auto mirror = [&](std::string_view text) {
        auto copy = call.arena().array<char>(text.size());
        std::ranges::reverse_copy(text, copy.begin());
        return std::string_view(copy.data(), copy.size());
    };
    auto found = search(mirror(where->text), mirror(wanted));
    return found == kNotFound ? Value() : position(*where, where->text.size() - found - wanted.size());
}

// --- making texts

template <class Append>
Outcome join_parts(Call& call, std::size_t size, Append append) {
    if (!call.spend(size / kTextPerStep)) return call.too_much_work();
    if (!call.afford(size)) return call.too_large();
    auto out = call.arena().array<char>(size);
    auto* at = out.data();
    append([&](std::string_view part) {
        // memcpy must not see the null pointer of an empty view.
        if (!part.empty()) std::memcpy(at, part.data(), part.size());
        at += part.size();
    });
    return Value::string({out.data(), size});
}

Outcome join(Call& call) {
    auto glue = call.text(0);
    auto parts = call.value(1).items();
    if (parts.empty()) return Value::string("");
    if (!call.spend(parts.size())) return call.too_much_work();
    auto size = glue.size() * (parts.size() - 1);
    for (const auto& part : parts)
        size += part.size();
    return join_parts(call, size, [&](auto append) {
        append(parts.front().as_string());
        for (const auto& part : parts.subspan(1)) {
            append(glue);
            append(part.as_string());
        }
    });
}

Outcome convert_case(Call& call, bool upper) {
    auto text = call.text(0);
    bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) {
        return join_parts(call, text.size(), [&](auto append) {
            for (char c : text) {
                bool change = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
                auto changed = static_cast<char>(change ? c ^ 0x20 : c);
                append({&changed, 1});
            }
        });
    }
    if (!spend_text(call, text)) return call.too_much_work();
    if (!call.afford(text.size() * 3)) return call.too_large();
    std::string out;
    icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
    icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
    auto status = U_ZERO_ERROR;
    if (upper) {
        icu::CaseMap::utf8ToUpper("", 0, piece, sink, nullptr, status);
    } else {
        icu::CaseMap::utf8ToLower("", 0, piece, sink, nullptr, status);
    }
    if (U_FAILURE(status)) return call.invalid_value(0, u_errorName(status));
    return text_value(call, out);
}

Outcome lower(Call& call) {
    return convert_case(call, false);
}
Outcome upper(Call& call) {
    return convert_case(call, true);
}

std::expected<std::size_t, ExprError> count_argument(Call& call, std::size_t index, std::size_t otherwise) {
    if (!call.given(index)) return otherwise;
    auto number = whole_number(call.value(index));
    if (!number || *number < 0) return call.invalid_value(index, "must be a whole number, not negative");
    return static_cast<std::size_t>(*number);
}

Outcome pad(Call& call, bool left) {
    auto width = count_argument(call, 1, 0);
    if (!width) return std::unexpected(std::move(width).error());
    auto filler = call.text(2, " ");
    if (filler.empty() || point_length(filler) != filler.size()) {
        return call.invalid_value(2, "the padding must be one character");
    }
    auto text = call.text(0);
    if (!spend_text(call, text)) return call.too_much_work();
    auto length = count_points(text);
    if (*width <= length) return call.value(0);
    auto missing = *width - length;
    if (!call.afford(missing)) return call.too_large();
    return join_parts(call, text.size() + missing * filler.size(), [&](auto append) {
        if (!left) append(text);
        for (std::size_t i = 0; i < missing; ++i)
            append(filler);
        if (left) append(text);
    });
}

Outcome pad_left(Call& call) {
    return pad(call, true);
}
Outcome pad_right(Call& call) {
    return pad(call, false);
}

Outcome replace(Call& call) {
    auto limit = count_argument(call, 3, std::string_view::npos);
    if (!limit) return std::unexpected(std::move(limit).error());
    auto text = call.text(0);
    auto old = call.text(1);
    auto fresh = call.text(2);
    if (old.empty() || !spend_text(call, text)) return old.empty() ? Outcome(call.value(0)) : call.too_much_work();
    std::size_t count = 0;
    for (auto at = search(text, old); at != kNotFound && count < *limit; at = search(text, old, at + old.size())) {
        ++count;
    }
    if (count == 0) return call.value(0);
    if (!call.spend(count)) return call.too_much_work();
    auto size = text.size() - count * old.size() + count * fresh.size();
    return join_parts(call, size, [&](auto append) {
        std::size_t from = 0;
        for (std::size_t i = 0; i < count; ++i) {
            auto at = search(text, old, from);
            append(text.substr(from, at - from));
            append(fresh);
            from = at + old.size();
        }
        append(text.substr(from));
    });
}

Outcome split(Call& call) {
    auto limit = count_argument(call, 2, std::string_view::npos);
    if (!limit) return std::unexpected(std::move(limit).error());
    auto rest = call.text(0);
    auto separator = call.text(1);
    if (!spend_text(call, rest)) return call.too_much_work();
    data::ArenaList<Value> parts(call.arena());
    for (std::size_t i = 0; i < *limit && !rest.empty(); ++i) {
        auto at = separator.empty() ? point_length(rest) : search(rest, separator);
        if (at == kNotFound || (separator.empty() && at == rest.size())) break;
        if (!call.spend(1)) return call.too_much_work();
        if (!call.afford(0)) return call.too_large();
        parts.push_back(Value::string(rest.substr(0, at)));
        rest.remove_prefix(at + separator.size());
        if (rest.empty() && !separator.empty()) {
            parts.push_back(Value::string(""));
            return Value::array(parts.items());
        }
    }
    if (!rest.empty() || (call.text(0).empty() && !separator.empty())) parts.push_back(Value::string(rest));
    return Value::array(parts.items());
}

// --- trimming

bool is_white(std::string_view point) {
    if (point.size() == 1) return point[0] == ' ' || (point[0] >= '\t' && point[0] <= '\r');
    constexpr std::string_view kWhite[] = {"\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                           "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
                                           "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
    return std::ranges::find(kWhite, point) != std::end(kWhite);
}

bool in_set(std::string_view point, std::string_view set) {
    for (; !set.empty(); set.remove_prefix(point_length(set))) {
        if (set.substr(0, point_length(set)) == point) return true;
    }
    return false;
}

std::string_view last_point(std::string_view text) {
    auto start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
        --start;
    bool whole = point_length(text.substr(start)) == text.size() - start;
    return text.substr(whole ? start : text.size() - 1);
}

Outcome trim(Call& call, bool left, bool right) {
    auto text = call.text(0);
    auto set = call.text(1, "");
    if (!spend_text(call, text)) return call.too_much_work();
    auto drop = [&](std::string_view point) { return set.empty() ? is_white(point) : in_set(point, set); };
    while (left && !text.empty() && drop(text.substr(0, point_length(text)))) {
        if (!call.spend(set.size() / 64)) return call.too_much_work();
        text.remove_prefix(point_length(text));
    }
    while (right && !text.empty() && drop(last_point(text))) {
        if (!call.spend(set.size() / 64)) return call.too_much_work();
        text.remove_suffix(last_point(text).size());
    }
    return Value::string(text);
}

Outcome trim_both(Call& call) {
    return trim(call, true, true);
}
Outcome trim_left(Call& call) {
    return trim(call, true, false);
}
Outcome trim_right(Call& call) {
    return trim(call, false, true);
}

}  // namespace

std::vector<Function> text_functions() {
    const std::vector<Parameter> search_parameters = {
        {"subject", kString}, {"wanted", kString}, {"start", kNumber, true}, {"end", kNumber, true}};
    const std::vector<Parameter> pad_parameters = {{"subject", kString}, {"width", kNumber}, {"pad", kString, true}};
    const std::vector<Parameter> trim_parameters = {{"subject", kString}, {"characters", kString, true}};
    return {
        {"contains",
         {{"subject", kString | kArray}, {"wanted", kAny}},
         "boolean",
         "Whether the text contains the other text, or the array the value.",
         "contains('abc', 'b')",
         "true",
         contains},
        {"ends_with",
         {{"subject", kString}, {"suffix", kString}},
         "boolean",
         "Whether the text ends so.",
         "ends_with('report.pdf', '.pdf')",
         "true",
         ends_with},
        {"find_first", search_parameters, "number|null",
         "Where the text first contains the other one, between start and end; counted from 0.",
         "find_first('subject string', 's', `1`)", "8", find_first},
        {"find_last", search_parameters, "number|null",
         "Where the text last contains the other one, between start and end; counted from 0.",
         "find_last('subject string', 's')", "8", find_last},
        {"join",
         {{"glue", kString}, {"parts", kArrayOfString}},
         "string",
         "The texts in a row, glue between them.",
         "join(':', ['a', 'b'])",
         R"("a:b")",
         join},
        {"lower",
         {{"subject", kString}},
         "string",
         "In lower case, of any script.",
         "lower('STRING Ёж')",
         R"("string ёж")",
         lower},
        {"pad_left", pad_parameters, "string", "Filled up on the left to that many characters, with spaces or `pad`.",
         "pad_left('7', `3`, '0')", R"("007")", pad_left},
        {"pad_right", pad_parameters, "string", "Filled up on the right to that many characters, with spaces or `pad`.",
         "pad_right('7', `3`, '-')", R"("7--")", pad_right},
        {"replace",
         {{"subject", kString}, {"old", kString}, {"new", kString}, {"count", kNumber, true}},
         "string",
         "With `new` in place of `old`, everywhere or the first `count` times.",
         "replace('a-b-c', '-', '.', `1`)",
         R"("a.b-c")",
         replace},
        {"split",
         {{"subject", kString}, {"separator", kString}, {"count", kNumber, true}},
         "array[string]",
         "The parts between separators, after at most `count` cuts; an empty separator splits into characters.",
         "split('a/b/c', '/', `1`)",
         R"(["a", "b/c"])",
         split},
        {"starts_with",
         {{"subject", kString}, {"prefix", kString}},
         "boolean",
         "Whether the text starts so.",
         "starts_with('tel:+7', 'tel:')",
         "true",
         starts_with},
        {"trim", trim_parameters, "string", "Without white space, or those characters, at both ends.", "trim('  a ')",
         R"("a")", trim_both},
        {"trim_left", trim_parameters, "string", "Without white space, or those characters, at the start.",
         "trim_left('007', '0')", R"("7")", trim_left},
        {"trim_right", trim_parameters, "string", "Without white space, or those characters, at the end.",
         "trim_right('a; ', '; ')", R"("a")", trim_right},
        {"upper",
         {{"subject", kString}},
         "string",
         "In upper case, of any script.",
         "upper('string ёж')",
         R"("STRING ЁЖ")",
         upper},
    };
}

}  // namespace tandem::expr
