// New mail of a Mailbox: what is there, and from there into the journal. Each place is stored with the mails it covers.
#include "connectors/imap/conditions.hpp"
#include "connectors/imap/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;

namespace {

constexpr std::size_t kSlice = 200;  // mails that are listed by one command
constexpr Uid kFarBehind = 1'000;    // UIDs; then the server is first asked which there are
constexpr std::size_t kMaxFound = 4'000'000;
constexpr std::size_t kGroupMails = 50;
constexpr std::uint64_t kGroupOctets = 1U << 20;
constexpr std::chrono::seconds kStoreRetry{1};

void rising(std::vector<MailInfo>& infos) {
    std::ranges::sort(infos, {}, &MailInfo::uid);
    const auto doubles = std::ranges::unique(infos, {}, &MailInfo::uid);
    infos.erase(doubles.begin(), doubles.end());
}

}  // namespace

Task<Result<void>> Mailbox::pass(Line line, std::shared_ptr<Box> box, bool anew) {
    if (box->gone && !anew) co_return Result<void>();
    auto open = co_await select(line, box, anew);
    if (!open) co_return fail(std::move(open.error()));
    if (!*open) co_return Result<void>();
    if (anew) {
        if (auto looked = co_await look_back(line, box); !looked) co_return looked;
    }
    co_return co_await read_new(line, box);
}

// Some servers, of several machines behind one name, let a lower UID appear late. Where the server counts changes, one
// without any need not be looked at.
Task<Result<void>> Mailbox::look_back(Line line, std::shared_ptr<Box> box) {
    const bool unchanged =
        line->can("CONDSTORE") && line->numbers.modseq != 0 && line->numbers.modseq == box->place->modseq;
    const Uid last = box->place->last;
    if (unchanged || last == 0) co_return Result<void>();
    const Uid first = last > kLookBack ? last - static_cast<Uid>(kLookBack) + 1 : 1;
    auto found = co_await search(line, fmt::format("UID {}:{}", first, last));
    if (!found) co_return fail(std::move(found.error()));
    if (auto same = same_epoch(line, *box); !same) co_return same;
    const bool known = !box->place->seen.empty();
    std::vector<Uid> late;
    for (const Uid uid : *found) {
        if (uid > last || std::ranges::binary_search(box->place->seen, uid)) continue;
        if (known) late.push_back(uid);
        if (!known) saw(*box->place, uid);
    }
    if (!late.empty()) {
        host_.count("late", {}, late.size());
        auto infos = co_await list(line, uid_set(late));
        if (!infos) co_return fail(std::move(infos.error()));
        if (auto taken = co_await take(line, box, std::move(*infos)); !taken) co_return taken;
    }
    box->place->modseq = line->numbers.modseq;
    co_return Result<void>();
}

Task<Result<void>> Mailbox::read_new(Line line, std::shared_ptr<Box> box) {
    const Uid last = box->place->last;
    if (line->numbers.uid_next > last && line->numbers.uid_next - last > kFarBehind) {
        auto found = co_await search(line, fmt::format("UID {}:*", last + 1));
        if (!found) co_return fail(std::move(found.error()));
        std::erase_if(*found, [&](Uid uid) { return uid <= last; });
        for (std::size_t at = 0; at < found->size(); at += kSlice) {
            const auto slice = std::span(*found).subspan(at, std::min(kSlice, found->size() - at));
            auto infos = co_await list(line, uid_set(slice));
            if (!infos) co_return fail(std::move(infos.error()));
            if (auto taken = co_await take(line, box, std::move(*infos)); !taken) co_return taken;
        }
    }
    auto infos = co_await list(line, fmt::format("{}:*", box->place->last + 1));
    if (!infos) co_return fail(std::move(infos.error()));
    // "n:*" has the last mail in any case.
    std::erase_if(*infos, [&](const MailInfo& one) { return one.uid <= box->place->last; });
    if (auto taken = co_await take(line, box, std::move(*infos)); !taken) co_return taken;
    if (auto same = same_epoch(line, *box); !same) co_return same;
    // What was expunged before we came is settled too.
    box->place->last = std::max(box->place->last, line->numbers.uid_next - 1);
    co_return Result<void>();
}

// The place moves with the mails that it covers, group by group.
Task<Result<void>> Mailbox::take(Line line, std::shared_ptr<Box> box, std::vector<MailInfo> infos) {
    rising(infos);
    for (const auto group : groups(infos, kGroupMails, kGroupOctets)) {
        std::vector<MailInfo> wanted(group.begin(), group.end());
        auto events = co_await fetch_group(line, box, std::move(wanted));
        if (!events) co_return fail(std::move(events.error()));
        if (auto same = same_epoch(line, *box); !same) co_return same;
        LivePlace& place = *box->place;
        for (const MailInfo& one : group) {
            place.last = std::max(place.last, one.uid);
            saw(place, one.uid);
            box->tries.erase(one.uid);
        }
        place.at = host_.clock().now();
        auto batch = place_of(place, *box);
        batch.events = std::move(*events);
        co_await emit(std::move(batch));
    }
    co_return Result<void>();
}

// UIDs, rising.
Task<Result<std::vector<Uid>>> Mailbox::search(Line line, std::string what) {
    const bool extended = line->can("ESEARCH");
    auto answer = co_await line->request(fmt::format("UID SEARCH {}{}", extended ? "RETURN (ALL) " : "", what));
    if (!answer) co_return fail(std::move(answer.error()));
    if (!answer->ok()) co_return fail(refusal(answer->result, "SEARCH"));
    std::string set;
    for (const Response& one : answer->data) {
        if (one.word == "ESEARCH") {
            static constexpr std::string_view kAll = "ALL ";
            const auto at = one.text.find(kAll);
            if (at == std::string::npos) continue;
            const std::string rest = one.text.substr(at + kAll.size());
            set += (set.empty() ? "" : ",") + rest.substr(0, rest.find(' '));
        } else if (one.word == "SEARCH") {
            std::string numbers = one.text.substr(0, one.text.find('('));
            std::ranges::replace(numbers, ' ', ',');
            set += (set.empty() ? "" : ",") + numbers;
        }
    }
    co_return parse_uid_set(set, kMaxFound);
}

Task<Result<std::vector<MailInfo>>> Mailbox::list(Line line, std::string uids) {
    auto answer = co_await line->request(list_command(uids, line->can("X-GM-EXT-1")));
    if (!answer) co_return fail(std::move(answer.error()));
    if (!answer->ok()) co_return fail(refusal(answer->result, "FETCH"));
    std::vector<MailInfo> out;
    for (const Response& one : answer->data)
        if (auto info = read_info(one)) out.push_back(std::move(*info));
    co_return out;
}

// Until there is room: nothing is read on meanwhile.
Task<void> Mailbox::emit(connector::Batch batch) {
    for (bool told = false;;) {
        connector::Batch copy = batch;
        const auto stored = co_await host_.emit(std::move(copy));
        if (stored) {
            if (told) shared_.board.not_stored(std::nullopt);
            co_return;
        }
        if (!told) host_.log().error("mail is not stored", {{"error", stored.error().text}});
        shared_.board.not_stored(stored.error().text);
        told = true;
        co_await async::sleep_for(kStoreRetry);
    }
}

// Another lane may have seen meanwhile that the mails have new UIDs.
Result<void> Mailbox::same_epoch(const Line& line, const Box& box) const {
    if (box.place && box.place->uidvalidity == line->numbers.uidvalidity) return {};
    return fail(transient("the mails of the folder were renumbered meanwhile"));
}

}  // namespace tandem::imap
