#include "core/data/json.hpp"

#include "core/base/text.hpp"
#include "core/data/position.hpp"

// Strings and white space sixteen bytes at a time.
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON
#endif
// Its stack adds to a null pointer before it has memory; harmless, and reported by UBSan.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/internal/stack.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif
// Its conversion takes zero with an exponent ("0e42") for a number that can be normalised, and makes 1.5e23 of it.
#define StrtodFullPrecision StrtodOfNonZero
#include <rapidjson/internal/strtod.h>
#undef StrtodFullPrecision
#include <algorithm>
#include <cstddef>
namespace rapidjson::internal {
inline double StrtodFullPrecision(
    double d, int p, const char* digits, std::size_t length, std::size_t point, int exponent) {
    const bool zero = std::all_of(digits, digits + length, [](char digit) { return digit == '0'; });
    return zero ? 0.0 : StrtodOfNonZero(d, p, digits, length, point, exponent);
}
}  // namespace rapidjson::internal
#include <rapidjson/error/en.h>
#include <rapidjson/internal/dtoa.h>
#include <rapidjson/internal/itoa.h>
#include <rapidjson/reader.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace tandem::data {
namespace {

// Builds the tree bottom-up: children wait on a stack, each under the key that came before it (empty in arrays), and
// move into the arena when their parent closes.
class TreeBuilder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, TreeBuilder> {
public:
    struct Scratch {
        std::vector<Member> values;
        std::vector<std::string_view> keys;
    };

    TreeBuilder(Arena& arena, std::size_t depth_limit, Scratch& scratch)
        : arena_(arena), depth_limit_(depth_limit), scratch_(scratch) {
        scratch_.values.clear();
        scratch_.keys.clear();
    }

    bool Null() { return push(Value()); }
    bool Bool(bool value) { return push(Value::boolean(value)); }
    bool Int(int value) { return push(Value::integer(value)); }
    bool Uint(unsigned value) { return push(Value::integer(value)); }
    bool Int64(std::int64_t value) { return push(Value::integer(value)); }
    bool Uint64(std::uint64_t value) { return push(Value::unsigned_integer(value)); }
    bool Double(double value) { return push(Value::real(value)); }
    bool String(const char* text, rapidjson::SizeType length, bool) { return push(Value::string({text, length})); }

    bool Key(const char* text, rapidjson::SizeType length, bool) {
        key_ = {text, length};
        return true;
    }
    bool StartObject() { return enter(); }
    bool StartArray() { return enter(); }

    bool EndObject(rapidjson::SizeType count) {
        auto members = arena_.array<Member>(count);
        std::copy(scratch_.values.end() - static_cast<std::ptrdiff_t>(count), scratch_.values.end(), members.begin());
        return leave(count, Value::object(members));
    }

    bool EndArray(rapidjson::SizeType count) {
        auto items = arena_.array<Value>(count);
        auto first = scratch_.values.end() - static_cast<std::ptrdiff_t>(count);
        std::transform(first, scratch_.values.end(), items.begin(), [](const Member& member) { return member.value; });
        return leave(count, Value::array(items));
    }

    bool too_deep() const { return too_deep_; }
    Value result() const { return scratch_.values.front().value; }

private:
    bool enter() {
        if (scratch_.keys.size() == depth_limit_) {
            too_deep_ = true;
            return false;
        }
        scratch_.keys.push_back(key_);
        key_ = {};
        return true;
    }

    bool leave(std::size_t count, Value value) {
        key_ = scratch_.keys.back();
        scratch_.keys.pop_back();
        scratch_.values.resize(scratch_.values.size() - count);
        return push(value);
    }

    bool push(Value value) {
        scratch_.values.push_back({key_, value});
        key_ = {};
        return true;
    }

