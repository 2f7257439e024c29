#include "core/config/units.hpp"
#include "core/mapping/compiler.hpp"
#include "core/mapping/functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tandem::mapping {

using config::Node;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kNone{0};
constexpr milliseconds kMinute = std::chrono::minutes(1);
constexpr milliseconds kDay = std::chrono::hours(24);
constexpr milliseconds kLongest = 366 * kDay;
constexpr milliseconds kUsualTimeout = std::chrono::seconds(30);
constexpr milliseconds kLongestTimeout = 5 * kMinute;
constexpr std::int64_t kUsualRequests = 60;
constexpr std::int64_t kUsualPages = 20;

bool names_window(const NamedCodes& codes) {
    return std::ranges::any_of(codes, [](const auto& entry) { return entry.second.expression.uses_variable("since"); });
}

}  // namespace

milliseconds Compiler::duration(const Node& node, milliseconds usual, milliseconds longest) {
    if (!node) return usual;
    const auto given = config::parse_duration(node.text());
    if (!given) {
        error(node, "expected a time such as 30s, 5m, 1h or 2d");
    } else if (*given > longest) {
        error(node, fmt::format("must be at most {}", config::format_duration(longest)));
    }
    return given.value_or(usual);
}

void Compiler::polls(const Node& node) {
    for (const auto& item : node.items())
        poll(item);
}

void Compiler::poll(const Node& node) {
    PollProgram out;
    out.name = node.get("name").text();
    out.path = node.path();
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
    if (out.name.empty() || !std::ranges::all_of(out.name, letter)) {
        error(node.get("name"), "the name of a poll has small letters, digits, _ and - only");
    }
    if (program_.find_poll(out.name) != nullptr) {
        error(node.get("name"), fmt::format("there is a poll '{}' already", out.name));
    }
    poll_times(node, out);
    poll_window(node, out);
    call_scope(kPollNameTexts, kPollNameTexts, [&] {
        out.when = optional_expression(node.get("when"));
        out.backfill_days = optional_expression(node.get("backfill").get("days"));
        out.let = let(node.get("let"));
        send_request(node.get("request"), out.request);
        if (!node.get("request").get("method")) out.request.method = "GET";
        const Reading reading(*this);
        send_response(node.get("response"), out.response);
        out.keep = optional_expression(node.get("keep"));
        out.next = optional_expression(node.get("next"));
        out.cursor = optional_expression(node.get("cursor"));
        out.more = optional_expression(node.get("more"));
    });
    poll_records(node, out);
    program_.polls.push_back(std::move(out));
}

void Compiler::poll_times(const Node& node, PollProgram& out) {
    out.every = duration(node.get("every"), kMinute, kDay);
    out.timeout = duration(node.get("timeout"), kUsualTimeout, kLongestTimeout);
    if (out.timeout < std::chrono::seconds(1)) error(node.get("timeout"), "must be at least 1s");
    const auto budget = node.get("budget");
    out.requests = budget.get("requests").as_int().value_or(kUsualRequests);
    out.pages = budget.get("pages").as_int().value_or(kUsualPages);
}

void Compiler::poll_window(const Node& node, PollProgram& out) {
    if (const auto window = node.get("window")) {
        out.overlap = duration(window.get("overlap"), kNone, kLongest);
        out.first = duration(window.get("first"), kDay, kLongest);
        out.longest = duration(window.get("longest"), kNone, kLongest);
        if (out.longest > kNone && out.longest <= out.overlap) {
            error(window.get("longest"),
                  "must be longer than `overlap`, or the next window would begin where this one did");
        }
        if (node.get("cursor")) error(node.get("cursor"), "a poll with `window` keeps its place itself: no `cursor`");
    }
    const auto backfill = node.get("backfill");
    if (!backfill) return;
    out.backfill = true;
    out.backfill_step = duration(backfill.get("step"), kDay, kLongest);
    if (out.backfill_step < kMinute) error(backfill.get("step"), "must be at least 1m");
    if (out.longest > kNone && out.backfill_step > out.longest) {
        error(backfill,
              fmt::format("its `step` of {} is above `window.longest`", config::format_duration(out.backfill_step)));
    }
    out.backfill_oldest_first = backfill.get("order").text() == "oldest";
}

