// All reply corpora of the fixtures through one runner. Where our policy differs from a suite, reply_differences.tsv
// says why and what ours is; a row that is no longer a difference fails.
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/mail/text/reply_text.hpp"
#include "tests/core/mail_text/cases.hpp"
#include "tests/core/mail_text/mini_mail.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>

namespace tandem::mail {
namespace {

using testing::read_file;

struct Input {
    std::string text;        // quotes of HTML left out
    std::string whole_text;  // with them
};

Input load(const std::filesystem::path& file) {
    const std::string bytes = read_file(file);
    if (file.extension() == ".html") {
        return {testing::mini_html_text(bytes, true), testing::mini_html_text(bytes, false)};
    }
    if (file.extension() == ".eml") {
        const auto mail = testing::parse_mini(bytes);
        const auto* part = mail.find("text/plain");
        EXPECT_NE(part, nullptr) << file;
        return {part->body, part->body};
    }
    return {bytes, bytes};
}

std::string squeezed(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out),
                         [](char c) { return !std::string_view(" \n\r\t").contains(c); });
    return out;
}

// What ours gives, and what the suite states, in one comparable form; nullopt for lines that state nothing about text.
struct Outcome {
    std::string ours;
    std::optional<std::string> stated;
};

Outcome compare_quoted(const data::Value& line, const Input& input) {
    const auto quoted = reply_text(input.whole_text).quoted.value_or(QuotedMail{});
    const bool forward = quoted.kind == QuotedMail::Kind::Forward;
    std::string ours;
    std::string stated;
    const std::pair<const char*, std::string> fields[] = {{"kind", forward ? "forward" : "reply"},
                                                          {"from", quoted.from},
                                                          {"to", quoted.to},
                                                          {"date", quoted.date},
                                                          {"subject", quoted.subject}};
    for (const auto& [name, value] : fields) {
        const auto expected = line.string_at(name);
        if (!expected) continue;
        stated += std::string(*expected) + "\n";
        ours += value + "\n";
    }
    return {ours, stated};
}

Outcome outcome(const data::Value& line, const std::filesystem::path& root) {
    const auto input = load(root / std::string(*line.string_at("file")));
    if (line.string_at("kind")) return compare_quoted(line, input);
    const std::string ours(trim_ascii(reply_text(input.text).text));
    if (const auto file = line.string_at("reply_file")) {
        return {ours, std::string(trim_ascii(read_file(root / std::string(*file))))};
    }
    if (const auto visible = line.string_at("visible")) return {ours, std::string(*visible)};
    if (const auto start = line.string_at("visible_starts")) {
        return {ours.substr(0, start->size()), std::string(*start)};
    }
    if (const auto reply =
            line.get("stated").is_object() ? line.get("stated").string_at("reply") : line.string_at("reply")) {
        const bool html = line.string_at("compare") == "all white space removed";
        return {html ? squeezed(ours) : ours, html ? squeezed(*reply) : std::string(*reply)};
    }
    return {ours, std::nullopt};
}

TEST(ReplyCorpus, EveryLineOfTheFixtures) {
    const auto root = testing::fixtures("email");
    if (!root) return;
    testing::Differences differences("reply");
    data::Arena arena;
    std::istringstream lines(read_file(*root / "replies.jsonl"));
    std::map<std::string, std::pair<int, int>> figures;  // suite -> equal, stated
    int seen = 0;
    int without_statement = 0;
    for (std::string text; std::getline(lines, text);) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line) << text;
        ++seen;
        const std::string file(*line->string_at("file"));
        const auto result = outcome(*line, *root);
        EXPECT_FALSE(result.ours.empty()) << file;
        if (!result.stated) {
            ++without_statement;
            continue;
        }
        auto& figure = figures[std::string(*line->string_at("suite"))];
        ++figure.second;
        figure.first += differences.check(file, result.ours, *result.stated) ? 1 : 0;
    }
    EXPECT_EQ(seen, 58);
    differences.expect_all_seen();
    for (const auto& [suite, figure] : figures)
        std::cout << suite << ": " << figure.first << " of " << figure.second << '\n';
    std::cout << "without a statement about the text: " << without_statement << '\n';
}

}  // namespace
}  // namespace tandem::mail
