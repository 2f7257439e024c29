// The octets of mails. One that cannot be read is tried three times on fresh connections; then its header is taken, and
// if even that cannot be had it is passed over, counted and logged: one bad mail never stops a folder.
#include "connectors/imap/conditions.hpp"
#include "connectors/imap/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;

namespace {

constexpr std::uint64_t kPiece = 512 * 1024;
constexpr int kTries = 3;
constexpr std::size_t kMaxSkipped = 50;

std::vector<Uid> uids_of(const std::vector<MailInfo>& infos) {
    std::vector<Uid> out;
    for (const MailInfo& one : infos)
        if (!one.draft) out.push_back(one.uid);
    std::ranges::sort(out);
    return out;
}

std::uint64_t octets_of(const std::vector<MailInfo>& infos) {
    std::uint64_t sum = 0;
    for (const MailInfo& one : infos)
        sum += one.size;
    return sum;
}

}  // namespace

// In the order of `infos`. Drafts are none of our business; a mail that went away meanwhile is counted.
Task<Result<std::vector<journal::Event>>> Mailbox::fetch_group(Line line,
                                                               std::shared_ptr<Box> box,
                                                               std::vector<MailInfo> infos) {
    std::vector<journal::Event> events;
    const auto uids = uids_of(infos);
    if (uids.empty()) co_return events;
    const auto share = co_await shared_.memory.take(octets_of(infos));
    std::map<Uid, Octets> bodies;
    const bool together = uids.size() > 1 && uids.front() > box->singly_upto;
    if (together) {
        auto answer = co_await line->request(body_command(uid_set(uids)));
        if (!answer || !answer->ok()) {
            box->singly_upto = std::max(box->singly_upto, uids.back());
            co_return fail(answer ? refusal(answer->result, "FETCH") : std::move(answer.error()));
        }
        for (Response& one : answer->data)
            if (auto octets = read_octets(one)) bodies.insert_or_assign(octets->uid, std::move(*octets));
    }
    for (const MailInfo& info : infos) {
        if (info.draft) continue;
        const auto body = bodies.find(info.uid);
        if (body != bodies.end() && !body->second.cut) {
            events.push_back(event_of(*box, info, std::move(body->second.text), false));
            continue;
        }
        auto one = co_await fetch_one(line, box, info);
        if (!one) co_return fail(std::move(one.error()));
        if (*one) events.push_back(std::move(**one));
    }
    co_return events;
}

Task<Result<std::optional<journal::Event>>> Mailbox::fetch_one(Line line, std::shared_ptr<Box> box, MailInfo info) {
    int& tries = box->tries[info.uid];
    if (tries > kTries) {
        give_up(*box, info);
        co_return std::optional<journal::Event>();
    }
    // Counted before: a gateway or server that dies of it does not come to count it afterwards.
    ++tries;
    const bool head_only = tries > kTries;
    auto event = head_only ? co_await fetch_head(line, box, info) : co_await fetch_whole(line, box, info);
    if (!event) {
        // A server that wants to be left alone says nothing about this mail.
        if (event.error().kind == ErrorKind::Throttled) --box->tries[info.uid];
        if (event.error().kind == ErrorKind::Rejected) event.error().kind = ErrorKind::Transient;
        host_.count("fetch_failures");
        co_return fail(std::move(event.error()).with_context(fmt::format("mail {}", info.uid)));
    }
    box->tries.erase(info.uid);
    co_return event;
}

// Piece by piece up to the limit. RFC822.SIZE is an estimate on some servers: the end is where a piece is short.
Task<Result<std::optional<journal::Event>>> Mailbox::fetch_whole(Line line, std::shared_ptr<Box> box, MailInfo info) {
    const auto max_size = static_cast<std::uint64_t>(shared_.config.max_size.count);
    const auto keeps = static_cast<std::uint64_t>(shared_.config.large_keeps.count);
    bool large = info.size > max_size;
    std::string raw;
    for (bool more = true; more;) {
        const std::uint64_t wanted = large ? std::min(kPiece, keeps - raw.size()) : kPiece;
        auto answer = co_await line->request(piece_command(info.uid, raw.size(), wanted));
        if (!answer) co_return fail(std::move(answer.error()));
        if (!answer->ok()) co_return fail(refusal(answer->result, "FETCH"));
        std::optional<Octets> piece;
        for (Response& one : answer->data)
            if (auto octets = read_octets(one); octets && octets->uid == info.uid) piece = std::move(octets);
        if (!piece) {
            host_.count("vanished");
            co_return std::optional<journal::Event>();
        }
        // A server that does not know of pieces sends everything at once, of which the reader keeps the beginning.
        more = piece->text.size() == wanted;
        large |= piece->cut || raw.size() + piece->text.size() > max_size;
        raw += piece->text;
        if (large && raw.size() >= keeps) more = false;
    }
    if (large) {
        raw.resize(std::min<std::size_t>(raw.size(), keeps));
        host_.count("truncated");
    }
    co_return event_of(*box, info, std::move(raw), large);
}

Task<Result<std::optional<journal::Event>>> Mailbox::fetch_head(Line line, std::shared_ptr<Box> box, MailInfo info) {
    auto answer = co_await line->request(header_command(info.uid));
    if (!answer) co_return fail(std::move(answer.error()));
    std::optional<Octets> head;
    for (Response& one : answer->data)
        if (auto octets = read_octets(one); octets && octets->uid == info.uid) head = std::move(octets);
    if (!answer->ok() || !head) {
        give_up(*box, info);
        co_return std::optional<journal::Event>();
    }
    host_.count("poisoned", "header only");
    host_.log().error(
        "a mail cannot be read: only its header is stored",
        {{"mailbox", config_.own_address()}, {"folder", box->folder.name}, {"uid", std::to_string(info.uid)}});
    co_return event_of(*box, info, std::move(head->text), true);
}

void Mailbox::give_up(Box& box, const MailInfo& info) {
    host_.count("poisoned", "lost");
    host_.log().error("a mail cannot be read and is passed over",
                      {{"mailbox", config_.own_address()},
                       {"folder", box.folder.name},
                       {"uidvalidity", std::to_string(box.place->uidvalidity)},
                       {"uid", std::to_string(info.uid)},
                       {"size", std::to_string(info.size)}});
    shared_.board.remark(config_.own_address(), fmt::format("mail {}/{}", box.folder.name, info.uid),
                         fmt::format("mail {} of {} cannot be read and was passed over", info.uid, box.folder.name));
    auto& skipped = box.place->skipped;
    skipped.push_back(info.uid);
    if (skipped.size() > kMaxSkipped) skipped.erase(skipped.begin());
}

journal::Event Mailbox::event_of(const Box& box, const MailInfo& info, std::string raw, bool truncated) const {
    return mail_event({.mailbox = config_.own_address(),
                       .folder = &box.folder,
                       .uidvalidity = box.place->uidvalidity,
                       .received_at = host_.clock().now(),
                       .own = &shared_.own},
                      info, std::move(raw), truncated);
}

}  // namespace tandem::imap
