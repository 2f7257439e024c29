// The tests that stand beside every pack, and whether they reach every rule, challenge and guard of it.
#include "core/config/node.hpp"
#include "core/mapping/pack_tests.hpp"
#include "tests/mappings/reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>

namespace tandem::testing {
namespace {

struct Loaded {
    config::Node root;
    config::Node tests;
    std::shared_ptr<const mapping::Pack> pack;
};

Loaded load(const std::string& file) {
    config::Diagnostics diagnostics;
    Loaded out;
    out.root = config::load_yaml(file, diagnostics);
    out.pack = mapping::Pack::compile(out.root, diagnostics);
    out.tests =
        config::load_yaml(file.substr(0, file.size() - std::string_view(".yaml").size()) + ".tests.yaml", diagnostics);
    EXPECT_TRUE(diagnostics.all().empty()) << diagnostics.to_text();
    return out;
}

// "rule name" of every record, the path of every error, and "guard: reason" or "challenge" of what ends before.
std::set<std::string> reached(const Loaded& loaded) {
    std::set<std::string> out;
    config::Diagnostics diagnostics;
    for (const auto& test : mapping::test_requests(loaded.pack, loaded.tests, diagnostics)) {
        const mapping::BoundPack bound(loaded.pack, test.settings, test.instance, test.region);
        mapping::Request request{
            .method = test.method, .url = test.url, .headers = {}, .body = test.body, .received_at = test.received_at};
        std::string_view content_type;
        for (const auto& [name, value] : test.headers) {
            request.headers.push_back({name, value});
            if (name == "Content-Type") content_type = value;
        }
        data::Arena arena;
        const auto reception = bound.receive(request, arena);
        out.insert(reception.reason);
        if (!reception.store) continue;
        const auto mapped = bound.map({.envelope = reception.envelope,
                                       .content_type = content_type,
                                       .raw = request.body,
                                       .received_at = request.received_at},
                                      arena);
        for (const auto& record : mapped.records)
            out.insert(std::string(record.rule));
        for (const auto& error : mapped.errors)
            out.insert(error.path);
    }
    for (const auto& mail : mapping::test_mails(loaded.pack, loaded.tests, diagnostics)) {
        const mapping::BoundPack bound(loaded.pack, mail.context.settings, mail.context.instance, mail.context.region);
        data::Arena arena;
        const auto mapped = bound.map({.envelope = mail.envelope,
                                       .content_type = "message/rfc822",
                                       .raw = mail.raw,
                                       .received_at = mail.context.received_at},
                                      arena);
        for (const auto& record : mapped.records)
            out.insert(std::string(record.rule));
    }
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    return out;
}

class OwnCases : public ::testing::TestWithParam<std::string> {};

TEST_P(OwnCases, Pass) {
    const auto loaded = load(GetParam());
    ASSERT_NE(loaded.pack, nullptr);
    config::Diagnostics diagnostics;
    const auto report = mapping::run_pack_tests(loaded.pack, loaded.tests, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    EXPECT_FALSE(report.cases.empty()) << "no tests beside " << GetParam();
    for (const auto& result : report.cases) {
        for (const auto& failure : result.failures)
            ADD_FAILURE() << result.position.file << ":" << result.position.line << ": " << result.name << ": "
                          << failure;
    }
}

TEST_P(OwnCases, ReachEveryRule) {
    const auto loaded = load(GetParam());
    ASSERT_NE(loaded.pack, nullptr);
    const auto seen = reached(loaded);
    for (const auto& group : loaded.root.get("receive").get("records").items()) {
        for (const auto& rule : group.get("rules").items()) {
            const auto name = rule.get("name").text();
            EXPECT_TRUE(seen.contains(name) || seen.contains(rule.path() + ".quarantine"))
                << GetParam() << ":" << rule.position().line << ": no test reaches '" << name << "'";
        }
    }
}

// A rule's name is how logs, counters and this test speak of it.
TEST_P(OwnCases, EveryRuleHasANameOfItsOwn) {
    const auto loaded = load(GetParam());
    std::map<std::string, int> names;
    for (const auto& group : loaded.root.get("receive").get("records").items()) {
        for (const auto& rule : group.get("rules").items())
            ++names[rule.get("name").text()];
    }
    for (const auto& [name, count] : names)
        EXPECT_EQ(count, 1) << GetParam() << ": '" << name << "'";
}

INSTANTIATE_TEST_SUITE_P(Packs, OwnCases, ::testing::ValuesIn(pack_files()), [](const auto& info) {
    auto name = std::filesystem::path(info.param).stem().string();
    std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
});

}  // namespace
}  // namespace tandem::testing
