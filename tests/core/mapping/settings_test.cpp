#include "support.hpp"

namespace tandem::mapping::testing {
namespace {

const std::string kHead = R"y(
settings:
  token: { type: secret, required: true, help: "the word" }
  old: { type: secret }
  page: { type: string, values: [one, two] }
  limit: { type: integer, default: 5 }
  rate: { type: number }
  strict: { type: boolean, default: false }
  words: { type: list, default: [STOP] }
  api_url: { type: url, default: "https://api.acme.test/v1?region=eu" }
  own: { type: list, default: ["@acme.test"], format: mailboxes }
  users: { type: string, default: "^$", format: regex }
)y";

std::shared_ptr<const Pack> pack() {
    return compile(pack_text("  records: [ { rules: [ { name: any, ignore: \"'any'\" } ] } ]\n", kHead));
}

Settings read(const std::string& yaml, std::string& problems) {
    config::Diagnostics diagnostics;
    auto node = config::parse_yaml(yaml, "s.yaml", diagnostics);
    auto out = read_settings(*pack(), node, "connectors[0].settings", diagnostics);
    problems = diagnostics.to_text();
    return out;
}

TEST(Settings, ReadsTypesAndDefaults) {
    std::string problems;
    auto out = read("{ token: [a, b], page: two, rate: 1.5, words: [x, 7] }", problems);
    EXPECT_EQ(problems, "");
    ASSERT_EQ(out.secrets.at("token").size(), 2U);
    EXPECT_EQ(out.secrets.at("token")[1].reveal(), "b");
    EXPECT_FALSE(out.secrets.contains("old"));
    EXPECT_FALSE(out.values.contains("token"));
    EXPECT_EQ(out.values.at("page"), data::Value::string("two"));
    EXPECT_EQ(out.values.at("limit"), data::Value::integer(5));
    EXPECT_EQ(out.values.at("strict"), data::Value::boolean(false));
    EXPECT_EQ(data::to_json(out.values.at("words")), R"(["x","7"])");
    EXPECT_TRUE(out.values.at("rate").is_number());
}

TEST(Settings, NullTakesTheDefault) {
    std::string problems;
    auto out = read("{ token: a, limit: null, page: null }", problems);
    EXPECT_EQ(problems, "");
    EXPECT_EQ(out.values.at("limit"), data::Value::integer(5));
    EXPECT_TRUE(out.values.at("page").is_null());
}

TEST(Settings, ProblemsHavePlaceAndRemedy) {
    for (const auto& [yaml, expected] : std::initializer_list<std::pair<std::string, std::string>>{
             {"{}", "connectors[0].settings.token: setting 'token' is required: the word"},
             {"{ token: a, limt: 1 }",
              "s.yaml:1:13: error: connectors[0].settings.limt: pack acme has no setting 'limt'; did you mean "
              "'limit'?"},
             {"{ token: a, limit: many }", "connectors[0].settings.limit: expected a whole number"},
             {"{ token: a, strict: 1 }", "expected true or false"},
             {"{ token: a, words: x }", "expected a list of texts"},
             {"{ token: a, page: twoo }", "must be one of one, two; did you mean 'two'?"},
             {"{ token: a, api_url: '' }", "api_url: must begin with https:// or http://"},
             {"{ token: a, api_url: 'ftp://x' }", "must begin with https:// or http://"},
             {"{ token: a, api_url: 'https://' }", "must name a host"},
             {"{ token: a, api_url: 'https://x.test/a b' }", "must have neither query nor fragment"},
             {"{ token: a, api_url: 'https://x.test/?a=b c' }", "without spaces and without a fragment"},
             {"{ token: a, api_url: [x] }", "expected a URL"},
             {"{ token: '' }", "the secret is empty"},
             {"{ token: { a: b } }", "expected a text or a list of texts"},
             {"{ token: a, own: [a@acme.test, acme.test] }",
              "s.yaml:1:32: error: connectors[0].settings.own[1]: must be an address; a whole domain begins with @"},
             {"{ token: a, own: ['mailto:a@acme.test'] }", "own[0]: must be an address without mailto:"},
             {"{ token: a, own: [''] }", "own[0]: must be an address"},
             {"{ token: a, own: [' a@acme.test'] }", "without spaces and control characters"},
             {"{ token: a, own: [\"a\\n@acme.test\"] }", "without spaces and control characters"},
             {"{ token: a, own: ['<a@acme.test>'] }", "own[0]: can fit no address"},
             {"{ token: a, own: ['a@acme.test;b@acme.test'] }", "own[0]: can fit no address"},
             {"{ token: a, own: ['a@b@acme.test'] }", "own[0]: can fit no address"},
             {"{ token: a, own: ['@acme'] }", "own[0]: can fit no address: not a mailbox: the domain has no dot"},
             {"{ token: a, own: ['@*.acme.test'] }", "own[0]: may have one *, and that before the @"},
             {"{ token: a, own: ['a*b*@acme.test'] }", "own[0]: may have one *, and that before the @"},
             {"{ token: a, users: '^(x' }", "connectors[0].settings.users: is no pattern (RE2): missing )\n"},
             {"[ token ]", "expected settings and their values"},
         }) {
        std::string problems;
        read(yaml, problems);
        EXPECT_TRUE(problems.contains(expected)) << problems;
    }
}

TEST(Settings, FormatsTakeWhatCanFit) {
    std::string problems;
    read(
        "{ token: a, own: [Help@Acme.test, 'help+*@acme.test', '@acme.test', '@почта.рф', \"o'n@acme.test\"], "
        "users: '^@(desk|_.*):acme$' }",
        problems);
    EXPECT_EQ(problems, "");
}

TEST(Settings, MessagesNeverRepeatASecret) {
    std::string problems;
    read("{ token: [hush, { a: hush }] }", problems);
    EXPECT_FALSE(problems.empty());
    EXPECT_FALSE(problems.contains("hush")) << problems;
}

}  // namespace
}  // namespace tandem::mapping::testing
