// How a connector asks its pack what a message looks like on the wire and what the vendor's answer means, without
// knowing packs; the twin of Judge for the other direction. The composition root implements it over core/mapping.
#pragma once

#include "core/base/result.hpp"
#include "core/net/http.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::connector {

// A request as it goes out, credentials included: never log or store it.
struct WireRequest {
    std::string method;
    std::string url;
    std::vector<net::Header> headers;
    std::string body;
    // Set: whoever sends it adds the header Authorization with this text and a token (Caller::token_request()).
    std::optional<std::string> token_prefix{};
};

// What a vendor calls a message, or one part of it.
struct SentId {
    std::string name_space;
    std::string external_id;
};

// A message as the outbox keeps it.
struct Outgoing {
    std::string id;       // of the interaction: an idempotency key for vendors that take one
    std::string message;  // JSON, described in core/mapping/send.hpp
};

// Thread-safe; pure: no waiting, no input or output.
class Sender {
public:
    virtual ~Sender() = default;
    // The vendor takes a request with the same message id for a repetition, so that repeating one is harmless.
    virtual bool repeatable() const = 0;
    // The messages that this one goes out as, in order; usually itself alone.
    virtual std::vector<Outgoing> parts(const Outgoing& outgoing) const { return {outgoing}; }
    // Failure: Config (a setting is missing), Rejected (no request can be made of this message).
    virtual Result<WireRequest> request(const Outgoing& outgoing) const = 0;
    // The vendor's ids, possibly none; or the typed error that its answer stands for.
    virtual Result<std::vector<SentId>> outcome(const Outgoing& outgoing,
                                                int status,
                                                const std::vector<net::Header>& headers,
                                                std::string_view body) const = 0;
};

}  // namespace tandem::connector
