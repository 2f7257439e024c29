#include "core/journal/backlog.hpp"

#include <algorithm>
#include <utility>

namespace tandem::journal {

void Backlog::load(Position settled,
                   const std::optional<Mark>& first,
                   const std::optional<Mark>& first_unsettled,
                   const std::optional<Mark>& last) {
    const std::lock_guard lock(mutex_);
    stats_.settled = settled;
    if (last) {
        stats_.last = last->position;
        total_ = last->total;
    }
    first_before_ = unsettled_before_ = total_;
    if (first) {
        stats_.first = first->position;
        first_before_ = first->before;
        first_received_ = first->received;
    }
    if (first_unsettled) {
        unsettled_before_ = first_unsettled->before;
        stats_.oldest_unsettled = from_micros(first_unsettled->received);
    }
}

std::string_view Backlog::obstacle(std::uint64_t bytes, Instant now) const {
    const std::lock_guard lock(mutex_);
    if (total_ - unsettled_before_ + bytes > options_.max_unsettled_bytes) {
        return "journal: the backlog has reached its size limit";
    }
    if (stats_.oldest_unsettled && now - *stats_.oldest_unsettled > options_.max_unsettled_age) {
        return "journal: the backlog has reached its age limit";
    }
    return {};
}

void Backlog::appended(Position first, Position last, Instant received, std::uint64_t total) {
    const std::lock_guard lock(mutex_);
    ++stats_.commits;
    if (last < first) return;  // a commit without events
    if (stats_.first == 0) {
        stats_.first = first;
        first_received_ = to_micros(received);
        first_before_ = total_;
    }
    if (!stats_.oldest_unsettled) stats_.oldest_unsettled = received;
    stats_.last = last;
    total_ = total;
}

void Backlog::failed(Instant at) {
    const std::lock_guard lock(mutex_);
    stats_.last_failure = at;
}

void Backlog::refused(std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    stats_.refused += count;
}

void Backlog::unreadable(Position after, Position reached, std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    if (after >= damage_counted_) stats_.unreadable += count;
    damage_counted_ = std::max(damage_counted_, reached);
}

void Backlog::set_aside(std::string file, std::uint64_t salvaged) {
    const std::lock_guard lock(mutex_);
    stats_.set_aside = std::move(file);
    stats_.salvaged = salvaged;
}

bool Backlog::settle(Position upto) {
    const std::lock_guard lock(mutex_);
    if (upto <= stats_.settled) return false;
    stats_.settled = upto;
    if (upto < stats_.last) return true;
    stats_.oldest_unsettled.reset();
    unsettled_before_ = total_;
    return false;
}

void Backlog::settled_before(Position upto, const Mark& first_unsettled) {
    const std::lock_guard lock(mutex_);
    if (upto != stats_.settled) return;  // overtaken by a later call
    unsettled_before_ = first_unsettled.before;
    stats_.oldest_unsettled = from_micros(first_unsettled.received);
}

std::optional<Backlog::Excess> Backlog::excess(Instant now) const {
    const std::lock_guard lock(mutex_);
    if (stats_.first == 0 || stats_.first > stats_.settled) return std::nullopt;
    const Excess excess = droppable_locked(now);
    if (excess.bytes == 0 && first_received_ >= excess.received) return std::nullopt;
    return excess;
}

Backlog::Excess Backlog::droppable(Instant now) const {
    const std::lock_guard lock(mutex_);
    return droppable_locked(now);
}

Backlog::Excess Backlog::droppable_locked(Instant now) const {
    const std::uint64_t bytes = total_ - first_before_;
    return {.settled = std::min(stats_.settled, stats_.last),
            .bytes = bytes - std::min(bytes, options_.max_total_bytes),
            .received = to_micros(now - options_.retain)};
}

void Backlog::dropped(const std::optional<Mark>& first) {
    const std::lock_guard lock(mutex_);
    stats_.first = first ? first->position : 0;
    first_before_ = first ? first->before : total_;
    first_received_ = first ? first->received : 0;
}

Position Backlog::last() const {
    const std::lock_guard lock(mutex_);
    return stats_.last;
}

Position Backlog::settled() const {
    const std::lock_guard lock(mutex_);
    return stats_.settled;
}

JournalStats Backlog::stats() const {
    const std::lock_guard lock(mutex_);
    JournalStats out = stats_;
    out.total_bytes = total_ - first_before_;
    out.unsettled_bytes = total_ - unsettled_before_;
    return out;
}

}  // namespace tandem::journal
