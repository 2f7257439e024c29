// Golden files: the expected result lies beside the input, UPDATE_GOLDEN=1 rewrites it and the diff is reviewed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::testing {

inline void expect_golden(const std::filesystem::path& file, std::string_view actual) {
    if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && std::string_view(update) == "1") {
        std::ofstream(file, std::ios::binary) << actual;
        return;
    }
    std::ifstream in(file, std::ios::binary);
    ASSERT_TRUE(in) << "no " << file << "; UPDATE_GOLDEN=1 writes it";
    const std::string expected(std::istreambuf_iterator<char>(in), {});
    if (expected == actual) return;
    std::istringstream left(expected);
    std::istringstream right{std::string(actual)};
    std::string a;
    std::string b;
    for (int line = 1; left || right; ++line, a.clear(), b.clear()) {
        std::getline(left, a);
        std::getline(right, b);
        if (a == b) continue;
        FAIL() << file.string() << ":" << line << " expected: " << a << "\n  found: " << b
               << "\n  UPDATE_GOLDEN=1 rewrites the file";
    }
    FAIL() << file << " differs in its line ends";
}

// The case folders below `root`, sorted. There must be some: a suite that finds nothing has failed.
inline std::vector<std::filesystem::path> case_folders(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
        if (entry.is_directory()) folders.push_back(entry.path());
    }
    std::ranges::sort(folders);
    EXPECT_FALSE(folders.empty()) << "no cases in " << root;
    return folders;
}

}  // namespace tandem::testing
