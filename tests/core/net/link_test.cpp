#include "core/net/link.hpp"

#include "core/async/wait.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

namespace tandem::net {
namespace {

using namespace std::chrono_literals;
using async::Task;
using ::testing::HasSubstr;
using LinkPtr = std::unique_ptr<Link>;

Task<std::string> read_exactly(Link& link, std::size_t size) {
    std::string out;
    while (out.size() < size)
        if (auto read = co_await link.read(out); !read) break;
    co_return out;
}

class LinkTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto listener = listen(loop_.io().strand(), "127.0.0.1", 0);
        ASSERT_TRUE(listener) << listener.error().text;
        listener_ = std::move(*listener);
        test::write_certificate(certificate_, key_, "peer", "DNS:peer.test");
    }
    void TearDown() override {
        loop_.run([](std::unique_ptr<Listener> listener) -> Task<int> {
            listener->close();
            co_return 0;
        }(std::move(listener_)));
    }

    TlsContext server_tls() const { return *load_tls({.certificate = certificate_, .key = key_}); }
    TlsContext client_tls() const { return *load_client_tls(certificate_, TlsProtocol::Unnamed); }
    LinkTarget target(TlsContext tls = nullptr, const std::string& name = "peer.test") const {
        return {.host = "127.0.0.1", .port = listener_->port(), .tls = std::move(tls), .certificate_name = name};
    }

    // Both ends; `secure`: the accepting one speaks TLS.
    Task<std::pair<Result<LinkPtr>, Result<void>>> meet(LinkTarget target, TlsContext secure) {
        const auto executor = co_await boost::asio::this_coro::executor;
        std::optional<Result<void>> accepted;
        async::Event done;
        boost::asio::co_spawn(
            executor,
            [&]() -> Task<void> {
                auto link = co_await listener_->accept();
                Result<void> outcome;
                if (link) {
                    accepted_ = std::move(*link);
                    if (secure != nullptr) outcome = co_await accepted_->accept_tls(secure);
                } else {
                    outcome = fail(std::move(link.error()));
                }
                accepted = std::move(outcome);
                done.notify_all();
            },
            boost::asio::detached);
        auto opened = co_await connect(std::move(target));
        while (!accepted)
            co_await done.wait();
        co_return std::pair(std::move(opened), std::move(*accepted));
    }

    // What goes there and back.
    Task<std::string> echo(LinkTarget target, TlsContext secure, std::string text) {
        auto [opened, accepted] = co_await meet(std::move(target), std::move(secure));
        if (!opened) co_return opened.error().text;
        if (!accepted) co_return accepted.error().text;
        const auto executor = co_await boost::asio::this_coro::executor;
        async::Event done;
        bool written = false;
        boost::asio::co_spawn(
            executor,
            [&]() -> Task<void> {
                co_await (*opened)->write(text);
                written = true;
                done.notify_all();
            },
            boost::asio::detached);
        const std::string there = co_await read_exactly(*accepted_, text.size());
        while (!written)
            co_await done.wait();
        boost::asio::co_spawn(
            executor,
            [&]() -> Task<void> {
                co_await accepted_->write(there);
                written = false;
                done.notify_all();
            },
            boost::asio::detached);
        std::string back = co_await read_exactly(**opened, text.size());
        while (written)
            co_await done.wait();
        co_return back;
    }

    test::TempDir dir_;
    const std::filesystem::path certificate_ = dir_.path() / "certificate.pem", key_ = dir_.path() / "key.pem";
    test::LoopThread loop_;
    LinkPtr accepted_;
    std::unique_ptr<Listener> listener_;
};

std::string long_text() {
    std::string text(3'000'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(i % 251);
    return text;
}

TEST_F(LinkTest, CarriesOctetsBothWays) {
    EXPECT_EQ(loop_.run(echo(target(), nullptr, "hello")), "hello");
    EXPECT_EQ(accepted_->peer(), "127.0.0.1");
    EXPECT_FALSE(accepted_->peer_certified());
    EXPECT_TRUE(loop_.run(echo(target(), nullptr, long_text())) == long_text());
}

TEST_F(LinkTest, CarriesOctetsBothWaysInsideTls) {
    EXPECT_EQ(loop_.run(echo(target(client_tls()), server_tls(), "hello")), "hello");
    EXPECT_TRUE(loop_.run(echo(target(client_tls()), server_tls(), long_text())) == long_text());
    EXPECT_FALSE(accepted_->peer_certified()) << "the client showed no certificate";
}

TEST_F(LinkTest, ACertificateForSomebodyElseIsAMatterOfConfiguration) {
    const auto [opened, accepted] = loop_.run(meet(target(client_tls(), "other.test"), server_tls()));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Config);
    EXPECT_THAT(opened.error().text, HasSubstr("other.test"));
    EXPECT_FALSE(accepted) << "the peer is told";
}

TEST_F(LinkTest, WhoIsNotTrustedIsAMatterOfConfiguration) {
    const auto stranger = *load_client_tls({}, TlsProtocol::Unnamed);
    const auto [opened, accepted] = loop_.run(meet(target(stranger), server_tls()));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Config);
}

TEST_F(LinkTest, APeerThatSaysNothingIsLeftAfterTheLimit) {
    auto silent = target(client_tls());
    silent.limit = 50ms;
    const auto [opened, accepted] = loop_.run(meet(silent, nullptr));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Transient);
    EXPECT_THAT(opened.error().text, HasSubstr("no connection with TLS within 50 ms"));
}

TEST_F(LinkTest, TheEndOfTheOtherSideEndsReading) {
    const auto read_after_close = [this]() -> Task<Result<void>> {
        auto [opened, accepted] = co_await meet(target(), nullptr);
        accepted_->close();
        std::string out;
        co_return co_await (*opened)->read(out);
    };
    const auto read = loop_.run(read_after_close());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::Transient);
    EXPECT_THAT(read.error().text, HasSubstr("closed the connection"));
}

TEST_F(LinkTest, ATakenPortAndANameAreMattersOfConfiguration) {
    const auto taken = listen(loop_.io().strand(), "127.0.0.1", listener_->port());
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().kind, ErrorKind::Config);
    EXPECT_THAT(taken.error().text, HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(listener_->port())));
    EXPECT_FALSE(listen(loop_.io().strand(), "localhost", 0)) << "a name stands for several addresses";
}

TEST_F(LinkTest, NobodyThereIsTransient) {
    const std::uint16_t port = [&] {
        const auto gone = listen(loop_.io().strand(), "127.0.0.1", 0);
        return (*gone)->port();
    }();
    const auto opened = loop_.run(connect({.host = "127.0.0.1", .port = port}));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Transient);
}

}  // namespace
}  // namespace tandem::net