    Arena& arena_;
    std::size_t depth_limit_;
    Scratch& scratch_;
    std::string_view key_;
    bool too_deep_ = false;
};

void write_double(double value, std::string& out) {
    if (!std::isfinite(value)) {
        out.append("null");
        return;
    }
    char buffer[32];
    const char* end = rapidjson::internal::dtoa(value, buffer);
    out.append(buffer, static_cast<std::size_t>(end - buffer));
}

void write_int(std::int64_t value, std::string& out) {
    char buffer[24];
    const char* end = rapidjson::internal::i64toa(value, buffer);
    out.append(buffer, static_cast<std::size_t>(end - buffer));
}

void write_escaped(char c, std::string& out) {
    switch (c) {
        case '"':
            out.append("\\\"");
            break;
        case '\\':
            out.append("\\\\");
            break;
        case '\n':
            out.append("\\n");
            break;
        case '\r':
            out.append("\\r");
            break;
        case '\t':
            out.append("\\t");
            break;
        case '\b':
            out.append("\\b");
            break;
        case '\f':
            out.append("\\f");
            break;
        default:
            out.append("\\u00");
            out.push_back("0123456789abcdef"[static_cast<unsigned char>(c) >> 4]);
            out.push_back("0123456789abcdef"[static_cast<unsigned char>(c) & 15]);
    }
}

bool must_be_escaped(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Where the first character stands that a JSON string cannot hold as it is, from `at` on.
std::size_t find_escaped(std::string_view text, std::size_t at) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = 0x8080808080808080;
    const auto zero_bytes = [](std::uint64_t word) { return (word - kOnes) & ~word; };
    // Eight characters at once; below a mark that a borrow made wrongly there is always a true one.
    for (std::uint64_t word = 0; text.size() - at >= sizeof(word); at += sizeof(word)) {
        std::memcpy(&word, text.data() + at, sizeof(word));
        const auto control = (word - kOnes * 0x20) & ~word;
        const auto marks = (control | zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\')) & kHighs;
        if (marks != 0) break;
    }
    while (at < text.size() && !must_be_escaped(text[at]))
        ++at;
    return at;
}

void write_scalar(const Value& value, std::string& out) {
    switch (value.kind()) {
        case Kind::Bool:
            out.append(value.as_bool() ? "true" : "false");
            break;
        case Kind::Int:
            write_int(value.as_int(), out);
            break;
        case Kind::Uint:
            out.append(std::to_string(value.as_uint()));
            break;
        case Kind::Double:
            write_double(value.as_double(), out);
            break;
        case Kind::String:
            write_json_string(value.as_string(), out);
            break;
        default:
            out.append("null");
    }
}

void write_pretty(const Value& value, std::size_t indent, std::string& out) {
    auto line = [&](std::size_t depth) { out.append("\n").append(depth * 2, ' '); };
    if (value.is_array() && value.size() > 0) {
        out.push_back('[');
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i > 0) out.push_back(',');
            line(indent + 1);
            write_pretty(value.items()[i], indent + 1, out);
        }
        line(indent);
        out.push_back(']');
    } else if (value.is_object() && value.size() > 0) {
        out.push_back('{');
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i > 0) out.push_back(',');
            line(indent + 1);
            write_json_string(value.members()[i].key, out);
            out.append(": ");
            write_pretty(value.members()[i].value, indent + 1, out);
        }
        line(indent);
        out.push_back('}');
    } else {
        write_json(value, out);
    }
}

void write_canonical(const Value& value, std::string& out) {
    if (value.is_array()) {
        out.push_back('[');
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i > 0) out.push_back(',');
            write_canonical(value.items()[i], out);
        }
        out.push_back(']');
    } else if (value.is_object()) {
        std::vector<Member> members(value.members().begin(), value.members().end());
        std::ranges::stable_sort(members, {}, &Member::key);
        out.push_back('{');
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i > 0) out.push_back(',');
            write_json_string(members[i].key, out);
            out.push_back(':');
            write_canonical(members[i].value, out);
        }
        out.push_back('}');
    } else {
        write_scalar(value, out);
    }
}

// JavaScript cuts texts between the halves of a surrogate pair and then writes the lone half as an escape. No text can
// hold it; U+FFFD stands for it, so that the rest of the document is not lost. Escapes only: the length stays.
std::string replace_lone_surrogates(std::string_view text) {
    std::string out(text);
    auto half = [&](std::size_t at) -> unsigned {  // of the \\uXXXX at that place, 0 if there is none
        if (at + 6 > out.size() || out[at] != '\\' || out[at + 1] != 'u') return 0;
        auto bytes = unhex(std::string_view(out).substr(at + 2, 4));
        if (!bytes) return 0;
        auto value = static_cast<unsigned>(static_cast<unsigned char>((*bytes)[0])) << 8 |
                     static_cast<unsigned char>((*bytes)[1]);
        return value >= 0xd800 && value <= 0xdfff ? value : 0;
    };
    for (std::size_t at = 0; at + 1 < out.size(); ++at) {
        if (out[at] != '\\') continue;
        auto first = half(at);
        auto second = first != 0 && first < 0xdc00 ? half(at + 6) : 0;
        if (second >= 0xdc00) {
            at += 11;
        } else if (first != 0) {
            out.replace(at + 2, 4, "fffd");
            at += 5;
        } else {
            ++at;  // the escaped character, perhaps a backslash
        }
    }
    return out;
}

