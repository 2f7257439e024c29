// Takes copies of mails from mail servers: listens, lets in whom it may, journals what comes before it is confirmed. On
// the instance's strand.
#pragma once

#include "connectors/smtp/config.hpp"
#include "connectors/smtp/sink_session.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"
#include "core/net/link.hpp"
#include "core/net/public_url.hpp"

#include <list>
#include <map>
#include <memory>
#include <string>

namespace tandem::smtp {

inline constexpr std::string_view kMailType = "message/rfc822";

class Sink {
public:
    // `host` outlives it.
    Sink(JournalConfig config, net::TlsContext tls, connector::Host& host);

    // Failure: Config (the address cannot be listened on).
    Result<void> open(async::Executor strand);
    // Its tasks run in the group, which is cancelled after close().
    void start(async::TaskGroup& group);
    std::uint16_t port() const { return listener_ ? listener_->port() : 0; }
    // Lets nobody in, and finishes what is being stored.
    async::Task<void> close();

private:
    struct Peer {
        std::size_t connections = 0;
        double tokens = 0;
        std::chrono::steady_clock::time_point seen{};
    };
    class Guest;  // what one connection may have

    async::Task<void> accept_all(async::TaskGroup& group);
    async::Task<void> serve(std::shared_ptr<net::Link> link);
    async::Task<void> converse(net::Link& link, SinkSession& session);
    async::Task<Result<void>> store(SinkMail mail, std::string peer);
    bool may_connect(const std::string& address) const;
    std::string_view refusal(const std::string& address) const;
    SinkOptions options(const net::Link& link, bool secure) const;
    void forget_quiet_peers();

    const JournalConfig config_;
    const net::TlsContext tls_;
    connector::Host& host_;
    std::vector<net::AddressBlock> networks_;
    std::unique_ptr<net::Listener> listener_;
    std::map<std::string, Peer> peers_;
    std::list<SinkSession*> sessions_;
    std::list<net::Link*> links_;
    std::size_t connections_ = 0;
    std::size_t held_ = 0;  // octets of mails that are coming in
    bool closing_ = false;
    async::Event changed_;
};

}  // namespace tandem::smtp
