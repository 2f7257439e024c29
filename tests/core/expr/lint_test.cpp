#include "core/expr/lint.hpp"

#include <gtest/gtest.h>

namespace tandem::expr {
namespace {

// The columns that are remarked on.
std::vector<std::size_t> columns(std::string_view text) {
    std::vector<std::size_t> found;
    for (const auto& remark : lint(text))
        found.push_back(remark.column);
    return found;
}

TEST(Lint, TellsOfANotThatDoesNotReachWhatFollows) {
    using Columns = std::vector<std::size_t>;
    EXPECT_EQ(columns("!a.b"), Columns{1});
    EXPECT_EQ(columns("!a.b.c"), Columns{1});
    EXPECT_EQ(columns("a && !b.c || !d.e"), (Columns{6, 14}));
    EXPECT_EQ(columns("!$request.query.x"), Columns{1});
    EXPECT_EQ(columns("!a[].b"), Columns{1});
    EXPECT_EQ(columns("!a[?b]"), Columns{1});
    EXPECT_EQ(columns("items[?!a.b]"), Columns{8});
    EXPECT_EQ(columns("(!a).b"), Columns{2});
}

TEST(Lint, IsSilentAboutTheRest) {
    for (const char* text : {"!a", "!(a.b)", "a.b", "!a[0]", "!a && b.c", "!a == b.c", "!f(a.b)", "!a | b", "!!a",
                             "!a.", "", "length(", "!@", "!'a.b'"}) {
        EXPECT_TRUE(columns(text).empty()) << text;
    }
}

}  // namespace
}  // namespace tandem::expr
