// Where the shared fixtures are: $TANDEM_FIXTURES, or ../shared/fixtures beside the source tree. A clone without them
// still passes, and says plainly what it left out; under CI=true their absence fails.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

namespace tandem::testing {

// The folder `name` of the fixtures, or nullopt after a plain message. Use:
//   auto folder = fixtures("schema"); if (!folder) return;
inline std::optional<std::filesystem::path> fixtures(const std::string& name) {
    const char* set = std::getenv("TANDEM_FIXTURES");
    std::filesystem::path root =
        set != nullptr ? std::filesystem::path(set) : std::filesystem::path(TANDEM_SOURCE_DIR) / "../shared/fixtures";
    auto folder = root / name;
    if (std::filesystem::is_directory(folder)) return folder;
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string(ci) == "true") {
        ADD_FAILURE() << "CI=true, and the fixtures are missing: " << folder;
    } else {
        std::cout << "LEFT OUT: no fixtures at " << folder << " (set TANDEM_FIXTURES)\n";
    }
    return std::nullopt;
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in) << "cannot read " << path;
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace tandem::testing
