// Case files: "### name", the input, "--->", what is expected of it.
#pragma once

#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace tandem::testing {

struct TextCase {
    std::string name;
    std::string text;
    std::string expected;
};

inline std::vector<TextCase> read_cases(const std::string& name) {
    std::vector<TextCase> out;
    std::istringstream in(read_file(std::string(TANDEM_SOURCE_DIR "/tests/core/mail_text/") + name));
    std::string* into = nullptr;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("### ")) {
            out.push_back({line.substr(4), "", ""});
            into = &out.back().text;
        } else if (line == "--->") {
            into = &out.back().expected;
        } else if (into != nullptr) {
            *into += line + "\n";
        }
    }
    EXPECT_FALSE(out.empty()) << name;
    return out;
}

inline std::string with_crlf(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? "\r\n" : std::string(1, c);
    return out;
}

// Where we differ from what a suite of the fixtures states: what ours is, by file. differences.tsv has the reasons.
class Differences {
public:
    explicit Differences(const std::string& suite) {
        for (const auto& row : read_table(TANDEM_SOURCE_DIR "/tests/core/mail_text/differences.tsv")) {
            if (row.at("suite") == suite) ours_[row.at("file")] = row.at("ours");
        }
    }

    // Expects both equal, or different in the way that is written down. True if they are equal.
    bool check(const std::string& file, const std::string& ours, const std::string& stated) {
        const auto known = ours_.find(file);
        if (known == ours_.end()) {
            EXPECT_EQ(ours, stated) << file;
        } else {
            EXPECT_NE(ours, stated) << file << ": no difference any more, take it from differences.tsv";
            EXPECT_EQ(escaped(ours), known->second) << file;
            ours_.erase(known);
        }
        return ours == stated;
    }

    void expect_all_seen() const { EXPECT_TRUE(ours_.empty()) << ours_.begin()->first << " states nothing"; }

private:
    static std::string escaped(const std::string& text) {
        std::string out;
        for (const char c : text)
            out += c == '\n' ? "\\n" : std::string(1, c);
        return out;
    }

    std::map<std::string, std::string> ours_;
};

}  // namespace tandem::testing
