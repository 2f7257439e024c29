// Dialogues that have several names: every mail names itself and the ones it answers, in any order of arrival. A set of
// names, not a tree: what shares a name is one dialogue, called by the smallest of its names, so the order in which
// they come does not matter. (RFC 5256's REFERENCES makes a tree of the same sets.)
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tandem::store {

class Threads {
public:
    explicit Threads(sqlite::Database& database);

    // Takes in the names of an observation with a thread, which belongs to `interaction`: the name to keep for it.
    ThreadId join(const Observation& observation, const InteractionId& interaction);

private:
    struct Name {
        ThreadId thread;
        std::optional<InteractionId> owner;
        Instant at{};
    };

    std::optional<Name> find(const ThreadId& name);
    bool claim(const ThreadId& own, const InteractionId& interaction);
    std::vector<ThreadId> usable(const Observation& observation, bool owned);
    std::optional<ThreadId> latest_of(const ThreadNames::Topic& topic, Instant at);
    void note_topic(const ThreadNames::Topic& topic, const ThreadId& thread, Instant at);

    sqlite::Statement find_, put_, own_, move_;
};

}  // namespace tandem::store
