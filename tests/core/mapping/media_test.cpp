#include "core/mapping/media.hpp"

#include "core/mapping/host_rules.hpp"
#include "tests/core/mapping/support.hpp"

#include <gtest/gtest.h>

namespace tandem::mapping {
namespace {

constexpr std::string_view kPack = R"yaml(
pack: acme
version: 1
settings:
  api: { type: string, default: "https://api.acme.test:8443/v1" }
  token: { type: secret }
receive:
  records: [ { rules: [ { name: posted, ignore: "'x'" } ] } ]
media:
  prefix: "acme:"
  hosts: "[$settings.api, 'files.acme.test', '*.cdn.acme.test']"
  auth: { scheme: bearer, secret: token }
  headers: { X-Kind: kind, X-None: "null" }
  resolve:
    request:
      url: "join('/', [$settings.api, 'media', id])"
      auth: { scheme: header, name: X-Key, secret: token }
    response:
      accepted: "body.ok"
      url: "coalesce(body.url, join('', ['https://files.acme.test/', secret('token'), '/', $media.id]))"
      code: body.code
      reason: body.reason
      errors: [ { when: "body.code == `7`", kind: throttled, retry_after: "`9`" } ]
)yaml";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

class MediaTest : public ::testing::Test {
protected:
    BoundPack bound(const std::string& settings = "{ token: s3cret }") {
        return testing::bound_pack(testing::compile(std::string(kPack)), settings);
    }
    Result<MediaDownload> download(std::string_view url, const std::optional<std::string>& place = {}) {
        return media_download(bound(), item(url), place, Reveal::Secrets, arena_);
    }
    Result<std::string> place(int status, std::string_view body) {
        return media_place(bound(), item("acme:77"), {.status = status, .headers = {}, .body = body}, arena_);
    }
    static MediaItem item(std::string_view url) {
        return {.url = url, .kind = "image", .media_type = {}, .filename = {}};
    }
    static std::string header(const OutgoingRequest& request, std::string_view name) {
        for (const auto& [key, value] : request.headers) {
            if (key == name) return value;
        }
        return "(none)";
    }

    data::Arena arena_;
};

TEST_F(MediaTest, SaysWhatIsFetched) {
    const auto abilities = media_abilities(bound());
    ASSERT_TRUE(abilities);
    for (const char* url : {"https://x.test/1", "HTTP://x.test", "acme:77"})
        EXPECT_TRUE(is_fetched(*abilities, url)) << url;
    for (const char* url : {"", "geo:1,2", "tel:+1", "ftp://x.test/1", "file:///etc/passwd", "other:77"})
        EXPECT_FALSE(is_fetched(*abilities, url)) << url;
    EXPECT_FALSE(media_abilities(bound("{}"))) << "the token is not set";
}

TEST_F(MediaTest, CredentialsGoToNamedHostsOnly) {
    struct Row {
        const char* url;
        bool named;
    };
    const Row rows[] = {
        {"https://files.acme.test/a", true},
        {"https://files.acme.test:444/a", true},
        {"https://FILES.acme.test", true},
        {"https://x.cdn.acme.test/a?b#c", true},
        {"https://api.acme.test:8443/other", true},
        {"https://api.acme.test/other", false},
        {"http://api.acme.test:8443/other", false},
        {"http://files.acme.test/a", false},
        {"https://cdn.acme.test/a", false},
        {"https://files.acme.test.evil.test/a", false},
        {"https://evil.test/files.acme.test", false},
        {"https://evil.test#files.acme.test", false},
        {"https://evil.test\\@files.acme.test/a", false},
        {"https://files.acme.test@evil.test/a", false},
        {"https://evil.test:443@files.acme.test/a", false},
        {"https://files.acme.test\t/a", false},
        {"https://files%2eacme.test/a", false},
        {"https://xcdn.acme.test/a", false},
    };
    for (const auto& row : rows) {
        const auto made = download(row.url);
        ASSERT_TRUE(made) << row.url;
        EXPECT_EQ(made->with_credentials, row.named) << row.url;
        EXPECT_EQ(header(made->request, "Authorization"), row.named ? "Bearer s3cret" : "(none)") << row.url;
        EXPECT_EQ(header(made->request, "X-Kind"), row.named ? "image" : "(none)") << row.url;
        EXPECT_EQ(header(made->request, "X-None"), "(none)");
        EXPECT_EQ(made->request.method, "GET");
        EXPECT_EQ(made->request.url, row.url);
    }
}

TEST_F(MediaTest, ANameIsLookedUp) {
    const auto lookup = media_lookup(bound(), item("acme:77"), Reveal::Secrets, arena_);
    ASSERT_TRUE(lookup && *lookup);
    EXPECT_EQ((*lookup)->url, "https://api.acme.test:8443/v1/media/77");
    EXPECT_EQ((*lookup)->method, "GET");
    EXPECT_EQ(header(**lookup, "X-Key"), "s3cret");
    EXPECT_FALSE(*media_lookup(bound(), item("https://x.test/1"), Reveal::Secrets, arena_));

    const auto found = place(200, R"({"ok":true,"url":"https://files.acme.test/f"})");
    ASSERT_TRUE(found);
    const auto made = download("acme:77", *found);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->request.url, "https://files.acme.test/f");
    EXPECT_TRUE(made->with_credentials);
}

TEST_F(MediaTest, AnAddressMayHoldASecret) {
    const auto found = place(200, R"({"ok":true})");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->find("s3cret"), std::string::npos) << "it is filled in when the request is written";
    EXPECT_EQ(download("acme:77", *found)->request.url, "https://files.acme.test/s3cret/77");
    const auto shown = media_download(bound(), item("acme:77"), *found, Reveal::Nothing, arena_);
    EXPECT_EQ(shown->request.url, "https://files.acme.test/***/77");
}

