#include "core/mapping/send.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/encode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/bound.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/secret_mark.hpp"
#include "core/mapping/split.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::mapping {

using data::Value;

namespace {

constexpr std::string_view kHidden = "***";
constexpr double kLongestWait = 24 * 3600;  // seconds

std::string percent_encoded(std::string_view text, std::string_view also_plain) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").contains(c) || also_plain.contains(c);
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return out;
}

// What people wrote must not look like our mark of a secret.
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

// Evaluates the expressions of one message's request or of its answer. The first failure ends it.
class Evaluation {
public:
    Evaluation(const BoundPack::State& state, Value message, Value current, data::Arena& arena)
        : program_(*state.program().send), frame_(make_frame(state, current, {}, arena)), current_(current) {
        frame_.values[program_.message_slot] = message;
        if (!declare(program_.let, message, frame_, failure_)) failed_ = true;
    }

    Value value(const Code& code) {
        Value out;
        if (!failed_ && !evaluate(code, current_, frame_, out, failure_)) failed_ = true;
        return failed_ ? Value() : out;
    }
    Value value(const std::optional<Code>& code) { return code ? value(*code) : Value(); }

    Value rendered(const Template& body) {
        Value out;
        if (!failed_ && render(body, current_, frame_, 0, out, failure_) == Rendered::Failed) failed_ = true;
        return failed_ ? Value() : out;
    }

    void fail_at(std::string path, std::string reason) {
        if (!std::exchange(failed_, true)) failure_ = {.reason = std::move(reason), .path = std::move(path)};
    }

    bool failed() const { return failed_; }
    const Failure& failure() const { return failure_; }
    data::Arena& arena() { return frame_.arena; }

private:
    const SendProgram& program_;
    Frame frame_;
    Value current_;
    Failure failure_;
    bool failed_ = false;
};

class RequestWriter {
public:
    RequestWriter(const BoundPack::State& state, Value message, Reveal reveal, data::Arena& arena)
        : state_(state), program_(*state.program().send), reveal_(reveal), names_(state, message, message, arena) {}

    Result<OutgoingRequest> run() {
        out_.method = program_.method;
        url();
        for (const auto& [name, code] : program_.headers)
            each(names_.value(code), [&](std::string text) { header(name, std::move(text)); });
        authorise();
        body();
        if (names_.failed()) {
            return fail(rejected(names_.failure().path + ": " + names_.failure().reason));
        }
        if (!missing_.empty()) return fail(config_error("the setting '" + missing_ + "' is needed for sending"));
        return std::move(out_);
    }

private:
    // A text, or the texts of a list; null gives none.
    template <class Use>
    void each(Value value, Use use) {
        if (value.is_null()) return;
        if (!value.is_array()) return use(std::string(ScalarText(value).view()));
        for (const auto& item : value.items()) {
            if (!item.is_null()) use(std::string(ScalarText(item).view()));
        }
    }

    std::string secret(std::string_view name) {
        const auto secrets = state_.secrets(name);
        if (secrets.empty()) {
            missing_ = name;
            return {};
        }
        return std::string(reveal_ == Reveal::Secrets ? secrets.front().reveal() : kHidden);
    }

    std::string filled(std::string_view text) {
        return fill_secrets(text, [&](std::string_view name) { return secret(name); });
    }

    void url() {
        if (!program_.url) return;
        out_.url = fill_secrets(ScalarText(names_.value(*program_.url)).view(), [&](std::string_view name) {
            return reveal_ == Reveal::Secrets ? percent_encoded(secret(name), ":") : secret(name);
        });
        char separator = out_.url.contains('?') ? '&' : '?';
        const auto parameter = [&](const std::string& name, std::string_view text) {
            out_.url += std::exchange(separator, '&');
            out_.url += percent_encoded(name, {}) + "=" + percent_encoded(text, text == kHidden ? "*" : "");
        };
        for (const auto& [name, code] : program_.query)
            each(names_.value(code), [&](const std::string& text) { parameter(name, filled(text)); });
        if (program_.auth && program_.auth->scheme == AuthProgram::Scheme::Query) {
            parameter(program_.auth->name, secret(program_.auth->secret));
        }
    }

    void header(const std::string& name, std::string text) {
        text = filled(text);
        // A line break would start a header of the message's author.
        std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
        out_.headers.emplace_back(name, std::move(text));
    }

    void authorise() {
        if (!program_.auth) return;
        const auto& auth = *program_.auth;
        if (auth.scheme == AuthProgram::Scheme::Bearer) {
            out_.headers.emplace_back("Authorization",
                                      (auth.prefix.empty() ? "Bearer " : auth.prefix) + secret(auth.secret));
        } else if (auth.scheme == AuthProgram::Scheme::Header) {
            out_.headers.emplace_back(auth.name, auth.prefix + secret(auth.secret));
        } else if (auth.scheme == AuthProgram::Scheme::Basic) {
            const auto password = secret(auth.secret);
            const std::string pair = std::string(ScalarText(names_.value(auth.username)).view()) + ":" + password;
            out_.headers.emplace_back("Authorization",
                                      "Basic " + (reveal_ == Reveal::Secrets ? base64(pair) : std::string(kHidden)));
        }
    }

