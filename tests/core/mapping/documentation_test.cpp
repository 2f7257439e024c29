// The generated parts of mappings/. UPDATE_GOLDEN=1 writes them anew.
#include "core/mapping/documentation.hpp"

#include "core/data/decode.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/verify.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping::testing {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(TANDEM_SOURCE_DIR) / "mappings";

void expect_file(const std::filesystem::path& path, const std::string& expected) {
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << expected;
    EXPECT_EQ(tandem::testing::read_file(path), expected) << "run core_mapping_test with UPDATE_GOLDEN=1";
}

// The text with what stands between the markers of `name` replaced.
std::string with_section(const std::string& text, const std::string& name, const std::string& section) {
    const auto begin = text.find("<!-- " + name + ": begin");
    const auto end = text.find("<!-- " + name + ": end");
    if (begin == std::string::npos || end == std::string::npos) return "no section " + name;
    const auto from = text.find('\n', begin) + 1;
    return text.substr(0, from) + section + text.substr(end);
}

// Somebody's first pack begins as a copy of the one in the documentation.
TEST(Documentation, TheExampleIsAPack) {
    const auto text = tandem::testing::read_file(kFolder / "README.md");
    const std::string_view fence = "```yaml\n";
    const auto begin = text.find(fence) + fence.size();
    config::Diagnostics diagnostics;
    const auto root = config::parse_yaml(text.substr(begin, text.find("```", begin) - begin), "README.md", diagnostics);

    EXPECT_TRUE(Pack::compile(root, diagnostics));
    EXPECT_TRUE(diagnostics.all().empty()) << diagnostics.to_text();
}

TEST(Documentation, ReadmeListsSchemesAndFunctions) {
    auto text = tandem::testing::read_file(kFolder / "README.md");
    text = with_section(text, "schemes", schemes_markdown());
    text = with_section(text, "functions", pack_functions_markdown());
    expect_file(kFolder / "README.md", text);
}

TEST(Documentation, JsonSchemaIsCurrent) {
    expect_file(kFolder / "pack.schema.json", pack_json_schema());
}

const Key& key(const KeyTable& table, std::string_view name) {
    return *std::ranges::find(table.keys, name, &Key::name);
}

TEST(Documentation, KeysNameWhatTheEngineKnows) {
    const auto& receive = *key(kPackKeys, "receive").table;
    const auto words = key(receive, "decode").words;
    const auto formats = data::decoder_names();
    std::vector<std::string_view> decoders(formats.begin(), formats.end());
    decoders.emplace_back("mail");  // core/mail
    EXPECT_TRUE(std::ranges::is_permutation(words, decoders));
    const auto& verify = *key(receive, "verify").table;
    for (const auto& scheme : schemes()) {
        EXPECT_NE(std::ranges::find(kSchemeNames, scheme.name), kSchemeNames.end());
        for (const auto& parameter : scheme.parameters)
            EXPECT_NE(std::ranges::find(verify.keys, parameter.name, &Key::name), verify.keys.end()) << parameter.name;
    }
    constexpr std::array<std::string_view, 4> kCommon = {"scheme", "when", "secret", "optional"};
    for (const auto& known : verify.keys) {
        const bool common = std::ranges::find(kCommon, known.name) != kCommon.end();
        const bool used = std::ranges::any_of(schemes(), [&](const auto& scheme) {
            return std::ranges::find(scheme.parameters, known.name, &SchemeParameter::name) != scheme.parameters.end();
        });
        EXPECT_TRUE(common || used) << known.name;
    }
}

}  // namespace
}  // namespace tandem::mapping::testing
