// What operators and monitoring ask: connectors, quarantine, health, metrics.
#include "core/api/services.hpp"
#include "core/api/views.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tandem::api {
namespace {

Answer connectors(Services& services, const Call&) {
    JsonWriter json;
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& status :
         services.sources.connectors ? services.sources.connectors() : std::vector<ConnectorStatus>{}) {
        json.begin_object();
        json.member("name", std::string_view(status.name));
        json.member_if("pack", std::string_view(status.pack));
        json.member("type", std::string_view(status.type));
        json.member("state", std::string_view(status.state));
        json.member_if("detail", std::string_view(status.detail));
        json.member("since", status.since);
        json.key("counters");
        json.begin_object();
        for (const auto& [name, value] : status.counters)
            json.member(name, value);
        json.end_object();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json_response(json.take());
}

Answer quarantine(Services& services, const Call& call) {
    store::QuarantineQuery query;
    const auto limit = static_cast<std::size_t>(call.query.integer("limit", kDefaultPage));
    query.limit = limit + 1;  // one more tells whether there is a next page
    query.before = static_cast<std::uint64_t>(call.query.integer("before", 0));
    query.instance = call.query.get("instance").value_or("");
    auto entries = services.store.quarantine(query);
    if (!entries) return refuse(problem_of(entries.error()));
    const bool more = entries->size() > limit;
    if (more) entries->resize(limit);
    JsonWriter json;
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& entry : *entries)
        write_quarantine(json, entry, false);
    json.end_array();
    json.key("next");
    more ? json.number(entries->back().id) : json.null();
    json.end_object();
    return json_response(json.take());
}

Answer quarantined(Services& services, const Call& call) {
    const auto text = call.segment("id");
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) {
        return refuse(bad_parameter("id", "a quarantine id is a whole number"));
    }
    const auto entry = services.store.quarantined(id);
    if (!entry) return refuse(problem_of(entry.error()));
    if (!*entry) return refuse(not_found_problem("nothing in the quarantine has this id"));
    JsonWriter json;
    write_quarantine(json, **entry, true);
    return json_response(json.take());
}

Answer healthz(const Call&) {
    return json_response(R"({"status":"alive"})");
}

Answer readyz(Services& services, const Call&) {
    const auto checks = services.sources.readiness ? services.sources.readiness() : std::vector<ReadinessCheck>{};
    const bool ready = std::ranges::all_of(checks, &ReadinessCheck::ok);
    JsonWriter json;
    json.begin_object();
    json.member("status", std::string_view(ready ? "ready" : "not ready"));
    json.key("checks");
    json.begin_array();
    for (const auto& check : checks) {
        json.begin_object();
        json.member("name", std::string_view(check.name));
        json.flag("ok", check.ok);
        json.member_if("detail", std::string_view(check.detail));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json_response(json.take(), ready ? 200 : 503);
}

Answer metrics(Services& services, const Call&) {
    net::HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.headers = {{"Cache-Control", "no-store"}};
    if (services.sources.metrics) response.body = services.sources.metrics();
    return response;
}

}  // namespace

void add_operations(std::vector<Endpoint>& endpoints, Services& services) {
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/connectors",
                         .id = "listConnectors",
                         .summary = "Configured connectors, their state and counters",
                         .scope = Scope::Admin,
                         .response_schema = "Connectors",
                         .handle = [&services](const Call& call) { return connectors(services, call); }});
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/quarantine",
                         .id = "listQuarantine",
                         .summary = "Events that could not be mapped, newest first",
                         .scope = Scope::Admin,
                         .parameters = {{.name = "limit",
                                         .description = "Entries per page, 50 by default",
                                         .type = ParameterType::Integer,
                                         .least = 1,
                                         .most = kMaxPage},
                                        {.name = "before",
                                         .description = "`next` of the previous page",
                                         .type = ParameterType::Integer,
                                         .least = 1},
                                        {.name = "instance", .description = "Only of this connector"}},
                         .response_schema = "Quarantine",
                         .handle = [&services](const Call& call) { return quarantine(services, call); }});
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/quarantine/{id}",
                         .id = "getQuarantined",
                         .summary = "One quarantined event with its raw bytes",
                         .scope = Scope::Admin,
                         .response_schema = "QuarantineEntry",
                         .handle = [&services](const Call& call) { return quarantined(services, call); }});
    endpoints.push_back({.method = "GET",
                         .pattern = "/healthz",
                         .id = "health",
                         .summary = "The process answers",
                         .access = Access::Public,
                         .tolerant = true,
                         .on_loop = true,
                         .response_schema = "Health",
                         .handle = healthz});
    endpoints.push_back({.method = "GET",
                         .pattern = "/readyz",
                         .id = "readiness",
                         .summary = "Whether the gateway can take and show events; 503 when not",
                         .access = Access::Public,
                         .tolerant = true,
                         .response_schema = "Readiness",
                         .statuses = {200, 503},
                         .handle = [&services](const Call& call) { return readyz(services, call); }});
    endpoints.push_back({.method = "GET",
                         .pattern = "/metrics",
                         .id = "metrics",
                         .summary = "Prometheus text exposition",
                         .access = services.options.open_metrics ? Access::Public : Access::Token,
                         .tolerant = true,
                         .response_type = "text/plain",
                         .handle = [&services](const Call& call) { return metrics(services, call); }});
}

}  // namespace tandem::api
