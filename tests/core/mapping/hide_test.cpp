#include "core/mapping/hide.hpp"

#include "core/mapping/poll.hpp"
#include "tests/core/mapping/support.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem::mapping {
namespace {

struct Text {
    std::string secret, text;
    std::string shown{};  // empty: the text stays
};

class Hidden : public ::testing::TestWithParam<Text> {};

TEST_P(Hidden, IsTheSecretAndNothingElse) {
    const std::vector<std::string_view> secrets{"other-secret-0001", GetParam().secret};

    EXPECT_EQ(hidden(GetParam().text, secrets).value_or(""), GetParam().shown);
}

const std::string kToken = "EAAb/x+y=&\"z\\0123456";

INSTANTIATE_TEST_SUITE_P(AsItIs,
                         Hidden,
                         ::testing::Values(Text{kToken, "before" + kToken + "behind", "before***behind"},
                                           Text{kToken, kToken + kToken + "other-secret-0001", "*********"},
                                           Text{kToken, kToken.substr(0, kToken.size() - 1)},
                                           Text{kToken, ""},
                                           Text{"%41BCDEFGHIJKLMNO", "x %41BCDEFGHIJKLMNO", "x ***"},
                                           Text{"a\\\\b-bcdefghijklm", "a\\\\b-bcdefghijklm", "***"}));

INSTANTIATE_TEST_SUITE_P(
    Written,
    Hidden,
    ::testing::Values(Text{kToken, "t=EAAb%2Fx%2By%3D%26%22z%5C0123456&a=1", "t=***&a=1"},
                      Text{kToken, "t=EAAb%2fx%2by%3d%26%22z%5c0123456", "t=***"},
                      Text{kToken, R"({"t":"EAAb/x+y=&\"z\\0123456"})", R"({"t":"***"})"},
                      Text{kToken, R"({"t":"EAAb\/x\u002By\u003d\u0026\u0022z\\0123456"})", R"({"t":"***"})"},
                      Text{kToken, R"({"u":"https:\/\/x.test\/?t=EAAb%2Fx%2By%3D%26%22z%5C0123456\u0026a"})",
                           R"({"u":"https:\/\/x.test\/?t=***\u0026a"})"},
                      Text{"пароль от всего", "p=%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C%20от%20всего", "p=***"},
                      Text{kToken, R"(\u00)"},
                      Text{kToken, "%4"}));

INSTANTIATE_TEST_SUITE_P(ShortOnes,
                         Hidden,
                         ::testing::Values(Text{"hunter2", "password=hunter2&x", "password=***&x"},
                                           Text{"hunter2", R"("login%3Dhunter2")", R"("login%3D***")"},
                                           Text{"hunter2", R"("a\u003dhunter2\n")", R"("a\u003d***\n")"},
                                           Text{"hunter2", R"("a\nhunter2")", R"("a\n***")"},
                                           Text{"hunter2", "bounthunter2"},
                                           Text{"123456", R"({"id":71234568})"},
                                           Text{"12345", "12345"},
                                           Text{"", "any"}));

TEST(HiddenAmong, TheLongestSecretWins) {
    const std::vector<std::string_view> secrets{"abcdefghijklmnop", "abcdefghijklmnopqrst"};

    EXPECT_EQ(hidden("x abcdefghijklmnopqrst abcdefghijklmnopq", secrets), "x *** ***q");
    EXPECT_FALSE(hidden("abcdefghijklmnopqrst", {}));
}

TEST(WithoutSecrets, KnowsAllOfTheInstance) {
    const auto pack =
        testing::bound_pack(testing::compile(R"yaml(
pack: acme
version: 1
settings:
  account: { type: string }
  token: { type: secret }
  key: { type: secret }
poll:
  - name: all
    every: 1m
    request: { url: "'https://api.acme.test/'" }
    records: [ { rules: [ { name: any, ignore: "'x'" } ] } ]
)yaml"),
                            "{ account: account-17, token: [ first-token, second-token ], key: a-key-of-ours }");
    const std::vector<Secret> also{Secret("made-token")};

    EXPECT_EQ(without_secrets(pack, "account-17 first-token second-token a-key-of-ours made-token", also),
              "account-17 *** *** *** ***");
    EXPECT_EQ(without_secrets(pack, "made-token", {}), std::nullopt);
}

}  // namespace
}  // namespace tandem::mapping
