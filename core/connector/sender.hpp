// How a connector asks its pack what a message looks like on the wire and what the vendor's answer means, without
// knowing packs; the twin of Judge for the other direction. The composition root implements it over core/mapping.
#pragma once

#include "core/base/result.hpp"
#include "core/net/http.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::connector {

// A request as it goes out, credentials included: never log or store it. For a connector with a protocol of its own
// only the body counts: a JSON document in the connector's terms.
struct WireRequest {
    std::string method;
    std::string url;
    std::vector<net::Header> headers;
    std::string body;
    // Set: whoever sends it adds the header Authorization with this text and a token (Caller::token_request()).
    std::optional<std::string> token_prefix{};
    std::string token_query{};  // the query parameter that the token goes into instead
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

// The names by which copies, receipts and echoes will speak of a message, known before it is sent: what settles its
// outcome if nobody hears the vendor's answer. Each stands for the whole message. Thread-safe; pure.
using ExpectedNames = std::function<std::vector<SentId>(const Outgoing&)>;

// Thread-safe; pure: no waiting, no input or output.
class Sender {
public:
    virtual ~Sender() = default;
    // The vendor takes a request with the same message id for a repetition, so that repeating one is harmless.
    virtual bool repeatable() const = 0;
    // The vendor can be asked what became of a message: query() and resolution().
    virtual bool resolvable() const { return false; }
    // The pack speaks HTTP; else request() makes a document and outcome() is not asked.
    virtual bool by_http() const = 0;
    // Of the pack, as ExpectedNames.
    virtual std::vector<SentId> names(const Outgoing&) const { return {}; }
    // The messages that this one goes out as, in order; usually itself alone.
    virtual std::vector<Outgoing> parts(const Outgoing& outgoing) const { return {outgoing}; }
    // Failure: Config (a setting is missing), Rejected (no request can be made of this message).
    virtual Result<WireRequest> request(const Outgoing& outgoing) const = 0;
    // The vendor's ids, possibly none; or the typed error that its answer stands for.
    virtual Result<std::vector<SentId>> outcome(const Outgoing& outgoing,
                                                int status,
                                                const std::vector<net::Header>& headers,
                                                std::string_view body) const = 0;
    // The question about a message whose outcome is unknown. Failure as of request().
    virtual Result<WireRequest> query(const Outgoing&) const {
        return fail(config_error("the vendor cannot be asked about messages"));
    }
    // nullopt: the vendor never saw the message. Failure: nothing is known.
    virtual Result<std::optional<std::vector<SentId>>> resolution(const Outgoing&,
                                                                  int /*status*/,
                                                                  const std::vector<net::Header>&,
                                                                  std::string_view /*body*/) const {
        return fail(config_error("the vendor cannot be asked about messages"));
    }
};

}  // namespace tandem::connector
