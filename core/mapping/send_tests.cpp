#include "core/mapping/send_tests.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/send.hpp"
#include "core/mapping/subset.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::mapping {

using config::Node;
using data::Value;

namespace {

constexpr std::string_view kMessageId = "019a9e4c-7c00-7000-8000-000000000001";

std::string_view kind_word(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Transient:
            return "transient";
        case ErrorKind::Throttled:
            return "throttled";
        case ErrorKind::Auth:
            return "auth";
        case ErrorKind::Config:
            return "config";
        case ErrorKind::OptedOut:
            return "opted_out";
        case ErrorKind::UnknownOutcome:
            return "unknown_outcome";
        default:
            return "rejected";
    }
}

class SendCase {
public:
    SendCase(const BoundPack& pack, const Node& node) : pack_(pack), node_(node) {}

    std::vector<std::string> run() {
        const auto message = part();
        if (!failures_.empty()) return std::move(failures_);
        auto request = outgoing_request(pack_, message, Reveal::Secrets, arena_);
        if (const auto refused = node_.get("refused")) {
            if (request) return {"refused: a request was made"};
            contains("refused", refused.text(), request.error().text);
            return std::move(failures_);
        }
        if (!request) return {"no request can be made: " + request.error().text};
        compare(*request);
        if (const auto answers = node_.get("answers")) {
            for (std::size_t i = 0; i < answers.items().size(); ++i)
                answer(message, answers.items()[i], fmt::format("answers[{}]", i));
        }
        return std::move(failures_);
    }

private:
    Value message() {
        const auto given = node_.get("message").to_value(arena_);
        if (!given.is_object() || given.find("id") != nullptr) return given;
        data::ArenaList<data::Member> members(arena_, given.size() + 1);
        members.push_back({"id", Value::string(kMessageId)});
        for (const auto& member : given.members())
            members.push_back(member);
        return Value::object(members.items());
    }

    Value part() {
        const auto parts = message_parts(pack_.pack(), message(), arena_);
        const auto expected = node_.get("parts");
        if (expected && std::cmp_not_equal(*expected.as_int(), parts.size())) {
            failures_.push_back(fmt::format("parts: expected {}, got {}", expected.text(), parts.size()));
        }
        const auto number = static_cast<std::size_t>(node_.get("part").as_int().value_or(1));
        if (number <= parts.size()) return parts[number - 1];
        failures_.push_back(fmt::format("part: there are only {}", parts.size()));
        return {};
    }

    void same(std::string_view path, std::string_view expected, std::string_view actual) {
        if (expected != actual) failures_.push_back(fmt::format("{}: expected {}, got {}", path, expected, actual));
    }
    void contains(std::string_view path, std::string_view expected, std::string_view actual) {
        if (actual.contains(expected)) return;
        failures_.push_back(fmt::format("{}: expected '{}', got '{}'", path, expected, actual));
    }

    void compare(const OutgoingRequest& request) {
        const auto expected = node_.get("request");
        if (!expected) return;
        if (const auto method = expected.get("method")) same("request.method", method.text(), request.method);
        if (const auto url = expected.get("url")) same("request.url", url.text(), request.url);
        if (const auto body = expected.get("body")) same("request.body", body.text(), request.body);
        headers(expected.get("headers"), request);
        for (const std::string_view format : {"json", "form", "xml", "multipart"})
            decoded(expected.get(format), format, request);
    }

    static std::string_view header(const OutgoingRequest& request, std::string_view name, bool& found) {
        const auto at = std::ranges::find_if(request.headers,
                                             [&](const auto& header) { return iequals_ascii(header.first, name); });
        found = at != request.headers.end();
        return found ? std::string_view(at->second) : std::string_view();
    }

    void headers(const Node& expected, const OutgoingRequest& request) {
        if (!expected) return;
        for (const auto& [name, value] : expected.entries()) {
            bool found = false;
            const auto actual = header(request, name.text(), found);
            const auto path = fmt::format("request.headers.{}", name.text());
            if (value.to_value(arena_).is_null()) {
                if (found) failures_.push_back(path + ": expected none, got " + std::string(actual));
            } else {
                same(path, value.text(), found ? actual : "none");
            }
        }
    }

