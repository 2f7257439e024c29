#include "core/mapping/pack_tests.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/mapping/expected.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/media_tests.hpp"
#include "core/mapping/outcome.hpp"
#include "core/mapping/poll_tests.hpp"
#include "core/mapping/program.hpp"
#include "core/mapping/send_tests.hpp"
#include "core/mapping/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::mapping {

using config::Diagnostics;
using config::Node;
using config::NodeKind;
using data::Value;

namespace {

constexpr std::string_view kReceivedAt = "2026-11-20T12:00:00Z";

std::string text_or(const Node& node, std::string fallback) {
    return node ? node.text() : std::move(fallback);
}

std::vector<RequestHeader> header_views(const TestRequest& request) {
    std::vector<RequestHeader> out;
    for (const auto& [name, value] : request.headers)
        out.push_back({name, value});
    return out;
}

bool has_header(const TestRequest& request, std::string_view name) {
    return std::ranges::any_of(request.headers, [&](const auto& header) { return iequals_ascii(header.first, name); });
}

void set_header(TestRequest& request, const std::string& name, std::string value) {
    std::erase_if(request.headers, [&](const auto& header) { return iequals_ascii(header.first, name); });
    request.headers.emplace_back(name, std::move(value));
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
    return out;
}

std::string form_body(const Node& form) {
    std::string out;
    const auto add = [&](const std::string& name, const std::string& value) {
        if (!out.empty()) out += '&';
        out += percent_encode(name) + "=" + percent_encode(value);
    };
    for (const auto& [name, value] : form.entries()) {
        if (value.kind() != NodeKind::Sequence) add(name.text(), value.text());
        for (const auto& item : value.items())
            add(name.text(), item.text());
    }
    return out;
}

// Makes the request of one case.
class CaseReader {
public:
    CaseReader(const std::shared_ptr<const Pack>& pack, const Node& file) : pack_(pack), file_(file) {}

    // Problems (settings that do not fit, a signature that cannot be made) are added to `failures`.
    TestRequest read(const Node& node, std::vector<std::string>& failures) {
        TestRequest out;
        const auto request = node.get("request");
        out.name = node.get("name").text();
        out.instance = text_or(file_.get("instance"), "test");
        out.region = text_or(file_.get("region"), "RU");
        out.method = text_or(request.get("method"), "POST");
        const auto url = text_or(file_.get("url"), "https://gw.example.test/hooks/" + out.instance);
        out.url = text_or(request.get("url"), url);
        const auto at = text_or(file_.get("received_at"), std::string(kReceivedAt));
        out.received_at = parse_time(text_or(node.get("received_at"), at)).value_or(Instant{});
        headers(file_.get("headers"), out);
        headers(request.get("headers"), out);
        body(request, out);
        out.settings = settings(node.get("settings"), failures);
        if (node.get("sign").as_bool().value_or(false)) sign_request(out, failures);
        return out;
    }

private:
    static void headers(const Node& node, TestRequest& out) {
        if (node.kind() != NodeKind::Mapping) return;
        for (const auto& [name, value] : node.entries())
            set_header(out, name.text(), value.text());
    }

    static void body(const Node& request, TestRequest& out) {
        const auto type = [&](std::string_view content_type) {
            if (!has_header(out, "content-type")) out.headers.emplace_back("Content-Type", content_type);
        };
        if (const auto node = request.get("body")) out.body = node.text();
        if (const auto node = request.get("json")) {
            data::Arena arena;
            out.body = data::to_json(node.to_value(arena));
            type("application/json");
        }
        if (const auto node = request.get("form")) {
            out.body = form_body(node);
            type("application/x-www-form-urlencoded");
        }
    }

    Settings settings(const Node& own, std::vector<std::string>& failures) {
        Diagnostics problems;
        Settings out;
        if (own.kind() != NodeKind::Mapping) {
            out = read_settings(*pack_, file_.get("settings"), "settings", problems);
        } else {
            const auto merged = config::parse_yaml(merge(own), "settings of the case", problems);
            out = read_settings(*pack_, merged, "settings", problems);
        }
        for (const auto& problem : problems.all())
            failures.push_back(problem.path + ": " + problem.text);
        return out;
    }