// A vendor, or whoever forged its event, writes our mark of a secret.
TEST_F(MediaTest, NobodyElseCanAskForASecret) {
    const std::string mark = "\x02token\x03";
    const auto direct = download("https://evil.test/" + mark);
    EXPECT_TRUE(!direct || direct->request.url.find("s3cret") == std::string::npos);
    const auto named = download("https://files.acme.test/" + mark);
    EXPECT_TRUE(!named || named->request.url.find("s3cret") == std::string::npos);
    const auto answered = place(200, "{\"ok\":true,\"url\":\"https://evil.test/\\u0002token\\u0003\"}");
    ASSERT_TRUE(answered);
    const auto made = download("acme:77", *answered);
    EXPECT_TRUE(!made || made->request.url.find("s3cret") == std::string::npos);
    const auto id = download("acme:" + mark, "https://files.acme.test/x");
    EXPECT_TRUE(!id || id->request.url.find("s3cret") == std::string::npos);
    EXPECT_EQ(download("acme:77", "https://evil.test/\x02token\x03").error().code, "host");
}

TEST_F(MediaTest, AnswersSayWhatIsWrong) {
    const auto busy = place(400, R"({"ok":false,"code":7,"reason":"slow down"})");
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().kind, ErrorKind::Throttled);
    EXPECT_EQ(busy.error().text, "slow down");
    EXPECT_EQ(place(401, "{}").error().kind, ErrorKind::Auth);
    EXPECT_EQ(place(502, "").error().kind, ErrorKind::Transient);
    EXPECT_EQ(place(200, R"({"ok":true,"url":"ftp://x"})").error().kind, ErrorKind::Rejected);
}

TEST_F(MediaTest, ACallThatWouldGoElsewhereIsNotMade) {
    const auto text =
        replaced(std::string(kPack), "join('/', [$settings.api, 'media', id])", "join('', ['https://', id])");
    const auto pack = testing::bound_pack(testing::compile(text), "{ token: s3cret }");
    EXPECT_EQ(media_lookup(pack, item("acme:evil.test/x"), Reveal::Secrets, arena_).error().code, "host");
    EXPECT_TRUE(media_lookup(pack, item("acme:files.acme.test/x"), Reveal::Secrets, arena_));
}

TEST(MediaPack, AnAddressCanBeMadeOfAName) {
    const auto pack = testing::bound_pack(testing::compile(R"yaml(
pack: acme
version: 1
receive: { records: [ { rules: [ { name: posted, ignore: "'x'" } ] } ] }
media:
  prefix: "mxc://"
  let: { base: "'https://home.test/download/'" }
  url: "join('', [$base, $media.id])"
)yaml"));
    data::Arena arena;
    const MediaItem item{.url = "mxc://a.test/b", .kind = "file", .media_type = {}, .filename = {}};
    const auto made = media_download(pack, item, {}, Reveal::Secrets, arena);
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ(made->request.url, "https://home.test/download/a.test/b");
    EXPECT_FALSE(made->with_credentials);
}

struct Wrong {
    const char* name;
    const char* what;
    const char* by;
    const char* says;
};

class MediaErrorTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(MediaErrorTest, IsToldWithItsPlace) {
    std::string problems;
    EXPECT_FALSE(testing::compile(replaced(std::string(kPack), GetParam().what, GetParam().by), &problems));
    EXPECT_NE(problems.find(GetParam().says), std::string::npos) << problems;
    EXPECT_NE(problems.find("acme.yaml:"), std::string::npos) << problems;
}

INSTANTIATE_TEST_SUITE_P(
    Media,
    MediaErrorTest,
    ::testing::Values(Wrong{"hosts", "  hosts: \"[$settings.api, 'files.acme.test', '*.cdn.acme.test']\"\n", "",
                            "needs `hosts`: where the credentials may go"},
                      Wrong{"prefix", "  prefix: \"acme:\"\n", "", "one needs the other"},
                      Wrong{"both", "  resolve:\n", "  url: \"'x'\"\n  resolve:\n", "is told by `resolve` already"},
                      Wrong{"secret", "secret: token }\n  headers", "secret: tokn }\n  headers",
                            "there is no secret setting 'tokn'"},
                      Wrong{"unknown", "  prefix:", "  prefixes: x\n  prefix:", "prefixes"},
                      Wrong{"response", "      url: \"coalesce(", "      uri: \"coalesce(", "url"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tandem::mapping