    void decoded(const Node& expected, std::string_view format, const OutgoingRequest& request) {
        if (!expected) return;
        bool found = false;
        const auto type = header(request, "content-type", found);
        const auto body = data::decode(format, type, request.body, arena_);
        if (!body) {
            failures_.push_back(fmt::format("request.{}: {}; body: {}", format, body.error().text, request.body));
            return;
        }
        auto wanted = expected.to_value(arena_);
        if (format == "form" || format == "multipart") wanted = texts(wanted);
        if (wanted == *body) return;
        failures_.push_back(
            fmt::format("request.{}: expected {}, got {}", format, data::to_json(wanted), data::to_json(*body)));
    }

    // Fields of a form are texts, however they are written in YAML.
    Value texts(Value value) {
        if (value.is_array()) {
            data::ArenaList<Value> out(arena_, value.size());
            for (const auto& item : value.items())
                out.push_back(texts(item));
            return Value::array(out.items());
        }
        if (value.is_object()) {
            data::ArenaList<data::Member> out(arena_, value.size());
            for (const auto& [key, item] : value.members())
                out.push_back({key, item.is_object() ? item : texts(item)});
            return Value::object(out.items());
        }
        return value.is_string() ? value : data::make_string(arena_, data::to_json(value));
    }

    void answer(Value message, const Node& node, const std::string& path) {
        std::string body = node.get("body") ? node.get("body").text() : std::string();
        if (const auto json = node.get("json")) body = data::to_json(json.to_value(arena_));
        std::vector<RequestHeader> headers;
        if (const auto given = node.get("headers")) {
            for (const auto& [name, value] : given.entries())
                headers.push_back({name.text(), value.text()});
        }
        const VendorAnswer answer{.status = static_cast<int>(node.get("status").as_int().value_or(200)),
                                  .headers = std::move(headers),
                                  .body = body};
        outcome(send_outcome(pack_, message, answer, arena_), node.get("expect"), path);
    }

    void outcome(const SendOutcome& actual, const Node& expect, const std::string& path) {
        const auto kind = actual.error ? kind_word(actual.error->kind) : std::string_view("none");
        const auto wanted = expect.get("error") ? expect.get("error").text() : std::string("none");
        if (wanted != kind) {
            const auto reason = actual.error ? ": " + actual.error->text : std::string();
            failures_.push_back(fmt::format("{}.error: expected {}, got {}{}", path, wanted, kind, reason));
            return;
        }
        if (actual.error) return error(*actual.error, expect, path);
        std::vector<std::string> ids;
        for (const auto& id : actual.ids) {
            ids.push_back(id.external_id);
            if (const auto name_space = expect.get("namespace"))
                same(path + ".namespace", name_space.text(), id.name_space);
        }
        if (!expect.get("ids")) return;
        std::vector<std::string> expected;
        for (const auto& item : expect.get("ids").items())
            expected.push_back(item.text());
        same(path + ".ids", fmt::format("{}", fmt::join(expected, ", ")), fmt::format("{}", fmt::join(ids, ", ")));
    }

    void error(const Error& actual, const Node& expect, const std::string& path) {
        if (const auto code = expect.get("code")) same(path + ".code", code.text(), actual.code);
        if (const auto reason = expect.get("reason")) contains(path + ".reason", reason.text(), actual.text);
        const auto wait = expect.get("retry_after");
        if (!wait) return;
        const auto seconds =
            actual.retry_after
                ? fmt::format("{}", std::chrono::round<std::chrono::seconds>(*actual.retry_after).count())
                : std::string("none");
        same(path + ".retry_after", wait.text(), seconds);
    }

    const BoundPack& pack_;
    const Node& node_;
    data::Arena arena_;
    std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_send_case(const BoundPack& pack, const Node& node) {
    return SendCase(pack, node).run();
}

}  // namespace tandem::mapping
