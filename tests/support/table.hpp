// Tab-separated tables with a heading line, as in the fixtures.
#pragma once

#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace tandem::testing {

using Row = std::map<std::string, std::string>;  // by heading

inline std::vector<std::string> split_tabs(const std::string& line) {
    std::vector<std::string> cells(1);
    for (const char c : line) {
        if (c == '\t') {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

inline std::vector<Row> read_table(const std::filesystem::path& path) {
    std::istringstream in(read_file(path));
    std::string line;
    std::getline(in, line);
    const auto headings = split_tabs(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
        const auto cells = split_tabs(line);
        EXPECT_LE(cells.size(), headings.size()) << path << ": " << line;
        Row row;
        for (std::size_t i = 0; i < headings.size(); ++i)
            row[headings[i]] = i < cells.size() ? cells[i] : "";
        rows.push_back(std::move(row));
    }
    EXPECT_FALSE(rows.empty()) << path;
    return rows;
}

}  // namespace tandem::testing
