// A bound pack as the sender that connectors ask (they do not know packs).
#pragma once

#include "core/connector/sender.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/send.hpp"

#include <memory>

namespace tandem::tool {

// The twin of a request of a pack.
Result<connector::WireRequest> wire_request(Result<mapping::OutgoingRequest> made);

class PackSender final : public connector::Sender {
public:
    explicit PackSender(std::shared_ptr<const mapping::BoundPack> pack) : pack_(std::move(pack)) {}

    bool repeatable() const override;
    bool resolvable() const override;
    bool by_http() const override;
    std::vector<connector::SentId> names(const connector::Outgoing& outgoing) const override;
    std::vector<connector::Outgoing> parts(const connector::Outgoing& outgoing) const override;
    Result<connector::WireRequest> request(const connector::Outgoing& outgoing) const override;
    Result<std::vector<connector::SentId>> outcome(const connector::Outgoing& outgoing,
                                                   int status,
                                                   const std::vector<net::Header>& headers,
                                                   std::string_view body) const override;
    Result<connector::WireRequest> query(const connector::Outgoing& outgoing) const override;
    Result<std::optional<std::vector<connector::SentId>>> resolution(const connector::Outgoing& outgoing,
                                                                     int status,
                                                                     const std::vector<net::Header>& headers,
                                                                     std::string_view body) const override;

private:
    std::shared_ptr<const mapping::BoundPack> pack_;
};

}  // namespace tandem::tool
