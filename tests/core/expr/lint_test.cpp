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

TEST(RootFields, AreThoseReadOfTheDocumentItself) {
    for (const auto& [text, expected] :
         std::initializer_list<std::pair<std::string, std::string>>{{"a", "a@1"},
                                                                    {"a.b", "a@1"},
                                                                    {"'a'", ""},
                                                                    {"$x.a", ""},
                                                                    {"@.a || $.b", "a@3 b@10"},
                                                                    {"a[0].b", "a@1"},
                                                                    {"a[*].b | [c]", "a@1"},
                                                                    {"@ | a", "a@5"},
                                                                    {"a[?b == `1`].c", "a@1"},
                                                                    {"a[].[b, c]", "a@1"},
                                                                    {"[a, { x: b, y: c.d }]", "a@2 b@10 c@16"},
                                                                    {"join('', [a, to_string(b)])", "a@11 b@24"},
                                                                    {"map(&a, b)", "b@9"},
                                                                    {"sort_by(a, &b.c)[0].d", "a@9"},
                                                                    {"let $v = a in $v.b || c", "a@10 c@23"},
                                                                    {"a ? b : !c", "a@1 b@5 c@10"},
                                                                    {"a == =", ""}}) {
        std::string found;
        for (const auto& field : root_fields(text))
            found += (found.empty() ? "" : " ") + field.name + "@" + std::to_string(field.column);
        EXPECT_EQ(found, expected) << text;
    }
}

}  // namespace
}  // namespace tandem::expr
