// Files of a mail and tokens of a login: what is asked for over HTTP.
#include "core/base/text.hpp"
#include "tests/connectors/smtp/instance_fixture.hpp"
#include "tests/connectors/smtp/server.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/vendor.hpp"

#include <map>
#include <mutex>

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;
using tandem::test::Vendor;
using tandem::test::VendorReply;
using test::Server;

class Fetching : public test::AnInstance {
protected:
    Fetching() {
        auto client = net::HttpClient::open(
            loop_.io().executor(), names_,
            {.idle_per_origin = 0, .address_allowed = [](std::string_view address) { return address == "127.0.0.1"; }});
        EXPECT_TRUE(client);
        if (client) client_ = std::move(*client);
        host_.client = &*client_;
    }
    void TearDown() override {
        shut_down();
        client_.reset();
    }
    void at(const Server& server, const std::function<void(SubmissionConfig&)>& change = {}) {
        Config config;
        config.submission = SubmissionConfig{};
        config.submission->from = "support@example.test";
        config.submission->host = "127.0.0.1";
        config.submission->port = server.port();
        config.submission->tls = TlsMode::None;
        if (change) change(*config.submission);
        const auto begun = begin(config);
        ASSERT_TRUE(begun) << begun.error().text;
    }
    test::Sent send_files(const std::string& files) {
        return run(instance_->send(
            {.id = "5b1f", .message = R"({"to":"ann@customer.test","text":"See","files":[)" + files + "]}"}));
    }

    async::Pool names_{"names", 1};
    std::optional<net::HttpClient> client_;
};

TEST_F(Fetching, FilesGoAlong) {
    const std::string pdf(3'000, '\x07');
    Vendor files([&](const std::string& request) -> std::optional<VendorReply> {
        if (request.starts_with("GET /a.pdf ")) return VendorReply{.body = pdf};
        if (request.starts_with("GET /late ")) return VendorReply{.status = 503};
        return VendorReply{.status = 404};
    });
    Server server;
    at(server, [](SubmissionConfig& config) { config.max_size = config::kibibytes(16); });
    const auto sent = send_files(R"({"url":")" + files.url() + R"(/a.pdf","media_type":"application/pdf"},{"url":")" +
                                 files.url() + R"(/a.pdf?x=1","filename":"отчёт.pdf"})");
    EXPECT_EQ(said(sent), "rejected");  // the second is not there
    const auto good = send_files(R"({"url":")" + files.url() + R"(/a.pdf","media_type":"application/pdf"})");
    ASSERT_TRUE(good) << good.error().text;
    const auto mails = server.mails();
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_NE(mails[0].octets.find("Content-Disposition: attachment; filename=\"a.pdf\""), std::string::npos);
    EXPECT_NE(mails[0].octets.find("\r\n" + base64(pdf.substr(0, 57)) + "\r\n"), std::string::npos);

    EXPECT_EQ(said(send_files(R"({"url":")" + files.url() + R"(/late"})")), "transient");
    EXPECT_EQ(said(send_files(R"({"url":")" + files.url() + R"(/gone"})")), "rejected");
    EXPECT_EQ(said(send_files(R"({"url":"file:///etc/passwd"})")), "rejected");
    EXPECT_EQ(said(send_files(R"({"url":"http://[::1]:1/"})")), "rejected");
    EXPECT_EQ(server.mails().size(), 1U);
}

TEST_F(Fetching, FilesAreBounded) {
    Vendor files(
        [](const std::string&) -> std::optional<VendorReply> { return VendorReply{.body = std::string(15'000, 'x')}; });
    Server server;
    at(server, [](SubmissionConfig& config) { config.max_size = config::kibibytes(16); });
    EXPECT_EQ(said(send_files(R"({"url":")" + files.url() + R"(/a"})")), "rejected");  // in base64
    EXPECT_EQ(said(send_files(R"({"url":")" + files.url() + R"(/a"},{"url":")" + files.url() + R"(/b"})")), "rejected");
    EXPECT_EQ(server.connections(), 0);
}

class Tokens : public Fetching {
protected:
    Tokens() {
        tandem::test::write_certificate(folder_.path() / "c.pem", folder_.path() / "k.pem", "sim", "IP:127.0.0.1");
    }

    Server::Behaviour taking(const std::string& token) const {
        Server::Behaviour out;
        out.starttls = true;
        out.auth = "XOAUTH2";
        out.expected_auth = "AUTH XOAUTH2 " + base64("user=u\1auth=Bearer " + token + "\1\1");
        return out;
    }
    void log_in(const Server& server, const std::string& url, const std::string& refresh = {}) {
        at(server, [&](SubmissionConfig& config) {
            config.tls = TlsMode::StartTls;
            config.tls_ca = folder_.path() / "c.pem";
            config.user = "u";
            config.mails_per_connection = 1;
            config.oauth2 = net::OAuth2Options{.token_url = url + "/token",
                                               .client_id = "app",
                                               .client_secret = Secret("s&cret"),
                                               .scope = "mail",
                                               .refresh_token = Secret(refresh)};
        });
    }

    tandem::test::TempDir folder_;
};

TEST_F(Tokens, AreAskedForOnceAndRenewed) {
    int asked = 0;
    Vendor tokens([&](const std::string& request) -> std::optional<VendorReply> {
        ++asked;
        EXPECT_TRUE(request.ends_with("grant_type=client_credentials&client_id=app&client_secret=s%26cret&scope=mail"))
            << request;
        return VendorReply{.body = R"({"access_token":"t1","expires_in":100})"};
    });
    Server server(taking("t1"), folder_.path() / "c.pem", folder_.path() / "k.pem");
    log_in(server, tokens.url());
    EXPECT_EQ(said(send("a")), "sent");
    EXPECT_EQ(said(send("b")), "sent");
    EXPECT_EQ(asked, 1);
    host_.time.advance(81s);
    EXPECT_EQ(said(send("c")), "sent");
    EXPECT_EQ(asked, 2);
}

TEST_F(Tokens, OneThatTheServerRefusesIsRenewedOnce) {
    int asked = 0;
    Vendor tokens([&](const std::string& request) -> std::optional<VendorReply> {
        ++asked;
        EXPECT_NE(request.find("grant_type=refresh_token&refresh_token=r" + std::to_string(asked)), std::string::npos)
            << request;
        return VendorReply{.body = R"({"access_token":"t)" + std::to_string(asked) + R"(","refresh_token":"r)" +
                                   std::to_string(asked + 1) + R"("})"};
    });
    Server server(taking("t2"), folder_.path() / "c.pem", folder_.path() / "k.pem");
    log_in(server, tokens.url(), "r1");
    EXPECT_EQ(said(send("a")), "sent");
    EXPECT_EQ(asked, 2);
}

TEST_F(Tokens, WhenThereIsNone) {
    for (const auto& [status, body, kind] : {std::tuple{400, R"({"error":"invalid_grant"})", "auth"},
                                             {500, "", "transient"},
                                             {200, "{}", "transient"},
                                             {200, "no JSON", "transient"}}) {
        Vendor tokens([&](const std::string&) -> std::optional<VendorReply> {
            return VendorReply{.status = status, .body = body};
        });
        Server server(taking("t"), folder_.path() / "c.pem", folder_.path() / "k.pem");
        log_in(server, tokens.url());
        EXPECT_EQ(said(send("a")), kind) << body;
        EXPECT_EQ(server.connections(), 0);
        shut_down();
    }
}

}  // namespace
}  // namespace tandem::smtp
