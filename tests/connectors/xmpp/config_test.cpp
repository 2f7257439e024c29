#include "connectors/xmpp/config.hpp"

#include <gtest/gtest.h>

namespace tandem::xmpp {
namespace {

Config read(std::string_view yaml, std::string* findings = nullptr) {
    config::Diagnostics diagnostics;
    const auto node = config::parse_yaml(std::string(yaml), "f", diagnostics);
    Config out = read_config(node, diagnostics);
    std::string errors;
    for (const auto& one : diagnostics.all()) {
        if (one.severity == config::Severity::Error) errors += config::to_text(one) + "\n";
    }
    if (findings != nullptr) {
        *findings = errors;
    } else {
        EXPECT_EQ(errors, "");
    }
    return out;
}

TEST(Config, AnAccountNeedsLittle) {
    const Config config = read("{ jid: Support@Example.org, password: x }");
    EXPECT_EQ(config.address().full(), "support@example.org/tandem");
    EXPECT_EQ(config.connect_host(), "example.org");
    EXPECT_EQ(config.connect_port(), 5222);
    EXPECT_EQ(config.certificate_name(), "example.org");
    EXPECT_EQ(config.tls, TlsMode::StartTls);
    EXPECT_EQ(read("{ jid: a@b, password: x, tls: direct }").connect_port(), 5223);
    EXPECT_EQ(read("{ jid: a@b/c, password: x }").address().resource, "c");
}

TEST(Config, AComponentHasNoArchiveAndNoStartTls) {
    const Config config = read("{ link: component, jid: bot.example.org, password: x }");
    EXPECT_EQ(config.connect_port(), 5347);
    EXPECT_EQ(config.tls, TlsMode::None);
    EXPECT_FALSE(config.archive);
    EXPECT_TRUE(config.address().resource.empty());
}

TEST(Config, Errors) {
    for (const auto& [yaml, expected] :
         {std::pair{"{ password: x }", "'jid' is missing"},
          {"{ jid: a@b }", "'password' is missing"},
          {"{ jid: 'a b', password: x }", "is no XMPP address"},
          {"{ jid: example.org, password: x }", "a client needs an account"},
          {"{ link: component, jid: b, password: x, tls: starttls }", "a component has no STARTTLS"},
          {"{ jid: a@b, password: x, tls: maybe }", "tls"},
          {"{ jid: a@b, password: x, port: 70000 }", "port"},
          {"{ jid: a@b, password: x, host: 'a b' }", "host: must be a name or an address"},
          {"{ jid: a@b, password: x, tls: none, tls_ca: ca.pem }", "tls_ca: has no meaning with `tls: none`"},
          {"{ jid: a@b, password: x, reconnect_first: 5m }", "reconnect_first must not be above reconnect_limit"},
          {"{ link: component, jid: b, password: x, archive: true }", "archive: only a client has it"},
          {"{ link: component, jid: b, password: x, carbons: true }", "carbons: only a client has it"},
          {"{ jid: a@b, password: x, send_timeout: 2m }", "send_timeout"},
          {"{ jid: a@b, password: x, archiv: true }", "archiv"}}) {
        std::string findings;
        read(yaml, &findings);
        EXPECT_NE(findings.find(expected), std::string::npos) << yaml << "\n" << findings;
    }
}

}  // namespace
}  // namespace tandem::xmpp
