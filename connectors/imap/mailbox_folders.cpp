// The folders of a Mailbox: which there are, opening them, and what their numbers mean.
#include "connectors/imap/conditions.hpp"
#include "connectors/imap/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMaxFolders = 2'000;
constexpr std::chrono::hours kOften{1};        // a server that renumbers again within it is broken
constexpr std::chrono::hours kDateMargin{24};  // SEARCH knows days, in the server's zone

// Of STATUS and of a code like [UIDNEXT 12].
std::uint64_t number_after(const std::vector<Value>& values, std::string_view name) {
    for (std::size_t i = 0; i + 1 < values.size(); ++i)
        if (values[i].is(name)) return values[i + 1].number().value_or(0);
    return 0;
}

}  // namespace

Task<Result<void>> Mailbox::list_folders(Line line) {
    auto answer =
        co_await line->request(std::string(list_all_command(line->can("SPECIAL-USE") && line->can("LIST-EXTENDED"))));
    if (!answer) co_return fail(std::move(answer.error()));
    if (!answer->ok()) co_return fail(refusal(answer->result, "LIST"));
    std::vector<Listed> listed;
    for (const Response& one : answer->data)
        if (auto folder = read_list(one); folder && listed.size() < kMaxFolders) listed.push_back(std::move(*folder));
    FolderWishes wishes = shared_.config.wishes_of(config_);
    wishes.gmail = line->can("X-GM-EXT-1");
    const Chosen chosen = choose_folders(listed, wishes);
    const auto known = [](const Boxes& boxes, const Folder& folder) {
        return std::ranges::find_if(boxes, [&](const auto& box) { return box->folder.raw == folder.raw; });
    };
    Boxes boxes;
    for (const Folder& folder : chosen.folders) {
        const auto found = known(boxes_, folder);
        auto box = found == boxes_.end() ? std::make_shared<Box>() : *found;
        box->folder = folder;
        box->gone = false;
        boxes.push_back(std::move(box));
    }
    boxes_ = std::move(boxes);
    shared_.board.remark(config_.own_address(), "sent",
                         chosen.sent_found ? "" : "no folder of sent mail is read: answers are not captured");
    for (const auto& box : boxes_)
        if (auto restored = co_await restore(box); !restored) co_return restored;
    co_return Result<void>();
}

connector::Batch Mailbox::place_of(const LivePlace& place, const Box& box) const {
    return {.stream = live_stream(config_.user, box.folder.raw), .events = {}, .after = to_cursor(place)};
}

connector::Batch Mailbox::place_of(const BackfillPlace& place, const Box& box) const {
    return {.stream = backfill_stream(config_.user, box.folder.raw), .events = {}, .after = to_cursor(place)};
}

Task<Result<void>> Mailbox::restore(std::shared_ptr<Box> box) {
    if (box->restored) co_return Result<void>();
    const auto live = co_await host_.resume(live_stream(config_.user, box->folder.raw));
    const auto old = co_await host_.resume(backfill_stream(config_.user, box->folder.raw));
    if (!live || !old) co_return fail((live ? old : live).error());
    if (*live) box->place = parse_live_place(**live);
    if (box->place) known_since_ = std::max(known_since_.value_or(box->place->at), box->place->at);
    if (*old) box->old = parse_backfill_place(**old);
    box->restored = true;
    co_return Result<void>();
}

// False: the folder cannot be opened, which is remarked.
Task<Result<bool>> Mailbox::select(Line line, std::shared_ptr<Box> box, bool anew) {
    if (SteadyClock::now() < box->paused_until) co_return false;
    if (!anew && line->selected == box->folder.raw) co_return true;
    const auto name = quoted_string(box->folder.raw);
    if (!name) {
        box->gone = true;
        co_return false;
    }
    line->selected.clear();
    auto answer = co_await line->request("EXAMINE " + *name);
    if (!answer) co_return fail(std::move(answer.error()));
    const std::string topic = "folder " + box->folder.name;
    if (!answer->ok()) {
        Error error = refusal(answer->result, "folder " + box->folder.name);
        if (error.kind == ErrorKind::Throttled) co_return fail(std::move(error));
        box->gone = true;
        host_.count("folders_refused");
        host_.log().warn("a folder cannot be opened",
                         {{"mailbox", config_.own_address()}, {"folder", box->folder.name}, {"error", error.text}});
        shared_.board.remark(config_.own_address(), topic, error.text);
        co_return false;
    }
    shared_.board.remark(config_.own_address(), topic, "");
    line->session().just_opened();
    FolderNumbers numbers = read_numbers(*answer);
    if (numbers.uid_next == 0) {
        // It need not be said (RFC 3501, 6.3.1).
        auto highest = co_await search(line, "UID *");
        if (!highest) co_return fail(std::move(highest.error()));
        numbers.uid_next = highest->empty() ? 1 : highest->back() + 1;
    }
    line->numbers = numbers;
    line->selected = box->folder.raw;
    if (auto good = co_await opened(box, numbers); !good) co_return fail(std::move(good.error()));
    co_return SteadyClock::now() >= box->paused_until;
}

Task<Result<void>> Mailbox::opened(std::shared_ptr<Box> box, FolderNumbers numbers) {
    if (!box->place) co_return co_await begin(box, numbers);
    if (box->place->uidvalidity != numbers.uidvalidity) co_return co_await renumbered(box, numbers);
    if (numbers.uid_next > box->place->last) co_return co_await look_further_back(box);
    // UIDs may only rise while UIDVALIDITY stays (RFC 3501, 2.3.1.1): what would come now would look old.
    host_.count("gaps", "uids fell");
    host_.log().error("a server has used its numbers of mails again without saying so",
                      {{"mailbox", config_.own_address()}, {"folder", box->folder.name}});
    co_return co_await renumbered(box, numbers);
}

