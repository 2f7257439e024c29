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

// Misses an option, and says so of options that are not there.
class Demanding final : public Connector {
public:
    const Manifest& manifest() const override { return manifest_; }
    void validate(const InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        diagnostics.error(spec.options.position(), spec.options.path(), "'host' is missing");
    }
    async::Task<Result<std::optional<std::string>>> check(InstanceSpec,
                                                          const net::HttpClient&,
                                                          const Clock&) const override {
        co_return std::optional<std::string>();
    }
    Result<std::unique_ptr<Instance>> open(const InstanceSpec&, Host&) const override {
        return fail(config_error("never opened"));
    }

private:
    static Manifest demanding() {
        Manifest out;
        out.name = "smpp";
        return out;
    }

    const Manifest manifest_ = demanding();
};

TEST(Registry, AFindingAboutOptionsThatAreNotThereHasThePlaceOfTheEntry) {
    Registry registry;
    registry.add(std::make_unique<Demanding>());
    EXPECT_EQ(diagnose(registry, "smpp"), "gw.yaml:3:5: error: connectors[0].type.options: 'sms': 'host' is missing\n");
}

class HttpSender final : public Sender {
public:
    explicit HttpSender(bool by_http) : by_http_(by_http) {}
    bool repeatable() const override { return false; }
    bool by_http() const override { return by_http_; }
    Result<WireRequest> request(const Outgoing&) const override { return WireRequest{}; }
    Result<std::vector<SentId>> outcome(const Outgoing&,
                                        int,
                                        const std::vector<net::Header>&,
                                        std::string_view) const override {
        return std::vector<SentId>();
    }

private:
    bool by_http_;
};

TEST(Registry, APackServesConnectorsOfItsKind) {
    Registry registry;
    registry.add(named("smpp", false));
    Manifest http;
    http.name = "http";
    http.capabilities.hook = true;
    registry.add(
        std::make_unique<test::ScriptedConnector>(http, std::map<std::string, std::shared_ptr<test::Script>>()));
    for (const auto& [type, by_http, expected] :
         {std::tuple{"http", true, ""},
          {"smpp", false, ""},
          {"smpp", true, "pack 'smpp' speaks HTTP with its vendor"},
          {"http", false, "is not for HTTP: give the connector `type: smpp`"}}) {
        InstanceSpec spec;
        spec.name = "sms";
        spec.connector = type;
        spec.pack = "smpp";
        spec.sender = std::make_shared<HttpSender>(by_http);
        config::Diagnostics diagnostics;
        registry.validate(spec, {"gw.yaml", 3, 5}, "connectors[0]", diagnostics);
        EXPECT_EQ(diagnostics.all().size(), *expected == '\0' ? 0U : 1U);
        EXPECT_TRUE(diagnostics.to_text().contains(expected)) << diagnostics.to_text();
    }
}

TEST(State, HasWords) {
    EXPECT_EQ(to_string(State::AuthNeeded), "auth_needed");
    EXPECT_EQ(to_string(State::Ready), "ready");
}

}  // namespace
}  // namespace tandem::connector
