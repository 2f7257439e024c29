#include "tests/mappings/differences.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tandem::testing {
namespace {

std::string table(const test::TempDir& folder, const std::string& rows) {
    const auto path = (folder.path() / "differences.tsv").string();
    std::ofstream(path) << "provider\tcase\tfield\ttheirs\tours\treason\n" << rows;
    return path;
}

TEST(Differences, PatternsNameAnyTextAndTheirValue) {
    EXPECT_TRUE(matches("*:{theirs}", "3527065:41", "41"));
    EXPECT_FALSE(matches("*:{theirs}", "3527065:42", "41"));
    EXPECT_TRUE(matches("403", "403", "200"));
    EXPECT_FALSE(matches("403", "4031", "200"));
    EXPECT_TRUE(matches("*", "", "x"));
}

TEST(Differences, ExplainOnlyWhatTheirRowSays) {
    test::TempDir folder;
    Differences differences(table(folder, "acme\t3\ttext\tA\tB\twhy\n"));
    EXPECT_TRUE(differences.explain("acme", "3", "text", "A", "B"));
    EXPECT_FALSE(differences.explain("acme", "4", "text", "A", "B"));
    EXPECT_FALSE(differences.explain("acme", "3", "time", "A", "B"));
    EXPECT_FALSE(differences.explain("acme", "3", "text", "A", "C"));
    EXPECT_FALSE(differences.explain("other", "3", "text", "A", "B"));
}

TEST(Differences, NameTheRowsThatNothingNeeded) {
    test::TempDir folder;
    Differences differences(
        table(folder, "acme\t*\ttext\t*\tB\twhy\nacme\t1\ttime\tA\tB\twhy\nother\t1\ttext\tA\tB\twhy\n"));
    EXPECT_TRUE(differences.explain("acme", "9", "text", "anything", "B"));
    EXPECT_EQ(differences.unused({"acme"}), "line 3: acme 1 time\n");
}

}  // namespace
}  // namespace tandem::testing
