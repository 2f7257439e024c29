#include "core/mapping/send_tests.hpp"

#include "core/mapping/expected.hpp"
#include "core/mapping/send.hpp"

#include <fmt/format.h>

#include <utility>

namespace tandem::mapping {

using config::Node;
using data::Value;

namespace {

constexpr std::string_view kMessageId = "019a9e4c-7c00-7000-8000-000000000001";

class SendCase {
public:
    SendCase(const BoundPack& pack, const Node& node, Instant now) : pack_(pack), node_(node), now_(now) {}

    std::vector<std::string> run() {
        const auto message = part();
        if (!failures_.empty()) return std::move(failures_);
        // What the gateway refuses never comes to a request.
        if (const auto good = check_message(pack_, whole(), arena_); !good) {
            const auto refused = node_.get("refused");
            if (!refused) return {"the message is refused: " + good.error().text};
            contains("refused", refused.text(), good.error().text);
            return std::move(failures_);
        }
        auto request = outgoing_request(pack_, message, Reveal::Secrets, now_, arena_);
        if (const auto refused = node_.get("refused")) {
            if (request) return {"refused: a request was made"};
            contains("refused", refused.text(), request.error().text);
            return std::move(failures_);
        }
        if (!request) return {"no request can be made: " + request.error().text};
        compare_request(node_.get("request"), *request, failures_, arena_);
        if (const auto expected = node_.get("reference")) {
            const auto actual = message_reference(pack_, message, arena_);
            same("reference", expected.text(), actual ? actual->name_space + " " + actual->external_id : "");
        }
        if (const auto answers = node_.get("answers")) {
            for (std::size_t i = 0; i < answers.items().size(); ++i)
                answer(message, answers.items()[i], fmt::format("answers[{}]", i));
        }
        if (const auto query = node_.get("query")) ask(message, query);
        return std::move(failures_);
    }

private:
    Value whole() {
        const auto given = node_.get("message").to_value(arena_);
        if (!given.is_object() || given.find("id") != nullptr) return given;
        data::ArenaList<data::Member> members(arena_, given.size() + 1);
        members.push_back({"id", Value::string(kMessageId)});
        for (const auto& member : given.members())
            members.push_back(member);
        return Value::object(members.items());
    }

    Value part() {
        const auto parts = message_parts(pack_.pack(), whole(), arena_);
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

    void answer(Value message, const Node& node, const std::string& path) {
        const TestAnswer answer(node);
        outcome(send_outcome(pack_, message, answer.view(), arena_), node.get("expect"), path);
    }

    void ask(Value message, const Node& node) {
        auto request = query_request(pack_, message, Reveal::Secrets, now_, arena_);
        if (!request) return failures_.push_back("query: " + request.error().text);
        std::vector<std::string> failures;
        compare_request(node.get("request"), *request, failures, arena_);
        for (auto& failure : failures)
            failures_.push_back("query." + failure);
        const auto answers = node.get("answers");
        for (std::size_t i = 0; answers && i < answers.items().size(); ++i)
            resolution(message, answers.items()[i], fmt::format("query.answers[{}]", i));
    }

    void resolution(Value message, const Node& node, const std::string& path) {
        const TestAnswer answer(node);
        const auto actual = query_outcome(pack_, message, answer.view(), arena_);
        const auto expect = node.get("expect");
        if (compare_error(expect, actual ? std::nullopt : std::optional(actual.error()), path, failures_)) return;
        if (!actual) return;
        if (const auto found = expect.get("found")) {
            same(path + ".found", found.text(), actual->has_value() ? "true" : "false");
        }
        if (*actual) compare_ids(expect, **actual, path);
    }

    void outcome(const SendOutcome& actual, const Node& expect, const std::string& path) {
        if (compare_error(expect, actual.error, path, failures_)) return;
        compare_ids(expect, actual.ids, path);
    }

    void compare_ids(const Node& expect, const std::vector<SendOutcome::Id>& actual, const std::string& path) {
        std::vector<std::string> ids;
        for (const auto& id : actual) {
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

    const BoundPack& pack_;
    const Node& node_;
    const Instant now_;
    data::Arena arena_;
    std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_send_case(const BoundPack& pack, const Node& node, Instant now) {
    return SendCase(pack, node, now).run();
}

}  // namespace tandem::mapping
