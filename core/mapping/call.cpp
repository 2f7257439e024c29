#include "core/mapping/call.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/secret_mark.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace tandem::mapping {

using data::Value;

namespace {

constexpr double kLongestWait = 24 * 3600;  // seconds
constexpr std::size_t kLongestCode = 100;   // bytes
constexpr std::size_t kLongestReason = 1000;
constexpr std::size_t kShortestMasked = 6;  // a shorter secret is part of many words
constexpr std::string_view kHidden = "***";

// {status, headers: {lower-case name: text}, body, text}
Value answer_value(const ResponseProgram& program, const VendorAnswer& answer, data::Arena& arena) {
    data::ArenaList<data::Member> headers(arena, answer.headers.size());
    std::string_view content_type;
    for (const auto& header : answer.headers) {
        const auto name = arena.copy(to_lower_ascii(header.name));
        headers.push_back({name, data::make_string(arena, header.value)});
        if (name == "content-type") content_type = header.value;
    }
    const auto body = data::decode(program.decoder, content_type, answer.body, arena);
    return data::make_object(arena,
                             {{"status", Value::integer(answer.status)},
                              {"headers", Value::object(headers.items())},
                              {"body", body ? without_marks(*body, arena) : Value()},
                              {"text", without_marks(data::make_string(arena, sanitize_utf8(answer.body)), arena)}});
}

// What a status says by itself.
ErrorKind kind_of_status(int status, ErrorKind unclear) {
    if (status == 401 || status == 403) return ErrorKind::Auth;
    if (status == 429) return ErrorKind::Throttled;
    if (status == 503) return ErrorKind::Transient;
    if (status >= 500 || status < 300 || status == 408) return unclear;
    return ErrorKind::Rejected;
}

std::optional<std::chrono::milliseconds> wait_of(Value seconds) {
    const auto text = text_of(seconds);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= 0) || value > kLongestWait) return std::nullopt;
    return std::chrono::milliseconds(std::llround(value * 1000));
}

}  // namespace

std::string text_of(Value value) {
    if (value.is_null()) return {};
    if (value.is_array() || value.is_object()) return data::to_json(value);
    return std::string(ScalarText(value).view());
}

Value without_marks(Value value, data::Arena& arena) {
    if (value.is_string()) {
        if (!has_secret(value.as_string())) return value;
        std::string text(value.as_string());
        std::erase(text, kMarkBegin);
        return data::make_string(arena, text);
    }
    if (value.is_array()) {
        data::ArenaList<Value> items(arena, value.size());
        for (const auto& item : value.items())
            items.push_back(without_marks(item, arena));
        return Value::array(items.items());
    }
    if (!value.is_object()) return value;
    data::ArenaList<data::Member> members(arena, value.size());
    for (const auto& member : value.members())
        members.push_back({member.key, without_marks(member.value, arena)});
    return Value::object(members.items());
}

Evaluation::Evaluation(const Call& call, Value current)
    : frame_(make_frame(call.state, current, {}, call.arena)), current_(current) {
    for (const auto& name : call.given)
        frame_.values[name.slot] = name.value;
    if (!declare(call.let, call.about, frame_, failure_)) failed_ = true;
}

void Evaluation::add(std::span<const Binding> let, Value about) {
    if (!failed_ && !declare(let, about, frame_, failure_)) failed_ = true;
}

Value Evaluation::value(const Code& code) {
    Value out;
    if (!failed_ && !evaluate(code, current_, frame_, out, failure_)) failed_ = true;
    return failed_ ? Value() : out;
}

Value Evaluation::rendered(const Template& body) {
    Value out;
    if (!failed_ && render(body, current_, frame_, 0, out, failure_) == Rendered::Failed) failed_ = true;
    return failed_ ? Value() : out;
}

void Evaluation::fail_at(std::string path, std::string reason) {
    if (!std::exchange(failed_, true)) failure_ = {.reason = std::move(reason), .path = std::move(path)};
}

AnswerReader::AnswerReader(const Call& call, const ResponseProgram& program, const VendorAnswer& answer)
    : program_(program),
      secrets_(call.state.settings.secrets),
      status_(answer.status),
      answer_(answer_value(program, answer, call.arena)),
      names_(call, answer_) {
    names_.add(program.let, answer_);
}

std::optional<Error> AnswerReader::error(ErrorKind unclear) {
    const bool accepted =
        program_.accepted ? truthy(names_.value(*program_.accepted)) : status_ >= 200 && status_ < 300;
    if (const auto* found = rule()) return error_of(found->kind, found);
    if (accepted) return std::nullopt;
    return error_of(kind_of_status(status_, unclear), nullptr);
}

bool AnswerReader::holds_secret(std::string_view text) const {
    for (const auto& [name, values] : secrets_) {
        for (const auto& value : values) {
            if (value.reveal().size() >= kShortestMasked && text.contains(value.reveal())) return true;
        }
    }
    return false;
}

// Base64 of "user:password", as Basic authentication sends it.
std::string AnswerReader::without_encoded(std::string text) const {
    const auto in_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '='; };
    std::string out;
    for (auto at = text.begin(); at != text.end();) {
        const auto end = std::find_if_not(at, text.end(), in_word);
        const std::string word(at, end);
        const auto decoded = word.size() >= kShortestMasked ? unbase64(word) : std::nullopt;
        out += decoded && holds_secret(*decoded) ? kHidden : word;
        at = end;
        if (at != text.end()) out += *at++;
    }
    return out;
}

// Vendors repeat what they were sent, credentials too, and answer with whole pages.
std::string AnswerReader::presentable(std::string text, std::size_t longest) const {
    for (const auto& [name, values] : secrets_) {
        for (const auto& value : values) {
            const auto secret = value.reveal();
            if (secret.size() < kShortestMasked) continue;
            for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size()))
                text.replace(at, secret.size(), kHidden);
        }
    }
    text = without_encoded(std::move(text));
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    if (text.size() <= longest) return text;
    while (longest > 0 && (text[longest] & 0xC0) == 0x80)
        --longest;
    return text.substr(0, longest) + "…";
}

const SendErrorRule* AnswerReader::rule() {
    for (const auto& rule : program_.errors) {
        if (truthy(names_.value(rule.when))) return &rule;
    }
    return nullptr;
}

Error AnswerReader::error_of(ErrorKind kind, const SendErrorRule* rule) {
    const bool own_code = rule != nullptr && rule->code;
    const bool own_reason = rule != nullptr && rule->reason;
    const bool own_wait = rule != nullptr && rule->retry_after;
    Error out{.kind = kind, .text = text_of(names_.value(own_reason ? rule->reason : program_.reason))};
    out.code = text_of(names_.value(own_code ? rule->code : program_.code));
    out.code = presentable(out.code, kLongestCode);
    out.text = presentable(out.text, kLongestReason);
    if (out.code.empty()) out.code = std::to_string(status_);
    if (out.text.empty()) out.text = "the vendor answered " + std::to_string(status_);
    out.retry_after = wait_of(own_wait ? names_.value(rule->retry_after) : answer_.get("headers").get("retry-after"));
    return out;
}

}  // namespace tandem::mapping
