// A store in memory for tests of what reads it: holds what a test puts in, pages it, records operators' links and can
// be told to fail. Linking merges and splits plainly; the rules of identity are tested with the real store.
#pragma once

#include "core/identity/point.hpp"
#include "core/store/store.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::test {

class FakeStore final : public store::Store {
public:
    struct LinkCall {
        std::string a, b, actor;
        bool cut = false;
    };

    // What a test fills in; not while requests run.
    std::vector<store::CustomerView> customers;
    std::map<CustomerId, std::vector<store::InteractionView>> timelines;  // newest first
    std::vector<store::QuarantineEntry> entries;                          // newest first
    std::vector<LinkCall> links;
    std::optional<Error> failure;  // what every read answers

    static PointId id_of(const std::string& point_text) {
        return identity::point_id(Secret("test key"), identity::parse_point(point_text, "RU").value());
    }
    static store::PointView view_of(const std::string& point_text, std::string display = {}) {
        const auto point = identity::parse_point(point_text, "RU").value();
        return {.id = id_of(point_text), .point = point, .display = std::move(display), .first_seen = from_micros(0)};
    }
    static CustomerId customer_id(std::uint8_t number) {
        CustomerId id;
        id.bytes[15] = number;
        return id;
    }

    // Appends and wakes the readers, as a commit does.
    void publish(store::FeedKind kind, std::optional<CustomerId> customer, std::string subject = "s") {
        std::uint64_t position = 0;
        {
            const std::lock_guard lock(mutex_);
            position = feed_.size() + 1;
            feed_.push_back({.position = position,
                             .kind = kind,
                             .subject = std::move(subject),
                             .customer = customer,
                             .version = 1,
                             .at = from_micros(1'000'000)});
        }
        for (const auto& listener : listeners_)
            listener(position);
    }

    Result<store::ApplyReport> apply(const store::Batch&) override {
        return fail(rejected("the fake takes no batches"));
    }
    Result<std::uint64_t> position(std::string_view) override { return 0; }
    Result<std::optional<std::string>> cursor(std::string_view, std::string_view) override { return std::nullopt; }
    store::Outbox& outbox() override { throw std::logic_error("the fake has no outbox"); }
    store::Media& media() override { throw std::logic_error("the fake has no media"); }

    Result<CustomerId> link(const store::PartyPoint& a,
                            const store::PartyPoint& b,
                            std::string_view actor,
                            Instant) override {
        links.push_back({identity::to_text(a.point), identity::to_text(b.point), std::string(actor)});
        auto* owner = owner_of(a.id);
        if (owner == nullptr) return fail(not_found("no customer"));
        if (auto* other = owner_of(b.id); other != nullptr && other != owner) {
            owner->points.insert(owner->points.end(), other->points.begin(), other->points.end());
            owner->merged_ids.push_back(other->id);
            other->points.clear();
        } else if (other == nullptr) {
            owner->points.push_back({b.id, b.point, b.point_class, b.display, {}});
        }
        std::erase_if(owner->suggestions, [&](const auto& suggestion) { return suggestion.other.id == b.id; });
        return owner->id;
    }
    Result<CustomerId> unlink(PointId a, PointId b, std::string_view actor, Instant) override {
        auto* owner = owner_of(a);
        const auto moved = std::ranges::find(owner->points, b, &store::PointView::id);
        links.push_back({a.text(), identity::to_text(moved->point), std::string(actor), true});
        store::CustomerView separated;
        separated.id = customer_id(200);
        separated.points = {*moved};
        owner->points.erase(moved);
        const auto stays = owner->id;
        customers.push_back(std::move(separated));
        return stays;
    }

    Result<std::optional<store::CustomerView>> customer_of(PointId point) override {
        if (failure) return fail(*failure);
        const auto* owner = owner_of(point);
        return owner != nullptr ? std::optional(*owner) : std::nullopt;
    }
    Result<std::optional<store::CustomerView>> customer(CustomerId id) override {
        if (failure) return fail(*failure);
        for (const auto& view : customers) {
            if (view.id == id && !view.points.empty()) return view;
            if (std::ranges::find(view.merged_ids, id) != view.merged_ids.end()) return view;
        }
        return std::nullopt;
    }
    // The cursor is the index of the next item.
    Result<store::TimelinePage> timeline(CustomerId id, const store::TimelineQuery& query) override {
        if (failure) return fail(*failure);
        const auto found = timelines.find(id);
        store::TimelinePage page;
        if (found == timelines.end()) return page;
        std::size_t index = 0;
        if (query.before) {
            if (query.before->find_first_not_of("0123456789") != std::string::npos) {
                return fail(rejected("this is no cursor of a timeline"));
            }
            index = std::stoul(*query.before);
        }
        for (; index < found->second.size(); ++index) {
            const auto& item = found->second[index];
            const bool wanted =
                query.channels.empty() || std::ranges::find(query.channels, item.channel) != query.channels.end();
            if (!wanted) continue;
            if (page.items.size() == query.limit) {
                page.next = std::to_string(index);
                break;
            }
            page.items.push_back(item);
        }
        return page;
    }
    Result<std::optional<store::InteractionView>> interaction(InteractionId id) override {
        if (failure) return fail(*failure);
        for (const auto& [customer, items] : timelines) {
            const auto found = std::ranges::find(items, id, &store::InteractionView::id);
            if (found != items.end()) return *found;
        }
        return std::nullopt;
    }
    Result<std::vector<store::FeedEntry>> feed(std::uint64_t after, std::size_t limit) override {
        if (failure) return fail(*failure);
        const std::lock_guard lock(mutex_);
        std::vector<store::FeedEntry> page;
        for (const auto& entry : feed_) {
            if (entry.position > after && page.size() < limit) page.push_back(entry);
        }
        return page;
    }
    Result<std::vector<store::QuarantineEntry>> quarantine(const store::QuarantineQuery& query) override {
        if (failure) return fail(*failure);
        std::vector<store::QuarantineEntry> page;
        for (const auto& entry : entries) {
            if (query.before != 0 && entry.id >= query.before) continue;
            if (!query.instance.empty() && entry.instance != query.instance) continue;
            if (page.size() < query.limit) page.push_back(entry);
        }
        return page;
    }
    Result<std::optional<store::QuarantineEntry>> quarantined(std::uint64_t id) override {
        if (failure) return fail(*failure);
        const auto found = std::ranges::find(entries, id, &store::QuarantineEntry::id);
        return found != entries.end() ? std::optional(*found) : std::nullopt;
    }
    Result<store::StoreStats> stats() override {
        if (failure) return fail(*failure);
        const std::lock_guard lock(mutex_);
        return store::StoreStats{.feed_position = feed_.size()};
    }
    void on_feed(std::function<void(std::uint64_t)> listener) override { listeners_.push_back(std::move(listener)); }

private:
    store::CustomerView* owner_of(PointId point) {
        for (auto& view : customers) {
            if (std::ranges::find(view.points, point, &store::PointView::id) != view.points.end()) return &view;
        }
        return nullptr;
    }

    std::mutex mutex_;
    std::vector<store::FeedEntry> feed_;
    std::vector<std::function<void(std::uint64_t)>> listeners_;
};

}  // namespace tandem::test
