// Interactions, their receipts, their place on the timeline and their feed entries, on the writer's side.
#pragma once

#include "core/store/delivery.hpp"
#include "core/store/fold.hpp"
#include "core/store/outbox.hpp"
#include "core/store/sqlite/aliases.hpp"
#include "core/store/sqlite/copies.hpp"
#include "core/store/sqlite/feed_writer.hpp"
#include "core/store/sqlite/identity_writer.hpp"
#include "core/store/sqlite/media_jobs.hpp"
#include "core/store/sqlite/part_groups.hpp"
#include "core/store/sqlite/threads.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::store {

// Watermarks of its thread speak of it.
inline bool has_watermarks(const Visible& visible) {
    return visible.outbound && visible.thread.has_value();
}

class InteractionWriter {
public:
    InteractionWriter(sqlite::Database& database, IdentityWriter& identity, FeedWriter& feed);

    void observe(const Observation& observation, Instant now, ApplyReport& report);
    void receive(const ReceiptUpdate& receipt, Instant now, ApplyReport& report);
    void advance(const Watermark& watermark, Instant now, ApplyReport& report);

    // The interaction is what a vendor calls `ids`, one for each part: what is known under those ids, and what will be,
    // belongs to it.
    void adopt(const InteractionId& id, std::span<const VendorId> ids, Instant now, ApplyReport& report);
    // Interactions of which something spoke under another name of theirs since the last call.
    std::vector<std::int64_t> take_witnessed() { return std::exchange(witnessed_, {}); }
    Delivery delivery(const InteractionId& id);
    // A message is sent again: what became of it before no longer counts.
    void retract_attempt(const InteractionId& id, Instant now);
    // Something beside the interaction's own row has changed, and readers should look again.
    void touch(std::int64_t row, Instant now);

    std::int64_t row_of(const InteractionId& id);  // 0 if there is none
    // After a rollback or somebody else's write.
    void forget() {
        aliases_.forget();
        witnessed_.clear();
    }

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

    bool follow_copy(const Observation& observation);
    std::int64_t meet_copies(const Observation& observation, std::int64_t row, Instant now, ApplyReport& report);
    std::int64_t original_of(const Observation& observation);
    void absorb_copies(const InteractionId& name, std::int64_t row, Instant now, ApplyReport& report);
    void take_aliases(const Observation& observation, std::int64_t row, Instant now, ApplyReport& report);
    InteractionId meant_by(const Observation& observation);
    bool join_group(const Observation& observation, Register& incoming, Instant now, ApplyReport& report);
    std::int64_t insert_new(const Observation& observation, const Register& first, std::int64_t customer, Instant now);
    void merge(Row row, Register incoming, bool anew, Instant now, ApplyReport& report);
    void store_merged(Row& row, const Row& before, Instant now, ApplyReport& report);
    void receive_numbered(const std::optional<Alias>& alias,
                          const ReceiptUpdate& receipt,
                          Instant now,
                          ApplyReport& report);
    void receive_part(
        const Alias& alias, const InteractionId& id, const ReceiptUpdate& receipt, Instant now, ApplyReport& report);
    template <class Change>
    void change_delivery(Row row, Instant now, ApplyReport& report, Change change);
    void absorb_contact(Row stray, const Row& whole, Instant now, ApplyReport& report);
    void absorb(Row stray, const InteractionId& whole, std::size_t parts, Instant now, ApplyReport& report);
    void note_consent(const Observation& observation, std::int64_t point);
    std::optional<Row> find(const InteractionId& id);
    Row load(std::int64_t row);
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
    sqlite::Statement insert_, find_, find_row_, update_, update_delivery_, touch_, place_, unplace_, customer_;
    sqlite::Statement add_watermark_, covering_, previous_, outbound_, consent_;
    Aliases aliases_;
    PartGroups groups_;
    Copies copies_;
    Threads threads_;
    MediaJobs media_;
    std::vector<std::int64_t> witnessed_;
};

}  // namespace tandem::store