// A folder that was never read: new mail from here on, and the old one by the import. What is in a folder that came up
// later may have been moved there before anybody saw it.
Task<Result<void>> Mailbox::begin(std::shared_ptr<Box> box, FolderNumbers numbers) {
    const Instant now = host_.clock().now();
    const Uid last = numbers.uid_next - 1;
    box->place = LivePlace{.uidvalidity = numbers.uidvalidity, .last = last, .at = now};
    if ((shared_.config.backfill.count() > 0 || known_since_) && !box->old) {
        const Instant wished = now - shared_.config.backfill;
        box->old = BackfillPlace{.uidvalidity = numbers.uidvalidity,
                                 .below = last + 1,
                                 .since = known_since_ ? std::min(wished, *known_since_) - kDateMargin : wished,
                                 .done = last == 0};
        co_await emit(place_of(*box->old, *box));
    }
    co_await emit(place_of(*box->place, *box));
    co_return Result<void>();
}

// The import was not wished for until now, or not as far.
Task<Result<void>> Mailbox::look_further_back(std::shared_ptr<Box> box) {
    const Instant since = host_.clock().now() - shared_.config.backfill;
    if (shared_.config.backfill.count() == 0 || (box->old && box->old->since <= since)) co_return Result<void>();
    const Uid below = box->old ? box->old->below : box->place->last + 1;
    box->old = BackfillPlace{.uidvalidity = box->place->uidvalidity, .below = below, .since = since};
    box->old_uids.reset();
    co_await emit(place_of(*box->old, *box));
    co_return Result<void>();
}

// All mails have new UIDs. What was stored is recognised by its content, so everything that may have been missed is
// read again by the import, while new mail goes on from here.
Task<Result<void>> Mailbox::renumbered(std::shared_ptr<Box> box, FolderNumbers numbers) {
    const Instant now = host_.clock().now();
    const LivePlace before = *box->place;
    const Uid last = numbers.uid_next - 1;
    const Instant since = std::min(now - shared_.config.backfill, before.at) - kDateMargin;
    box->old = BackfillPlace{.uidvalidity = numbers.uidvalidity, .below = last + 1, .since = since, .done = last == 0};
    box->old_uids.reset();
    box->tries.clear();
    box->singly_upto = 0;
    box->place = LivePlace{.uidvalidity = numbers.uidvalidity, .last = last, .at = now, .renumbered = now};
    host_.count("renumbered");
    const bool often = before.renumbered != Instant{} && now - before.renumbered < kOften;
    host_.log().warn("a server has renumbered the mails of a folder: it is read again",
                     {{"mailbox", config_.own_address()},
                      {"folder", box->folder.name},
                      {"before", std::to_string(before.uidvalidity)},
                      {"now", std::to_string(numbers.uidvalidity)}});
    if (often) {
        box->paused_until = SteadyClock::now() + kOften;
        host_.log().error("a server renumbers a folder again and again: it is left alone for an hour",
                          {{"mailbox", config_.own_address()}, {"folder", box->folder.name}});
    }
    shared_.board.remark(config_.own_address(), "renumbered " + box->folder.name,
                         often ? fmt::format("the server renumbers {} again and again", box->folder.name) : "");
    // First the import's place: with the old place of new mail, all of this would be done again.
    co_await emit(place_of(*box->old, *box));
    co_await emit(place_of(*box->place, *box));
    co_return Result<void>();
}

// Those in which something is new. Never asks about the folder that is open (RFC 3501, 6.3.10).
Task<Result<Mailbox::Boxes>> Mailbox::poll(Line line, Boxes boxes) {
    Boxes changed;
    const bool at_once = line->can("LIST-STATUS") && boxes.size() > 3;
    std::vector<Response> told;
    if (at_once) {
        auto answer = co_await line->request(R"(LIST "" "*" RETURN (STATUS (UIDNEXT UIDVALIDITY)))");
        if (!answer) co_return fail(std::move(answer.error()));
        told = std::move(answer->data);
    }
    for (const auto& box : boxes) {
        if (box->folder.raw == line->selected || box->gone || SteadyClock::now() < box->paused_until) continue;
        const auto name = quoted_string(box->folder.raw);
        if (!at_once && name) {
            auto answer = co_await line->request("STATUS " + *name + " (UIDNEXT UIDVALIDITY)");
            if (!answer) co_return fail(std::move(answer.error()));
            told = std::move(answer->data);
        }
        for (const Response& one : told) {
            if (one.word != "STATUS" || one.values.size() < 2 || one.values[0].text != box->folder.raw) continue;
            const auto next = number_after(one.values[1].items, "UIDNEXT");
            const auto validity = number_after(one.values[1].items, "UIDVALIDITY");
            const bool same = box->place && validity == box->place->uidvalidity && next == box->place->last + 1ULL;
            if (!same) changed.push_back(box);
            break;
        }
    }
    co_return changed;
}

// RFC 5465: one connection hears of every folder.
Task<Result<void>> Mailbox::ask_for_notices(Line line) {
    if (!shared_.config.notify || !can_notify_ || !line->can("NOTIFY") || line->notified) co_return Result<void>();
    auto answer = co_await line->request(
        "NOTIFY SET (selected (MessageNew MessageExpunge)) (personal (MessageNew MessageExpunge))");
    if (!answer) co_return fail(std::move(answer.error()));
    can_notify_ = answer->ok();
    line->notified = answer->ok();
    co_return Result<void>();
}

}  // namespace tandem::imap
