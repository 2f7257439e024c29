#include "tools/tandem/pack_caller.hpp"

#include "core/mapping/media.hpp"
#include "core/mapping/poll.hpp"
#include "tools/tandem/pack_sender.hpp"

namespace tandem::tool {
namespace {

mapping::PollPlace place_of(const connector::PollPlace& place) {
    return {place.cursor, place.page, place.found, place.now, place.since, place.until};
}

mapping::VendorAnswer answer_of(const connector::AnswerView& answer) {
    mapping::VendorAnswer out{.status = answer.status, .headers = {}, .body = answer.body};
    for (const auto& header : answer.headers)
        out.headers.push_back({header.name, header.value});
    return out;
}

mapping::MediaItem item_of(const connector::MediaWanted& wanted) {
    return {.url = wanted.url, .kind = wanted.kind, .media_type = wanted.media_type, .filename = wanted.filename};
}

}  // namespace

std::vector<connector::Poll> PackCaller::polls() const {
    std::vector<connector::Poll> out;
    for (auto& poll : mapping::polls(*pack_)) {
        out.push_back({.name = std::move(poll.name),
                       .every = poll.every,
                       .timeout = poll.timeout,
                       .requests = poll.requests,
                       .pages = poll.pages,
                       .window_overlap = poll.window_overlap,
                       .window_first = poll.window_first,
                       .window_longest = poll.window_longest,
                       .backfill = poll.backfill,
                       .backfill_days = poll.backfill_days,
                       .backfill_step = poll.backfill_step,
                       .backfill_oldest_first = poll.backfill_oldest_first});
    }
    return out;
}

Result<connector::WireRequest> PackCaller::poll_request(std::string_view poll,
                                                        const connector::PollPlace& place) const {
    data::Arena arena;
    return wire_request(mapping::poll_request(*pack_, poll, place_of(place), mapping::Reveal::Secrets, arena));
}

connector::PollPage PackCaller::poll_page(std::string_view poll,
                                          const connector::PollPlace& place,
                                          const connector::AnswerView& answer) const {
    data::Arena arena;
    auto page = mapping::poll_page(*pack_, poll, place_of(place), answer_of(answer), arena);
    return {.error = std::move(page.error),
            .keep = page.keep,
            .more = page.more,
            .next = std::move(page.next),
            .cursor = std::move(page.cursor),
            .envelope = std::move(page.envelope),
            .content_type = std::move(page.content_type)};
}

std::optional<std::string> PackCaller::without_secrets(std::string_view text, std::span<const Secret> also) const {
    return mapping::without_secrets(*pack_, text, also);
}

Result<connector::WireRequest> PackCaller::token_request() const {
    data::Arena arena;
    return wire_request(mapping::token_request(*pack_, mapping::Reveal::Secrets, arena));
}

Result<connector::Token> PackCaller::token(const connector::AnswerView& answer) const {
    data::Arena arena;
    auto token = mapping::token_answer(*pack_, answer_of(answer), arena);
    if (!token) return fail(std::move(token.error()));
    return connector::Token{std::move(token->text), token->lifetime};
}

bool PackCaller::has_probe() const {
    return mapping::has_probe(pack_->pack());
}

Result<connector::WireRequest> PackCaller::probe_request() const {
    data::Arena arena;
    return wire_request(mapping::probe_request(*pack_, mapping::Reveal::Secrets, arena));
}

Result<std::string> PackCaller::probe(const connector::AnswerView& answer) const {
    data::Arena arena;
    return mapping::probe_answer(*pack_, answer_of(answer), arena);
}

Result<std::optional<connector::WireRequest>> PackCaller::media_lookup(const connector::MediaWanted& wanted) const {
    data::Arena arena;
    auto made = mapping::media_lookup(*pack_, item_of(wanted), mapping::Reveal::Secrets, arena);
    if (!made) return fail(std::move(made.error()));
    if (!*made) return std::nullopt;
    auto request = wire_request(std::move(**made));
    if (!request) return fail(std::move(request.error()));
    return std::optional(std::move(*request));
}

Result<std::string> PackCaller::media_place(const connector::MediaWanted& wanted,
                                            const connector::AnswerView& answer) const {
    data::Arena arena;
    return mapping::media_place(*pack_, item_of(wanted), answer_of(answer), arena);
}

Result<connector::MediaDownload> PackCaller::media_download(const connector::MediaWanted& wanted,
                                                            const std::optional<std::string>& place) const {
    data::Arena arena;
    auto made = mapping::media_download(*pack_, item_of(wanted), place, mapping::Reveal::Secrets, arena);
    if (!made) return fail(std::move(made.error()));
    auto request = wire_request(std::move(made->request));
    if (!request) return fail(std::move(request.error()));
    return connector::MediaDownload{std::move(*request), made->with_credentials};
}

}  // namespace tandem::tool