    void body() {
        if (program_.json) {
            const auto document = names_.rendered(*program_.json);
            data::write_json(document.is_null() ? Value::object({}) : filled_value(document), out_.body);
            content_type("application/json");
        } else if (program_.xml) {
            xml_body(names_.rendered(*program_.xml));
        } else if (program_.form) {
            for (const auto& [name, code] : *program_.form) {
                each(names_.value(code), [&](const std::string& text) {
                    out_.body += out_.body.empty() ? "" : "&";
                    out_.body += percent_encoded(name, {}) + "=" + percent_encoded(filled(text), {});
                });
            }
            content_type("application/x-www-form-urlencoded");
        } else if (program_.multipart) {
            multipart_body();
        } else if (program_.text) {
            each(names_.value(*program_.text), [&](const std::string& text) { out_.body += filled(text); });
            content_type(program_.content_type);
        }
    }

    void content_type(std::string type) { out_.headers.emplace_back("Content-Type", std::move(type)); }

    void xml_body(Value document) {
        if (names_.failed()) return;
        auto encoded = data::encode_xml(filled_value(document));
        if (!encoded) return names_.fail_at("send.request.xml", encoded.error().text);
        out_.body = std::move(*encoded);
        content_type(program_.content_type);
    }

    void multipart_body() {
        std::vector<data::FormPart> parts;
        for (const auto& [name, code] : *program_.multipart) {
            const auto value = names_.value(code);
            if (!value.is_object()) {
                each(value, [&](const std::string& text) { parts.push_back({.name = name, .content = filled(text)}); });
                continue;
            }
            const auto member = [&](std::string_view key) { return filled(value.string_at(key).value_or("")); };
            parts.push_back({.name = name,
                             .content = member("text"),
                             .filename = member("filename"),
                             .content_type = member("content_type")});
        }
        auto encoded = data::encode_multipart(parts);
        out_.body = std::move(encoded.body);
        content_type(std::move(encoded.content_type));
    }

    Value filled_value(Value value) {
        auto& arena = names_.arena();
        if (value.is_string()) {
            return has_secret(value.as_string()) ? data::make_string(arena, filled(value.as_string())) : value;
        }
        if (value.is_array()) {
            data::ArenaList<Value> items(arena, value.size());
            for (const auto& item : value.items())
                items.push_back(filled_value(item));
            return Value::array(items.items());
        }
        if (!value.is_object()) return value;
        data::ArenaList<data::Member> members(arena, value.size());
        for (const auto& member : value.members())
            members.push_back({member.key, filled_value(member.value)});
        return Value::object(members.items());
    }

    const BoundPack::State& state_;
    const SendProgram& program_;
    const Reveal reveal_;
    Evaluation names_;
    OutgoingRequest out_;
    std::string missing_;
};

// {status, headers: {lower-case name: text}, body, text}
Value answer_value(const SendProgram& program, const VendorAnswer& answer, data::Arena& arena) {
    data::ArenaList<data::Member> headers(arena, answer.headers.size());
    std::string_view content_type;
    for (const auto& header : answer.headers) {
        const auto name = arena.copy(to_lower_ascii(header.name));
        headers.push_back({name, data::make_string(arena, header.value)});
        if (name == "content-type") content_type = header.value;
    }
    const auto body = data::decode(program.decoder, content_type, answer.body, arena);
    return data::make_object(arena, {{"status", Value::integer(answer.status)},
                                     {"headers", Value::object(headers.items())},
                                     {"body", body ? *body : Value()},
                                     {"text", data::make_string(arena, sanitize_utf8(answer.body))}});
}

std::string text_of(Value value) {
    if (value.is_null()) return {};
    if (value.is_array() || value.is_object()) return data::to_json(value);
    return std::string(ScalarText(value).view());
}

// What a status says by itself. Of a 5xx nobody knows whether the vendor took the message first.
ErrorKind kind_of_status(int status) {
    if (status == 401 || status == 403) return ErrorKind::Auth;
    if (status == 429) return ErrorKind::Throttled;
    if (status == 503) return ErrorKind::Transient;
    if (status >= 500 || status < 300 || status == 408) return ErrorKind::UnknownOutcome;
    return ErrorKind::Rejected;
}

std::optional<std::chrono::milliseconds> wait_of(Value seconds) {
    const auto text = text_of(seconds);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= 0) || value > kLongestWait) return std::nullopt;
    return std::chrono::milliseconds(std::llround(value * 1000));
}

class AnswerReader {
public:
    AnswerReader(const BoundPack::State& state, Value message, const VendorAnswer& answer, data::Arena& arena)
        : program_(*state.program().send),
          status_(answer.status),
          answer_(answer_value(program_, answer, arena)),
          names_(state, message, answer_, arena) {}

