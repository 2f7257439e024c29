#include "core/connector/registry.hpp"

#include "tests/support/scripted_connector.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tandem::connector {
namespace {

std::unique_ptr<const Connector> named(std::string name, bool needs_pack) {
    Manifest manifest;
    manifest.name = std::move(name);
    manifest.needs_pack = needs_pack;
    return std::make_unique<test::ScriptedConnector>(manifest, std::map<std::string, std::shared_ptr<test::Script>>());
}

std::string diagnose(const Registry& registry, const std::string& type) {
    InstanceSpec spec;
    spec.name = "sms";
    spec.connector = type;
    config::Diagnostics diagnostics;
    registry.validate(spec, {"gw.yaml", 3, 5}, "connectors[0].type", diagnostics);
    return diagnostics.to_text();
}

TEST(Registry, FindsByName) {
    Registry registry;
    registry.add(named("http", true));
    registry.add(named("imap", false));

    ASSERT_NE(registry.find("imap"), nullptr);
    EXPECT_EQ(registry.find("imap")->manifest().name, "imap");
    EXPECT_EQ(registry.find("smpp"), nullptr);
    EXPECT_EQ(registry.all().size(), 2U);
    EXPECT_THROW(registry.add(named("http", false)), std::invalid_argument);
}

TEST(Registry, ValidateNamesWhatIsWrongAndWhere) {
    Registry registry;
    registry.add(named("http", true));
    registry.add(named("imap", false));

    EXPECT_EQ(diagnose(registry, "imap"), "");
    EXPECT_NE(diagnose(registry, "htp").find("did you mean 'http'?"), std::string::npos);
    EXPECT_NE(diagnose(registry, "htp").find("gw.yaml:3:5"), std::string::npos);
    EXPECT_NE(diagnose(registry, "http").find("needs a pack"), std::string::npos);
}

TEST(State, HasWords) {
    EXPECT_EQ(to_string(State::AuthNeeded), "auth_needed");
    EXPECT_EQ(to_string(State::Ready), "ready");
}

}  // namespace
}  // namespace tandem::connector
