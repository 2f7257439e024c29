#include "connectors/smpp/reassembly.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::smpp {

namespace {

std::string full_key_of(const std::string& key, const PartPlace& place) {
    return key + '|' + std::string(to_string(place.concat)) + '|' + std::to_string(place.reference) + '|' +
           std::to_string(place.total);
}

std::string set_id_of(const std::string& full_key, Instant first_at) {
    const auto digest = sha256(full_key + '|' + std::to_string(to_micros(first_at)));
    return hex(std::span(digest).first<16>());
}

}  // namespace

Reassembly::Added Reassembly::add(const std::string& key, const PartPlace& place, Part part, Instant now) {
    Added out;
    const std::string full_key = full_key_of(key, place);
    PartSet* set = find_key(full_key);
    if (set != nullptr) {
        const auto known = set->parts.find(place.number);
        if (known != set->parts.end() && !(known->second == part)) {
            // The sender counts its references around: this is another message.
            if (!set->complete() && !set->given_up) out.given_up.push_back(*set);
            const std::string old_id = set->id;
            std::erase_if(sets_, [&](const PartSet& one) { return one.id == old_id; });
            set = nullptr;
        }
    }
    if (set == nullptr) {
        make_room(out.given_up);
        sets_.push_back({set_id_of(full_key, now), full_key, place, now, now, {}, false});
        set = &sets_.back();
    }
    set->last_at = now;
    out.repeated = !set->parts.emplace(place.number, std::move(part)).second;
    out.hand_out = !out.repeated && (set->complete() || set->given_up);
    out.set = *set;
    return out;
}

void Reassembly::make_room(std::vector<PartSet>& given_up) {
    while (!sets_.empty() && sets_.size() >= options_.max_sets) {
        if (!sets_.front().complete() && !sets_.front().given_up) given_up.push_back(std::move(sets_.front()));
        sets_.pop_front();
    }
}

void Reassembly::undo(const std::string& set_id, unsigned number) {
    PartSet* set = find_id(set_id);
    if (set == nullptr) return;
    set->parts.erase(number);
    if (set->parts.empty()) std::erase_if(sets_, [&](const PartSet& one) { return one.id == set_id; });
}

void Reassembly::restore(const std::string& set_id,
                         const std::string& key,
                         const PartPlace& place,
                         Part part,
                         Instant first_at,
                         Instant at) {
    PartSet* set = find_id(set_id);
    if (set == nullptr) {
        const auto later = std::ranges::find_if(sets_, [&](const PartSet& one) { return one.first_at > first_at; });
        set = &*sets_.insert(later, {set_id, full_key_of(key, place), place, first_at, at, {}, false});
    }
    set->last_at = std::max(set->last_at, at);
    set->parts.emplace(place.number, std::move(part));
}

std::vector<PartSet> Reassembly::expire(Instant now) {
    std::vector<PartSet> out;
    for (auto at = sets_.begin(); at != sets_.end();) {
        if (now < due(*at)) {
            ++at;
        } else if (at->complete() || at->given_up) {
            at = sets_.erase(at);
        } else {
            at->given_up = true;
            out.push_back(*at++);
        }
    }
    return out;
}

void Reassembly::undo_expire(const std::string& set_id) {
    if (PartSet* set = find_id(set_id)) set->given_up = false;
}

std::optional<Instant> Reassembly::next_expiry() const {
    std::optional<Instant> next;
    for (const PartSet& set : sets_)
        next = next ? std::min(*next, due(set)) : due(set);
    return next;
}

bool Reassembly::contains(const std::string& set_id) const {
    return std::ranges::find(sets_, set_id, &PartSet::id) != sets_.end();
}

Instant Reassembly::due(const PartSet& set) const {
    if (set.complete()) return set.last_at + options_.remember;
    return set.first_at + (set.given_up ? 2 : 1) * options_.timeout;
}

// Of several with one key the newest is meant.
PartSet* Reassembly::find_key(const std::string& full_key) {
    const auto found =
        std::find_if(sets_.rbegin(), sets_.rend(), [&](const PartSet& set) { return set.key == full_key; });
    return found == sets_.rend() ? nullptr : &*found;
}

PartSet* Reassembly::find_id(const std::string& set_id) {
    const auto found = std::ranges::find(sets_, set_id, &PartSet::id);
    return found == sets_.end() ? nullptr : &*found;
}

}  // namespace tandem::smpp
