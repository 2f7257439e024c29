// A vendor on loopback that answers by a function, over as many connections as the client likes.
#pragma once

#include "tests/support/scripted_peer.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

struct VendorReply {
    int status = 200;
    std::string body = {};
};

class Vendor {
public:
    // Gets the whole request. nullopt: no answer, until the client gives up; held() tells that it has come so far. One
    // call at a time.
    using Handler = std::function<std::optional<VendorReply>(const std::string& request)>;

    explicit Vendor(Handler handler)
        : handler_(std::move(handler)),
          peer_(std::vector<ScriptedPeer::Script>(32, [this](PeerConnection& peer) { serve(peer); })) {}

    std::string url() const { return "http://127.0.0.1:" + std::to_string(peer_.port()); }

    // True when `count` requests are held.
    bool held(std::size_t count = 1) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return held_ >= count; });
    }

    // "GET /path" of every request, in the order in which they came.
    std::vector<std::string> asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    void serve(PeerConnection& peer) {
        for (;;) {
            std::string request;
            try {
                request = peer.read_request();
            } catch (const std::exception&) {
                return;  // the client has closed a connection that it no longer needs
            }
            const auto reply = answer(request);
            if (!reply) {
                peer.closed_by_client();
                return;
            }
            if (!peer.send("HTTP/1.1 " + std::to_string(reply->status) +
                           " X\r\nContent-Length: " + std::to_string(reply->body.size()) + "\r\n\r\n" + reply->body)) {
                return;
            }
        }
    }

    std::optional<VendorReply> answer(const std::string& request) {
        const std::lock_guard lock(mutex_);
        asked_.push_back(request.substr(0, request.find(" HTTP/1.1")));
        auto reply = handler_(request);
        if (!reply) {
            ++held_;
            changed_.notify_all();
        }
        return reply;
    }

    const Handler handler_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> asked_;
    std::size_t held_ = 0;
    ScriptedPeer peer_;
};

}  // namespace tandem::test