Result<Value> parse_strict(std::string_view text, Arena& arena, JsonLimits limits) {
    // RapidJSON could check the encoding as well, but only byte by byte.
    auto valid = valid_utf8_prefix(text);
    if (valid != text.size()) return corrupt_at(text, valid, "not valid UTF-8");
    // Parsed in place on a copy: strings then need no further allocation. The reader may look up to 15 bytes beyond the
    // end.
    constexpr std::size_t kPadding = 16;
    auto buffer = arena.array<char>(text.size() + kPadding);
    std::copy(text.begin(), text.end(), buffer.begin());
    std::fill(buffer.end() - kPadding, buffer.end(), '\0');
    // Kept for their memory.
    thread_local TreeBuilder::Scratch scratch;
    thread_local rapidjson::Reader reader;
    TreeBuilder builder(arena, limits.depth, scratch);
    rapidjson::InsituStringStream stream(buffer.data());
    constexpr unsigned kFlags =
        rapidjson::kParseInsituFlag | rapidjson::kParseFullPrecisionFlag | rapidjson::kParseStopWhenDoneFlag;
    auto outcome = reader.Parse<kFlags>(stream, builder);
    if (builder.too_deep()) return fail(corrupt("nested deeper than " + std::to_string(limits.depth) + " levels"));
    if (outcome.IsError()) {
        return fail(
            corrupt(position_text(text, outcome.Offset()) + ": " + rapidjson::GetParseError_En(outcome.Code())));
    }
    // The reader would take a NUL byte for the end of the text.
    auto rest = text.substr(stream.Tell());
    auto extra = rest.find_first_not_of(" \t\r\n");
    if (extra != std::string_view::npos) {
        return corrupt_at(text, stream.Tell() + extra, "text after the value");
    }
    return builder.result();
}

}  // namespace

Result<Value> parse_json(std::string_view text, Arena& arena, JsonLimits limits) {
    // Half pairs must go before parsing: RapidJSON refuses a leading one and makes broken UTF-8 of a trailing one.
    bool escaped = text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos;
    return escaped ? parse_strict(replace_lone_surrogates(text), arena, limits) : parse_strict(text, arena, limits);
}

void write_json(Value value, std::string& out) {
    if (value.is_array()) {
        out.push_back('[');
        bool first = true;
        for (const auto& item : value.items()) {
            if (!first) out.push_back(',');
            first = false;
            write_json(item, out);
        }
        out.push_back(']');
    } else if (value.is_object()) {
        out.push_back('{');
        bool first = true;
        for (const auto& member : value.members()) {
            if (!first) out.push_back(',');
            first = false;
            write_json_string(member.key, out);
            out.push_back(':');
            write_json(member.value, out);
        }
        out.push_back('}');
    } else {
        write_scalar(value, out);
    }
}

void write_json_string(std::string_view text, std::string& out) {
    out.push_back('"');
    std::string repaired;
    if (!valid_utf8(text)) text = repaired = sanitize_utf8(text);
    std::size_t plain = 0;
    for (auto at = find_escaped(text, 0); at < text.size(); at = find_escaped(text, plain)) {
        out.append(text.substr(plain, at - plain));
        write_escaped(text[at], out);
        plain = at + 1;
    }
    out.append(text.substr(plain));
    out.push_back('"');
}

std::string to_json(Value value) {
    std::string out;
    write_json(value, out);
    return out;
}

std::string to_pretty_json(Value value) {
    std::string out;
    write_pretty(value, 0, out);
    return out;
}

std::string to_canonical_json(Value value) {
    std::string out;
    write_canonical(value, out);
    return out;
}

}  // namespace tandem::data
