// A part of a mail of a Mailbox, over a connection of its own: the lanes are never held up.
#include "connectors/imap/conditions.hpp"
#include "connectors/imap/mailbox.hpp"
#include "connectors/imap/part.hpp"

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;
using connector::MediaBytes;

namespace {

constexpr std::uint64_t kPiece = 512 * 1024;

}  // namespace

Task<Result<std::string>> Mailbox::fetch_octets(Line line, Uid uid, std::string command) {
    auto answer = co_await line->request(std::move(command));
    if (!answer) co_return fail(std::move(answer.error()));
    if (!answer->ok()) co_return fail(refusal(answer->result, "FETCH"));
    for (Response& one : answer->data)
        if (auto octets = read_octets(one); octets && octets->uid == uid) co_return std::move(octets->text);
    co_return fail(not_found("the mail or this part of it is not there any more"));
}

Task<Result<MediaBytes>> Mailbox::fetch(PartPlace place, std::uint64_t max_octets) {
    const auto box = std::ranges::find_if(boxes_, [&](const auto& one) { return one->folder.name == place.folder; });
    if (box == boxes_.end()) co_return fail(not_found("no such folder"));
    const auto name = quoted_string((*box)->folder.raw);
    const auto turn = co_await shared_.media_places.take(1);
    auto line = co_await connect();
    if (!line) co_return fail(std::move(line.error()));
    const Closing closing(*line);
    auto opened = co_await (*line)->request("EXAMINE " + name.value_or("\"\""));
    if (!opened) co_return fail(std::move(opened.error()));
    if (!opened->ok()) co_return fail(refusal(opened->result, "EXAMINE"));
    if (read_numbers(*opened).uidvalidity != place.uidvalidity)
        co_return fail(not_found("the mails of the folder have been renumbered"));
    auto header = co_await fetch_octets(*line, place.uid, part_header_command(place));
    if (!header) co_return fail(std::move(header.error()));
    // Base64 with its line ends takes less than half as much again.
    const std::uint64_t most = max_octets / 2 * 3 + 1'024;
    const auto room = co_await shared_.memory.take(std::min<std::uint64_t>(most, kPiece));
    std::string octets;
    for (bool more = true; more;) {
        auto piece = co_await fetch_octets(*line, place.uid, part_piece_command(place, octets.size(), kPiece));
        if (!piece) co_return fail(std::move(piece.error()));
        more = piece->size() == kPiece;
        octets += *piece;
        if (octets.size() > most) co_return fail(rejected("the file is too large", "too_large"));
    }
    MediaBytes out{.media_type = part_media_type(*header),
                   .body = without_transfer_encoding(*header, std::move(octets))};
    if (out.body.size() > max_octets) co_return fail(rejected("the file is too large", "too_large"));
    co_return out;
}

}  // namespace tandem::imap
