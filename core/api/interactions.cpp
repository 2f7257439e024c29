// /v1/interactions and /v1/feed.
#include "core/api/services.hpp"
#include "core/api/views.hpp"
#include "core/base/text.hpp"

#include <charconv>
#include <utility>

namespace tandem::api {
namespace {

Answer interaction(Services& services, const Call& call) {
    const auto id = InteractionId::parse(call.segment("id"));
    if (!id) return refuse(bad_parameter("id", "an interaction id is a UUID"));
    const auto view = services.store.interaction(*id);
    if (!view) return refuse(problem_of(view.error()));
    if (!*view) return refuse(not_found_problem("no interaction has this id"));
    JsonWriter json;
    write_interaction(json, **view);
    return json_response(json.take());
}

Answer feed(Services& services, const Call& call) {
    const auto after = feed_start(services, call);
    if (!after) return refuse(after.error());
    auto render = everything(feed_event);
    if (const auto text = call.query.get("customer")) {
        const auto id = CustomerId::parse(*text);
        if (!id) return refuse(bad_parameter("customer", "a customer id is a UUID"));
        render = only_customer([&services, id = *id] { return services.store.customer(id); }, feed_event);
    }
    auto stream = services.feed->read(*after, std::move(render));
    if (!stream) return refuse(overloaded("too many readers of the feed"));
    return std::move(*stream);
}

}  // namespace

std::expected<std::uint64_t, Problem> feed_start(Services& services, const Call& call) {
    const auto stats = services.store.stats();
    if (!stats) return refuse(problem_of(stats.error()));
    std::uint64_t after = stats->feed_position;
    if (const auto* last = call.request.header("Last-Event-ID"); last != nullptr && !last->empty()) {
        const auto text = trim_ascii(*last);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), after);
        if (error != std::errc() || end != text.data() + text.size()) {
            return refuse(bad_parameter("Last-Event-ID", "an event id of this feed is a whole number"));
        }
        // Ahead of the feed: the data folder was restored from a backup. EventSource gives up for good on an error, and
        // what was written since the backup would be missed from anywhere but the start; readers know repeats.
        if (after > stats->feed_position) after = 0;
    } else if (call.query.get("after")) {
        after = static_cast<std::uint64_t>(call.query.integer("after", 0));
    }
    if (after > stats->feed_position) {
        return refuse(
            bad_parameter("after", "the feed has not got there yet: position " + std::to_string(stats->feed_position)));
    }
    return after;
}

Parameter last_event_id() {
    return {
        .name = "Last-Event-ID",
        .description = "Position to resume from, as EventSource sends it after a broken connection; wins over `after`",
        .type = ParameterType::Integer};
}

void add_interactions(std::vector<Endpoint>& endpoints, Services& services) {
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/interactions/{id}",
                         .id = "getInteraction",
                         .summary = "One interaction: the document folded from its sources",
                         .response_schema = "Interaction",
                         .handle = [&services](const Call& call) { return interaction(services, call); }});
    endpoints.push_back(
        {.method = "GET",
         .pattern = "/v1/feed",
         .id = "readFeed",
         .summary = "Changes as they happen: server-sent events whose data is a FeedEvent. Resumes after the header "
                    "Last-Event-ID or the parameter `after`, else starts now",
         .parameters = {{.name = "after",
                         .description = "Position to resume from; 0: everything that is kept",
                         .type = ParameterType::Integer},
                        {.name = "customer", .description = "Only changes of this customer"}},
         .headers = {last_event_id()},
         .response_type = "text/event-stream",
         .response_schema = "FeedEvent",
         .handle = [&services](const Call& call) { return feed(services, call); }});
}

}  // namespace tandem::api
