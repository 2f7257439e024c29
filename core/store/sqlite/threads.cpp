#include "core/store/sqlite/threads.hpp"

#include "core/store/sqlite/schema.hpp"

#include <algorithm>

namespace tandem::store {
namespace {

constexpr InteractionId kNobody{};  // owner of a name that several interactions brought along

}  // namespace

Threads::Threads(sqlite::Database& database)
    : find_(database.prepare("SELECT thread, owner, at FROM thread_name WHERE id = ?")),
      put_(database.prepare("INSERT INTO thread_name(id, thread, at) VALUES(?1,?2,?3)"
                            " ON CONFLICT DO UPDATE SET thread = ?2, at = max(at, ?3)")),
      own_(database.prepare("UPDATE thread_name SET owner = ? WHERE id = ?")),
      move_(database.prepare("UPDATE thread_name SET thread = ? WHERE thread = ?")) {}

ThreadId Threads::join(const Observation& observation, const InteractionId& interaction) {
    const auto& given = observation.thread_names;
    const Instant at = observation.started_at;
    const bool owned = given.own && claim(*given.own, interaction);
    auto names = usable(observation, owned);
    if (names.empty()) names.push_back(ThreadId{interaction.bytes});

    auto threads = names;
    for (const ThreadId& name : names) {
        if (const auto known = find(name)) threads.push_back(known->thread);
    }
    if (given.topic && given.topic->joins) {
        if (const auto latest = latest_of(*given.topic, at)) threads.push_back(*latest);
    }
    const ThreadId thread = std::ranges::min(threads);
    for (const ThreadId& other : threads) {
        if (other != thread) move_.bind_all(blob_of(thread), blob_of(other)).run();
    }
    for (const ThreadId& name : names)
        put_.bind_all(blob_of(name), blob_of(thread), to_micros(at)).run();
    if (owned) own_.bind_all(blob_of(interaction), blob_of(*given.own)).run();
    if (given.topic) note_topic(*given.topic, thread, at);
    return names.front();
}

// Programs that put one identifier into everything they send would make one dialogue of it all.
bool Threads::claim(const ThreadId& own, const InteractionId& interaction) {
    const auto known = find(own);
    if (!known || !known->owner || *known->owner == interaction) return true;
    own_.bind_all(blob_of(kNobody), blob_of(own)).run();
    return false;
}

std::vector<ThreadId> Threads::usable(const Observation& observation, bool owned) {
    const auto& given = observation.thread_names;
    std::vector<ThreadId> out;
    if (owned) out.push_back(*given.own);
    const auto add = [&](const ThreadId& name) {
        if (name == given.own) return;
        const auto known = find(name);
        if (!known || known->owner != kNobody) out.push_back(name);
    };
    add(*observation.thread);
    for (const ThreadId& name : given.also)
        add(name);
    return out;
}

std::optional<Threads::Name> Threads::find(const ThreadId& name) {
    const sqlite::Resetting guard(find_);
    if (!find_.bind_all(blob_of(name)).step()) return std::nullopt;
    Name out{.thread = id_of<ThreadId>(find_.blob(0)), .owner = {}, .at = from_micros(find_.integer(2))};
    if (!find_.blob(1).empty()) out.owner = id_of<InteractionId>(find_.blob(1));
    return out;
}

std::optional<ThreadId> Threads::latest_of(const ThreadNames::Topic& topic, Instant at) {
    const auto known = find(topic.id);
    if (!known || std::chrono::abs(at - known->at) > topic.within) return std::nullopt;
    return known->thread;
}

void Threads::note_topic(const ThreadNames::Topic& topic, const ThreadId& thread, Instant at) {
    const auto known = find(topic.id);
    if (known && known->at > at) return;
    put_.bind_all(blob_of(topic.id), blob_of(thread), to_micros(at)).run();
}

}  // namespace tandem::store
