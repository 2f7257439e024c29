#include "core/mapping/poll.hpp"

#include "core/data/json.hpp"
#include "core/mapping/send.hpp"
#include "tests/core/mapping/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::mapping {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHead = R"yaml(
pack: acme
version: 1
settings:
  account: { type: string, default: "17" }
  token: { type: secret, default_off }
  polling: { type: boolean, default: true }
  days: { type: integer, default: 0 }
receive:
  let: { page: "'not ours'", now: "$request.received_at" }
  records: [ { rules: [ { name: posted, ignore: "join(' ', ['posted', $page])" } ] } ]
oauth2:
  token_url: "'https://id.acme.test/token'"
  client_id: $settings.account
  secret: token
  scope: "'read'"
  parameters: { audience: "'api'", none: "null" }
)yaml";

constexpr std::string_view kPoll = R"yaml(
poll:
  - name: inbox
    when: $settings.polling
    every: 10s
    timeout: 50s
    budget: { requests: 30, pages: 4 }
    let: { place: "$page || 'first'" }
    request:
      url: "join('', ['https://api.acme.test/', $settings.account, '/inbox'])"
      query: { after: $cursor, page: $place, since: $since, until: $until, seen: $found, at: now }
      headers: { X-Key: "secret('token')" }
    response:
      accepted: "body.ok"
      code: body.code
      reason: body.reason
      errors:
        - { when: "body.code == `420`", kind: throttled, retry_after: body.wait }
    keep: "body.items"
    next: body.next
    cursor: "body.items[-1].id || $found"
    more: "length(body.items) == `2`"
    records:
      - each: items
        rules:
          - { name: item, ignore: "join(' ', [$request.poll, to_string(id)])" }
  - name: same
    every: 1m
    request: { url: "'https://api.acme.test/same'" }
  - name: past
    every: 1m
    window: { overlap: 2h, first: 3d, longest: 24h }
    backfill: { days: $settings.days, step: 6h, order: oldest }
    request: { url: "'https://api.acme.test/past'", query: { from: $since, to: $until } }
)yaml";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

std::string head() {
    return replaced(std::string(kHead), "type: secret, default_off", "type: secret");
}

class PollTest : public ::testing::Test {
protected:
    BoundPack bound(const std::string& settings = "{ token: s3cret }") {
        return testing::bound_pack(testing::compile(head() + std::string(kPoll)), settings);
    }
    static PollPlace place() {
        return {.cursor = "5",
                .page = R"("p 2")",
                .found = R"({"a":1})",
                .now = parse_time("2026-11-20T12:00:00Z").value(),
                .since = parse_time("2026-11-19T00:00:00Z"),
                .until = parse_time("2026-11-20T00:00:00Z")};
    }
    OutgoingRequest request(const PollPlace& place, Reveal reveal = Reveal::Secrets) {
        const auto pack = bound();
        auto made = poll_request(pack, "inbox", place, reveal, arena_);
        EXPECT_TRUE(made) << made.error().text;
        return made.value_or(OutgoingRequest{});
    }
    PollPage page(int status, std::string_view body, std::string_view poll = "inbox", const PollPlace& at = place()) {
        return poll_page(bound(), poll, at,
                         {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = body}, arena_);
    }

    data::Arena arena_;
};

TEST_F(PollTest, SaysWhatToAskAndHowOften) {
    const auto wanted = polls(bound());

    ASSERT_EQ(wanted.size(), 3U);
    EXPECT_EQ(wanted[0].name, "inbox");
    EXPECT_EQ(wanted[0].every, 10s);
    EXPECT_EQ(wanted[0].timeout, 50s);
    EXPECT_EQ(wanted[0].requests, 30);
    EXPECT_EQ(wanted[0].pages, 4);
    EXPECT_TRUE(wanted[0].keeps_cursor);
    EXPECT_FALSE(wanted[0].window_overlap);
    EXPECT_FALSE(wanted[1].keeps_cursor);
    EXPECT_EQ(wanted[1].timeout, 30s);
    EXPECT_EQ(wanted[2].window_overlap, 2h);
    EXPECT_EQ(wanted[2].window_first, 72h);
    EXPECT_EQ(wanted[2].window_longest, 24h);
    EXPECT_TRUE(wanted[2].backfill);
    EXPECT_EQ(wanted[2].backfill_days, 0);
    EXPECT_EQ(wanted[2].backfill_step, 6h);
    EXPECT_TRUE(wanted[2].backfill_oldest_first);
}

TEST_F(PollTest, SettingsDecideWhatIsPolled) {
    const auto wanted = polls(bound("{ token: x, polling: false, days: 12 }"));

    ASSERT_EQ(wanted.size(), 2U);
    EXPECT_EQ(wanted[0].name, "same");
    EXPECT_EQ(wanted[1].backfill_days, 12);
}

