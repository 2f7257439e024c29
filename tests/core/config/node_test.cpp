#include "core/config/node.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace tandem::config {
namespace {

struct Parsed {
    Node root;
    Diagnostics diagnostics;
};

Parsed parse(std::string_view text) {
    Parsed out;
    out.root = parse_yaml(text, "f.yaml", out.diagnostics);
    return out;
}

std::string json_of(const Node& node) {
    data::Arena arena;
    return data::to_json(node.to_value(arena));
}

std::string place(const Position& position) {
    return std::to_string(position.line) + ":" + std::to_string(position.column);
}

TEST(Node, ReadsScalarsByTheCoreSchema) {
    const struct {
        std::string_view yaml;
        std::string_view json;
    } cases[] = {
        {"12", "12"},
        {"-7", "-7"},
        {"+7", "7"},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"017", "17"},
        {"9223372036854775807", "9223372036854775807"},
        {"18446744073709551615", "18446744073709551615"},
        {"1.5", "1.5"},
        {"-.5", "-0.5"},
        {"1e3", "1000.0"},
        {"1.", "1.0"},
        {"true", "true"},
        {"False", "false"},
        {"~", "null"},
        {"null", "null"},
        {"yes", "\"yes\""},
        {"1_000", "\"1_000\""},
        {"+-1", "\"+-1\""},
        {"0x", "\"0x\""},
        {"0x-1", "\"0x-1\""},
        {"1e", "\"1e\""},
        {".", "\".\""},
        {"12:30", "\"12:30\""},
        {"2026-11-22", "\"2026-11-22\""},
        {"'12'", "\"12\""},
        {"\"true\"", "\"true\""},
        {"!!str 12", "\"12\""},
        {"|\n  12\n", "\"12\\n\""},
        {"''", "\"\""},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.yaml);
        auto [root, diagnostics] = parse("v: " + std::string(one.yaml));
        EXPECT_EQ(diagnostics.to_text(), "");
        EXPECT_EQ(json_of(root.get("v")), one.json);
    }
}

TEST(Node, KnowsPathsAndPositions) {
    auto [root, diagnostics] = parse(
        "a:\n"
        "  list:\n"
        "    - x: 1\n"
        "    - два: три\n"
        "  \"odd key\": { deep: [ 'q' ] }\n"
        "  none:\n"
        "b: \"я\" # c\n");
    ASSERT_EQ(diagnostics.to_text(), "");
    auto a = root.get("a");
    auto deep = a.get("odd key").get("deep").items()[0];
    auto russian = a.get("list").items()[1].get("два");

    EXPECT_EQ(place(root.position()), "1:1");
    EXPECT_EQ(a.get("list").items()[0].get("x").path(), "a.list[0].x");
    EXPECT_EQ(place(a.get("list").items()[0].get("x").position()), "3:10");
    EXPECT_EQ(place(russian.position()), "4:12") << "columns count characters";
    EXPECT_EQ(russian.path(), "a.list[1].\"два\"");
    EXPECT_EQ(deep.path(), "a.\"odd key\".deep[0]");
    EXPECT_EQ(place(deep.position()), "5:24");
    EXPECT_EQ(deep.column_of_text(), 25);
    EXPECT_EQ(place(a.get("none").position()), "6:3") << "an absent value is where its key is";
    EXPECT_EQ(a.get("none").kind(), NodeKind::Null);
    EXPECT_EQ(a.entries()[2].first.text(), "none");
    EXPECT_EQ(root.get("missing").kind(), NodeKind::Missing);
    EXPECT_EQ(root.get("b").position().file, "f.yaml");
}

TEST(Node, FindsPlacesInsideTexts) {
    const struct {
        std::string_view yaml;
        std::string_view needle;
        std::string_view expected;
    } cases[] = {
        {"v: abc.def", "def", "1:8"},
        {"v: 'abc.def'", "def", "1:9"},
        {"v: 'it''s def'", "def", "1:11"},
        {R"(v: "a\"b\u044f def")", "def", "1:16"},
        {"v: \"яблоко def\"", "def", "1:12"},
        {"v: |\n  one\n  two def\n", "def", "3:7"},
        {"v: |\n  one\n    two def\n", "def", "3:9"},
        {"v: >-\n  one\n  def\n", "def", "3:3"},
        {"v: one\n  def\n", "def", "2:3"},
        {"v: &anchor !!str def", "def", "1:18"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.yaml);
        auto [root, diagnostics] = parse(one.yaml);
        ASSERT_EQ(diagnostics.to_text(), "");
        auto value = root.get("v");
        EXPECT_EQ(place(value.position_in_text(value.text().find(one.needle))), one.expected);
    }
}

TEST(Node, ExpandsAliasesUnderThePathOfUse) {
    auto [root, diagnostics] = parse("base: &b { x: [1, 2] }\nuse: *b\n");

    ASSERT_EQ(diagnostics.to_text(), "");
    auto second = root.get("use").get("x").items()[1];
    EXPECT_EQ(second.path(), "use.x[1]");
    EXPECT_EQ(place(second.position()), "1:19") << "the text stands at the anchor";
    EXPECT_EQ(json_of(root), R"({"base":{"x":[1,2]},"use":{"x":[1,2]}})");
}

