#include "connectors/http/config.hpp"

#include <gtest/gtest.h>

namespace tandem::http {
namespace {

Config read(const std::string& yaml, config::Diagnostics& diagnostics) {
    return config_fields().read(config::parse_yaml(yaml, "gw.yaml", diagnostics), diagnostics);
}

TEST(HttpConfig, DefaultsToNoLimit) {
    config::Diagnostics diagnostics;
    const Config config = config_fields().read(config::Node(), diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(config.rate_limit, 0);
}

TEST(HttpConfig, ReadsLimits) {
    config::Diagnostics diagnostics;
    const Config config = read("{ rate_limit: 200, burst: 1000 }", diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(config.rate_limit, 200);
    EXPECT_EQ(config.burst, 1'000);
}

TEST(HttpConfig, RefusesWhatMakesNoSense) {
    for (const char* yaml : {"rate_limit: -1", "rate_limit: many", "burst: 1e99", "rate_limt: 5"}) {
        SCOPED_TRACE(yaml);
        config::Diagnostics diagnostics;
        read(yaml, diagnostics);
        EXPECT_TRUE(diagnostics.has_errors());
    }
}

TEST(HttpConfig, NearMissesAreNamed) {
    config::Diagnostics diagnostics;
    read("rate_limt: 5", diagnostics);
    EXPECT_NE(diagnostics.to_text().find("rate_limit"), std::string::npos) << diagnostics.to_text();
}

}  // namespace
}  // namespace tandem::http
