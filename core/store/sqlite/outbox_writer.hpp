// The outbox on the writer's side: rows, their history, and what they mean for the interaction on the timeline.
#pragma once

#include "core/store/outbox.hpp"
#include "core/store/sqlite/identity_writer.hpp"
#include "core/store/sqlite/interaction_writer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem::store {

class OutboxWriter {
public:
    OutboxWriter(sqlite::Database& database, InteractionWriter& interactions);

    // Throws Failure: Rejected, OptedOut (outbox.hpp).
    std::optional<AcceptedMessage> known(std::string_view key, std::uint64_t request_hash);
    AcceptedMessage accept(const OutgoingMessage& message, Instant now);
    std::vector<ClaimedMessage> claim(std::string_view instance,
                                      std::size_t limit,
                                      Instant now,
                                      const ExpectedNames& names);
    void settle(const Settlement& settlement, Instant now);
    std::size_t recover(std::string_view instance, Recovery recovery, Instant now);
    std::vector<ClaimedMessage> doubtful(std::string_view instance, std::size_t limit, Instant now);
    void resend(const InteractionId& id, Instant expires_at, std::string_view actor, Instant now);
    std::optional<Instant> next_due(std::string_view instance, bool doubtful);
    // Something has spoken of these interactions, by row, under a name of theirs: that settles what is in doubt.
    void hear(const std::vector<std::int64_t>& interactions, Instant now);

private:
    struct Row {
        std::int64_t row = 0;
        InteractionId id;
        OutboxState state = OutboxState::Queued;
        std::uint32_t attempt = 0;
    };

    std::optional<Row> find(const InteractionId& id);
    void doubt(Row row, Instant due, std::string_view code, std::string_view reason, Instant now);
    bool mark_doubt(const Row& row, std::uint32_t attempt);  // whether the row's attempt has witnesses
    void follow_witnesses(const Row& row, Instant now);
    Instant begun_at(const Row& row);
    bool withdrawn(const OutgoingMessage& message);
    void expire(std::string_view instance, Instant now);
    void drop_unwanted(std::string_view instance, Instant now);
    // Moves the row and says so in its history.
    void move(
        const Row& row, OutboxState state, Instant due, std::string_view code, std::string_view reason, Instant now);
    // The same, and on the timeline where receipts have a word for it.
    void change(
        const Row& row, OutboxState state, Instant due, std::string_view code, std::string_view reason, Instant now);

    sqlite::Database& database_;
    InteractionWriter& interactions_;
    sqlite::Statement insert_, by_key_, find_, due_, late_, unwanted_, refused_, sending_, change_, renew_, log_,
        next_due_, next_doubt_, doubtful_, consent_, withdraw_, in_doubt_, witness_, doubt_, begun_;
};

}  // namespace tandem::store