    // The file's settings with those of the case on top, as text that parse_yaml() reads.
    std::string merge(const Node& own) {
        data::Arena arena;
        data::ArenaList<data::Member> members(arena);
        const auto common = file_.get("settings");
        if (common.kind() == NodeKind::Mapping) {
            for (const auto& [name, value] : common.entries()) {
                if (!own.get(name.text())) members.push_back({name.text(), value.to_value(arena)});
            }
        }
        for (const auto& [name, value] : own.entries())
            members.push_back({name.text(), value.to_value(arena)});
        return data::to_json(Value::object(members.items()));
    }

    // The place that a timestamp is read from must hold one before the text is signed.
    static void stamp(const Verification& entry, TestRequest& out) {
        if (!entry.timestamp || entry.timestamp->in_query || has_header(out, entry.timestamp->name)) return;
        const auto seconds = std::chrono::floor<std::chrono::seconds>(out.received_at).time_since_epoch().count();
        out.headers.emplace_back(entry.timestamp->name, fmt::format("{}", seconds));
    }

    void sign_request(TestRequest& out, std::vector<std::string>& failures) {
        const BoundPack bound(pack_, out.settings, out.instance, out.region);
        const auto views = header_views(out);
        const auto* entry = signing_entry(bound, {out.method, out.url, views, out.body, out.received_at});
        if (entry == nullptr) {
            failures.emplace_back("sign: no entry of `verify` has its secret set");
            return;
        }
        stamp(*entry, out);
        const auto stamped = header_views(out);
        auto proof = sign_as_vendor(bound, *entry, {out.method, out.url, stamped, out.body, out.received_at});
        if (!proof) return failures.push_back("sign: " + proof.error().text);
        if (!add(*proof, out))
            failures.emplace_back("sign: the body is neither a form nor a JSON object: write it there");
    }

    static void add_parameter(std::string& text, std::string_view separator, const Proof& proof) {
        if (!text.empty()) text += separator;
        text += percent_encode(proof.name) + "=" + percent_encode(proof.value);
    }

    static bool add(const Proof& proof, TestRequest& out) {
        if (proof.where == Proof::Where::Header) {
            set_header(out, proof.name, proof.value);
            return true;
        }
        if (proof.where == Proof::Where::Query || (out.method == "GET" && out.body.empty())) {
            add_parameter(out.url, out.url.contains('?') ? "&" : "?", proof);
            return true;
        }
        if (out.body.starts_with('{') && out.body.ends_with('}')) {
            out.body.pop_back();
            if (out.body.size() > 1) out.body += ',';
            data::write_json_string(proof.name, out.body);
            out.body += ':';
            data::write_json_string(proof.value, out.body);
            out.body += '}';
            return true;
        }
        if (media_type(find_header(header_views(out), "content-type").value_or("")) !=
            "application/x-www-form-urlencoded") {
            return false;
        }
        add_parameter(out.body, "&", proof);
        return true;
    }

    const std::shared_ptr<const Pack>& pack_;
    const Node& file_;
};

class Judge {
public:
    Judge(const Node& expect, std::vector<std::string>& failures) : expect_(expect), failures_(failures) {}

    void judge(const RequestOutcome& outcome, data::Arena& arena) {
        compare("verdict", outcome.verdict == Verdict::Accepted ? "accepted" : to_string(outcome.verdict));
        compare("status", fmt::format("{}", outcome.answer.status));
        compare("answer", outcome.answer.body);
        compare_mapped(expect_, outcome.mapped, failures_, arena);
        reason(outcome);
    }

private:
    void compare(std::string_view key, std::string_view actual) {
        const auto expected = expect_.get(key);
        if (!expected || expected.text() == actual) return;
        failures_.push_back(fmt::format("{}: expected {}, got {}", key, expected.text(), actual));
    }

    void reason(const RequestOutcome& outcome) {
        const auto expected = expect_.get("reason");
        if (!expected) return;
        std::vector<std::string> reasons = {outcome.reason};
        for (const auto& record : outcome.mapped.records)
            reasons.push_back(record.reason);
        for (const auto& error : outcome.mapped.errors)
            reasons.push_back(error.reason);
        if (std::ranges::any_of(reasons, [&](const auto& text) { return text.contains(expected.text()); })) return;
        failures_.push_back(
            fmt::format("reason: expected '{}', got '{}'", expected.text(), fmt::join(reasons, "', '")));
    }

