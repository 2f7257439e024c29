#include "core/net/tls.hpp"
#include "tests/core/net/http_client_fixture.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/ssl/context.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <latch>

namespace tandem::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class HttpClientTlsTest : public HttpClientTest {
protected:
    std::filesystem::path certificate() const { return dir_.path() / "certificate.pem"; }
    std::filesystem::path key() const { return dir_.path() / "key.pem"; }

    void serve_tls(std::vector<ScriptedPeer::Script> scripts,
                   const std::string& alternative = "DNS:vendor.test",
                   long valid_seconds = 86400) {
        expect_no_trouble();
        test::write_certificate(certificate(), key(), "vendor", alternative, valid_seconds);
        peer_ = std::make_unique<ScriptedPeer>(std::move(scripts), certificate(), key());
    }
    HttpClientOptions trusting() const {
        auto options = defaults();
        options.more_authorities = certificate();
        return options;
    }
    std::string url(const std::string& host = "vendor.test", const std::string& path = "/") const {
        return "https://" + host + ":" + std::to_string(peer_->port()) + path;
    }
    void expect_refused_certificate(const std::string& why, const std::string& host = "vendor.test") {
        const auto response = send({.method = "POST", .url = url(host), .body = "secret"});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, ErrorKind::Config) << response.error().text;
        EXPECT_EQ(response.error().code, "tls_certificate");
        EXPECT_THAT(response.error().text, HasSubstr(why));
    }

    test::TempDir dir_;
};

TEST_F(HttpClientTlsTest, AsksBothTimesOnOneConnectionAndNamesTheHost) {
    std::string name;
    serve_tls({[&](PeerConnection& peer) {
        name = peer.server_name();
        for (const std::string body : {"one", "two"}) {
            peer.read_request();
            peer.send_in_pieces(ok(body), 5);
        }
    }});
    open(trusting());

    for (const std::string body : {"one", "two"}) {
        const auto response = get(url());
        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->body, body);
    }
    EXPECT_EQ(name, "vendor.test");
}

TEST_F(HttpClientTlsTest, LargeBodiesGoBothWays) {
    std::string body(3'000'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i % 251);
    serve_tls({[](PeerConnection& peer) {
        const auto request = peer.read_request();
        peer.send(ok(std::string_view(request).substr(request.find("\r\n\r\n") + 4)));
    }});
    open(trusting());

    const auto response = send({.method = "POST", .url = url(), .body = body});

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_TRUE(response->body == body);
}

TEST_F(HttpClientTlsTest, ANumericHostNeedsItsAddressInTheCertificate) {
    std::string name = "unset";
    serve_tls({[&](PeerConnection& peer) {
                  name = peer.server_name();
                  peer.read_request();
                  peer.send(ok(""));
              }},
              "IP:127.0.0.1");
    open(trusting());

    EXPECT_TRUE(get(url("127.0.0.1")));
    EXPECT_EQ(name, "") << "RFC 6066, 3: literal addresses are not announced";
}

TEST_F(HttpClientTlsTest, UnknownAuthority) {
    serve_tls({answers(ok(""))});
    open();
    expect_refused_certificate("self-signed certificate");
}

TEST_F(HttpClientTlsTest, CertificateOfAnotherHost) {
    serve_tls({answers(ok("")), answers(ok(""))});
    open(trusting());
    expect_refused_certificate("hostname mismatch", "other.test");
    expect_refused_certificate("IP address mismatch", "127.0.0.1");
}

TEST_F(HttpClientTlsTest, CertificateThatHasExpired) {
    serve_tls({answers(ok(""))}, "DNS:vendor.test", -60);
    open(trusting());
    expect_refused_certificate("expired");
}

TEST_F(HttpClientTlsTest, PeerThatDoesNotSpeakTls) {
    serve({[](PeerConnection& peer) { peer.send("SSH-2.0-OpenSSH_9.2\r\n"); }, [](PeerConnection&) {}});
    for (int i = 0; i < 2; ++i) {
        const auto response = send({.method = "POST", .url = url()});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, ErrorKind::Transient);
        EXPECT_EQ(response.error().code, "tls");
    }
}

TEST_F(HttpClientTlsTest, HandshakeThatNeverEnds) {
    serve({[](PeerConnection& peer) {
        peer.read_bytes(1);
        try {
            peer.read_request();
        } catch (const std::exception&) {  // the client hangs up
        }
    }});
    auto options = defaults();
    options.connect = 400ms;
    open(options);

    const auto response = send({.method = "POST", .url = url()});

    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::Transient);
    EXPECT_EQ(response.error().code, "timeout");
}

TEST_F(HttpClientTlsTest, LossAfterTheHandshakeLeavesAPostUnknown) {
    const std::vector<std::string> said{"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                                        "HTTP/1.1 200 OK\r\n\r\nno goodbye"};
    for (const std::string& text : said) {
        SCOPED_TRACE(text);
        const auto script = [&](PeerConnection& peer) {
            peer.read_request();
            peer.send(text);
            peer.cut();
        };
        serve_tls({script, script});
        open(trusting());
        const auto post = send({.method = "POST", .url = url()});
        ASSERT_FALSE(post);
        EXPECT_EQ(post.error().kind, ErrorKind::UnknownOutcome);
        const auto fetched = get(url());
        ASSERT_FALSE(fetched);
        EXPECT_EQ(fetched.error().kind, ErrorKind::Transient);
        EXPECT_EQ(fetched.error().code, "cut");
    }
}

TEST_F(HttpClientTlsTest, ABodyUntilTheEndMayEndWithTlsGoodbye) {
    serve_tls({answers("HTTP/1.1 200 OK\r\n\r\nall")});
    open(trusting());

    const auto response = get(url());

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_EQ(response->body, "all");
}

TEST_F(HttpClientTlsTest, AConnectionClosedMeanwhileIsReplaced) {
    std::latch closed(1);
    serve_tls({[&](PeerConnection& peer) {
                   peer.read_request();
                   peer.send(ok("first"));
                   peer.finish();
                   closed.count_down();
                   if (!peer.closed_by_client()) throw std::runtime_error("used again");
               },
               answers(ok("second"))});
    open(trusting());
    ASSERT_TRUE(get(url()));
    closed.wait();

    const auto response = send({.method = "POST", .url = url()});

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_EQ(response->body, "second");
}

TEST_F(HttpClientTlsTest, AFileOfAuthoritiesThatCannotBeReadIsAConfigurationError) {
    auto options = defaults();
    options.more_authorities = dir_.path() / "nothing.pem";
    const auto missing = HttpClient::open(loop_.io().executor(), names_, options);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::Config);
    EXPECT_THAT(missing.error().text, HasSubstr("nothing.pem"));

    std::ofstream(options.more_authorities) << "no certificate";
    EXPECT_FALSE(HttpClient::open(loop_.io().executor(), names_, options));
}

TEST_F(HttpClientTlsTest, NothingOlderThanTls12) {
    const auto context = load_client_tls({});
    ASSERT_TRUE(context);
    EXPECT_EQ(SSL_CTX_get_min_proto_version((*context)->native_handle()), TLS1_2_VERSION);
    EXPECT_EQ(SSL_CTX_get_verify_mode((*context)->native_handle()), SSL_VERIFY_PEER);
}

}  // namespace
}  // namespace tandem::net
