// From a mapped record to what the store writes: contact points in normal form with their ids, computed keys, the hash
// that orders equal revisions. Pure; thread-safe.
#pragma once

#include "core/base/secret.hpp"
#include "core/data/value.hpp"
#include "core/identity/point.hpp"
#include "core/model/snapshot.hpp"
#include "core/store/store.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace tandem::pipeline {

struct IdentityContext {
    Secret key;                  // of the contact points' ids
    identity::PointRules rules;  // own numbers, trunks, shared mailboxes
};

struct RecordContext {
    std::string_view region;      // for numbers without a country prefix
    std::string_view arrived_at;  // RFC 3339 text of the event's arrival, as mapping saw it
    int precedence = 100;
    std::uint64_t event = 0;
};

// `snapshot` with every contact point of its parties in normal form; what the source wrote stays as `display` when it
// differs. Memory comes from `arena`.
data::Value normalise_points(data::Value snapshot, std::string_view region, data::Arena& arena);

// 64-bit hash of a document, as data::write_json() writes it, that orders equal revisions. Texts equal to the arrival
// time do not count: three deliveries of one webhook without a time of its own differ in nothing else, and must be one
// revision.
std::uint64_t content_hash(std::string_view document, std::string_view arrived_at);

// ErrorKind::Rejected with the field path when the document does not fit the schema.
Result<store::Observation> to_observation(data::Value snapshot,
                                          const IdentityContext& identity,
                                          const RecordContext& context,
                                          data::Arena& arena);

using ReceiptOutcome = std::variant<store::ReceiptUpdate, store::Watermark>;
Result<ReceiptOutcome> to_receipt(data::Value receipt);

// The customer's points in the order of schema section 4.2 (strongest first) with their ids.
std::vector<store::PartyPoint> customer_points(const model::Snapshot& snapshot,
                                               const IdentityContext& identity,
                                               std::string_view region);

}  // namespace tandem::pipeline
