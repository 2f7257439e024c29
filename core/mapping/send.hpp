// The other direction: from a message of ours to the request that a vendor takes, and from its answer to what became of
// the message. Pure: whoever calls sends the bytes.
#pragma once

#include "core/base/error.hpp"
#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::mapping {

struct SendAbilities {
    std::string channel;                                        // empty: by scheme only
    std::vector<std::pair<std::string, std::string>> channels;  // by scheme of the recipient
    std::string provider;
    std::vector<std::string> to;  // schemes of contact points
    std::int64_t max_text = 0;    // characters (code points)
    std::int64_t max_media = 0;
    bool repeatable = false;  // the vendor takes a request with the same message id for a repetition
    bool resolvable = false;  // the vendor can be asked about a message: query_request()
    bool gives_ids = false;   // an answer names the message
    bool by_http = true;      // false: a protocol of the connector's own carries the body of outgoing_request()
};

// A request to the vendor. Secrets are filled in: never log or store it. `shown` is the same with *** in their places.
struct OutgoingRequest {
    std::string method;
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    // Set: the caller adds the header Authorization with this text and a token of oauth2 (poll.hpp).
    std::optional<std::string> token_prefix{};
    std::string token_query{};  // the query parameter that the token goes into instead
};

// A vendor's answer. Views: outlives the call.
struct VendorAnswer {
    int status = 0;
    std::vector<RequestHeader> headers;
    std::string_view body;
};

struct SendOutcome {
    // The vendor's ids of the message, one for each part, in the name space of its receipts. May be empty.
    struct Id {
        std::string name_space;
        std::string external_id;
    };
    std::vector<Id> ids;
    std::optional<Error> error;  // none: the vendor took the message
};

enum class Reveal { Secrets, Nothing };

// nullopt when the pack cannot send.
std::optional<SendAbilities> send_abilities(const Pack& pack);

// The messages that one becomes, in order: a text that is too long is cut if the pack has `split`,
// files go one by one if it has `caption`. Each has its own id
// and `part: {number, total}`; attachments and what is replied to go with the first. A message that fits is one, as it
// is.
std::vector<data::Value> message_parts(const Pack& pack, data::Value message, data::Arena& arena);

// `message` is JSON's {id, at, to: {scheme, scope, value}, subject, text, thread, reply_to, answered: {id, subject,
// attributes}, media: [{url, media_type, filename}]}.
// Not by HTTP: only the body counts, a document for the connector; the message itself if the pack says nothing.
// Failure: Config (a setting is missing), Rejected (the pack's expressions cannot make a request of it).
Result<OutgoingRequest> outgoing_request(
    const BoundPack& pack, data::Value message, Reveal reveal, Instant now, data::Arena& arena);

// Why the message cannot be sent, as far as that can be known without the vendor: Config (a setting of `needs` is
// missing), Rejected (no such message, not for this pack, above its limits, `refuse`).
Result<void> check_message(const BoundPack& pack, data::Value message, data::Arena& arena);

// Our own name of the message that the vendor will repeat; nullopt if the pack or this message has none.
std::optional<SendOutcome::Id> message_reference(const BoundPack& pack, data::Value message, data::Arena& arena);

// The question about a message whose outcome is unknown; as outgoing_request(). A message of several parts is Rejected:
// of which of them would the answer speak?
Result<OutgoingRequest> query_request(
    const BoundPack& pack, data::Value message, Reveal reveal, Instant now, data::Arena& arena);

// nullopt: the vendor never saw the message. Failure: nothing is known.
Result<std::optional<std::vector<SendOutcome::Id>>> query_outcome(const BoundPack& pack,
                                                                  data::Value message,
                                                                  const VendorAnswer& answer,
                                                                  data::Arena& arena);

// Never fails: an answer that makes no sense is an outcome of unknown kind.
SendOutcome send_outcome(const BoundPack& pack, data::Value message, const VendorAnswer& answer, data::Arena& arena);

}  // namespace tandem::mapping
