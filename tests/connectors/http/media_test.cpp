// Files of attachments, against vendors made of bytes.
#include "connectors/http/media.hpp"

#include "core/net/public_address.hpp"
#include "tests/support/fake_caller.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_peer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

namespace tandem::http {
namespace {

using namespace std::chrono_literals;
using connector::MediaBytes;
using test::PeerConnection;
using test::ScriptedPeer;
using Script = ScriptedPeer::Script;

class MediaTest : public ::testing::Test {
protected:
    // Names stand for loopback; 127.0.0.1 is allowed like a network of the operator's own, 127.0.0.2 is not.
    void SetUp() override {
        net::HttpClientOptions options;
        options.lookup = [](const std::string& host) -> Result<std::vector<std::string>> {
            return std::vector<std::string>{host == "inside.test" ? "127.0.0.2" : "127.0.0.1"};
        };
        options.address_allowed = [](std::string_view address) {
            return address == "127.0.0.1" || net::is_public_address(address);
        };
        auto client = net::HttpClient::open(loop_.io().executor(), names_, std::move(options));
        ASSERT_TRUE(client);
        client_ = std::move(*client);
    }
    void TearDown() override {
        client_.reset();
        EXPECT_EQ(peer_ ? peer_->trouble() : "", "");
    }

    void serve(std::vector<Script> scripts) {
        peer_ = std::make_unique<ScriptedPeer>(std::move(scripts));
        caller_.base = url("vendor.test");
    }
    std::string url(const std::string& host) const { return "http://" + host + ":" + std::to_string(peer_->port()); }

    Result<MediaBytes> fetch(const std::string& place, std::uint64_t max_bytes = 1'000) {
        VendorClient vendor(&*client_, &caller_, clock_);
        connector::MediaWanted wanted{.url = place, .kind = "image", .max_bytes = max_bytes, .timeout = timeout_};
        return loop_.run(fetch_media(vendor, caller_, std::move(wanted)));
    }

    // Answers one request, which is kept, and closes.
    Script answer(std::string bytes) {
        return [this, bytes = std::move(bytes)](PeerConnection& peer) {
            requests_.push_back(peer.read_request());
            peer.send(bytes);
        };
    }
    static std::string response(int status, const std::string& headers, const std::string& body = {}) {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
               body;
    }

