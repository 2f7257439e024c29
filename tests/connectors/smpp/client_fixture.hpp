// A Client on a loop of its own with a host that remembers.
#pragma once

#include "connectors/smpp/client.hpp"
#include "tests/support/instance_test.hpp"
#include "tests/support/plain_sender.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tandem::smpp::test {

// A pack that makes of a message what the test says.
class FakeSender final : public tandem::test::PlainSender {
public:
    Result<connector::WireRequest> request(const connector::Outgoing&) const override {
        if (failure) return fail(*failure);
        return connector::WireRequest{.method = {}, .url = {}, .headers = {}, .body = document};
    }

    std::string document;
    std::optional<Error> failure;
};

class ClientTest : public tandem::test::InstanceTest<> {
protected:
    ClientTest() : InstanceTest({.task = std::chrono::seconds(20)}) {}
    void TearDown() override { stop_and_drop(client_); }

    static Config options(std::uint16_t port) {
        Config out;
        out.host = "127.0.0.1";
        out.port = port;
        out.account = "acme";
        out.system_id = "tandem";
        out.password = Secret("secret");
        out.source_address = "5550";
        out.reconnect_first = std::chrono::milliseconds(20);
        out.reconnect_limit = std::chrono::milliseconds(50);
        out.throttle_backoff = std::chrono::milliseconds(20);
        return out;
    }
    void open(Config config) {
        auto tls = *tls_context(config);
        client_ = std::make_unique<Client>(std::move(config), std::move(tls), host_);
    }
    std::future<Result<void>> start() { return spawn(client_->start()); }
    std::future<SubmitOutcome> submit(std::string text, std::string to = "+79161234567") {
        return spawn(client_->submit({.to = std::move(to), .text = std::move(text), .from = {}, .validity = {}}));
    }

    std::unique_ptr<Client> client_;
};

}  // namespace tandem::smpp::test
