#include "connectors/smtp/config.hpp"

#include "core/config/substitution.hpp"

#include <gtest/gtest.h>

namespace tandem::smtp {
namespace {

struct Read {
    Config config;
    std::string findings;
};

Read read(const std::string& yaml) {
    config::Diagnostics diagnostics;
    const config::Environment environment{
        .variable = [](const std::string& name) { return std::optional(name == "PW" ? "secret" : ""); }, .file = {}};
    const auto node = config::substitute(config::parse_yaml(yaml, "t.yaml", diagnostics), environment, diagnostics);
    Read out;
    out.config = read_config(node, diagnostics);
    out.findings = diagnostics.to_text();
    return out;
}

TEST(Config, UsualValues) {
    const auto [config, findings] =
        read("submission: { from: support@example.org, host: mx.example.org, user: u, password: \"${env:PW}\" }");
    EXPECT_EQ(findings, "");
    ASSERT_TRUE(config.submission);
    EXPECT_FALSE(config.journal);
    EXPECT_EQ(config.submission->connect_port(), 587);
    EXPECT_EQ(config.submission->certificate_name(), "mx.example.org");
    EXPECT_EQ(config.submission->message_domain(), "example.org");
    EXPECT_EQ(config.submission->own_name(), "example.org");
    const SessionOptions options = session_options(*config.submission, Secret("x"));
    EXPECT_EQ(options.tls, TlsMode::StartTls);
    EXPECT_EQ(options.credentials.method, AuthMethod::Auto);
}

TEST(Config, Ports) {
    EXPECT_EQ(read("submission: { from: a@b.c, host: h, tls: direct }").config.submission->connect_port(), 465);
    EXPECT_EQ(read("submission: { from: a@b.c, host: h, tls: none }").config.submission->connect_port(), 25);
    EXPECT_EQ(read("submission: { from: a@b.c, host: h, port: 2525 }").config.submission->connect_port(), 2525);
}

TEST(Config, WhatDoesNotFitTogether) {
    for (const auto& [yaml, finding] : {
             std::pair<std::string, std::string>{"{}", "submission"},
             {"submission: { host: h }", "from"},
             {"submission: { from: nobody, host: h }", "no mail address"},
             {"submission: { from: a@b.c, host: h, tls: none, user: u, password: \"${env:PW}\" }", "without TLS"},
             {"submission: { from: a@b.c, host: h, user: u }", "needs `password` or `oauth2`"},
             {"submission: { from: a@b.c, host: h, auth: plain }", "needs `user`"},
             {"submission: { from: a@b.c, host: h, user: u, auth: plain, oauth2: { token_url: \"https://t\", "
              "client_id: "
              "c } }",
              "xoauth2 or oauthbearer"},
             {"submission: { from: a@b.c, host: h, user: u, password: \"${env:PW}\", oauth2: { token_url: "
              "\"https://t\", "
              "client_id: c } }",
              "either"},
             {"submission: { from: a@b.c, host: \"h x\" }", "submission.host"},
             {"submission: { from: a@b.c, host: h, from_name: \"Help\\r\\nBcc: x@y.z\" }",
              "t.yaml:1:48: error: submission.from_name: must be one line without control characters"},
             {"submission: { from: a@b.c, host: h, from_name: \"a\\x85b\" }", "submission.from_name: must be one line"},
             {"submission: { from: a@b.c, host: h, subject: \"a\\tb\" }", "submission.subject: must be one line"},
             {"submission: { from: a@b.c, host: h, reply_to: \"a@b.c\\n\" }", "submission.reply_to"},
             {"submission: { from: a@b.c, host: h, copy_to: \"a@b.c\\n\" }", "submission.copy_to"},
             {"submission: { from: a@b.c, host: h, helo: \"h\\n\" }", "submission.helo"},
             {"submission: { from: a@b.c, host: h, id_domain: \"h\\n\" }", "submission.id_domain"},
             {"journal: { listen: \":2525\" }", "recipients"},
             {"journal: { listen: \":2525\", recipients: [nobody] }", "neither"},
             {"journal: { listen: \":2525\", recipients: [a@b.c], peers: [everybody] }", "peers"},
             {"journal: { listen: \":2525\", recipients: [a@b.c], tls: starttls }", "needs `certificate` and `key`"},
             {"journal: { listen: \":2525\", recipients: [a@b.c], require_tls: true }", "needs `tls`"},
             {"journal: { listen: \":2525\", recipients: [a@b.c], client_ca: x.pem }", "needs `tls`"},
             {"journal: { listen: \":2525\", recipients: [a@b.c], max_size: 50MiB, max_memory: 1MiB }", "max_memory"},
             {"journal: { listen: \"mx.example.org:25\", recipients: [a@b.c] }", "address of this machine"},
         }) {
        EXPECT_NE(read(yaml).findings.find(finding), std::string::npos) << yaml << "\n" << read(yaml).findings;
    }
}

TEST(Config, NamesInAnyLanguage) {
    for (const std::string name : {"Acme", "Müller & Söhne", "Поддержка Â® «Ω»", "客服"}) {
        const auto [config, findings] =
            read("submission: { from: a@b.c, host: h, from_name: \"" + name + "\", subject: \"" + name + "\" }");
        EXPECT_EQ(findings, "");
        EXPECT_EQ(config.submission->from_name, name);
    }
}

TEST(Config, AJournal) {
    const auto [config, findings] =
        read("journal: { listen: \"0.0.0.0:2525\", lmtp: true, recipients: [j@b.c, \"@d.e\"], peers: [192.0.2.0/24] }");
    EXPECT_EQ(findings, "");
    EXPECT_TRUE(config.journal->lmtp);
    EXPECT_EQ(config.journal->peers, std::vector<std::string>{"192.0.2.0/24"});
}

}  // namespace
}  // namespace tandem::smtp
