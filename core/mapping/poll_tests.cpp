#include "core/mapping/poll_tests.hpp"

#include "core/data/json.hpp"
#include "core/mapping/expected.hpp"
#include "core/mapping/poll.hpp"

#include <fmt/format.h>

#include <optional>

namespace tandem::mapping {

using config::Node;

namespace {

class PollCase {
public:
    PollCase(const BoundPack& pack, const Node& node, Instant now) : pack_(pack), node_(node) {
        place_.cursor = json(node.get("cursor"));
        place_.page = json(node.get("page"));
        place_.found = json(node.get("found"));
        place_.now = now;
        place_.since = time(node.get("since"));
        place_.until = time(node.get("until"));
    }

    std::vector<std::string> run() {
        const auto wanted = polls(pack_);
        if (wanted.empty()) return {"with these settings, the pack polls nothing"};
        poll_ = node_.get("poll") ? node_.get("poll").text() : wanted.front().name;
        auto request = poll_request(pack_, poll_, place_, Reveal::Secrets, arena_);
        if (const auto refused = node_.get("refused")) {
            if (request) return {"refused: a request was made"};
            if (request.error().text.contains(refused.text())) return {};
            return {fmt::format("refused: expected '{}', got '{}'", refused.text(), request.error().text)};
        }
        if (!request) return {"no request can be made: " + request.error().text};
        compare_request(node_.get("request"), *request, failures_, arena_);
        if (const auto answer = node_.get("answer")) page(answer);
        return std::move(failures_);
    }

private:
    std::optional<std::string> json(const Node& node) {
        if (!node) return std::nullopt;
        const auto value = node.to_value(arena_);
        return value.is_null() ? std::nullopt : std::optional(data::to_json(value));
    }
    static std::optional<Instant> time(const Node& node) { return node ? parse_time(node.text()) : std::nullopt; }

    void page(const Node& answer) {
        const TestAnswer given(answer);
        const auto view = given.view();
        const auto page = poll_page(pack_, poll_, place_, view, arena_);
        const auto expect = node_.get("expect");
        if (compare_error(expect, page.error, "expect", failures_)) return;
        flag(expect.get("keep"), "keep", page.keep);
        flag(expect.get("more"), "more", page.more);
        value(expect.get("next"), "next", page.next);
        value(expect.get("cursor"), "cursor", page.cursor);
        const auto stored = [&](std::string_view text) {
            return arena_.copy(without_secrets(pack_, text, {}).value_or(std::string(text)));
        };
        compare_mapped(
            expect,
            pack_.map({stored(page.envelope), arena_.copy(page.content_type), stored(view.body), place_.now}, arena_),
            failures_, arena_);
    }

    void flag(const Node& expected, std::string_view name, bool actual) {
        if (expected) compare_text(name, expected.text(), actual ? "true" : "false", failures_);
    }

    void value(const Node& expected, std::string_view name, const std::optional<std::string>& actual) {
        if (expected) compare_text(name, json(expected).value_or("null"), actual.value_or("null"), failures_);
    }

    const BoundPack& pack_;
    const Node& node_;
    data::Arena arena_;
    PollPlace place_;
    std::string poll_;
    std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_poll_case(const BoundPack& pack, const Node& node, Instant now) {
    return PollCase(pack, node, now).run();
}

}  // namespace tandem::mapping