TEST_F(PollTest, TheRequestSeesWhereItStands) {
    const auto made = request(place());

    EXPECT_EQ(made.method, "GET");
    EXPECT_EQ(made.url,
              "https://api.acme.test/17/inbox?after=5&page=p%202&since=2026-11-19T00%3A00%3A00Z"
              "&until=2026-11-20T00%3A00%3A00Z&seen=&at=2026-11-20T12%3A00%3A00Z");
    EXPECT_EQ(request({}).url, "https://api.acme.test/17/inbox?page=first&at=1970-01-01T00%3A00%3A00Z");
}

TEST_F(PollTest, NoCursorOfAVendorCanAskForASecret) {
    auto at = place();
    at.cursor = R"("\u0002token\u0003")";

    EXPECT_EQ(request(at).url.find("s3cret"), std::string::npos) << request(at).url;
}

TEST_F(PollTest, APageSaysWhatItHoldsAndWhereToGoOn) {
    const auto got = page(200, R"({"ok":true,"items":[{"id":6},{"id":7}],"next":{"token":"x"}})");

    ASSERT_FALSE(got.error) << got.error->text;
    EXPECT_TRUE(got.keep);
    EXPECT_TRUE(got.more);
    EXPECT_EQ(got.next, R"({"token":"x"})");
    EXPECT_EQ(got.cursor, "7");
    EXPECT_EQ(got.content_type, "application/json");
    EXPECT_EQ(got.envelope.find("s3cret"), std::string::npos);
    EXPECT_TRUE(got.envelope.starts_with(R"({"poll":"inbox","method":"GET","url":"https://api.acme.test/17/inbox?)"));
}

TEST_F(PollTest, TheLastPageNamesNoNext) {
    const auto got = page(200, R"({"ok":true,"items":[]})");

    EXPECT_FALSE(got.keep);
    EXPECT_FALSE(got.more);
    EXPECT_FALSE(got.next);
    EXPECT_EQ(got.cursor, R"({"a":1})") << "what an earlier page of the run found";
    EXPECT_TRUE(page(200, "{}", "same").keep) << "a poll without `keep` stores what it gets";
}

struct AnswerCase {
    int status;
    std::string body;
    ErrorKind kind;
};

class PollErrors : public PollTest, public ::testing::WithParamInterface<AnswerCase> {};

TEST_P(PollErrors, AreTyped) {
    const auto got = page(GetParam().status, GetParam().body);

    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->kind, GetParam().kind) << to_string(got.error->kind);
    EXPECT_FALSE(got.keep);
}

INSTANTIATE_TEST_SUITE_P(Answers,
                         PollErrors,
                         ::testing::Values(AnswerCase{200, R"({"ok":false})", ErrorKind::Transient},
                                           AnswerCase{200, "<html>", ErrorKind::Transient},
                                           AnswerCase{200, R"({"ok":true,"code":420,"wait":7})", ErrorKind::Throttled},
                                           AnswerCase{401, "", ErrorKind::Auth},
                                           AnswerCase{404, "", ErrorKind::Rejected},
                                           AnswerCase{429, "", ErrorKind::Throttled},
                                           AnswerCase{500, "", ErrorKind::Transient}));

TEST_F(PollTest, ALongPlaceIsRefused) {
    const auto got = page(200, R"({"ok":true,"next":")" + std::string(70'000, 'x') + R"("})");

    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->kind, ErrorKind::Rejected);
}

