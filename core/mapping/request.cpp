// A request of a pack, written: URL, headers and body from their expressions, secrets in the places of their marks.
#include "core/base/text.hpp"
#include "core/data/encode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/call.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/secret_mark.hpp"
#include "core/mapping/verify_impl.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

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
        if (name.starts_with(kSignatureMark)) return signature(name.substr(1));
        const auto secrets = state_.secrets(name);
        if (secrets.empty()) {
            missing_ = name;
            return {};
        }
        return std::string(reveal_ == Reveal::Secrets ? secrets.front().reveal() : kHidden);
    }

    std::string signature(std::string_view name) {
        const auto found = std::ranges::find(program_.signatures, name, &SignatureProgram::name);
        if (found == program_.signatures.end()) return {};
        const std::string message = filled(ScalarText(names_.value(found->message)).view());
        if (reveal_ == Reveal::Nothing) return std::string(kHidden);
        const auto digest = found->secret.empty() ? plain_digest(found->algorithm, message)
                                                  : keyed_digest(found->algorithm, secret(found->secret), message);
        if (found->encoding == SignatureEncoding::Base64) return base64(digest);
        auto out = hex({reinterpret_cast<const std::uint8_t*>(digest.data()), digest.size()});
        if (found->encoding == SignatureEncoding::UpperHex) {
            std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'f' ? char(c - 32) : c; });
        }
        return out;
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
        } else if (auth.scheme == AuthProgram::Scheme::OAuth2 && !auth.name.empty()) {
            out_.token_prefix.emplace();
            out_.token_query = auth.name;
            if (reveal_ == Reveal::Nothing) {
                out_.url += (out_.url.contains('?') ? "&" : "?") + auth.name + "=" + std::string(kHidden);
            }
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
        if (!encoded) return names_.fail_at("request.xml", encoded.error().text);
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
    const RequestProgram& program_;
    const Reveal reveal_;
    Evaluation names_;
    OutgoingRequest out_;
    std::string missing_;
};

}  // namespace

Result<OutgoingRequest> write_request(const Call& call, Value current, const RequestProgram& program, Reveal reveal) {
    return RequestWriter(call, current, program, reveal).run();
}

}  // namespace tandem::mapping
