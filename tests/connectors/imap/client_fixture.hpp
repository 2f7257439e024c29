// A Client on a loop of its own, at a real server, with a host that keeps what a store would keep.
#pragma once

#include "connectors/imap/client.hpp"
#include "tests/connectors/imap/agent.hpp"
#include "tests/connectors/imap/dovecot.hpp"
#include "tests/support/instance_test.hpp"
#include "tests/support/wire.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tandem::imap::test {

// Cursors and events outlive the client.
class KeepingHost final : public tandem::test::TimelyHost {
public:
    KeepingHost() { name = "mail"; }
    async::Task<Result<std::optional<connector::Cursor>>> resume(connector::StreamName stream) override {
        if (lags && cursors.contains(stream)) co_return cursors[stream].front();
        co_return co_await FakeHost::resume(std::move(stream));
    }

    bool lags = false;  // what is journalled does not reach the store
};

class AtDovecot : public tandem::test::InstanceTest<KeepingHost> {
protected:
    void TearDown() override { shut_down(); }

    Config options(Server server = Server::Rich) {
        if (!wire_) wire_ = std::make_unique<tandem::test::Wire>(dovecot_.port(), static_cast<std::uint32_t>(server));
        Config out;
        out.host = "127.0.0.1";
        out.port = wire_->port();
        out.tls = TlsMode::None;
        out.password = Secret("secret");
        out.mailboxes = {{.user = kUser}};
        out.backfill = std::chrono::milliseconds(0);
        out.backfill_rate = 0;
        out.poll = std::chrono::milliseconds(200);
        out.reconnect_first = std::chrono::milliseconds(20);
        out.reconnect_limit = std::chrono::milliseconds(50);
        return out;
    }
    Result<void> begin(Config config) {
        for (MailboxConfig& one : config.mailboxes) {
            if (one.password.empty() && !one.oauth2) one.password = config.password;
            if (one.host.empty()) one.host = config.host;
            if (one.port == 0) one.port = config.port;
            if (one.include.empty()) one.include = config.include;
        }
        auto tls = tls_context(config);
        if (!tls) return fail(tls.error());
        client_ = std::make_unique<Client>(std::move(config), *tls, host_);
        return run(client_->start());
    }
    void shut_down() { stop_and_drop(client_); }

    // Message-IDs of what is journalled, each as often as it is.
    std::map<std::string, int> ids() {
        std::map<std::string, int> out;
        for (const auto& event : events())
            ++out[event.vendor_id];
        return out;
    }
    bool arrives(const std::string& id) {
        const bool came = becomes([&] { return ids().contains("<" + id + "@customer.test>"); });
        EXPECT_TRUE(came) << id << " did not arrive; " << ids().size() << " did; the state is " << detail();
        return came;
    }

    static constexpr const char* kUser = "support@example.test";
    Dovecot dovecot_;
    std::unique_ptr<tandem::test::Wire> wire_;
    std::unique_ptr<Client> client_;
};

}  // namespace tandem::imap::test