    test::ManualClock clock_;
    test::LoopThread loop_;
    async::Pool names_{"names", 1};
    std::optional<net::HttpClient> client_;
    test::FakeCaller caller_;
    std::unique_ptr<ScriptedPeer> peer_;
    std::vector<std::string> requests_;  // one connection at a time
    std::chrono::milliseconds timeout_{20s};
};

TEST_F(MediaTest, BringsBytesAndTheirType) {
    serve({answer(response(200, "Content-Type: image/png\r\n", "bytes"))});
    const auto got = fetch(url("vendor.test") + "/a.png");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->body, "bytes");
    EXPECT_EQ(got->media_type, "image/png");
    EXPECT_NE(requests_.at(0).find("Authorization: Bearer secret\r\n"), std::string::npos);
}

TEST_F(MediaTest, CredentialsStayWithTheVendor) {
    serve({answer(response(200, "", "one"))});
    const auto elsewhere = fetch(url("cdn.test") + "/a");
    ASSERT_TRUE(elsewhere) << elsewhere.error().text;
    EXPECT_EQ(requests_.at(0).find("Authorization"), std::string::npos);
}

TEST_F(MediaTest, ARedirectElsewhereLosesTheCredentials) {
    std::string there;
    serve({[&](PeerConnection& peer) {
               requests_.push_back(peer.read_request());
               peer.send(response(302, "Location: " + there + "\r\n"));
           },
           answer(response(200, "", "bytes"))});
    there = url("cdn.test") + "/signed?x=1";
    const auto got = fetch(url("vendor.test") + "/a");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_NE(requests_.at(0).find("Authorization"), std::string::npos);
    EXPECT_EQ(requests_.at(1).find("Authorization"), std::string::npos);
    EXPECT_NE(requests_.at(1).find("GET /signed?x=1 "), std::string::npos);
}

TEST_F(MediaTest, GoesToNoAddressOfOurOwnNetwork) {
    serve({});
    for (const auto& place : {url("inside.test"), url("127.0.0.2"), std::string("http://10.0.0.1/"),
                              std::string("http://[::1]/"), std::string("http://169.254.169.254/latest/meta-data/")}) {
        const auto got = fetch(place);
        ASSERT_FALSE(got) << place;
        EXPECT_EQ(got.error().kind, ErrorKind::Rejected) << place;
        EXPECT_EQ(got.error().code, "address") << place;
    }
}

TEST_F(MediaTest, ARedirectIntoOurOwnNetworkIsRefused) {
    std::string there;
    serve({[&](PeerConnection& peer) {
        peer.read_request();
        peer.send(response(302, "Location: " + there + "\r\n"));
    }});
    there = url("inside.test") + "/";
    const auto got = fetch(url("vendor.test") + "/a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "address");
}

TEST_F(MediaTest, EndlessRedirectsEnd) {
    std::string there;
    const auto again = [&](PeerConnection& peer) {
        peer.read_request();
        peer.send(response(302, "Location: " + there + "\r\n"));
    };
    serve({again, again, again, again, again, again});
    there = url("vendor.test") + "/a";
    const auto got = fetch(there);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "redirect");
    EXPECT_EQ(got.error().kind, ErrorKind::Rejected);
}

TEST_F(MediaTest, TooLargeWithALengthIsNotRead) {
    serve({answer("HTTP/1.1 200 X\r\nContent-Length: 1001\r\n\r\n")});
    const auto got = fetch(url("vendor.test") + "/a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(got.error().code, "too_large");
}

TEST_F(MediaTest, TooLargeWithoutALengthIsCutOff) {
    const auto endless = [](PeerConnection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (peer.send("64\r\n" + std::string(100, 'x') + "\r\n")) {
        }
    };
    const auto until_closed = [](PeerConnection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
        while (peer.send(std::string(100, 'x'))) {
        }
    };
    serve({endless, until_closed});
    for (int i = 0; i < 2; ++i) {
        const auto got = fetch(url("vendor.test") + "/a");
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, "too_large") << i;
    }
}

TEST_F(MediaTest, ALengthThatLiesIsTriedAgain) {
    serve({answer("HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\nshort")});
    const auto got = fetch(url("vendor.test") + "/a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::Transient);
    EXPECT_EQ(got.error().code, "cut");
}

TEST_F(MediaTest, ASlowBodyEnds) {
    timeout_ = 200ms;
    serve({[](PeerConnection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\nx");
        peer.closed_by_client();
    }});
    const auto got = fetch(url("vendor.test") + "/a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::Transient);
    EXPECT_EQ(got.error().code, "timeout");
}

TEST_F(MediaTest, StatusesSayWhetherItIsWorthAnotherTry) {
    struct Row {
        int status;
        const char* host;
        ErrorKind kind;
    };
    const Row rows[] = {
        {404, "vendor.test", ErrorKind::NotFound},  {410, "cdn.test", ErrorKind::NotFound},
        {401, "vendor.test", ErrorKind::Auth},      {403, "vendor.test", ErrorKind::Auth},
        {403, "cdn.test", ErrorKind::Rejected},     {429, "vendor.test", ErrorKind::Throttled},
        {500, "vendor.test", ErrorKind::Transient}, {503, "cdn.test", ErrorKind::Transient},
        {400, "vendor.test", ErrorKind::Rejected},  {204, "vendor.test", ErrorKind::Rejected},
    };
    std::vector<Script> scripts;
    for (const auto& row : rows)
        scripts.push_back(answer(response(row.status, "Retry-After: 7\r\n")));
    serve(scripts);
    for (const auto& row : rows) {
        const auto got = fetch(url(row.host) + "/a");
        ASSERT_FALSE(got) << row.status;
        EXPECT_EQ(got.error().kind, row.kind) << row.status << " " << row.host;
        EXPECT_EQ(got.error().code, std::to_string(row.status));
        EXPECT_EQ(got.error().retry_after, 7s);
    }
}

TEST_F(MediaTest, WhatCameCompressedIsRefused) {
    serve({answer(response(200, "Content-Encoding: gzip\r\n", "bytes"))});
    EXPECT_EQ(fetch(url("vendor.test") + "/a").error().code, "coded");
}

TEST_F(MediaTest, ANameIsLookedUpFirst) {
    std::string there;
    serve({[&](PeerConnection& peer) {
               requests_.push_back(peer.read_request());
               peer.send(response(200, "", there));
           },
           answer(response(200, "", "bytes"))});
    there = url("cdn.test") + "/signed";
    const auto got = fetch("look:id7");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->body, "bytes");
    EXPECT_NE(requests_.at(0).find("GET /look/id7 "), std::string::npos);
    EXPECT_NE(requests_.at(1).find("GET /signed "), std::string::npos);
}

TEST_F(MediaTest, ALookUpThatFailsSaysWhy) {
    serve({answer(response(404, "")), answer(response(429, ""))});
    EXPECT_EQ(fetch("look:gone").error().kind, ErrorKind::NotFound);
    EXPECT_EQ(fetch("look:busy").error().kind, ErrorKind::Throttled);
}

}  // namespace
}  // namespace tandem::http
