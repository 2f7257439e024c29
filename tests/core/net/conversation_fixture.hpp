// A link made of memory, a protocol of four words, and a conversation between them that a test's coroutine plays with.
#pragma once

#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/net/conversation.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::net {

using async::Task;

// The other end of a FakeLink, and what is seen of it.
struct Wire {
    std::deque<std::string> incoming;
    bool gone = false;        // nothing more comes
    bool stuck = false;       // writes do not end
    bool unwritable = false;  // writes fail
    std::optional<Result<void>> handshake;
    std::string written;
    int reads = 0;  // begun
    bool writing = false, shaking = false, closed = false;
    std::string trouble;     // what a link does not allow
    async::Event changed{};  // anything here, or in the Talk
};

class FakeLink final : public Link {
public:
    explicit FakeLink(Wire& wire) : wire_(wire) {}

    Task<Result<void>> read(std::string& out) override {
        ++wire_.reads;
        begun("read");
        while (wire_.incoming.empty() && !wire_.gone && !wire_.closed)
            co_await wire_.changed.wait();
        if (wire_.incoming.empty()) co_return fail(transient("the peer is gone"));
        out += wire_.incoming.front();
        wire_.incoming.pop_front();
        co_return Result<void>();
    }
    Task<Result<void>> write(std::string_view octets) override {
        wire_.writing = true;
        begun("write");
        while (wire_.stuck && !wire_.closed)
            co_await wire_.changed.wait();
        wire_.writing = false;
        wire_.changed.notify_all();
        if (wire_.unwritable || wire_.closed) co_return fail(transient("no more writes"));
        wire_.written += octets;
        co_return Result<void>();
    }
    Task<Result<void>> start_tls(TlsContext, std::string name) override {
        if (wire_.writing) wire_.trouble += "handshake while writing;";
        if (name != "peer.test") wire_.trouble += "handshake with " + name + ";";
        wire_.shaking = true;
        wire_.changed.notify_all();
        while (!wire_.handshake && !wire_.closed)
            co_await wire_.changed.wait();
        wire_.shaking = false;
        co_return wire_.closed ? fail(transient("closed")) : *wire_.handshake;
    }
    Task<Result<void>> accept_tls(TlsContext) override { co_return Result<void>(); }
    bool peer_certified() const override { return false; }
    const std::string& peer() const override { return peer_; }
    void end_reading() override { wire_.gone = true; }
    void close() override {
        wire_.closed = true;
        wire_.changed.notify_all();
    }

private:
    void begun(const std::string& what) {
        if (wire_.shaking) wire_.trouble += what + " in a handshake;";
        if (wire_.closed) wire_.trouble += what + " after close;";
        wire_.changed.notify_all();
    }

    Wire& wire_;
    const std::string peer_ = "192.0.2.1";
};

// A protocol of four words: "bye" ends it, "tls" secures it, "online" and everything else are only taken.
class Talk final : public Protocol {
public:
    explicit Talk(Wire& wire) : wire_(wire) {}

    void receive(std::string_view octets, Time) override {
        received.emplace_back(octets);
        if (octets == "broken") throw std::runtime_error("cannot read this");
        if (octets == "tls") {
            asked_for_tls = true;
            output += "proceed;";
        }
        if (octets.ends_with("bye")) {
            output += "farewell;";
            end("said bye");
        }
    }
    Time next_tick() const override { return tick_at; }
    void tick(Time now) override {
        if (now < tick_at) return;
        tick_at = Time::max();
        ++ticks;
    }
    void lost(std::string_view why) override { end(std::string(why)); }
    void handle() override {
        if (on_handle) on_handle();
        wire_.changed.notify_all();
    }
    std::string take_output() override { return std::exchange(output, {}); }
    std::optional<Error> ended() const override { return error; }
    Task<void> room() override {
        ++waits_for_room;
        while (full)
            co_await wire_.changed.wait();
    }
    std::optional<StartTls> wants_tls() override {
        if (!std::exchange(asked_for_tls, false)) return std::nullopt;
        return StartTls{.context = nullptr, .name = "peer.test"};
    }
    void secured(Time) override { is_secure = true; }

    std::vector<std::string> received;
    std::string output;
    Time tick_at = Time::max();
    int ticks = 0, waits_for_room = 0;
    bool full = false, asked_for_tls = false, is_secure = false;
    std::function<void()> on_handle;

private:
    void end(std::string why) {
        if (!error) error = transient(std::move(why));
    }

    Wire& wire_;
    std::optional<Error> error;
};

struct Scene {
    explicit Scene(std::chrono::milliseconds last_words = Conversation::kLastWords)
        : conversation(std::make_unique<FakeLink>(wire), talk, last_words) {}

    Task<void> run() {
        try {
            outcome = co_await conversation.run();
        } catch (const std::exception& error) {
            thrown = error.what();
        }
        wire.changed.notify_all();
    }
    Task<void> until(std::function<bool()> condition) {
        while (!condition())
            co_await wire.changed.wait();
    }
    // As an owner does that has used the session.
    void say(std::string_view words) {
        talk.output += words;
        conversation.advance();
    }
    void hear(std::vector<std::string> words) {
        wire.incoming.insert(wire.incoming.end(), words.begin(), words.end());
        wire.changed.notify_all();
    }
    bool over() const { return outcome || !thrown.empty(); }
    std::string why() const { return outcome ? outcome->text : "threw: " + thrown; }

    Wire wire;
    Talk talk{wire};
    Conversation conversation;
    std::optional<Error> outcome;
    std::string thrown;
    std::vector<std::string> trace;
};

using Body = Task<void> (*)(Scene&, async::TaskGroup&);

// Runs the conversation beside the body, and to its end.
inline Task<void> both(Scene& scene, Body body) {
    async::TaskGroup group(co_await boost::asio::this_coro::executor,
                           [](const std::exception_ptr&) { ADD_FAILURE() << "a task threw"; });
    group.spawn(scene.run());
    co_await body(scene, group);
    co_await group.join();
}

inline void play(Scene& scene, Body body) {
    test::run_sync(both(scene, body));
    EXPECT_TRUE(scene.over());
    EXPECT_TRUE(scene.wire.closed);
    EXPECT_EQ(scene.wire.trouble, "");
}

// A task of the conversation that ends only with it.
inline Task<void> stay(Scene& scene) {
    struct AtEnd {
        Scene& scene;
        ~AtEnd() { scene.trace.push_back("unwound"); }
    } at_end{scene};
    scene.trace.push_back("begun");
    scene.wire.changed.notify_all();
    co_await async::sleep_for(std::chrono::hours(1));
}

}  // namespace tandem::net
