// Who may ask for what, over the whole route table.
#include "tests/core/api/gateway.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

using test::Gateway;
using test::header_of;
using test::Json;

struct Row {
    const char* method;
    const char* target;
    const char* token;  // that is enough
};

constexpr Row kRows[] = {
    {"GET", "/v1/customers?point=tel:%2B74951234567", "r-secret"},
    {"GET", "/v1/customers/00000000-0000-0000-0000-000000000001", "r-secret"},
    {"GET", "/v1/customers/00000000-0000-0000-0000-000000000001/timeline", "r-secret"},
    {"GET", "/v1/interactions/00000000-0000-0000-0000-000000000001", "r-secret"},
    {"GET", "/v1/feed", "r-secret"},
    {"DELETE", "/v1/customers/00000000-0000-0000-0000-000000000001/links?point=mailto:alice@example.com", "w-secret"},
    {"GET", "/v1/connectors", "a-secret"},
    {"GET", "/v1/quarantine", "a-secret"},
    {"GET", "/pop?point=tel:%2B74951234567", "p-secret"},
    {"GET", "/pop/timeline?point=tel:%2B74951234567", "p-secret"},
    {"GET", "/pop/feed?point=tel:%2B74951234567", "p-secret"},
};

TEST(Access, NeedsTheTokenOfTheRow) {
    for (const auto& row : kRows) {
        SCOPED_TRACE(row.target);
        Gateway gateway;
        test::fill_with_alice(gateway.store);

        EXPECT_EQ(gateway.send(row.method, row.target, "").status, 401);
        EXPECT_EQ(gateway.send(row.method, row.target, "wrong").status, 401);
        EXPECT_EQ(gateway.send(row.method, row.target, row.token).status, 200);
        for (const auto* other : {"r-secret", "p-secret", "a-secret"}) {
            if (std::string(other) != row.token) EXPECT_EQ(gateway.send(row.method, row.target, other).status, 403);
        }
    }
}

TEST(Access, LetsEverybodySeeHealthAndDescription) {
    Gateway gateway;
    for (const auto* target : {"/healthz", "/readyz", "/openapi.json"}) {
        EXPECT_EQ(gateway.get(target).status, 200) << target;
    }
}

TEST(Access, AsksForATokenBeforeItShowsMetricsUnlessTheyAreOpen) {
    Gateway closed;
    auto options = Gateway::options();
    options.open_metrics = true;
    Gateway open(std::move(options));

    EXPECT_EQ(closed.get("/metrics").status, 401);
    EXPECT_EQ(closed.get("/metrics", "r-secret").status, 200);
    EXPECT_EQ(open.get("/metrics").status, 200);
}

TEST(Access, SaysHowToComeIn) {
    Gateway gateway;

    const auto without = gateway.get("/v1/connectors");
    const auto basic = gateway.get("/v1/connectors", "", {{"Authorization", "Basic dTpw"}});
    const auto unknown = gateway.get("/v1/connectors", "nobody");
    const auto weak = gateway.get("/v1/connectors", "r-secret");

    EXPECT_EQ(header_of(without, "WWW-Authenticate"), "Bearer realm=\"tandem\"");
    EXPECT_EQ(basic.status, 401);
    EXPECT_NE(header_of(unknown, "WWW-Authenticate").find("invalid_token"), std::string::npos);
    EXPECT_NE(header_of(weak, "WWW-Authenticate").find("scope=\"admin\""), std::string::npos);
    EXPECT_EQ(weak.content_type, "application/problem+json");
    EXPECT_EQ(Json(weak.body).text_at("detail"), "the token lacks scope 'admin'");
}

TEST(Access, TakesTheSchemeInAnyCase) {
    Gateway gateway;

    EXPECT_EQ(gateway.get("/v1/connectors", "", {{"authorization", "bearer  a-secret "}}).status, 200);
}

TEST(Access, IsBoundedInRequestsAtOnce) {
    auto options = Gateway::options();
    options.max_running = 0;
    Gateway gateway(options);

    const auto refused = gateway.get("/v1/connectors", "a-secret");

    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(header_of(refused, "Retry-After"), "1");
    EXPECT_EQ(gateway.get("/healthz").status, 200) << "the process is alive under load too";
}

}  // namespace
}  // namespace tandem