    const Node& expect_;
    std::vector<std::string>& failures_;
};

void run(const TestRequest& request, const std::shared_ptr<const Pack>& pack, const Node& expect, CaseResult& result) {
    data::Arena arena;
    const BoundPack bound(pack, request.settings, request.instance, request.region);
    const auto headers = header_views(request);
    const auto outcome =
        process(bound, {request.method, request.url, headers, request.body, request.received_at}, arena);
    Judge(expect, result.failures).judge(outcome, arena);
}

// A mail as a connector hands it on.
void run_mail(const TestRequest& context,
              const std::shared_ptr<const Pack>& pack,
              const Node& node,
              CaseResult& result) {
    data::Arena arena;
    const BoundPack bound(pack, context.settings, context.instance, context.region);
    const auto envelope = node.get("envelope") ? data::to_json(node.get("envelope").to_value(arena)) : std::string();
    const auto raw = with_crlf(node.get("mail").text());
    RequestOutcome outcome;
    outcome.mapped = bound.map({envelope, "message/rfc822", raw, context.received_at}, arena);
    Judge(node.get("expect"), result.failures).judge(outcome, arena);
}

}  // namespace

std::size_t TestReport::failed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(cases, [](const auto& result) { return !result.failures.empty(); }));
}

TestReport run_pack_tests(const std::shared_ptr<const Pack>& pack, const Node& tests, Diagnostics& diagnostics) {
    TestReport report;
    if (!check_tests(tests, diagnostics)) return report;
    CaseReader reader(pack, tests);
    for (const auto& node : tests.get("cases").items()) {
        CaseResult result{node.get("name").text(), node.position(), {}};
        const auto request = reader.read(node, result.failures);
        if (result.failures.empty()) run(request, pack, node.get("expect"), result);
        report.cases.push_back(std::move(result));
    }
    for (const auto& node : tests.get("send").items()) {
        CaseResult result{node.get("name").text(), node.position(), {}};
        const auto request = reader.read(node, result.failures);
        if (result.failures.empty()) {
            const auto hook = text_or(tests.get("url"), "https://gw.example.test/hooks/" + request.instance);
            const BoundPack bound(pack, request.settings, request.instance, request.region, hook);
            result.failures = run_send_case(bound, node, request.received_at);
        }
        report.cases.push_back(std::move(result));
    }
    for (const auto& node : tests.get("poll").items()) {
        CaseResult result{node.get("name").text(), node.position(), {}};
        const auto request = reader.read(node, result.failures);
        if (result.failures.empty()) {
            result.failures =
                run_poll_case({pack, request.settings, request.instance, request.region}, node, request.received_at);
        }
        report.cases.push_back(std::move(result));
    }
    for (const auto& node : tests.get("media").items()) {
        CaseResult result{node.get("name").text(), node.position(), {}};
        const auto request = reader.read(node, result.failures);
        if (result.failures.empty()) {
            result.failures = run_media_case({pack, request.settings, request.instance, request.region}, node);
        }
        report.cases.push_back(std::move(result));
    }
    for (const auto& node : tests.get("mails").items()) {
        CaseResult result{node.get("name").text(), node.position(), {}};
        const auto context = reader.read(node, result.failures);
        if (result.failures.empty()) run_mail(context, pack, node, result);
        report.cases.push_back(std::move(result));
    }
    return report;
}

std::vector<TestRequest> test_requests(const std::shared_ptr<const Pack>& pack,
                                       const Node& tests,
                                       Diagnostics& diagnostics) {
    std::vector<TestRequest> out;
    if (!check_tests(tests, diagnostics)) return out;
    CaseReader reader(pack, tests);
    for (const auto& node : tests.get("cases").items()) {
        std::vector<std::string> failures;
        out.push_back(reader.read(node, failures));
        for (const auto& failure : failures)
            diagnostics.error(node.position(), node.path(), failure);
    }
    return out;
}

}  // namespace tandem::mapping
