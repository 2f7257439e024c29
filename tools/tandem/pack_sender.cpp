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
                               .token_prefix = std::move(made->token_prefix)};
    for (auto& [name, value] : made->headers)
        out.headers.push_back({std::move(name), std::move(value)});
    return out;
}

bool PackSender::repeatable() const {
    const auto abilities = mapping::send_abilities(pack_->pack());
    return abilities && abilities->repeatable;
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
    return wire_request(mapping::outgoing_request(*pack_, *message, mapping::Reveal::Secrets, arena));
}

Result<std::vector<connector::SentId>> PackSender::outcome(const connector::Outgoing& outgoing,
                                                           int status,
                                                           const std::vector<net::Header>& headers,
                                                           std::string_view body) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    mapping::VendorAnswer answer{.status = status, .headers = {}, .body = body};
    for (const auto& header : headers)
        answer.headers.push_back({header.name, header.value});
    auto outcome = mapping::send_outcome(*pack_, message.value_or(data::Value()), answer, arena);
    if (outcome.error) return fail(std::move(*outcome.error));
    std::vector<connector::SentId> ids;
    for (auto& id : outcome.ids)
        ids.push_back({std::move(id.name_space), std::move(id.external_id)});
    return ids;
}

}  // namespace tandem::tool
