#include "core/config/fields.hpp"

#include "core/config/substitution.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

namespace tandem::config {
namespace {

using namespace std::chrono_literals;

enum class Mode { Calm, Eager };

struct Inner {
    std::string word = "usual";
    std::int64_t number = 3;
};

struct Everything {
    std::string text = "t";
    Secret secret;
    std::int64_t integer = 5;
    double number = 0.5;
    bool boolean = true;
    std::chrono::milliseconds duration = 90s;
    Bytes bytes = mebibytes(1);
    Mode mode = Mode::Eager;
    Address address = {"127.0.0.1", 80};
    std::filesystem::path path = "p";
    std::vector<std::string> words = {"a", "b"};
    std::vector<Mode> modes;
    Inner inner;
    std::optional<Inner> maybe;
    std::vector<Inner> many;
    Node free;
};

const Fields<Inner>& inner_fields() {
    static const auto fields = Fields<Inner>()
                                   .field("word", &Inner::word, "A word.")
                                   .required()
                                   .field("number", &Inner::number, "A number.")
                                   .range(1, 9);
    return fields;
}

const Fields<Everything>& all_fields() {
    static const std::vector<std::pair<std::string, Mode>> modes = {{"calm", Mode::Calm}, {"eager", Mode::Eager}};
    static const auto fields = Fields<Everything>()
                                   .field("text", &Everything::text, "Some text.")
                                   .field("secret", &Everything::secret, "A secret.")
                                   .field("integer", &Everything::integer, "A whole number.")
                                   .range(1, 10)
                                   .field("number", &Everything::number, "Any number.")
                                   .range(0, 1)
                                   .field("boolean", &Everything::boolean, "Yes or no.")
                                   .field("duration", &Everything::duration, "A time.")
                                   .range(1s, 1h)
                                   .field("bytes", &Everything::bytes, "A size.")
                                   .range(kibibytes(1), gibibytes(1))
                                   .choice("mode", &Everything::mode, modes, "How.")
                                   .field("address", &Everything::address, "Where.")
                                   .field("path", &Everything::path, "A file.")
                                   .field("words", &Everything::words, "Words.")
                                   .check(check_instance_name)
                                   .choice("modes", &Everything::modes, modes, "Ways.")
                                   .table("inner", &Everything::inner, inner_fields(), "Nested.")
                                   .table("maybe", &Everything::maybe, inner_fields(), "Nested or not.")
                                   .table("many", &Everything::many, inner_fields(), "Many nested.")
                                   .field("free", &Everything::free, "Anything.")
                                   .usually("nothing");
    return fields;
}

struct Read {
    Everything value;
    Diagnostics diagnostics;
};

Read read(const std::string& yaml) {
    Read out;
    out.value = all_fields().read(parse_yaml(yaml, "dir/f.yaml", out.diagnostics), out.diagnostics);
    return out;
}

TEST(Fields, AnEmptyMappingGivesDefaults) {
    auto [value, diagnostics] = read("");

    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(value.text, "t");
    EXPECT_EQ(value.words, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(value.maybe.has_value());
}

TEST(Fields, ReadsEveryType) {
    auto [value, diagnostics] = read(R"(
text: 0123
integer: 7
number: 1
boolean: false
duration: 1m30s
bytes: 64KiB
mode: calm
address: "[::1]:25"
path: sub/../x
words: [c]
modes: eager
inner: { word: w, number: 9 }
maybe: { word: m }
many: [ { word: one }, { word: two } ]
free: { a: [1] }
)");

    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(value.text, "0123");
    EXPECT_EQ(value.integer, 7);
    EXPECT_EQ(value.number, 1.0);
    EXPECT_FALSE(value.boolean);
    EXPECT_EQ(value.duration, 90s);
    EXPECT_EQ(value.bytes, kibibytes(64));
    EXPECT_EQ(value.mode, Mode::Calm);
    EXPECT_EQ(value.address, (Address{"::1", 25}));
    EXPECT_EQ(value.path, "dir/x");
    EXPECT_EQ(value.words, (std::vector<std::string>{"c"})) << "a list replaces its default";
    EXPECT_EQ(value.modes, (std::vector{Mode::Eager})) << "one alone makes a list";
    EXPECT_EQ(value.inner.number, 9);
    EXPECT_EQ(value.maybe->word, "m");
    ASSERT_EQ(value.many.size(), 2U);
    EXPECT_EQ(value.many[1].word, "two");
    EXPECT_EQ(value.free.get("a").items()[0].path(), "free.a[0]");
}

TEST(Fields, ReportsEveryWrongValue) {
    const struct {
        std::string_view yaml;
        std::string_view expected;
    } cases[] = {
        {"integr: 1", "1:1: error: integr: unknown key; did you mean 'integer'?"},
        {"inner: { word: w, zzzzzz: 1 }", "1:19: error: inner.zzzzzz: unknown key; known keys: 'word', 'number'"},
        {"integer: 11", "1:10: error: integer: must be from 1 to 10, not '11'"},
        {"integer: '5'", "1:10: error: integer: must be a whole number, not '5'"},
        {"integer: [5]", "1:10: error: integer: must be a single value, not a list"},
        {"integer:", "1:1: error: integer: has no value; leave the key out for the default"},
        {R"(integer: "1\n2")", "1:10: error: integer: must be a whole number, not a text with control characters"},
        {"number: 2.5", "1:9: error: number: must be from 0 to 1, not '2.5'"},
        {"number: .nan", "1:9: error: number: must be a number, not '.nan'"},
        {"boolean: yes", "1:10: error: boolean: must be true or false, not 'yes'"},
        {"duration: 30",
         "1:11: error: duration: must be a time with its unit, such as 500ms, 30s, 5m, 72h or 30d, not '30'"},
        {"duration: 2h", "1:11: error: duration: must be from 1s to 1h, not '2h'"},
        {"bytes: 8", "1:8: error: bytes: must be a size with its unit, such as 64KiB, 1MiB or 8GiB, not '8'"},
        {"bytes: 1B", "1:8: error: bytes: must be from 1KiB to 1GiB, not '1B'"},
        {"mode: clm", "1:7: error: mode: must be one of calm, eager, not 'clm'; did you mean 'calm'?"},
        {"address: 80", "1:10: error: address: must be host:port such as 127.0.0.1:8080 or \"[::1]:8080\", not '80'"},
        {"path: ''", "1:7: error: path: must be a path, not ''"},
        {"words: { a: 1 }", "1:8: error: words: must be a list, not a mapping"},
        {"words: [ok, [x]]", "1:13: error: words[1]: must be a single value, not a list"},
        {"words: Bad",
         "1:8: error: words: must be 1 to 64 of a-z, 0-9, '_' and '-', beginning with a letter or digit, not 'Bad'"},
        {"inner: 5", "1:8: error: inner: must be a mapping, not '5'"},
        {"inner: {}", "1:8: error: inner: 'word' is missing: A word."},
        {"many: { word: x }", "1:7: error: many: must be a list, not a mapping"},
        {"many: [ x ]", "1:9: error: many[0]: must be a mapping, not 'x'"},
        {"[1]", "1:1: error: must be a mapping, not a list"},
        {"free: [1]", "1:7: error: free: must be a mapping, not a list"},
        {"secret: ''", "1:9: error: secret: the secret is empty"},
        {"secret: abc",
         "1:9: warning: secret: a secret in plain sight; take it from \"${env:NAME}\" or "
         "\"${file:path}\""},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.yaml);
        EXPECT_EQ(read(std::string(one.yaml)).diagnostics.to_text(), "dir/f.yaml:" + std::string(one.expected) + "\n");
    }
}

TEST(Fields, NeverRepeatsASubstitutedValue) {
    Diagnostics diagnostics;
    Environment environment{.variable = [](const std::string&) { return std::optional<std::string>("hunter2"); },
                            .file = [](const std::string&) -> Result<std::string> { return "hunter2"; }};
    auto root = substitute(parse_yaml("integer: ${env:X}\nmode: ${env:X}\nbytes: ${file:X}\nsecret: ${env:X}\n"
                                      "path: x${env:X}\n",
                                      "f.yaml", diagnostics),
                           environment, diagnostics);

    auto value = all_fields().read(root, diagnostics);

    EXPECT_EQ(value.secret.reveal(), "hunter2");
    EXPECT_EQ(diagnostics.all().size(), 3U);
    EXPECT_EQ(diagnostics.to_text().find("hunter2"), std::string::npos) << diagnostics.to_text();
}

TEST(Fields, OneOfWantsExactlyOne) {
    struct Either {
        std::string a, b;
    };
    auto fields = Fields<Either>().field("a", &Either::a, "A.").field("b", &Either::b, "B.").one_of({"a", "b"});
    const struct {
        std::string_view yaml;
        std::string_view expected;
    } cases[] = {
        {"{ a: x }", ""},
        {"{}", "f:1:1: error: one of 'a', 'b' is missing\n"},
        {"{ a: x, b: y }", "f:1:1: error: only one of 'a', 'b' can be given\n"},
    };
    for (const auto& one : cases) {
        Diagnostics diagnostics;
        fields.read(parse_yaml(one.yaml, "f", diagnostics), diagnostics);
        EXPECT_EQ(diagnostics.to_text(), one.expected);
    }
}

TEST(Fields, AnyOfWantsOneOrMore) {
    struct Either {
        std::string a, b;
    };
    auto fields = Fields<Either>().field("a", &Either::a, "A.").field("b", &Either::b, "B.").any_of({"a", "b"});
    for (const auto& [yaml, expected] :
         {std::pair{"{ a: x }", ""}, {"{ a: x, b: y }", ""}, {"{}", "f:1:1: error: one of 'a', 'b' is missing\n"}}) {
        Diagnostics diagnostics;
        fields.read(parse_yaml(yaml, "f", diagnostics), diagnostics);
        EXPECT_EQ(diagnostics.to_text(), expected);
    }
}

TEST(Fields, DescribeThemselves) {
    const std::filesystem::path folder = TANDEM_SOURCE_DIR "/tests/core/config/golden";

    testing::expect_golden(folder / "fields.schema.json", json_schema(*all_fields().table(), "Test", "Every type."));
    testing::expect_golden(folder / "fields.md", markdown(*all_fields().table()));
}

}  // namespace
}  // namespace tandem::config
