// Ways to log in, at a real server.
#include "tests/connectors/imap/client_fixture.hpp"
#include "tests/support/scripted_peer.hpp"

#include <fmt/format.h>

namespace tandem::imap::test {
namespace {

using namespace std::chrono_literals;

class ImapLogin : public AtDovecot {
protected:
    Result<std::string> look(Config config, bool one_password = true) {
        for (MailboxConfig& one : config.mailboxes) {
            if (!one.oauth2 && one_password) one.password = config.password;
            one.host = config.host;
            one.port = config.port;
            one.include = config.include;
        }
        auto tls = tls_context(config);
        if (!tls) return fail(tls.error());
        return run(probe(std::move(config), *tls, host_.client, host_.clock()));
    }
    Config secure(TlsMode mode) {
        Config config = options();
        config.tls = mode;
        config.tls_ca = dovecot_.certificate();
        config.port = mode == TlsMode::Implicit ? dovecot_.tls_port() : dovecot_.port();
        return config;
    }
};

TEST_F(ImapLogin, EveryMechanismOfAPassword) {
    for (const AuthMode auth : {AuthMode::Auto, AuthMode::Scram, AuthMode::Plain}) {
        auto config = options();
        config.auth = auth;
        const auto said = look(config);
        ASSERT_TRUE(said) << said.error().text;
        EXPECT_EQ(*said, "support@example.test reads INBOX (inbox), Sent (sent)");
    }
    EXPECT_TRUE(wire_->written().contains("AUTHENTICATE SCRAM-SHA-256"));
    EXPECT_FALSE(wire_->written().contains("secret"));
    auto config = options();
    config.auth = AuthMode::Login;
    EXPECT_TRUE(look(config));
    EXPECT_TRUE(wire_->written().contains("LOGIN \"support@example.test\" \"secret\""));
}

TEST_F(ImapLogin, AWrongPasswordIsSaid) {
    for (const AuthMode auth : {AuthMode::Scram, AuthMode::Plain, AuthMode::Login}) {
        auto config = options();
        config.auth = auth;
        config.password = Secret("wrong");
        const auto said = look(config);
        ASSERT_FALSE(said);
        EXPECT_EQ(said.error().kind, ErrorKind::Auth) << said.error().text;
        EXPECT_FALSE(said.error().text.contains("wrong"));
    }
    auto config = options();
    config.password = Secret("wrong");
    const auto begun = begin(config);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().kind, ErrorKind::Auth);
}

TEST_F(ImapLogin, EveryMailboxThatCannotBeReadIsNamed) {
    auto config = options();
    config.mailboxes.clear();
    for (int i = 0; i < 12; ++i)
        config.mailboxes.push_back({.user = fmt::format("m{}@example.test", i), .password = Secret("wrong")});
    config.mailboxes[1].password = Secret("secret");
    const auto said = look(config, false);
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().kind, ErrorKind::Auth);
    EXPECT_TRUE(said.error().text.starts_with("m0@example.test: login: ")) << said.error().text;
    EXPECT_TRUE(said.error().text.contains("; m9@example.test: login: ")) << said.error().text;
    EXPECT_TRUE(said.error().text.ends_with("; 2 more were not tried; 1 can be read")) << said.error().text;
}

TEST_F(ImapLogin, AServerThatIsNotThereIsTriedOnce) {
    auto config = options();
    config.port = 1;
    config.mailboxes = {{.user = "a@b.test"}, {.user = "c@d.test"}};
    const auto said = look(config);
    ASSERT_FALSE(said);
    EXPECT_TRUE(said.error().text.starts_with("a@b.test: ")) << said.error().text;
    EXPECT_TRUE(said.error().text.ends_with("; 1 more were not tried")) << said.error().text;
}

TEST_F(ImapLogin, FoldersThatNobodyHasAreSaid) {
    auto config = options();
    config.include = {"Inbx", "Gesendet"};
    const auto said = look(config);
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().kind, ErrorKind::Config);
    EXPECT_TRUE(said.error().text.contains("include and exclude leave no folder; the server has "))
        << said.error().text;
}

TEST_F(ImapLogin, TlsFromTheBeginningAndLater) {
    for (const TlsMode mode : {TlsMode::Implicit, TlsMode::StartTls}) {
        auto config = secure(mode);
        const auto said = look(config);
        EXPECT_TRUE(said) << said.error().text;
        config.tls_name = "imap.example.test";
        const auto stranger = look(config);
        ASSERT_FALSE(stranger);
        EXPECT_EQ(stranger.error().kind, ErrorKind::Config) << stranger.error().text;
        config.tls_name.clear();
        config.tls_ca.clear();
        EXPECT_EQ(look(config).error().kind, ErrorKind::Config) << "nobody vouches for the certificate";
    }
    ASSERT_TRUE(begin(secure(TlsMode::Implicit)));
    Agent agent(dovecot_.port(), kUser);
    agent.append("INBOX", mail("new", std::string(300'000, 'x')));
    EXPECT_TRUE(arrives("new"));
}

std::string token_answer(const std::string& token) {
    const std::string body = R"({"access_token":")" + token + R"(","expires_in":3600,"token_type":"Bearer"})";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

TEST_F(ImapLogin, TokensAreFetchedAndReplacedWhenTheyAreRefused) {
    std::string asked;
    const auto give = [&](const std::string& token) {
        return [&asked, token](tandem::test::PeerConnection& connection) {
            asked = connection.read_request();
            connection.send(token_answer(token));
            connection.finish();
        };
    };
    tandem::test::ScriptedPeer vendor({give(Dovecot::token(kUser)), give(Dovecot::token(kUser)),
                                       give(Dovecot::token(kUser, -10s)), give(Dovecot::token(kUser))});
    async::Pool names("names", 1);
    auto http = net::HttpClient::open(loop_.io().executor(), names, {});
    ASSERT_TRUE(http);
    host_.client = &*http;
    auto config = options();
    config.mailboxes[0].oauth2 =
        net::OAuth2Options{.token_url = "http://127.0.0.1:" + std::to_string(vendor.port()) + "/token",
                           .client_id = "the app",
                           .client_secret = Secret("s&s"),
                           .scope = "mail",
                           .refresh_token = Secret("r1")};
    for (const AuthMode auth : {AuthMode::XOAuth2, AuthMode::OAuthBearer}) {
        config.auth = auth;
        const auto said = look(config);
        EXPECT_TRUE(said) << said.error().text;
    }
    EXPECT_TRUE(
        asked.ends_with("grant_type=refresh_token&refresh_token=r1&client_id=the%20app&client_secret=s%26s&scope=mail"))
        << asked;
    config.auth = AuthMode::Auto;
    EXPECT_FALSE(begin(config)) << "the token is old";
    EXPECT_TRUE(becomes([&] { return counter("logins:good") == 1; })) << "with the next one";
    shut_down();
    http->close_idle();
    EXPECT_EQ(vendor.trouble(), "");
}

}  // namespace
}  // namespace tandem::imap::test
