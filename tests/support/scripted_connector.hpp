// A connector whose instances do what the test says: fail, hang, ignore cancellation, emit.
#pragma once

#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

// What one configured instance does; shared by all its restarts. Functions run on the instance's strand.
struct Script {
    std::function<async::Task<Result<void>>(connector::Host&)> start;  // empty: succeeds at once
    std::function<async::Task<void>()> stop;                           // empty: returns at once
    net::HttpHandler hook;                                             // served when not empty
    std::function<async::Task<Result<connector::MediaBytes>>(connector::MediaWanted)> fetch;
    std::atomic<int> opened{0}, started{0}, stopped{0};
    std::atomic<connector::Host*> host{nullptr};  // of the latest session
};

class ScriptedConnector final : public connector::Connector {
public:
    ScriptedConnector(connector::Manifest manifest, std::map<std::string, std::shared_ptr<Script>> scripts)
        : manifest_(std::move(manifest)), scripts_(std::move(scripts)) {}

    const connector::Manifest& manifest() const override { return manifest_; }
    void validate(const connector::InstanceSpec&, config::Diagnostics&) const override {}
    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec,
                                                          const net::HttpClient&,
                                                          const Clock&) const override {
        co_return std::optional<std::string>();
    }
    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        auto script = scripts_.at(spec.name);
        ++script->opened;
        script->host = &host;
        return std::make_unique<ScriptedInstance>(std::move(script), host);
    }

private:
    class ScriptedInstance final : public connector::Instance {
    public:
        ScriptedInstance(std::shared_ptr<Script> script, connector::Host& host)
            : script_(std::move(script)), host_(host) {}

        async::Task<Result<void>> start() override {
            ++script_->started;
            if (script_->hook) host_.serve_hook(script_->hook);
            if (script_->start) co_return co_await script_->start(host_);
            co_return Result<void>();
        }
        async::Task<Result<connector::MediaBytes>> fetch(connector::MediaWanted wanted) override {
            return script_->fetch(std::move(wanted));
        }
        async::Task<void> stop() override {
            ++script_->stopped;
            if (script_->stop) co_await script_->stop();
        }

    private:
        const std::shared_ptr<Script> script_;
        connector::Host& host_;
    };

    const connector::Manifest manifest_;
    const std::map<std::string, std::shared_ptr<Script>> scripts_;
};

// Waits and does not hear cancellation, until the gate opens: what a buggy connector looks like.
inline async::Task<void> ignore_cancellation(std::shared_ptr<std::atomic<bool>> gate) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    while (!*gate) {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(1));
        co_await timer.async_wait(boost::asio::bind_cancellation_slot(
            boost::asio::cancellation_slot(), boost::asio::as_tuple(boost::asio::use_awaitable)));
    }
}

}  // namespace tandem::test