TEST(Node, AcceptsAnEmptyDocument) {
    for (std::string_view text : {"", "# only a comment\n", "---\n", "\xef\xbb\xbf"}) {
        auto [root, diagnostics] = parse(text);
        EXPECT_EQ(diagnostics.to_text(), "");
        EXPECT_EQ(root.kind(), NodeKind::Null);
    }
}

TEST(Node, ReportsWhatIsNotYaml) {
    const struct {
        std::string_view yaml;
        std::string_view expected;
    } cases[] = {
        {"a: 1\na: 2\n", "f.yaml:2:1: error: a: the key is given twice\n"},
        {"a: { b: 1, b: 2 }", "f.yaml:1:12: error: a.b: the key is given twice\n"},
        {"a: [1\nb: 2\n", "f.yaml:2:2: error: a[1]: not YAML: a [ is not closed by ]\n"},
        {"a: {s: ${env:X} }",
         "f.yaml:1:9: error: a: not YAML: a { is not closed by }; inside { } a ${...} must "
         "stand in double quotes\n"},
        {"a: *b\n", "f.yaml:1:4: error: a: not YAML: the referenced anchor is not defined\n"},
        {"a: &a [ *a ]\n", "f.yaml:1:9: error: a[0]: an alias inside its own anchor\n"},
        {"? [a]\n: 1\n", "f.yaml:1:3: error: a key must be a text\n"},
        {"a: 1\n: 2\n", "f.yaml:2:1: error: a key is missing\n"},
        {"a: !shape 1\n", "f.yaml:1:4: error: a: the tag '!shape' is not supported\n"},
        {"a: 1\n---\nb: 2\n", "f.yaml:3:1: error: a second document; one file holds one\n"},
        {"a: \x01\n", "f.yaml:1:4: error: a control character\n"},
        {"a: я\xff\n", "f.yaml:1:5: error: the text is not UTF-8\n"},
        {"a:\n\tb: 1\n",
         "f.yaml:2:3: error: not YAML: a ':' where none can be; a text that holds one stands in quotes; "
         "indent with spaces, not with tabs\n"},
        {"a:\n  b: 1\n c: 2\n", "f.yaml:3:2: error: not YAML: this line's indentation fits none above\n"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.yaml);
        EXPECT_EQ(parse(one.yaml).diagnostics.to_text(), one.expected);
    }
}

TEST(Node, OfAKeyGivenTwiceTheFirstCounts) {
    EXPECT_EQ(json_of(parse("a: 1\na: 2\n").root), R"({"a":1})");
}

TEST(Node, RefusesDeepNesting) {
    auto deep = "v: " + std::string(101, '[') + std::string(101, ']');
    EXPECT_EQ(parse(deep).diagnostics.to_text(), "f.yaml:1:103: error: nested deeper than 100 levels\n");

    std::string chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 150; ++i) {
        auto n = std::to_string(i);
        chain += "a" + n + ": &a" + n + " [*a" + std::to_string(i - 1) + "]\n";
    }
    EXPECT_NE(parse(chain).diagnostics.to_text().find("nested deeper than 100 levels"), std::string::npos);
}

TEST(Node, RefusesAliasesThatMultiply) {
    std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        auto n = std::to_string(i);
        auto previous = "*a" + std::to_string(i - 1);
        laughs += "a" + n + ": &a" + n + " [";
        for (int j = 0; j < 10; ++j)
            laughs += (j == 0 ? "" : ", ") + previous;
        laughs += "]\n";
    }
    EXPECT_NE(parse(laughs).diagnostics.to_text().find("too many nodes"), std::string::npos);
}

TEST(Node, RefusesHugeTexts) {
    std::string huge(16 * 1024 * 1024 + 1, 'x');
    EXPECT_EQ(parse(huge).diagnostics.to_text(), "f.yaml:1:1: error: the file is larger than 16 MiB\n");
}

TEST(Node, LoadReportsUnreadableFiles) {
    auto folder = std::filesystem::temp_directory_path().string();
    Diagnostics diagnostics;

    EXPECT_EQ(load_yaml("/nonexistent/a.yaml", diagnostics).kind(), NodeKind::Missing);
    EXPECT_EQ(load_yaml(folder, diagnostics).kind(), NodeKind::Missing);

    EXPECT_EQ(diagnostics.to_text(), "/nonexistent/a.yaml: error: cannot read the file: No such file or directory\n" +
                                         folder + ": error: cannot read the file: Is a directory\n");
}

TEST(Node, TypedAccessRefusesQuotedAndOtherTypes) {
    auto [root, diagnostics] = parse("{ n: 5, q: '5', t: true, f: 1.5, s: x, l: [1] }");

    EXPECT_EQ(root.get("n").as_int(), 5);
    EXPECT_EQ(root.get("n").as_double(), 5.0);
    EXPECT_EQ(root.get("q").as_int(), std::nullopt);
    EXPECT_EQ(root.get("t").as_bool(), true);
    EXPECT_EQ(root.get("f").as_int(), std::nullopt);
    EXPECT_EQ(root.get("f").as_double(), 1.5);
    EXPECT_EQ(root.get("s").as_bool(), std::nullopt);
    EXPECT_EQ(root.get("l").as_int(), std::nullopt);
    EXPECT_EQ(Node().as_int(), std::nullopt);
}

}  // namespace
}  // namespace tandem::config
