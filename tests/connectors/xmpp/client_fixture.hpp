// A Client on a loop of its own, at a real server, with a host that keeps what a store would keep.
#pragma once

#include "connectors/xmpp/client.hpp"
#include "tests/connectors/xmpp/prosody.hpp"
#include "tests/connectors/xmpp/support.hpp"
#include "tests/connectors/xmpp/visitor.hpp"
#include "tests/support/instance_test.hpp"
#include "tests/support/plain_sender.hpp"
#include "tests/support/wire.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::xmpp::test {

// What was emitted before a restart of the client is what is recalled after it.
class KeepingHost final : public tandem::test::TimelyHost {
public:
    KeepingHost() {
        sender_ = std::make_shared<tandem::test::PlainSender>();
        name = "chat";
    }
    async::Task<Result<std::vector<journal::Event>>> recall(connector::Recall) override { co_return events; }
};

class AtProsody : public tandem::test::InstanceTest<KeepingHost> {
protected:
    using Sent = Result<std::vector<connector::SentId>>;

    explicit AtProsody(Prosody::Options options = {})
        : InstanceTest({.task = std::chrono::seconds(30)}), prosody_(options), wire_(prosody_.port()) {}
    void TearDown() override { shut_down(); }

    Config options() const {
        Config out;
        out.jid = "agent@localhost";
        out.password = Secret("agent-pw");
        out.host = "127.0.0.1";
        out.port = wire_.port();
        out.tls_ca = prosody_.certificate();
        out.reconnect_first = std::chrono::milliseconds(20);
        out.reconnect_limit = std::chrono::milliseconds(50);
        out.page_size = 3;
        return out;
    }
    Result<void> begin(const std::function<void(Config&)>& change = {}) {
        Config config = options();
        if (change) change(config);
        auto tls = tls_context(config);
        if (!tls) return fail(tls.error());
        client_ = std::make_unique<Client>(config, *tls, host_);
        return run(client_->start());
    }
    void shut_down() {
        if (client_ == nullptr) return;
        on_loop([&] {
            host_.hold = false;
            host_.let_go.notify_all();
            return 0;
        });
        stop_and_drop(client_);
    }

    // As a kill would: nobody says goodbye, and what is not durable is gone.
    void shut_down_hard() {
        wire_.cut();
        stop_and_drop(client_);
        on_loop([&] { return host_.hold = false; });
        wire_.mend();
    }

    std::future<Sent> send(std::string id, std::string text, std::string to = "visitor@localhost") {
        return spawn(
            client_->send({.id = std::move(id), .message = R"({"to":")" + to + R"(","text":")" + text + R"("})"}));
    }
    // The visitor gets the message; the server's acknowledgement is lost, as is all that it says until mend().
    std::future<Sent> send_unacknowledged(Visitor& visitor, std::string id) {
        wire_.mute();
        auto outcome = send(std::move(id), "once");
        visitor.expect("once");
        return outcome;
    }
    void write_while_cut(Visitor& visitor, std::string_view id, std::string_view body) {
        wire_.cut();
        visitor.write(id, body);
        visitor.settle();
        wire_.mend();
    }
    // The server comes back without it.
    void lose_the_session() {
        wire_.cut();
        prosody_.restart_forgetful();
        wire_.mend();
    }
    // Texts of the messages that are journalled.
    std::vector<std::string> bodies() {
        std::vector<std::string> out;
        for (const auto& document : documents()) {
            const std::string kind = text_at(document, "kind");
            if (kind == "message" || kind == "correction") out.push_back(text_at(document, "body"));
        }
        std::ranges::sort(out);
        return out;
    }
    std::vector<std::string> documents(std::string_view kind = {}) {
        std::vector<std::string> out;
        for (const auto& event : events()) {
            if (kind.empty() || text_at(event.raw, "kind") == kind) out.push_back(event.raw);
        }
        return out;
    }
    // In any order: what comes live overtakes the archive.
    bool bodies_become(std::vector<std::string> expected) {
        std::ranges::sort(expected);
        const bool came = becomes([&] { return bodies() == expected; });
        EXPECT_EQ(bodies(), expected);
        return came;
    }
    bool connected_again(std::string_view how, std::uint64_t times = 1) {
        return becomes([&] { return counter("sessions:" + std::string(how)) >= times; });
    }

    Prosody prosody_;
    tandem::test::Wire wire_;
    std::unique_ptr<Client> client_;
};

}  // namespace tandem::xmpp::test
