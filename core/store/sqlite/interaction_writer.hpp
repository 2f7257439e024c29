// Interactions, their receipts, their place on the timeline and their feed entries, on the writer's side.
#pragma once

#include "core/store/delivery.hpp"
#include "core/store/fold.hpp"
#include "core/store/sqlite/feed_writer.hpp"
#include "core/store/sqlite/identity_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::store {

class InteractionWriter {
public:
    InteractionWriter(sqlite::Database& database, IdentityWriter& identity, FeedWriter& feed);

    void observe(const Observation& observation, Instant now, ApplyReport& report);
    void receive(const ReceiptUpdate& receipt, Instant now, ApplyReport& report);
    void advance(const Watermark& watermark, Instant now, ApplyReport& report);

private:
    struct Row {
        std::int64_t row = 0;
        InteractionId id;
        std::uint64_t version = 0;
        std::vector<Register> registers;  // empty: parked, only receipts are known
        std::string document;
        Receipts receipts;
    };
    struct Place {  // on the timeline
        std::int64_t point = 0;
        std::int64_t started_at = 0;
        std::string_view channel;
        friend bool operator==(const Place&, const Place&) = default;
    };

    bool insert_new(const Observation& observation, const Register& first, std::int64_t customer, Instant now);
    void merge(const Observation& observation, Register incoming, Instant now, ApplyReport& report);
    std::optional<Row> find(const InteractionId& id);
    void park(const ReceiptUpdate& receipt);
    void update(const Row& row, const Visible& visible);
    void update_delivery(const Row& row);
    void cover(Receipts& receipts, const Visible& visible);
    std::optional<Instant> covering(const ThreadId& thread, model::ReceiptStatus status, Instant at);
    std::vector<std::int64_t> newly_covered(const Watermark& watermark);
    Row read_row(sqlite::Statement& statement);
    void move(std::int64_t row, const InteractionId& id, const Place& from, const Place& to);
    void announce(FeedKind kind, std::int64_t row, std::int64_t point, std::uint64_t version, Instant now);
    std::int64_t customer_of(std::int64_t point);

    sqlite::Database& database_;
    IdentityWriter& identity_;
    FeedWriter& feed_;
    sqlite::Statement insert_, find_, find_row_, update_, update_delivery_, place_, unplace_, customer_;
    sqlite::Statement add_watermark_, covering_, previous_, outbound_;
};

}  // namespace tandem::store
