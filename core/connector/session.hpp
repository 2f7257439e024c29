// One opened instance and what it may use, inside core/connector. A restart makes a new session; the old one lives on
// until its last task has let go of it.
#pragma once

#include "core/connector/supervised.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tandem::connector {

class Session final : public Host, public std::enable_shared_from_this<Session> {
public:
    explicit Session(std::shared_ptr<Supervised> owner);

    async::Task<Result<void>> emit(Batch batch) override;
    async::Task<Result<std::optional<Cursor>>> resume(StreamName stream) override;
    async::Task<Result<std::vector<journal::Event>>> recall(Recall what) override;
    void state(State state, std::string detail) override;
    void failed(Error error) override;
    void serve_hook(net::HttpHandler handler) override { hook = std::move(handler); }
    std::string public_url(const net::HttpRequest& request) const override;
    const Judge* judge() const override { return owner_->spec_.judge.get(); }
    const Sender* sender() const override { return owner_->spec_.sender.get(); }
    const Caller* caller() const override { return owner_->spec_.caller.get(); }
    const net::HttpClient* http() const override { return owner_->context_->options.http; }
    const Clock& clock() const override { return owner_->context_->options.clock; }
    obs::Log& log() override { return owner_->log_; }
    void count(std::string_view counter, std::string_view label, std::uint64_t by) override;
    const std::string& instance() const override { return owner_->spec_.name; }

    std::unique_ptr<Instance> instance_object;
    net::HttpHandler hook;
    std::size_t running_calls = 0;  // of the hook and of send()
    std::optional<Error> failure;
    bool closed = false;  // what a leftover task reports no longer counts

private:
    Result<void> check_allowed(const Batch& batch) const;

    const std::shared_ptr<Supervised> owner_;
};

}  // namespace tandem::connector
