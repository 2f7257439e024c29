#include "connectors/imap/config.hpp"

#include <gtest/gtest.h>

namespace tandem::imap {
namespace {

struct Read {
    Config config;
    std::string problems;
};

Read read(const std::string& yaml) {
    config::Diagnostics diagnostics;
    Read out;
    const auto node = config::parse_yaml(yaml, "gw.yaml", diagnostics);
    out.config = read_config(node, diagnostics);
    if (diagnostics.has_errors()) out.problems = diagnostics.to_text();
    return out;
}

TEST(ImapConfig, WhatOneMailboxDoesNotSayIsAsForAll) {
    const auto got = read(R"(
host: imap.example.test
tls: starttls
sent: [Out]
exclude: ["Old/*"]
oauth2: { token_url: "https://id.example.test/token", client_id: app }
mailboxes:
  - { user: a@b.test }
  - { user: c@d.test, password: x, address: info@d.test, host: other.test, port: 1143, sent: [Gesendet], include: [INBOX] }
)");
    EXPECT_EQ(got.problems, "");
    ASSERT_EQ(got.config.mailboxes.size(), 2U);
    const auto& first = got.config.mailboxes[0];
    EXPECT_EQ(first.host, "imap.example.test");
    ASSERT_TRUE(first.oauth2);
    EXPECT_EQ(first.oauth2->client_id, "app");
    EXPECT_EQ(got.config.port_of(first), 143);
    EXPECT_EQ(got.config.wishes_of(first).sent, std::vector<std::string>{"Out"});
    EXPECT_EQ(got.config.wishes_of(first).include, std::vector<std::string>{"*"});
    EXPECT_EQ(first.own_address(), "a@b.test");
    const auto& second = got.config.mailboxes[1];
    EXPECT_FALSE(second.oauth2);
    EXPECT_EQ(got.config.port_of(second), 1143);
    EXPECT_EQ(got.config.certificate_name(second), "other.test");
    EXPECT_EQ(second.own_address(), "info@d.test");
    EXPECT_EQ(got.config.wishes_of(second).include, std::vector<std::string>{"INBOX"});
    EXPECT_EQ(got.config.wishes_of(second).exclude, std::vector<std::string>{"Old/*"});
}

TEST(ImapConfig, MistakesAreSaid) {
    const std::vector<std::pair<std::string, std::string>> kRows{
        {"host: h\n", "mailboxes"},
        {"host: h\nmailboxes: []\n", "no mailbox"},
        {"mailboxes: [ { user: a, password: b } ]\n", "has no host"},
        {"host: h\nmailboxes: [ { user: a } ]\n", "neither password nor oauth2"},
        {"host: h\npassword: p\nmailboxes: [ { user: a }, { user: a } ]\n", "twice"},
        {"host: h\npassword: p\nmailboxes: [ { user: \"a\\nb\" } ]\n", "control characters"},
        {"host: h\nmailboxes: [ { user: a, oauth2: { token_url: x, client_id: y } } ]\n", "token_url"},
        {"host: h\npassword: p\nidle_renew: 30m\nmailboxes: [ { user: a } ]\n", "idle_renew"},
    };
    for (const auto& [yaml, text] : kRows)
        EXPECT_TRUE(read(yaml).problems.contains(text)) << yaml << read(yaml).problems;
}

}  // namespace
}  // namespace tandem::imap
