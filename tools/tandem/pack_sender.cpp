#include "tools/tandem/pack_sender.hpp"

#include "core/data/json.hpp"
#include "core/mapping/send.hpp"

namespace tandem::tool {

Result<connector::WireRequest> wire_request(Result<mapping::OutgoingRequest> made) {
    if (!made) return fail(std::move(made.error()));
    connector::WireRequest out{.method = std::move(made->method),
                               .url = std::move(made->url),
                               .headers = {},
                               .body = std::move(made->body),
                               .token_prefix = std::move(made->token_prefix),
                               .token_query = std::move(made->token_query)};
    for (auto& [name, value] : made->headers)
        out.headers.push_back({std::move(name), std::move(value)});
    return out;
}

namespace {

mapping::VendorAnswer answer_of(int status, const std::vector<net::Header>& headers, std::string_view body) {
    mapping::VendorAnswer answer{.status = status, .headers = {}, .body = body};
    for (const auto& header : headers)
        answer.headers.push_back({header.name, header.value});
    return answer;
}

std::vector<connector::SentId> sent_ids(std::vector<mapping::SendOutcome::Id> given) {
    std::vector<connector::SentId> ids;
    for (auto& id : given)
        ids.push_back({std::move(id.name_space), std::move(id.external_id)});
    return ids;
}

}  // namespace

bool PackSender::resolvable() const {
    const auto abilities = mapping::send_abilities(pack_->pack());
    return abilities && abilities->resolvable;
}

bool PackSender::repeatable() const {
    const auto abilities = mapping::send_abilities(pack_->pack());
    return abilities && abilities->repeatable;
}

bool PackSender::by_http() const {
    const auto abilities = mapping::send_abilities(pack_->pack());
    return abilities && abilities->by_http;
}

std::vector<connector::SentId> PackSender::names(const connector::Outgoing& outgoing) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    // Of which of several parts would a receipt speak?
    if (!message || mapping::message_parts(pack_->pack(), *message, arena).size() > 1) return {};
    auto reference = mapping::message_reference(*pack_, *message, arena);
    if (!reference) return {};
    return {{std::move(reference->name_space), std::move(reference->external_id)}};
}

std::vector<connector::Outgoing> PackSender::parts(const connector::Outgoing& outgoing) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    if (!message) return {outgoing};
    std::vector<connector::Outgoing> out;
    for (const auto part : mapping::message_parts(pack_->pack(), *message, arena))
        out.push_back({.id = outgoing.id, .message = data::to_json(part)});
    return out;
}

Result<connector::WireRequest> PackSender::request(const connector::Outgoing& outgoing) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    if (!message) return fail(Error(message.error()).with_context("the stored message"));
    return wire_request(
        mapping::outgoing_request(*pack_, *message, mapping::Reveal::Secrets, SystemClock().now(), arena));
}

Result<std::vector<connector::SentId>> PackSender::outcome(const connector::Outgoing& outgoing,
                                                           int status,
                                                           const std::vector<net::Header>& headers,
                                                           std::string_view body) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    auto outcome =
        mapping::send_outcome(*pack_, message.value_or(data::Value()), answer_of(status, headers, body), arena);
    if (outcome.error) return fail(std::move(*outcome.error));
    return sent_ids(std::move(outcome.ids));
}

Result<connector::WireRequest> PackSender::query(const connector::Outgoing& outgoing) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    if (!message) return fail(Error(message.error()).with_context("the stored message"));
    return wire_request(mapping::query_request(*pack_, *message, mapping::Reveal::Secrets, SystemClock().now(), arena));
}

Result<std::optional<std::vector<connector::SentId>>> PackSender::resolution(const connector::Outgoing& outgoing,
                                                                             int status,
                                                                             const std::vector<net::Header>& headers,
                                                                             std::string_view body) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    auto found =
        mapping::query_outcome(*pack_, message.value_or(data::Value()), answer_of(status, headers, body), arena);
    if (!found) return fail(std::move(found.error()));
    std::optional<std::vector<connector::SentId>> out;
    if (*found) out = sent_ids(std::move(**found));
    return out;
}

}  // namespace tandem::tool
