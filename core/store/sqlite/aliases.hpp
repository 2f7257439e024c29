// Other names of interactions. Of a message that we sent, what the vendor calls it: one id, and receipts of its own,
// for each part; where the parts share an id, their numbers stand for ids. Of a long message that came in parts, the
// ids of the parts.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/delivery.hpp"

#include <cstdint>
#include <optional>

namespace tandem::store {

struct Alias {
    std::int64_t interaction = 0;
    std::int64_t parts = 1;  // of the message
};

class Aliases {
public:
    explicit Aliases(sqlite::Database& database);

    std::optional<Alias> find(const InteractionId& vendor_id);
    // False if the id leads somewhere already.
    bool add(const InteractionId& vendor_id, std::int64_t interaction, std::int64_t parts);

    // Receipts of one part, and what all parts together say (fold_parts() in delivery.hpp).
    Receipts part(const InteractionId& vendor_id);
    void keep_part(const InteractionId& vendor_id, const Receipts& receipts);
    // As many as the message has parts, also those that nothing is known of.
    std::vector<Delivery> parts(std::int64_t interaction);
    // What led to one interaction leads to the other.
    void move(std::int64_t from, std::int64_t to);

    void forget();  // after a rollback or somebody else's write

private:
    sqlite::Database& database_;
    sqlite::Statement find_, add_, part_, keep_part_, parts_, move_;
    bool any_ = false;  // most stores have none: then a message costs no look-up
};

}  // namespace tandem::store
