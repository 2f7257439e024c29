#include "core/mapping/expected.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/subset.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::mapping {

using config::Node;
using data::Value;

namespace {

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

class MappedComparison {
public:
    MappedComparison(const Node& expect, Failures& failures, data::Arena& arena)
        : expect_(expect), failures_(failures), arena_(arena) {}

    void compare(const Mapped& mapped) {
        records(mapped);
        const auto ignored = std::ranges::count(mapped.records, RecordKind::Ignored, &Record::kind);
        if (const auto expected = expect_.get("ignored")) {
            compare_text("ignored", expected.text(), fmt::format("{}", ignored), failures_);
        }
        errors(mapped);
    }

private:
    void records(const Mapped& mapped) {
        const auto expected = expect_.get("records");
        if (!expected) return;
        std::vector<const Record*> actual;
        for (const auto& record : mapped.records) {
            if (record.kind != RecordKind::Ignored) actual.push_back(&record);
        }
        const auto items = expected.items();
        if (items.size() != actual.size()) {
            failures_.push_back(fmt::format("records: expected {}, got {}", items.size(), actual.size()));
        }
        for (std::size_t i = 0; i < std::min(items.size(), actual.size()); ++i)
            record(items[i], *actual[i], fmt::format("records[{}]", i));
    }

    void record(const Node& expected, const Record& actual, const std::string& path) {
        const std::string kind = actual.kind == RecordKind::Snapshot ? "snapshot" : "receipt";
        if (expected.get("type").text() != kind) {
            failures_.push_back(fmt::format("{}: expected a {}, got a {}", path, expected.get("type").text(), kind));
            return;
        }
        const auto fields = expected.get(kind);
        if (fields) compare_subset(fields.to_value(arena_), actual.document, path + "." + kind, failures_);
    }

    void errors(const Mapped& mapped) {
        const auto actual = mapped.errors.size();
        const auto expected = static_cast<std::size_t>(expect_.get("errors").as_int().value_or(0));
        if (actual == expected) return;
        std::string text = fmt::format("errors: expected {}, got {}", expected, actual);
        for (const auto& error : mapped.errors)
            text += fmt::format("; {}: {}", error.path, error.reason);
        failures_.push_back(std::move(text));
    }

    const Node& expect_;
    Failures& failures_;
    data::Arena& arena_;
};

class RequestComparison {
public:
    RequestComparison(const Node& expect, Failures& failures, data::Arena& arena)
        : expect_(expect), failures_(failures), arena_(arena) {}

    void compare(const OutgoingRequest& request) {
        if (!expect_) return;
        if (const auto method = expect_.get("method")) same("request.method", method.text(), request.method);
        if (const auto url = expect_.get("url")) same("request.url", url.text(), request.url);
        if (const auto body = expect_.get("body")) same("request.body", body.text(), request.body);
        headers(expect_.get("headers"), request);
        for (const std::string_view format : {"json", "form", "xml", "multipart"})
            decoded(expect_.get(format), format, request);
    }

private:
    void same(std::string_view path, std::string_view expected, std::string_view actual) {
        compare_text(path, expected, actual, failures_);
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

    const Node& expect_;
    Failures& failures_;
    data::Arena& arena_;
};

}  // namespace

void compare_text(std::string_view path, std::string_view expected, std::string_view actual, Failures& failures) {
    if (expected != actual) failures.push_back(fmt::format("{}: expected {}, got {}", path, expected, actual));
}

void compare_mapped(const Node& expect, const Mapped& mapped, Failures& failures, data::Arena& arena) {
    MappedComparison(expect, failures, arena).compare(mapped);
}

void compare_request(const Node& expect, const OutgoingRequest& request, Failures& failures, data::Arena& arena) {
    RequestComparison(expect, failures, arena).compare(request);
}

bool compare_error(const Node& expect, const std::optional<Error>& error, const std::string& path, Failures& failures) {
    const auto kind = error ? kind_word(error->kind) : std::string_view("none");
    const auto wanted = expect.get("error") ? expect.get("error").text() : std::string("none");
    if (wanted != kind) {
        const auto reason = error ? ": " + error->text : std::string();
        failures.push_back(fmt::format("{}.error: expected {}, got {}{}", path, wanted, kind, reason));
        return true;
    }
    if (!error) return false;
    if (const auto code = expect.get("code")) compare_text(path + ".code", code.text(), error->code, failures);
    if (const auto reason = expect.get("reason"); reason && !error->text.contains(reason.text())) {
        failures.push_back(fmt::format("{}.reason: expected '{}', got '{}'", path, reason.text(), error->text));
    }
    const auto wait = expect.get("retry_after");
    if (!wait) return true;
    const auto seconds = error->retry_after
                             ? fmt::format("{}", std::chrono::round<std::chrono::seconds>(*error->retry_after).count())
                             : std::string("none");
    compare_text(path + ".retry_after", wait.text(), seconds, failures);
    return true;
}

TestAnswer::TestAnswer(const Node& node) : status_(static_cast<int>(node.get("status").as_int().value_or(200))) {
    data::Arena arena;
    if (const auto body = node.get("body")) body_ = body.text();
    if (const auto json = node.get("json")) body_ = data::to_json(json.to_value(arena));
    const auto given = node.get("headers");
    if (!given) return;
    for (const auto& [name, value] : given.entries())
        headers_.emplace_back(name.text(), value.text());
}

VendorAnswer TestAnswer::view() const {
    VendorAnswer out{.status = status_, .headers = {}, .body = body_};
    for (const auto& [name, value] : headers_)
        out.headers.push_back({name, value});
    return out;
}

}  // namespace tandem::mapping
