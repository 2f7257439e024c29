#include "tests/core/api/gateway.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace tandem {
namespace {

using store::FeedKind;
using test::FakeStore;
using test::Gateway;
using test::Json;

const CustomerId kOne = FakeStore::customer_id(1);
const CustomerId kTwo = FakeStore::customer_id(2);

// Collects chunks; `on_chunk` says after each whether the peer is still there.
class Peer final : public net::ResponseStream {
public:
    explicit Peer(std::function<bool(Peer&)> on_chunk) : on_chunk_(std::move(on_chunk)) {}
    async::Task<bool> write(std::string chunk) override {
        all += chunk;
        chunks.push_back(std::move(chunk));
        co_return on_chunk_(*this);
    }
    bool has(std::string_view text) const { return all.find(text) != std::string::npos; }

    std::string all;
    std::vector<std::string> chunks;

private:
    std::function<bool(Peer&)> on_chunk_;
};

net::StreamingResponse open(Gateway& gateway,
                            const std::string& target,
                            std::vector<net::Header> headers = {},
                            const char* token = "r-secret") {
    net::HttpRequest request;
    request.method = "GET";
    request.target = target;
    request.headers = std::move(headers);
    request.headers.push_back({"Authorization", std::string("Bearer ") + token});
    return std::get<net::StreamingResponse>(gateway.ask(std::move(request)));
}

void read(Gateway& gateway, net::StreamingResponse& stream, Peer& peer) {
    test::run_sync(gateway.io, stream.body(peer));
}

std::vector<std::string> ids(const std::string& text) {
    std::vector<std::string> found;
    for (auto at = text.find("event: "); at != std::string::npos; at = text.find("event: ", at + 1)) {
        const auto line = text.rfind("id: ", at) + 4;
        found.push_back(text.substr(line, text.find('\n', line) - line));
    }
    return found;
}

void publish(Gateway& gateway, int count) {
    for (int i = 0; i < count; ++i)
        gateway.store.publish(FeedKind::InteractionCreated, kOne, "i" + std::to_string(i));
}

TEST(Feed, WritesServerSentEvents) {
    Gateway gateway;
    publish(gateway, 1);
    auto stream = open(gateway, "/v1/feed?after=0");
    Peer peer([](Peer& self) { return !self.has("data:"); });

    read(gateway, stream, peer);

    EXPECT_EQ(stream.content_type, "text/event-stream");
    EXPECT_EQ(peer.chunks.at(0), "retry: 2000\n\n");
    EXPECT_EQ(peer.chunks.at(1),
              "id: 1\nevent: interaction.created\ndata: {\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/v1/feed\","
              "\"type\":\"tandem.interaction.created\",\"subject\":\"i0\",\"time\":\"1970-01-01T00:00:01Z\","
              "\"data\":{\"customer\":\"00000000-0000-0000-0000-000000000001\",\"version\":1}}\n\n");
}

TEST(Feed, ResumesAfterTheLastEvent) {
    struct {
        const char* target;
        std::vector<net::Header> headers;
        std::vector<std::string> expected;
    } const kCases[] = {
        {"/v1/feed?after=0", {}, {"1", "2", "3", "4"}},
        {"/v1/feed?after=2", {}, {"3", "4"}},
        {"/v1/feed?after=1", {{"Last-Event-ID", "3"}}, {"4"}},
        {"/v1/feed", {{"Last-Event-ID", "2"}}, {"3", "4"}},
        {"/v1/feed", {}, {"4"}},
    };
    for (const auto& row : kCases) {
        SCOPED_TRACE(row.target);
        Gateway gateway;
        publish(gateway, 3);
        auto stream = open(gateway, row.target, row.headers);
        publish(gateway, 1);
        Peer peer([](Peer& self) { return !self.has("id: 4"); });

        read(gateway, stream, peer);

        EXPECT_EQ(ids(peer.all), row.expected);
    }
}

TEST(Feed, RefusesPositionsItHasNotReached) {
    Gateway gateway;
    publish(gateway, 1);

    EXPECT_EQ(gateway.get("/v1/feed?after=2", "r-secret").status, 400);
    EXPECT_EQ(gateway.get("/v1/feed?after=-1", "r-secret").status, 400);
    EXPECT_EQ(gateway.get("/v1/feed", "r-secret", {{"Last-Event-ID", "abc"}}).status, 400);
    EXPECT_EQ(gateway.get("/v1/feed?customer=abc", "r-secret").status, 400);
    EXPECT_EQ(gateway.get("/v1/feed?after=1", "r-secret").status, 200);
}

TEST(Feed, IsWokenByACommit) {
    Gateway gateway;
    auto stream = open(gateway, "/v1/feed");
    int sent = 0;
    Peer peer([&](Peer& self) {
        if (self.has("id: 3")) return false;
        publish(gateway, 1);  // while the reader is busy writing: nothing may be missed
        return ++sent < 10;
    });

    read(gateway, stream, peer);

    EXPECT_EQ(ids(peer.all), (std::vector<std::string>{"1", "2", "3"}));
}

TEST(Feed, ReadsALongBacklogInPages) {
    auto options = Gateway::options();
    options.feed.page = 2;
    Gateway gateway(options);
    publish(gateway, 5);
    auto stream = open(gateway, "/v1/feed?after=0");
    Peer peer([](Peer& self) { return !self.has("id: 5\n"); });

    read(gateway, stream, peer);

    EXPECT_EQ(peer.chunks.size(), 4U) << "the greeting, then 2, 2 and 1";
    EXPECT_EQ(ids(peer.all).size(), 5U);
}

TEST(Feed, BeatsWhenNothingHappens) {
    auto options = Gateway::options();
    options.feed.heartbeat = std::chrono::milliseconds(1);
    Gateway gateway(options);
    publish(gateway, 2);
    auto stream = open(gateway, "/v1/feed?after=0&customer=" + kTwo.text());
    Peer peer([](Peer& self) { return self.chunks.size() < 3; });

    read(gateway, stream, peer);

    EXPECT_EQ(peer.chunks.at(2), ": still here\nid: 2\n\n") << "the id moves past what was filtered out";
}

TEST(Feed, EndsWhenTheGatewayStops) {
    Gateway gateway;
    auto stream = open(gateway, "/v1/feed");
    Peer peer([&](Peer&) {
        gateway.api.close();
        return true;
    });

    read(gateway, stream, peer);

    EXPECT_EQ(peer.chunks.size(), 1U);
    EXPECT_EQ(gateway.get("/v1/feed", "r-secret").status, 503);
}

TEST(Feed, EndsWhileItWaits) {
    Gateway gateway;
    publish(gateway, 1);
    auto stream = open(gateway, "/v1/feed?after=0");
    Peer peer([&](Peer& self) {
        if (self.has("id: 1")) boost::asio::post(gateway.io, [&] { gateway.api.close(); });
        return true;
    });

    read(gateway, stream, peer);

    EXPECT_EQ(ids(peer.all), std::vector<std::string>{"1"});
}

TEST(Feed, BoundsItsReaders) {
    auto options = Gateway::options();
    options.feed.max_readers = 1;
    Gateway gateway(options);
    {
        const auto first = open(gateway, "/v1/feed");
        EXPECT_EQ(gateway.get("/v1/feed", "r-secret").status, 503);
    }
    EXPECT_EQ(gateway.get("/v1/feed", "r-secret").status, 200) << "a reader that has gone makes room";
}

TEST(Feed, OutlivesAStoreThatCannotAnswerNow) {
    auto options = Gateway::options();
    options.feed.heartbeat = std::chrono::milliseconds(1);
    Gateway gateway(options);
    publish(gateway, 1);
    auto stream = open(gateway, "/v1/feed?after=0");
    gateway.store.failure = transient("busy");
    Peer peer([&](Peer& self) {
        if (self.has("still here")) gateway.store.failure.reset();
        return !self.has("event:");
    });

    read(gateway, stream, peer);

    EXPECT_EQ(ids(peer.all), std::vector<std::string>{"1"});
}

TEST(Feed, OfOneCustomerShowsOnlyTheirs) {
    Gateway gateway;
    test::fill_with_alice(gateway.store);
    gateway.store.publish(FeedKind::InteractionCreated, kTwo);
    gateway.store.publish(FeedKind::InteractionCreated, kOne);
    gateway.store.publish(FeedKind::InteractionCreated, std::nullopt);
    gateway.store.publish(FeedKind::InteractionChanged, FakeStore::customer_id(9));  // a former id of theirs
    auto stream = open(gateway, "/v1/feed?after=0&customer=" + kOne.text());
    Peer peer([](Peer& self) { return !self.has("id: 4"); });

    read(gateway, stream, peer);

    EXPECT_EQ(ids(peer.all), (std::vector<std::string>{"2", "4"}));
}

TEST(Feed, OfOneCustomerFollowsAMerge) {
    auto options = Gateway::options();
    options.feed.page = 1;
    Gateway gateway(options);
    test::fill_with_alice(gateway.store);
    gateway.store.publish(FeedKind::InteractionCreated, kOne);
    auto stream = open(gateway, "/v1/feed?after=0&customer=" + kTwo.text());
    Peer peer([&](Peer& self) {
        if (self.chunks.size() == 1) {
            gateway.store.customers[0].merged_ids.push_back(kTwo);
            gateway.store.customers[1].points.clear();
            gateway.store.publish(FeedKind::CustomerMerged, kOne, kTwo.text());
            gateway.store.publish(FeedKind::InteractionCreated, kOne);
        }
        return !self.has("id: 3");
    });

    read(gateway, stream, peer);

    EXPECT_EQ(ids(peer.all).back(), "3");
    EXPECT_TRUE(peer.has("event: customer.merged"));
}

TEST(Feed, OfThePageWaitsForACustomerToAppear) {
    Gateway gateway;
    auto stream = open(gateway, "/pop/feed?point=tel:+74951234567", {}, "p-secret");
    Peer peer([&](Peer& self) {
        if (self.chunks.size() == 1) {
            test::fill_with_alice(gateway.store);
            gateway.store.publish(FeedKind::InteractionCreated, kTwo);
            gateway.store.publish(FeedKind::InteractionCreated, kOne);
        }
        return !self.has("id: 2");
    });

    read(gateway, stream, peer);

    EXPECT_EQ(peer.chunks.back(), "id: 2\nevent: changed\ndata: interaction.created\n\n");
}

TEST(Feed, OfThePageWaitsForTheCallThatTheConsoleShowed) {
    Gateway gateway;
    test::fill_with_alice(gateway.store);
    const auto call = interaction_id("ucid", "00001043211754041200").text();
    auto stream = open(gateway, "/pop/feed?point=tel:+74951234567&ucid=00001043211754041200", {}, "p-secret");
    Peer peer([&](Peer& self) {
        if (self.chunks.size() == 1) {
            gateway.store.publish(FeedKind::InteractionCreated, kTwo);
            gateway.store.publish(FeedKind::InteractionCreated, kTwo, call);
        }
        return !self.has("id: 2");
    });

    read(gateway, stream, peer);

    EXPECT_EQ(peer.chunks.back(), "id: 2\nevent: changed\ndata: interaction.created\n\n");
}

}  // namespace
}  // namespace tandem
