#include "core/api/session.hpp"

#include <gtest/gtest.h>

namespace tandem::api {
namespace {

const Instant kNow = parse_time("2026-11-20T12:00:00Z").value();
const Instant kLater = kNow + std::chrono::hours(8);

TEST(Session, ComesBackFromItsCookie) {
    const SessionSigner signer(Secret("key"));
    const auto session = signer.open("f00d", kLater);

    const auto read = signer.read(signer.seal(session), kNow);

    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, session.id);
    EXPECT_EQ(read->fingerprint, "f00d");
    EXPECT_EQ(read->expires, kLater);
}

TEST(Session, EndsInTime) {
    const SessionSigner signer(Secret("key"));
    const auto cookie = signer.seal(signer.open("f00d", kLater));

    EXPECT_TRUE(signer.read(cookie, kLater - std::chrono::microseconds(1)));
    EXPECT_FALSE(signer.read(cookie, kLater));
}

TEST(Session, RefusesWhatItHasNotSigned) {
    const SessionSigner signer(Secret("key"));
    const auto cookie = signer.seal(signer.open("f00d", kLater));
    for (std::size_t i = 0; i < cookie.size(); ++i) {
        auto changed = cookie;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(signer.read(changed, kNow)) << changed;
    }
    for (const auto* junk : {"", ".", "..", "...", "a.b.c.d", "no dots at all"})
        EXPECT_FALSE(signer.read(junk, kNow));
    EXPECT_FALSE(SessionSigner(Secret("other")).read(cookie, kNow));
    EXPECT_FALSE(SessionSigner(Secret()).read(cookie, kNow));
}

TEST(Session, BindsFormsToOneSession) {
    const SessionSigner signer(Secret("key"));

    EXPECT_TRUE(signer.form_token_valid("a", signer.form_token("a")));
    EXPECT_FALSE(signer.form_token_valid("b", signer.form_token("a")));
    EXPECT_FALSE(signer.form_token_valid("a", ""));
}

TEST(Session, FindsItsCookieAmongOthers) {
    EXPECT_EQ(find_cookie("a=1; tandem_pop=x.y=; b=2", "tandem_pop"), "x.y=");
    EXPECT_EQ(find_cookie("tandem_pop=", "tandem_pop"), "");
    EXPECT_FALSE(find_cookie("xtandem_pop=1; tandem_pop", "tandem_pop"));
}

}  // namespace
}  // namespace tandem::api
