// docs/vendors.md is read from the packs. UPDATE_GOLDEN=1 writes it anew.
#include "core/mapping/abilities.hpp"
#include "tests/mappings/reading.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tandem::testing {
namespace {

namespace fs = std::filesystem;

std::string section(const std::string& folder) {
    std::vector<std::shared_ptr<const mapping::Pack>> packs;
    for (const auto& entry : fs::directory_iterator(fs::path(TANDEM_SOURCE_DIR) / "mappings" / folder)) {
        const auto file = entry.path().string();
        if (!file.ends_with(".yaml") || file.ends_with(".tests.yaml")) continue;
        config::Diagnostics diagnostics;
        auto pack = mapping::Pack::compile(config::load_yaml(file, diagnostics), diagnostics);
        EXPECT_TRUE(pack) << diagnostics.to_text();
        if (pack) packs.push_back(std::move(pack));
    }
    std::ranges::sort(packs, {}, [](const auto& pack) { return pack->name(); });
    return mapping::vendor_table(packs);
}

TEST(Vendors, TheTableIsCurrent) {
    const auto path = fs::path(TANDEM_SOURCE_DIR) / "docs" / "vendors.md";
    const std::string expected =
        "# Vendors\n\n"
        "What each pack can do, read from the packs (`UPDATE_GOLDEN=1` with `mappings_test` writes this page; `tandem "
        "list\n"
        "--markdown` shows it with your own packs). The head of every pack says what was verified against which source "
        "and\n"
        "what is believed.\n\n"
        "\"Origin proved by\": `token` and `basic` are secrets that the vendor repeats in every request, the others "
        "are\n"
        "signatures; `none` means that whoever knows the URL can post.\n\n"
        "## SMS\n\n" +
        section("sms") + "\n## Chat platforms and messengers\n\n" + section("chat") + "\n## E-mail\n\n" +
        section("email");
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << expected;
    EXPECT_EQ(read_file(path), expected) << "run mappings_test with UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace tandem::testing
