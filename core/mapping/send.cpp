#include "core/mapping/send.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/mapping/call.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/secret_mark.hpp"

#include <algorithm>
#include <array>

namespace tandem::mapping {

using data::Value;

namespace {

constexpr std::string_view kHidden = "***";

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

class RequestWriter {
public:
    RequestWriter(const Call& call, Value current, const RequestProgram& program, Reveal reveal)
        : state_(call.state), program_(program), reveal_(reveal), names_(call, current) {}

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
        if (!missing_.empty()) return fail(config_error("the setting '" + missing_ + "' is needed"));
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
        out_.url = fill_secrets(ScalarText(names_.value(program_.url)).view(), [&](std::string_view name) {
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
        } else if (auth.scheme == AuthProgram::Scheme::OAuth2) {
            out_.token_prefix = auth.prefix.empty() ? "Bearer " : auth.prefix;
            if (reveal_ == Reveal::Nothing) out_.headers.emplace_back("Authorization", *out_.token_prefix + "***");
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
            out_.headers.emplace_back("Content-Type", "application/json");
        } else if (program_.form) {
            for (const auto& [name, code] : *program_.form) {
                each(names_.value(code), [&](const std::string& text) {
                    out_.body += out_.body.empty() ? "" : "&";
                    out_.body += percent_encoded(name, {}) + "=" + percent_encoded(filled(text), {});
                });
            }
            out_.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        } else if (program_.text) {
            each(names_.value(*program_.text), [&](const std::string& text) { out_.body += filled(text); });
            out_.headers.emplace_back("Content-Type", program_.content_type);
        }
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
    const RequestProgram& program_;
    const Reveal reveal_;
    Evaluation names_;
    OutgoingRequest out_;
    std::string missing_;
};

// The names of a message's request and of its answer.
struct MessageCall {
    MessageCall(const BoundPack::State& state, Value message, data::Arena& arena)
        : given{Given{state.program().send->message_slot, message}},
          call{state, state.program().send->let, given, message, arena} {}
    MessageCall(const MessageCall&) = delete;
    MessageCall& operator=(const MessageCall&) = delete;

    const std::array<Given, 1> given;
    const Call call;
};

void read_ids(AnswerReader& reader, const SendProgram& program, SendOutcome& out) {
    const auto given = reader.value(program.ids);
    const auto name_space = text_of(reader.value(program.name_space));
    const auto add = [&](Value id) {
        if (auto text = text_of(id); !text.empty()) out.ids.push_back({name_space, std::move(text)});
    };
    if (!given.is_array()) return add(given);
    for (const auto& item : given.items())
        add(item);
}

}  // namespace

Result<OutgoingRequest> write_request(const Call& call, Value current, const RequestProgram& program, Reveal reveal) {
    return RequestWriter(call, current, program, reveal).run();
}

std::optional<SendAbilities> send_abilities(const Pack& pack) {
    const auto& send = pack.program().send;
    if (!send) return std::nullopt;
    return SendAbilities{.channel = send->channel,
                         .provider = send->provider,
                         .to = send->to,
                         .max_text = send->max_text,
                         .max_media = send->max_media,
                         .repeatable = send->repeatable};
}

Result<OutgoingRequest> outgoing_request(const BoundPack& pack, Value message, Reveal reveal, data::Arena& arena) {
    const auto& send = pack.state().program().send;
    if (!send) return fail(config_error("the pack '" + pack.pack().name() + "' cannot send"));
    const MessageCall names(pack.state(), without_marks(message, arena), arena);
    return write_request(names.call, names.call.about, send->request, reveal);
}

SendOutcome send_outcome(const BoundPack& pack, Value message, const VendorAnswer& answer, data::Arena& arena) {
    const auto& send = *pack.state().program().send;
    const MessageCall names(pack.state(), message, arena);
    AnswerReader reader(names.call, send.response, answer);
    SendOutcome out{.ids = {}, .error = reader.error(ErrorKind::UnknownOutcome)};
    if (!out.error) read_ids(reader, send, out);
    if (reader.failed()) {
        out.ids.clear();
        out.error = unknown_outcome(reader.failure());
    }
    return out;
}

}  // namespace tandem::mapping
