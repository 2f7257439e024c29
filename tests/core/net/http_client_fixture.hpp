// A client on a loop of its own, and scripted vendors on loopback for it. Names of vendors lead to 127.0.0.1.
#pragma once

#include "core/net/http_client.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/scripted_peer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::net {

using test::PeerConnection;
using test::ScriptedPeer;

inline std::string ok(std::string_view body, std::string_view headers = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
           "\r\n" + std::string(body);
}

// Reads a request, says this, and waits until the client has had enough.
inline ScriptedPeer::Script answers(std::string text) {
    return [text = std::move(text)](PeerConnection& peer) {
        peer.read_request();
        peer.send(text);
        peer.finish();
        peer.closed_by_client();
    };
}

class HttpClientTest : public ::testing::Test {
protected:
    static HttpClientOptions defaults() {
        HttpClientOptions options;
        options.connect = std::chrono::seconds(20);
        options.total = std::chrono::seconds(20);
        options.lookup = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
        return options;
    }

    void open(HttpClientOptions options = defaults()) {
        auto client = HttpClient::open(loop_.io().executor(), names_, std::move(options));
        ASSERT_TRUE(client) << client.error().text;
        client_ = std::move(*client);
    }

    Result<ClientResponse> send(ClientRequest request) {
        if (!client_) open();
        return loop_.run(client_->send(std::move(request)));
    }
    Result<ClientResponse> get(const std::string& url) { return send({.url = url}); }

    void serve(std::vector<ScriptedPeer::Script> scripts) {
        expect_no_trouble();
        peer_ = std::make_unique<ScriptedPeer>(std::move(scripts));
    }
    void expect_no_trouble() {
        if (peer_) EXPECT_EQ(peer_->trouble(), "");
    }
    std::string url(const std::string& path = "/") const {
        return "http://vendor.test:" + std::to_string(peer_->port()) + path;
    }

    void TearDown() override {
        client_.reset();
        expect_no_trouble();
    }

    test::LoopThread loop_{1};
    async::Pool names_{"names", 1};
    std::optional<HttpClient> client_;
    std::unique_ptr<ScriptedPeer> peer_;
};

}  // namespace tandem::net
