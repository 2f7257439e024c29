#include "core/journal/reader.hpp"

namespace tandem::journal {

Result<std::unique_ptr<Reader>> Reader::open(const std::filesystem::path& file) {
    return sqlite::guarded("journal", [&] { return std::unique_ptr<Reader>(new Reader(file)); });
}

Result<std::vector<StoredEvent>> Reader::read(Position after, std::size_t limit, std::size_t max_bytes) {
    std::vector<StoredEvent> out;
    auto done = sqlite::guarded("journal", [&] {
        table_.read(after, limit, max_bytes, out);
        return true;
    });
    if (!done && out.empty()) return fail(std::move(done.error()));
    return out;
}

Result<std::optional<StoredEvent>> Reader::find(Position position) {
    auto events = read(position - 1, 1, 1);
    if (!events) return fail(std::move(events.error()));
    if (events->empty() || events->front().position != position) return std::nullopt;
    return std::move(events->front());
}

Result<std::vector<Event>> Reader::recent(const Recent& wanted) {
    return sqlite::guarded("journal", [&] {
        std::vector<Event> out;
        table_.recent(wanted, out);
        return out;
    });
}

Result<Position> Reader::last() {
    return sqlite::guarded("journal", [&] {
        auto mark = table_.last();
        return mark ? mark->position : Position{0};
    });
}

}  // namespace tandem::journal
