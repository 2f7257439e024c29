#include "tests/core/api/gateway.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tandem {
namespace {

using test::Gateway;
using test::Json;

constexpr auto* kAdmin = "a-secret";

store::QuarantineEntry entry(std::uint64_t id, std::string instance, std::string raw) {
    store::QuarantineEntry entry;
    entry.id = id;
    entry.node = "node1";
    entry.event = 100 + id;
    entry.instance = std::move(instance);
    entry.pack = "twilio";
    entry.reason = "the number is not valid";
    entry.raw = std::move(raw);
    return entry;
}

TEST(Operations, ShowConnectors) {
    api::ApiSources sources;
    sources.connectors = [] {
        api::ConnectorStatus status;
        status.name = "sms";
        status.pack = "twilio";
        status.type = "http";
        status.state = "ready";
        status.counters = {{"received", 7}};
        return std::vector{status};
    };
    Gateway gateway(Gateway::options(), sources);

    EXPECT_EQ(gateway.get("/v1/connectors", kAdmin).body,
              R"({"items":[{"name":"sms","pack":"twilio","type":"http","state":"ready",)"
              R"("since":"1970-01-01T00:00:00Z","counters":{"received":7}}]})");
    EXPECT_EQ(Gateway().get("/v1/connectors", kAdmin).body, R"({"items":[]})");
}

TEST(Operations, PageThroughTheQuarantine) {
    Gateway gateway;
    gateway.store.entries = {entry(3, "sms", "c"), entry(2, "chat", "b"), entry(1, "sms", "a")};

    const Json first(gateway.get("/v1/quarantine?limit=2", kAdmin).body);
    const Json second(gateway.get("/v1/quarantine?limit=2&before=2", kAdmin).body);
    const Json one(gateway.get("/v1/quarantine?instance=chat", kAdmin).body);

    EXPECT_EQ(first.at("items").size(), 2U);
    EXPECT_EQ(first.at("next").as_int(), 2);
    EXPECT_EQ(first.at("items").items()[0].find("raw"), nullptr);
    EXPECT_EQ(second.at("items").size(), 1U);
    EXPECT_TRUE(second.at("next").is_null());
    EXPECT_EQ(one.at("items").size(), 1U);
}

TEST(Operations, ShowQuarantinedBytesWhole) {
    Gateway gateway;
    gateway.store.entries = {entry(2, "sms", std::string("\xFF\0x", 3)), entry(1, "sms", "text \"quoted\"")};

    const Json binary(gateway.get("/v1/quarantine/2", kAdmin).body);
    const Json readable(gateway.get("/v1/quarantine/1", kAdmin).body);

    EXPECT_EQ(binary.text_at("raw_encoding"), "base64");
    EXPECT_EQ(binary.text_at("raw"), "/wB4");
    EXPECT_EQ(readable.text_at("raw_encoding"), "utf-8");
    EXPECT_EQ(readable.text_at("raw"), "text \"quoted\"");
    EXPECT_EQ(gateway.get("/v1/quarantine/3", kAdmin).status, 404);
    EXPECT_EQ(gateway.get("/v1/quarantine/x", kAdmin).status, 400);
}

TEST(Operations, TellReadiness) {
    bool journal_ok = true;
    api::ApiSources sources;
    sources.readiness = [&] {
        return std::vector<api::ReadinessCheck>{{"store", true, ""}, {"journal", journal_ok, "backlog is full"}};
    };
    sources.metrics = [] { return std::string("tandem_up 1\n"); };
    Gateway gateway(Gateway::options(), sources);

    EXPECT_EQ(gateway.get("/readyz").status, 200);
    journal_ok = false;
    const auto response = gateway.get("/readyz");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(Json(response.body).text_at("status"), "not ready");
    EXPECT_EQ(gateway.get("/healthz").body, R"({"status":"alive"})");
    EXPECT_EQ(gateway.get("/metrics", "r-secret").body, "tandem_up 1\n");
    EXPECT_EQ(gateway.get("/metrics", "r-secret").content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST(Operations, SurviveAProviderThatThrows) {
    api::ApiSources sources;
    sources.metrics = []() -> std::string { throw std::runtime_error("/secret/path"); };
    Gateway gateway(Gateway::options(), sources);

    const auto response = gateway.get("/metrics", "r-secret");

    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST(Operations, RefuseOtherMethods) {
    Gateway gateway;

    EXPECT_EQ(gateway.send("PUT", "/v1/connectors", kAdmin).status, 405);
    EXPECT_EQ(gateway.send("HEAD", "/healthz", "").status, 200);
    EXPECT_EQ(gateway.get("/v2/connectors", kAdmin).status, 404);
}

}  // namespace
}  // namespace tandem