void Compiler::poll_records(const Node& node, PollProgram& out) {
    const bool asks_for_window =
        names_window(out.request.query) || (out.request.form && names_window(*out.request.form)) ||
        (out.request.url && out.request.url->expression.uses_variable("since")) || out.request.json ||
        std::ranges::any_of(out.let, [](const auto& name) { return name.value.expression.uses_variable("since"); });
    if ((node.get("window") || out.backfill) && !asks_for_window) {
        error(node.get("request"), "`window` and `backfill` need $since and $until in the request");
    }
    const auto given = node.get("records");
    if (!given && program_.groups.empty()) error(node, "without `receive`, a poll needs `records` of its own");
    if (!given) return;
    if (given.items().empty()) error(given, "a poll without records stores nothing that anybody sees");
    out.own_groups = true;
    auto of_receive = std::exchange(program_.groups, {});
    members_ = &program_.map_members;
    in_records_ = true;
    records(given);
    members_ = nullptr;
    out.groups = std::exchange(program_.groups, std::move(of_receive));
}

void Compiler::probe(const Node& node) {
    ProbeProgram out;
    call_scope({}, {}, [&] {
        out.let = let(node.get("let"));
        send_request(node.get("request"), out.request);
        if (!node.get("request").get("method")) out.request.method = "GET";
        const Reading reading(*this);
        send_response(node.get("response"), out.response);
        out.shows = optional_expression(node.get("shows"));
    });
    program_.probe = std::move(out);
}

// An expression of ours, which needs no place in the file.
std::optional<Code> Compiler::constant(const std::string& text) {
    const std::vector<std::string_view> names(names_.begin(), names_.end());
    auto compiled = expr::Expression::compile(text, {.functions = &pack_functions(), .variables = names});
    if (!compiled) return std::nullopt;
    return Code{std::move(*compiled), "oauth2"};
}

void Compiler::oauth2(const Node& node) {
    OAuth2Program out;
    if ((node.get("request") ? 1 : 0) + (node.get("token_url") ? 1 : 0) != 1) {
        error(node, "needs `token_url` or a whole `request`");
    }
    for (const std::string_view key : {"grant", "client_id", "secret", "auth", "scope", "parameters"}) {
        if (node.get("request") && node.get(key)) error(node.get(key), "stands in `request` when that is written out");
    }
    const auto secret = node.get("secret");
    const bool known = secret && check_secret(secret);
    const bool in_body = node.get("auth").text() == "body";
    const auto grant = node.get("grant") ? node.get("grant").text() : "client_credentials";
    const bool needs_client = !node.get("request") && (grant == "client_credentials" || secret);
    if (needs_client && !(secret && node.get("client_id"))) error(node, "needs `client_id` and `secret`");
    if (!node.get("request") && grant == "password" && !node.get("parameters"))
        error(node, "grant password needs `parameters`: username and password (RFC 6749, 4.3.2)");
    asking_token_ = true;
    call_scope({}, {}, [&] {
        if (const auto written = node.get("request")) {
            send_request(written, out.request);
            token_response(node.get("response"), out);
            return;
        }
        auto& request = out.request;
        request.url = optional_expression(node.get("token_url"));
        request.form.emplace();
        const auto field = [&](const std::string& name, std::optional<Code> code) {
            if (code) request.form->emplace_back(name, std::move(*code));
        };
        field("grant_type", constant("'" + grant + "'"));
        auto client = optional_expression(node.get("client_id"));
        if (known && !in_body) {
            request.auth = AuthProgram{.scheme = AuthProgram::Scheme::Basic,
                                       .secret = secret.text(),
                                       .name = {},
                                       .prefix = {},
                                       .username = std::move(client)};
        } else {
            field("client_id", std::move(client));
            if (known) field("client_secret", constant("secret('" + secret.text() + "')"));
        }
        field("scope", optional_expression(node.get("scope")));
        for (auto& [name, code] : named_codes(node.get("parameters")))
            request.form->emplace_back(name, std::move(code));
        token_response(node.get("response"), out);
    });
    asking_token_ = false;
    program_.oauth2 = std::move(out);
}

void Compiler::token_response(const Node& node, OAuth2Program& out) {
    const Reading reading(*this);
    send_response(node, out.response);
    const auto or_usual = [&](const char* key, const char* usual) {
        return node.get(key) ? expression(node.get(key)) : constant(usual);
    };
    out.token = or_usual("token", "body.access_token");
    out.expires_in = or_usual("expires_in", "body.expires_in");
    out.response.code = or_usual("code", "body.error");
    out.response.reason = or_usual("reason", "body.error_description");
}

const PollProgram* Program::find_poll(std::string_view poll) const {
    const auto found = std::ranges::find(polls, poll, &PollProgram::name);
    return found == polls.end() ? nullptr : &*found;
}

}  // namespace tandem::mapping
