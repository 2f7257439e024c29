// Long messages that lack parts: what the parts of one message share leads to its interaction.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <optional>

namespace tandem::store {

struct PartGroup {
    std::int64_t interaction = 0;
    Instant at{};  // of the part that opened it
};

class PartGroups {
public:
    explicit PartGroups(sqlite::Database& database);

    // The message that this part may belong to; nullopt if none waits or its parts are too far away in time: telephones
    // count references from 0 to 255 and begin anew.
    std::optional<PartGroup> find(const Observation& part);
    void open(const Observation& part, std::int64_t interaction);
    void close(const Observation& part);  // complete

private:
    sqlite::Statement find_, open_, close_;
};

}  // namespace tandem::store
