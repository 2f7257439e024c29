#include "core/net/tls.hpp"

#include "tests/core/net/server_fixture.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"

#include <openssl/ssl.h>

namespace tandem::net {
namespace {

using namespace std::chrono_literals;

// A blocking TLS client.
class TlsClient {
public:
    TlsClient(std::uint16_t port, int max_version) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_security_level(context_.get(), 0);
        SSL_CTX_set_max_proto_version(context_.get(), max_version);
        ssl_.reset(SSL_new(context_.get()));
        bio_ = BIO_new_connect("127.0.0.1");
        BIO_set_conn_port(bio_, std::to_string(port).c_str());
        SSL_set_bio(ssl_.get(), bio_, bio_);
        connected_ = SSL_connect(ssl_.get()) == 1;
    }

    bool connected() const { return connected_; }
    std::string version() const { return SSL_get_version(ssl_.get()); }
    std::string common_name() const {
        const std::unique_ptr<X509, decltype(&X509_free)> x509(SSL_get1_peer_certificate(ssl_.get()), X509_free);
        char text[100] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(x509.get()), NID_commonName, text, sizeof(text));
        return text;
    }
    // Everything up to "\r\n\r\n" and `body` bytes more; "" when the connection ends before.
    std::string ask(std::string_view request, std::size_t body) {
        if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0) return {};
        std::string answer;
        while (answer.find("\r\n\r\n") == std::string::npos || answer.size() < answer.find("\r\n\r\n") + 4 + body) {
            char bytes[4096];
            const int size = SSL_read(ssl_.get(), bytes, sizeof(bytes));
            if (size <= 0) return {};
            answer.append(bytes, static_cast<std::size_t>(size));
        }
        return answer;
    }

private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
    BIO* bio_ = nullptr;  // owned by ssl_
    bool connected_ = false;
};

class TlsServerTest : public HttpServerTest {
protected:
    void start_tls(std::chrono::milliseconds watch = std::chrono::hours(1), std::chrono::milliseconds header = 10s) {
        test::write_certificate(files().certificate, files().key, "first");
        auto options = local();
        options.listen[0].tls = true;
        options.tls = files();
        options.tls_watch = watch;
        options.timeouts.header = header;
        start(options);
    }
    TlsFiles files() const { return {.certificate = folder_.path() / "cert.pem", .key = folder_.path() / "key.pem"}; }

    test::TempDir folder_;
};

TEST_F(TlsServerTest, ServesTls12And13AndNothingOlder) {
    start_tls();
    struct Case {
        int version;
        const char* name;
    };
    for (const Case& c : {Case{TLS1_3_VERSION, "TLSv1.3"}, Case{TLS1_2_VERSION, "TLSv1.2"}}) {
        SCOPED_TRACE(c.name);
        TlsClient client(port(), c.version);
        ASSERT_TRUE(client.connected());
        EXPECT_EQ(client.version(), c.name);
        EXPECT_TRUE(client.ask(test::get("/hello/tls"), 3).ends_with("tls"));
        EXPECT_TRUE(client.ask(test::post("/echo", "again"), 5).ends_with("again"));
    }
    EXPECT_FALSE(TlsClient(port(), TLS1_1_VERSION).connected());
}

TEST_F(TlsServerTest, ReloadChangesTheCertificateOfNewConnectionsOnly) {
    start_tls();
    TlsClient old(port(), TLS1_3_VERSION);
    ASSERT_TRUE(old.connected());
    test::write_certificate(files().certificate, files().key, "second");

    ASSERT_TRUE(loop_.run(server_->reload_tls()));

    EXPECT_EQ(TlsClient(port(), TLS1_3_VERSION).common_name(), "second");
    EXPECT_EQ(old.common_name(), "first");
    EXPECT_TRUE(old.ask(test::get("/hello/kept"), 4).ends_with("kept"));
}

TEST_F(TlsServerTest, ABrokenCertificateKeepsTheOldOne) {
    start_tls();
    std::filesystem::resize_file(files().certificate, 10);

    const auto reloaded = loop_.run(server_->reload_tls());

    ASSERT_FALSE(reloaded);
    EXPECT_EQ(reloaded.error().kind, ErrorKind::Config);
    EXPECT_NE(reloaded.error().text.find("cert.pem"), std::string::npos);
    EXPECT_EQ(TlsClient(port(), TLS1_3_VERSION).common_name(), "first");
}

TEST_F(TlsServerTest, ChangedFilesAreNoticed) {
    start_tls(5ms);
    test::write_certificate(files().certificate, files().key, "a longer name");
    EXPECT_TRUE(becomes([&] { return TlsClient(port(), TLS1_3_VERSION).common_name() == "a longer name"; }));
}

TEST_F(TlsServerTest, AHandshakeThatDoesNotComeIsEnded) {
    start_tls(std::chrono::hours(1), 60ms);
    auto socket = connect();
    EXPECT_TRUE(socket.closed());
}

TEST_F(TlsServerTest, PlainHttpOnATlsPortIsClosed) {
    start_tls();
    auto socket = connect();
    socket.send(test::get("/"));
    EXPECT_TRUE(becomes([&] { return server_->stats().active == 0; }));
}

TEST_F(TlsServerTest, AKeyOfAnotherCertificateIsRefused) {
    test::write_certificate(files().certificate, files().key, "one");
    test::write_certificate(folder_.path() / "other.pem", files().key, "two");
    const auto loaded = load_tls(files());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::Config);
    EXPECT_NE(loaded.error().text.find("key.pem"), std::string::npos);
}

TEST_F(TlsServerTest, TlsWithoutCertificateIsAConfigError) {
    auto options = local();
    options.listen[0].tls = true;
    const auto opened = HttpServer::open(loop_.io(), files_, options, Router(), {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Config);
}

}  // namespace
}  // namespace tandem::net
