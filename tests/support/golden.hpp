// Golden files: the expected result lies beside the input, UPDATE_GOLDEN=1 rewrites it and the diff is reviewed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
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
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), actual) << file << "; UPDATE_GOLDEN=1 rewrites it";
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
