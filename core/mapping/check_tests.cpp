// What the tables of keys_tests.cpp cannot say about a file of tests: cases that prove nothing, or less than they look
// like.
#include "core/base/time.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/pack_tests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

namespace tandem::mapping {

using config::Diagnostics;
using config::Node;
using config::NodeKind;

namespace {

class TestsChecker {
public:
    explicit TestsChecker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    bool run(const Node& tests) {
        time(tests.get("received_at"));
        for (const std::string_view section : {"cases", "send", "poll", "media", "mails"})
            names(tests.get(section));
        for (const auto& node : tests.get("cases").items()) {
            time(node.get("received_at"));
            one_body(node.get("request"), {"body", "json", "form"});
        }
        for (const auto& node : tests.get("send").items())
            send(node);
        for (const auto& node : tests.get("poll").items())
            poll(node);
        for (const auto& node : tests.get("mails").items())
            time(node.get("received_at"));
        for (const auto& node : tests.get("media").items())
            one_body(node.get("answer"), {"body", "json"});
        return good_;
    }

private:
    void wrong(const Node& node, std::string text) {
        diagnostics_.error(node.position(), node.path(), std::move(text));
        good_ = false;
    }

    void time(const Node& at) {
        if (at && !parse_time(at.text())) wrong(at, "expected a time such as 2026-11-20T12:00:00Z");
    }

    void names(const Node& section) {
        std::map<std::string, int> lines;
        for (const auto& node : section.items()) {
            const auto name = node.get("name");
            const auto [first, fresh] = lines.emplace(name.text(), name.position().line);
            if (!fresh) wrong(name, fmt::format("another case has this name (line {})", first->second));
        }
    }

    void one_body(const Node& node, std::initializer_list<std::string_view> bodies) {
        std::string_view given;
        for (const auto body : bodies) {
            const auto value = node.get(body);
            if (!value) continue;
            if (!given.empty()) wrong(value, fmt::format("there is `{}` already: a body is one of them", given));
            given = body;
        }
    }

    template <std::size_t N>
    void proves(const Node& node, const std::array<std::string_view, N>& keys) {
        if (std::ranges::any_of(keys, [&](std::string_view key) { return static_cast<bool>(node.get(key)); })) return;
        wrong(node, fmt::format("expects nothing: a case has {}", fmt::join(keys, ", ")));
    }

    void answers(const Node& list) {
        for (const auto& answer : list.items())
            one_body(answer, {"body", "json"});
    }

    void send(const Node& node) {
        proves(node, std::array<std::string_view, 5>{"request", "refused", "answers", "query", "parts"});
        for (const std::string_view key : {"request", "answers", "query"}) {
            if (node.get("refused") && node.get(key)) wrong(node.get(key), "nothing goes out when it is `refused`");
        }
        answers(node.get("answers"));
        answers(node.get("query").get("answers"));
    }

    void poll(const Node& node) {
        time(node.get("since"));
        time(node.get("until"));
        time(node.get("received_at"));
        proves(node, std::array<std::string_view, 3>{"request", "refused", "expect"});
        if (node.get("expect") && !node.get("answer")) wrong(node.get("expect"), "needs `answer`, which it is about");
        if (node.get("answer") && !node.get("expect")) wrong(node.get("answer"), "needs `expect`: what it means");
        one_body(node.get("answer"), {"body", "json"});
    }

    Diagnostics& diagnostics_;
    bool good_ = true;
};

}  // namespace

bool check_tests(const Node& tests, Diagnostics& diagnostics) {
    return check_keys(tests, kTestFileKeys, diagnostics) && TestsChecker(diagnostics).run(tests);
}

}  // namespace tandem::mapping