TEST_F(PollTest, ACursorHoldsNoSecret) {
    const auto pack = bound("{ token: s3cret-token }");
    const auto got = poll_page(
        pack, "inbox", place(),
        {.status = 200, .headers = {}, .body = R"({"ok":true,"items":[{"id":"https://x.test/?t=s3cret-token"}]})"},
        arena_);

    ASSERT_TRUE(got.error) << "a cursor is stored";
    EXPECT_EQ(got.error->kind, ErrorKind::Config);
}

TEST_F(PollTest, APageIsMappedByTheRulesOfItsPoll) {
    const auto pack = bound();
    const std::string_view body = R"({"ok":true,"items":[{"id":6},{"id":7}]})";
    const auto at = parse_time("2026-11-20T12:00:00Z").value();

    const auto own = pack.map({page(200, body).envelope, "application/json", body, at}, arena_);
    ASSERT_EQ(own.records.size(), 2U);
    EXPECT_EQ(own.records[1].reason, "inbox 7");

    const auto shared = pack.map({page(200, body, "same").envelope, "application/json", body, at}, arena_);
    ASSERT_EQ(shared.records.size(), 1U);
    EXPECT_EQ(shared.records[0].reason, "posted not ours");

    const auto posted =
        pack.map({R"({"method":"POST","url":"https://x.test/","headers":{}})", "application/json", body, at}, arena_);
    EXPECT_EQ(posted.records[0].reason, "posted not ours");
}

TEST_F(PollTest, TheRecordsOfAPageSeeThePageThatWasAskedFor) {
    const auto text = replaced(head() + std::string(kPoll), "[$request.poll, to_string(id)]",
                               "[$request.page.name || 'the first', to_string(id)]");
    const auto pack = testing::bound_pack(testing::compile(text), "{ token: s3cret }");
    const std::string_view body = R"({"ok":true,"items":[{"id":6}]})";
    const auto reason = [&](std::optional<std::string> asked) {
        const auto page = poll_page(pack, "inbox", {.page = std::move(asked), .now = place().now},
                                    {.status = 200, .headers = {}, .body = body}, arena_);
        const auto mapped = pack.map({page.envelope, "application/json", body, place().now}, arena_);
        EXPECT_EQ(mapped.records.size(), 1U);
        return mapped.records.empty() ? std::string() : mapped.records[0].reason;
    };

    EXPECT_EQ(reason(R"({"name":"\"Ann\""})"), "\"Ann\" 6");
    EXPECT_EQ(reason(std::nullopt), "the first 6");
    EXPECT_FALSE(page(200, body).envelope.contains("\"page\"")) << "nobody looks at it";
}

TEST_F(PollTest, AsksForATokenAsTheServerWantsIt) {
    const auto pack = bound();
    const auto made = token_request(pack, Reveal::Secrets, arena_);

    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ(made->method, "POST");
    EXPECT_EQ(made->url, "https://id.acme.test/token");
    EXPECT_EQ(made->body, "grant_type=client_credentials&scope=read&audience=api");
    const std::pair<std::string, std::string> basic{"Authorization", "Basic MTc6czNjcmV0"};
    EXPECT_NE(std::ranges::find(made->headers, basic), made->headers.end());

    const auto in_body = testing::bound_pack(
        testing::compile(replaced(head(), "secret: token\n", "secret: token\n  auth: body\n")), "{ token: s3cret }");
    EXPECT_EQ(token_request(in_body, Reveal::Secrets, arena_)->body,
              "grant_type=client_credentials&client_id=17&client_secret=s3cret&scope=read&audience=api");
    EXPECT_EQ(token_request(in_body, Reveal::Nothing, arena_)->body.find("s3cret"), std::string::npos);
}

TEST_F(PollTest, ReadsTokens) {
    const auto pack = bound();
    const auto read = [&](int status, std::string_view body) {
        return token_answer(pack, {.status = status, .headers = {}, .body = body}, arena_);
    };

    const auto token = read(200, R"({"access_token":"t1","expires_in":"90"})");
    ASSERT_TRUE(token) << token.error().text;
    EXPECT_EQ(token->text.reveal(), "t1");
    EXPECT_EQ(token->lifetime, 90s);
    EXPECT_EQ(read(200, R"({"access_token":"t1"})")->lifetime, 5min);
    EXPECT_EQ(read(200, R"({"expires_in":90})").error().kind, ErrorKind::Auth);
    EXPECT_EQ(read(503, "").error().kind, ErrorKind::Transient);
    EXPECT_EQ(read(502, "").error().kind, ErrorKind::Transient);
    const auto refused = read(400, R"({"error":"invalid_grant","error_description":"no such account"})");
    EXPECT_EQ(refused.error().kind, ErrorKind::Auth);
    EXPECT_EQ(refused.error().code, "invalid_grant");
    EXPECT_EQ(refused.error().text, "asking for a token: no such account");
}

TEST_F(PollTest, ATokenIsNeverPartOfARequest) {
    const auto text =
        replaced(head() + std::string(kPoll), "request: { url: \"'https://api.acme.test/same'\" }",
                 "request: { url: \"'https://api.acme.test/same'\", auth: { scheme: oauth2, prefix: 'T ' } }");
    const auto pack = testing::bound_pack(testing::compile(text), "{ token: s3cret }");
    const auto made = poll_request(pack, "same", {}, Reveal::Secrets, arena_);

    ASSERT_TRUE(made);
    EXPECT_EQ(made->token_prefix, "T ");
    EXPECT_TRUE(made->headers.empty());
    const auto shown = poll_request(pack, "same", {}, Reveal::Nothing, arena_);
    EXPECT_EQ(shown->headers[0].second, "T ***");
}

TEST_F(PollTest, AProbeTellsWhoWeAre) {
    const auto text = head() +
                      "probe:\n  request: { url: \"'https://api.acme.test/me'\" }\n  response: { reason: "
                      "body.why }\n  shows: body.name\n";
    const auto pack = testing::bound_pack(testing::compile(text));
    const auto answer = [&](int status, std::string_view body) {
        return probe_answer(pack, {.status = status, .headers = {}, .body = body}, arena_);
    };

    EXPECT_TRUE(has_probe(pack.pack()));
    EXPECT_EQ(probe_request(pack, Reveal::Secrets, arena_)->method, "GET");
    EXPECT_EQ(answer(200, R"({"name":"shop"})"), "shop");
    EXPECT_EQ(answer(200, "{}"), "");
    EXPECT_EQ(answer(401, R"({"why":"bad key"})").error().text, "bad key");
    EXPECT_FALSE(has_probe(bound().pack()));
}

TEST(PollOnly, APackNeedsNoWebhook) {
    const auto pack = testing::compile(R"yaml(
pack: acme
version: 1
poll:
  - name: all
    every: 1m
    request: { url: "'https://api.acme.test/'" }
    records: [ { rules: [ { name: any, ignore: "'x'" } ] } ]
)yaml");
    const auto bound = testing::bound_pack(pack);

    EXPECT_TRUE(pack->methods().empty());
    EXPECT_TRUE(bound.warnings().empty());
    data::Arena arena;
    EXPECT_EQ(bound.receive(testing::Sent{}.request(), arena).answer.status, 405);
}

struct Mistake {
    std::string what, by, says;
};

class PollMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(PollMistakes, AreToldWithTheirPlace) {
    std::string problems;

    EXPECT_FALSE(testing::compile(replaced(head() + std::string(kPoll), GetParam().what, GetParam().by), &problems));
    EXPECT_NE(problems.find(GetParam().says), std::string::npos) << problems;
}

INSTANTIATE_TEST_SUITE_P(
    Packs,
    PollMistakes,
    ::testing::Values(
        Mistake{"every: 10s", "every: 10", "acme.yaml:22:12: error: poll[0].every: expected a time such as 30s"},
        Mistake{"every: 10s", "every: 2d", "acme.yaml:22:12: error: poll[0].every: must be at most 1d"},
        Mistake{"timeout: 50s", "timeout: 500ms", "acme.yaml:23:14: error: poll[0].timeout: must be at least 1s"},
        Mistake{"next: body.next", "next: body.next.", "acme.yaml:37:21: error: poll[0].next"},
        Mistake{"next: body.next", "next: $pages", "acme.yaml:37:11: error: poll[0].next"},
        Mistake{"name: same", "name: inbox", "acme.yaml:44:11: error: poll[1].name: there is a poll 'inbox' already"},
        Mistake{"name: same", "name: Same one", "poll[1].name: the name of a poll has small letters"},
        Mistake{"{ from: $since, to: $until }", "{ a: \"'b'\" }", "need $since and $until in the request"},
        Mistake{"longest: 24h", "longest: 2h", "poll[2].window.longest: must be longer than `overlap`"},
        Mistake{"longest: 24h", "longest: 5h", "poll[2].backfill: its `step` of 6h is above `window.longest`"},
        Mistake{"step: 6h", "step: 6s", "poll[2].backfill.step: must be at least 1m"},
        Mistake{"order: oldest", "order: odlest", "did you mean 'oldest'"},
        Mistake{"secret('token')", "secret('tokn')", "did you mean 'token'"},
        Mistake{"{ url: \"'https://api.acme.test/past'\"", "{ auth: { scheme: bearer }, url: \"'x'\"",
                "this scheme needs `secret`"},
        Mistake{"  client_id: $settings.account\n", "", "oauth2: needs `client_id` and `secret`"},
        Mistake{"keep: \"body.items\"", "kept: \"body.items\"", "unknown key 'kept'"}));

TEST(PollMistakesOf, APackWithoutTokens) {
    std::string problems;
    EXPECT_FALSE(testing::compile(testing::pack_text(testing::one_rule("          ignore: \"'x'\"\n")) +
                                      "probe: { request: { url: \"'https://x.test'\", auth: { scheme: oauth2 } } }\n",
                                  &problems));
    EXPECT_NE(problems.find("the pack has no section `oauth2`"), std::string::npos) << problems;
}

TEST(PollMistakesOf, APackThatDoesNothing) {
    std::string problems;
    EXPECT_FALSE(testing::compile("pack: acme\nversion: 1\n", &problems));
    EXPECT_NE(problems.find("a pack has `receive`, `poll` or `send`"), std::string::npos) << problems;
}

}  // namespace
}  // namespace tandem::mapping