    SendOutcome run() {
        SendOutcome out;
        const bool accepted =
            program_.accepted ? truthy(names_.value(*program_.accepted)) : status_ >= 200 && status_ < 300;
        if (const auto* rule = error_rule()) {
            out.error = error(rule->kind, rule);
        } else if (!accepted) {
            out.error = error(kind_of_status(status_), nullptr);
        } else {
            ids(out);
        }
        if (names_.failed()) {
            out.ids.clear();
            out.error = Error{.kind = ErrorKind::UnknownOutcome,
                              .text = names_.failure().path + ": " + names_.failure().reason};
        }
        return out;
    }

private:
    const SendErrorRule* error_rule() {
        for (const auto& rule : program_.errors) {
            if (truthy(names_.value(rule.when))) return &rule;
        }
        return nullptr;
    }

    Error error(ErrorKind kind, const SendErrorRule* rule) {
        const bool own_code = rule != nullptr && rule->code;
        const bool own_reason = rule != nullptr && rule->reason;
        const bool own_wait = rule != nullptr && rule->retry_after;
        Error out{.kind = kind, .text = text_of(names_.value(own_reason ? rule->reason : program_.reason))};
        out.code = text_of(names_.value(own_code ? rule->code : program_.code));
        if (out.code.empty()) out.code = std::to_string(status_);
        if (out.text.empty()) out.text = "the vendor answered " + std::to_string(status_);
        out.retry_after =
            wait_of(own_wait ? names_.value(rule->retry_after) : answer_.get("headers").get("retry-after"));
        return out;
    }

    void ids(SendOutcome& out) {
        const auto given = names_.value(program_.ids);
        const auto name_space = text_of(names_.value(program_.name_space));
        const auto add = [&](Value id) {
            if (auto text = text_of(id); !text.empty()) out.ids.push_back({name_space, std::move(text)});
        };
        if (!given.is_array()) return add(given);
        for (const auto& item : given.items())
            add(item);
    }

    const SendProgram& program_;
    const int status_;
    const Value answer_;
    Evaluation names_;
};

std::int64_t longest_text(const SendProgram& send) {
    if (!send.split || send.max_text > INT64_MAX / static_cast<std::int64_t>(kMaxParts)) return send.max_text;
    return send.max_text * static_cast<std::int64_t>(kMaxParts);
}

// The first part keeps the id: it is what a message that fits would have.
Value part_of(Value message, std::string_view text, std::size_t number, std::size_t total, data::Arena& arena) {
    data::ArenaList<data::Member> members(arena, message.size() + 1);
    for (const auto& [key, value] : message.members()) {
        if (key == "text") {
            members.push_back({key, data::make_string(arena, text)});
        } else if (key == "id" && number > 1) {
            members.push_back(
                {key, data::make_string(arena, std::string(ScalarText(value).view()) + "-" + std::to_string(number))});
        } else if (number == 1 || (key != "media" && key != "reply_to")) {
            members.push_back({key, value});
        }
    }
    members.push_back({"part", data::make_object(arena, {{"number", Value::unsigned_integer(number)},
                                                         {"total", Value::unsigned_integer(total)}})});
    return Value::object(members.items());
}

}  // namespace

std::optional<SendAbilities> send_abilities(const Pack& pack) {
    const auto& send = pack.program().send;
    if (!send) return std::nullopt;
    return SendAbilities{.channel = send->channel,
                         .provider = send->provider,
                         .to = send->to,
                         .max_text = longest_text(*send),
                         .max_media = send->max_media,
                         .repeatable = send->repeatable,
                         .by_http = send->by_http};
}

std::vector<Value> message_parts(const Pack& pack, Value message, data::Arena& arena) {
    const auto& send = pack.program().send;
    const auto text = message.string_at("text");
    if (!send || !send->split || !text) return {message};
    const auto texts = split_text(*text, static_cast<std::size_t>(send->max_text));
    if (texts.size() == 1) return {message};
    std::vector<Value> parts;
    for (const auto part : texts)
        parts.push_back(part_of(message, part, parts.size() + 1, texts.size(), arena));
    return parts;
}

Result<OutgoingRequest> outgoing_request(const BoundPack& pack, Value message, Reveal reveal, data::Arena& arena) {
    const auto& send = pack.state().program().send;
    if (!send) return fail(config_error("the pack '" + pack.pack().name() + "' cannot send"));
    if (!send->by_http && !send->json) {
        return OutgoingRequest{.method = {}, .url = {}, .headers = {}, .body = data::to_json(message)};
    }
    return RequestWriter(pack.state(), without_marks(message, arena), reveal, arena).run();
}

SendOutcome send_outcome(const BoundPack& pack, Value message, const VendorAnswer& answer, data::Arena& arena) {
    return AnswerReader(pack.state(), message, answer, arena).run();
}

}  // namespace tandem::mapping
