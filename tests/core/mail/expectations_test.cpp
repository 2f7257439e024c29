// All mails of fixtures/email against what their suites state. What we read otherwise on purpose stands in
// differences.tsv with the reason; a difference that is not there fails, and so does a row that is no difference any
// more.
#include "tests/core/mail/expectations.hpp"

#include "core/data/json.hpp"
#include "core/mail/decode.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tandem {
namespace {

struct Difference {
    std::string ours;
    bool used = false;
};
using Differences = std::map<std::pair<std::string, std::string>, Difference>;  // by file and key

Differences known_differences() {
    Differences out;
    const auto table = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/core/mail/differences.tsv";
    for (const auto& row : testing::read_table(table)) {
        EXPECT_FALSE(row.at("reason").empty()) << row.at("file");
        out[{row.at("file"), row.at("key")}] = {row.at("ours")};
    }
    return out;
}

struct Counts {
    std::size_t mails = 0;
    std::size_t equal = 0;
    std::size_t different = 0;
    std::size_t elsewhere = 0;
};

// Whether an empty mail is refused, which is all that is stated about it.
bool refused_as_stated(const std::string& file) {
    return file == "own/hostile/empty.eml";
}

void check(data::Value line, const std::filesystem::path& folder, Differences& known, Counts& counts) {
    const auto file = std::string(line.get("file").as_string());
    SCOPED_TRACE(file);
    const auto raw = testing::read_file(folder / file);
    data::Arena arena;
    mail::Limits limits;
    if (file.starts_with("own/")) limits.default_charset = "windows-1251";
    const auto document = mail::decode(raw, limits, arena);
    ++counts.mails;
    EXPECT_EQ(document.has_value(), !refused_as_stated(file));
    if (!document) return;
    for (const auto& [key, stated] : line.get("stated").members()) {
        const auto compared = testing::compare_stated(key, stated, *document);
        const auto row = known.find({file, std::string(key)});
        if (compared.outcome == testing::Compared::Different) {
            ++counts.different;
            EXPECT_NE(row, known.end()) << key << ": stated " << data::to_json(stated) << ", ours " << compared.ours;
            if (row == known.end()) continue;
            row->second.used = true;
            EXPECT_EQ(row->second.ours, compared.ours) << key << " differs in another way than the table says";
        } else {
            ++(compared.outcome == testing::Compared::Equal ? counts.equal : counts.elsewhere);
        }
    }
}

TEST(Expectations, AreMetOrTheDifferenceIsKnown) {
    const auto folder = testing::fixtures("email");
    if (!folder) return;
    auto known = known_differences();
    Counts counts;
    std::istringstream lines(testing::read_file(*folder / "expectations.jsonl"));
    std::string text;
    while (std::getline(lines, text)) {
        data::Arena arena;
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line) << line.error().text;
        check(*line, *folder, known, counts);
    }
    for (const auto& [place, difference] : known)
        EXPECT_TRUE(difference.used) << place.first << " " << place.second << " is no difference any more";
    EXPECT_GE(counts.mails, 163U);
    EXPECT_GE(counts.equal, 200U);
    std::cout << counts.mails << " mails: " << counts.equal << " statements met, " << counts.different
              << " known differences, " << counts.elsewhere << " about what the document does not hold\n";
}

struct Copy {
    std::string file;
    std::string interaction;
    std::string id;
    std::string content;
};

// Of the mail itself, also when it comes inside of a journal report.
Copy copy_of(data::Value line, const std::filesystem::path& folder) {
    data::Arena arena;
    mail::Limits limits;
    limits.default_charset = "windows-1251";
    Copy out{std::string(line.get("file").as_string()),
             std::string(line.get("stated").get("interaction").as_string()),
             {},
             {}};
    auto document = *mail::decode(testing::read_file(folder / out.file), limits, arena);
    if (document.get("journal").is_object()) document = document.get("journal").get("message");
    out.id = document.get("keys").string_at("id").value_or("");
    out.content = document.get("keys").string_at("content").value_or("");
    return out;
}

TEST(Expectations, CopiesOfOneMailShareAKeyAndOtherMailsDoNot) {
    const auto folder = testing::fixtures("email");
    if (!folder) return;
    std::vector<Copy> copies;
    std::istringstream lines(testing::read_file(*folder / "expectations.jsonl"));
    std::string text;
    while (std::getline(lines, text)) {
        data::Arena arena;
        const auto line = data::parse_json(text, arena);
        if (line && line->get("stated").find("interaction") != nullptr) copies.push_back(copy_of(*line, *folder));
    }
    EXPECT_GE(copies.size(), 13U);
    for (const auto& a : copies) {
        for (const auto& b : copies) {
            const bool one = (!a.id.empty() && a.id == b.id) || a.content == b.content;
            EXPECT_EQ(one, a.interaction == b.interaction) << a.file << " and " << b.file;
        }
    }
}

}  // namespace
}  // namespace tandem
