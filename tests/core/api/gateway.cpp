#include "tests/core/api/gateway.hpp"

#include "core/base/text.hpp"
#include "tests/support/run_sync.hpp"

namespace tandem::test {

net::HttpReply Gateway::ask(net::HttpRequest request) {
    const auto match = router.find(request.method, request.path());
    if (match.route == nullptr) {
        net::HttpResponse refused;
        refused.status = match.allow.empty() ? 404 : 405;
        return refused;
    }
    return run_sync(io, match.route->handler(std::move(request), match.parameters));
}

net::HttpResponse Gateway::get(const std::string& target, std::string_view token, std::vector<net::Header> headers) {
    return send("GET", target, token, {}, std::move(headers));
}

net::HttpResponse Gateway::send(const std::string& method,
                                const std::string& target,
                                std::string_view token,
                                std::string body,
                                std::vector<net::Header> headers) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    request.body = std::move(body);
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + std::string(token)});
    auto reply = ask(std::move(request));
    if (auto* response = std::get_if<net::HttpResponse>(&reply)) return std::move(*response);
    net::HttpResponse streaming;
    streaming.status = std::get<net::StreamingResponse>(reply).status;
    streaming.content_type = std::get<net::StreamingResponse>(reply).content_type;
    return streaming;
}

std::string header_of(const net::HttpResponse& response, std::string_view name) {
    for (const auto& header : response.headers) {
        if (iequals_ascii(header.name, name)) return header.value;
    }
    return {};
}

Json::Json(std::string text) : text_(std::move(text)) {
    auto parsed = data::parse_json(text_, arena_);
    if (parsed) value = *parsed;
}

store::InteractionView message(std::uint8_t number,
                               std::string_view started_at,
                               std::string_view direction,
                               std::string_view text,
                               std::string_view more) {
    store::InteractionView view;
    view.id.bytes[15] = number;
    view.channel = "messenger";
    view.started_at = parse_time(started_at).value();
    view.sources = {"whatsapp"};
    view.version = 1;
    view.event = number;
    view.thread = ThreadId{{7}};
    view.document = R"({"schema_version":1,"channel":"messenger","provider":"whatsapp","state":"closed","direction":")";
    view.document += direction;
    view.document += R"(","parties":[{"no":0,"role":"customer","name":"Alice","contact_points":[{"scheme":"whatsapp",)"
                     R"("value":"79161234567"}]},{"no":1,"role":"agent","name":"Boris"}],"messages":[{"sender":)";
    view.document += direction == "inbound" ? "0" : "1";
    view.document += R"(,"author_kind":")";
    view.document += direction == "inbound" ? "customer" : "agent";
    view.document += R"(","sent_at":")" + std::string(started_at) + R"(","body":)";
    data::write_json_string(text, view.document);
    view.document += "}]" + std::string(more) + "}";
    return view;
}

CustomerId fill_with_alice(FakeStore& store) {
    store::CustomerView alice;
    alice.id = FakeStore::customer_id(1);
    alice.created_at = parse_time("2026-11-01T08:00:00Z").value();
    alice.points = {FakeStore::view_of("tel:+74951234567", "Alice Brown"),
                    FakeStore::view_of("mailto:alice@example.com")};
    alice.merged_ids = {FakeStore::customer_id(9)};
    store::Suggestion suggestion;
    suggestion.mine = alice.points[1];
    suggestion.other = FakeStore::view_of("tel:+74957654321", "A. Brown");
    suggestion.other_customer = FakeStore::customer_id(2);
    suggestion.strength = 40;
    suggestion.basis = "same_interaction";
    alice.suggestions = {suggestion};
    store::CustomerView other;
    other.id = FakeStore::customer_id(2);
    other.points = {suggestion.other};
    store.customers = {alice, other};

    auto reply = message(4, "2026-11-20T11:02:00Z", "outbound", "On its way");
    reply.delivery.sent_at = parse_time("2026-11-20T11:02:01Z");
    reply.delivery.read_at = parse_time("2026-11-20T11:03:00Z");
    auto call = message(2, "2026-11-19T09:00:00Z", "inbound", "");
    call.channel = "voice";
    call.thread.reset();
    call.document = R"({"channel":"voice","direction":"inbound","state":"closed","end_reason":"completed",)"
                    R"("queue":"sales","durations_ms":{"talk":200000},"ended_at":"2026-11-19T09:04:00Z",)"
                    R"("parties":[{"no":0,"role":"customer"},{"no":1,"role":"agent","name":"Vera"}]})";
    store.timelines[alice.id] = {message(5, "2026-11-20T11:05:00Z", "inbound", "Thanks!"), reply,
                                 message(3, "2026-11-20T11:00:00Z", "inbound", "Where is my order?"), call,
                                 message(1, "2026-11-18T10:00:00Z", "inbound", "Hello")};
    return alice.id;
}

}  // namespace tandem::test
