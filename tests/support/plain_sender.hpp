// A pack for the sending half of a connector of its own protocol: what is to be sent is already the connector's
// document.
#pragma once

#include "core/connector/sender.hpp"

#include <string_view>
#include <vector>

namespace tandem::test {

class PlainSender : public connector::Sender {
public:
    bool repeatable() const override { return false; }
    bool by_http() const override { return false; }
    Result<connector::WireRequest> request(const connector::Outgoing& outgoing) const override {
        return connector::WireRequest{.method = {}, .url = {}, .headers = {}, .body = outgoing.message};
    }
    Result<std::vector<connector::SentId>> outcome(const connector::Outgoing&,
                                                   int,
                                                   const std::vector<net::Header>&,
                                                   std::string_view) const override {
        return fail(config_error("not asked"));
    }
};

}  // namespace tandem::test
