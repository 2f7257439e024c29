// Calls that are being put together: how long each waits for more, how long it is remembered for what comes late, and
// how many there may be. Pure; one strand.
#pragma once

#include "core/base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace tandem::avaya_records {

struct ShelfOptions {
    std::chrono::milliseconds hold{30'000};                       // how long a call waits for related records
    std::chrono::milliseconds unfinished{std::chrono::hours(8)};  // then one of which a record is missing is closed
    std::chrono::milliseconds remember{std::chrono::hours(24)};
    std::size_t most = 20'000;
};

// `Item` has `bool finished() const` and `bool given_up`: records that were announced will not come.
template <class Item>
class Shelf {
public:
    using Number = std::uint64_t;  // rises
    using Forget = std::function<void(Number, const Item&)>;

    // `forget` runs before an item goes.
    Shelf(ShelfOptions options, Forget forget) : options_(options), forget_(std::move(forget)) {}

    Number add(Item item, Instant at) {
        make_room(at);
        const Number number = ++last_;
        places_.emplace(number, Place{.item = std::move(item), .touched = at, .due = {}});
        by_age_.emplace(at, number);
        return number;
    }
    bool contains(Number number) const { return places_.contains(number); }
    Item& at(Number number) { return places_.at(number).item; }
    const Item& at(Number number) const { return places_.at(number).item; }

    // There is something new about it.
    void touch(Number number, Instant at) {
        Place& place = places_.at(number);
        by_age_.erase({place.touched, number});
        place.touched = std::max(at, place.touched);
        place.item.given_up = false;
        by_age_.emplace(place.touched, number);
        schedule(number, place.touched + options_.hold);
    }
    Item take_away(Number number) {
        schedule(number, std::nullopt);
        const auto found = places_.find(number);
        forget_(number, found->second.item);
        Item item = std::move(found->second.item);
        by_age_.erase({found->second.touched, number});
        places_.erase(found);
        return item;
    }

    // Hands each that is due to `tell`. When there are too many, the oldest are due at once.
    template <class Tell>
    void tell_due(Instant now, Tell tell) {
        while (!by_due_.empty() && (by_due_.begin()->first <= now || crowded())) {
            const Number number = by_due_.begin()->second;
            Place& place = places_.at(number);
            const Instant end = place.touched + options_.unfinished;
            const bool waits = !place.item.finished() && !place.item.given_up;
            place.item.given_up = place.item.given_up || (waits && (end <= now || crowded()));
            schedule(number, waits && !place.item.given_up ? std::optional(end) : std::nullopt);
            tell(place.item);
            make_room(now);
        }
        make_room(now);
    }
    std::optional<Instant> next_due() const {
        if (by_due_.empty()) return std::nullopt;
        return crowded() ? Instant() : by_due_.begin()->first;
    }

private:
    struct Place {
        Item item;
        Instant touched{};
        std::optional<Instant> due{};
    };

    bool crowded() const { return places_.size() >= options_.most; }
    void schedule(Number number, std::optional<Instant> at) {
        Place& place = places_.at(number);
        if (place.due) by_due_.erase({*place.due, number});
        place.due = at;
        if (at) by_due_.emplace(*at, number);
    }
    // What is still to be told stays: tell_due() is due then.
    void make_room(Instant now) {
        while (!by_age_.empty()) {
            const auto [touched, number] = *by_age_.begin();
            if (!crowded() && touched + options_.remember > now) return;
            if (places_.at(number).due) return;
            take_away(number);
        }
    }

    const ShelfOptions options_;
    const Forget forget_;
    std::map<Number, Place> places_;
    Number last_ = 0;
    std::set<std::pair<Instant, Number>> by_due_;
    std::set<std::pair<Instant, Number>> by_age_;
};

// Which items have a name, several of them.
class NameIndex {
public:
    using Number = std::uint64_t;
    void add(const std::string& name, Number number) { entries_[name].insert(number); }
    void drop(const std::string& name, Number number) {
        const auto found = entries_.find(name);
        if (found == entries_.end()) return;
        found->second.erase(number);
        if (found->second.empty()) entries_.erase(found);
    }
    const std::set<Number>& of(const std::string& name) const {
        static const std::set<Number> none;
        const auto found = entries_.find(name);
        return found == entries_.end() ? none : found->second;
    }

private:
    std::map<std::string, std::set<Number>> entries_;
};

}  // namespace tandem::avaya_records
