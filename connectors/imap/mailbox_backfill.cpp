// The import of a Mailbox' old mail: newest first, slice by slice through all folders in turn, at a pace.
#include "connectors/imap/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace tandem::imap {

using async::Task;

namespace {

constexpr std::size_t kSlice = 100;
constexpr std::size_t kGroupMails = 25;
constexpr std::uint64_t kGroupOctets = 1U << 20;
constexpr std::chrono::milliseconds kLookAgain{20};

}  // namespace

bool Mailbox::has_old_mail() const {
    const auto now = std::chrono::steady_clock::now();
    return std::ranges::any_of(
        boxes_, [&](const auto& box) { return box->old && !box->old->done && !box->gone && now >= box->paused_until; });
}

Task<Error> Mailbox::import_all(Line line) {
    while (has_old_mail()) {
        for (const auto& box : boxes_of(Lane::Backfill))
            if (auto some = co_await import_some(line, box); !some) co_return std::move(some.error());
    }
    host_.log().info("old mail is imported", {{"mailbox", config_.own_address()}});
    co_return cancelled();
}

Task<Result<void>> Mailbox::import_some(Line line, std::shared_ptr<Box> box) {
    if (!box->old || box->old->done || box->gone) co_return Result<void>();
    auto open = co_await select(line, box, false);
    if (!open) co_return fail(std::move(open.error()));
    if (!*open) co_return Result<void>();
    if (!box->old_uids) {
        const Uid below = box->old->below;
        auto found = below <= 1 ? Result<std::vector<Uid>>()
                                : co_await search(
                                      line, fmt::format("UID 1:{} SINCE {}", below - 1, search_date(box->old->since)));
        if (!found) co_return fail(std::move(found.error()));
        if (auto same = same_epoch(line, *box); !same) co_return same;
        box->old_uids = std::move(*found);
    }
    const std::size_t count = std::min(kSlice, box->old_uids->size());
    const std::vector<Uid> slice(box->old_uids->end() - static_cast<std::ptrdiff_t>(count), box->old_uids->end());
    auto infos = count == 0 ? Result<std::vector<MailInfo>>() : co_await list(line, uid_set(slice));
    if (!infos) co_return fail(std::move(infos.error()));
    std::ranges::sort(*infos, std::greater(), &MailInfo::uid);
    for (const auto group : groups(*infos, kGroupMails, kGroupOctets)) {
        std::vector<MailInfo> wanted(group.begin(), group.end());
        auto events = co_await fetch_group(line, box, std::move(wanted));
        if (!events) co_return fail(std::move(events.error()));
        if (auto same = same_epoch(line, *box); !same) co_return same;
        std::uint64_t octets = 0;
        for (const auto& event : *events)
            octets += event.raw.size();
        const std::size_t mails = events->size();
        box->old->below = group.back().uid;
        host_.count("imported", {}, mails);
        auto batch = place_of(*box->old, *box);
        batch.events = std::move(*events);
        co_await emit(std::move(batch));
        co_await keep_rate(mails, octets);
    }
    co_await let_follow(box);
    // Only now: what another lane found out meanwhile begins the import anew.
    if (!box->old_uids) co_return Result<void>();
    if (count > 0) std::erase_if(*box->old_uids, [&](Uid uid) { return uid >= slice.front(); });
    if (!box->old_uids->empty()) co_return Result<void>();
    box->old->done = true;
    box->old_uids.reset();
    co_await emit(place_of(*box->old, *box));
    co_return Result<void>();
}

// New mail would wait behind all the old mail that is journalled and not applied yet: at most two slices are.
Task<void> Mailbox::let_follow(std::shared_ptr<Box> box) {
    auto before = std::exchange(last_slice_, Slice{box, *box->old});
    if (!before.box) co_return;
    const std::string stream = backfill_stream(config_.user, before.box->folder.raw);
    for (;;) {
        const auto cursor = co_await host_.resume(stream);
        const auto stored = cursor && *cursor ? parse_backfill_place(**cursor) : std::nullopt;
        if (!stored || stored->uidvalidity != before.place.uidvalidity || stored->below <= before.place.below)
            co_return;
        co_await async::sleep_for(kLookAgain);
    }
}

Task<void> Mailbox::keep_rate(std::size_t mails, std::uint64_t octets) {
    const Instant now = host_.clock().now();
    const auto today = std::chrono::floor<std::chrono::days>(now);
    if (today != old_day_) {
        old_day_ = today;
        old_octets_ = 0;
    }
    old_octets_ += octets;
    const auto daily = static_cast<std::uint64_t>(shared_.config.backfill_daily.count);
    if (daily > 0 && old_octets_ >= daily) {
        host_.log().info("old mail goes on tomorrow: the day's octets are used up",
                         {{"mailbox", config_.own_address()}});
        co_await async::sleep_for(today + std::chrono::days(1) - now);
    } else if (shared_.config.backfill_rate > 0) {
        co_await async::sleep_for(
            std::chrono::microseconds(static_cast<std::int64_t>(mails) * 1'000'000 / shared_.config.backfill_rate));
    }
}

}  // namespace tandem::imap
