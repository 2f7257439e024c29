// /v1/customers: who somebody is, what was said, and operators' links.
#include "core/api/item.hpp"
#include "core/api/services.hpp"
#include "core/api/views.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/model/snapshot.hpp"

#include <algorithm>
#include <utility>

namespace tandem::api {
namespace {

using CustomerOrProblem = std::expected<store::CustomerView, Problem>;

CustomerOrProblem find_customer(Services& services, std::string_view id_text) {
    const auto id = CustomerId::parse(id_text);
    if (!id) return refuse(bad_parameter("id", "a customer id is a UUID"));
    auto customer = services.store.customer(*id);
    if (!customer) return refuse(problem_of(customer.error()));
    if (!*customer) return refuse(not_found_problem("no customer has this id"));
    return std::move(**customer);
}

Answer by_point(Services& services, const Call& call) {
    const auto point = read_point(services, *call.query.get("point"));
    if (!point) return refuse(problem_of(point.error(), "point"));
    const auto customer = services.store.customer_of(point->id);
    if (!customer) return refuse(problem_of(customer.error()));
    if (!*customer) return refuse(not_found_problem("nobody is known by this point yet"));
    return json_response(customer_json(**customer));
}

Answer by_id(Services& services, const Call& call) {
    const auto customer = find_customer(services, call.segment("id"));
    if (!customer) return refuse(customer.error());
    return json_response(customer_json(*customer));
}

Answer timeline(Services& services, const Call& call) {
    const auto customer = find_customer(services, call.segment("id"));
    if (!customer) return refuse(customer.error());
    store::TimelineQuery query;
    query.limit = static_cast<std::size_t>(call.query.integer("limit", kDefaultPage));
    if (const auto before = call.query.get("before")) query.before = *before;
    query.channels = call.query.list("channel");
    const auto page = services.store.timeline(customer->id, query);
    if (!page) return refuse(problem_of(page.error(), "before"));
    JsonWriter json;
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& view : page->items) {
        const auto item = read_item(view);
        if (!item) return refuse(problem_of(item.error()));
        write_item(json, *item);
    }
    json.end_array();
    json.key("next");
    page->next ? json.text(*page->next) : json.null();
    json.end_object();
    return json_response(json.take());
}

struct LinkRequest {
    std::string point;
    std::string with;
};

std::expected<LinkRequest, Problem> read_link_request(const net::HttpRequest& request) {
    data::Arena arena;
    const auto body = data::parse_json(request.body, arena, {.depth = 8});
    if (!body || !body->is_object()) {
        return refuse(bad_parameter("body", body ? "the body must be a JSON object" : body.error().text));
    }
    LinkRequest link;
    static const std::vector<std::string> kMembers = {"point", "with"};
    for (const auto& member : body->members()) {
        const std::string key(member.key);
        if (std::ranges::find(kMembers, key) == kMembers.end()) {
            const auto meant = did_you_mean(key, kMembers);
            return refuse(bad_parameter(
                key, "there is no member '" + key + "' here" + (meant ? ", did you mean '" + *meant + "'?" : "")));
        }
        if (!member.value.is_string()) return refuse(bad_parameter(key, "'" + key + "' must be a text"));
        (key == "point" ? link.point : link.with) = member.value.as_string();
    }
    if (link.point.empty()) return refuse(bad_parameter("point", "'point' is missing"));
    return link;
}

store::PartyPoint party_point(const store::PointView& view) {
    return {.id = view.id, .point = view.point, .point_class = view.point_class, .display = view.display};
}

// The customer's point that a link or split is about: the one asked for, else the first seen that is not `other`.
std::expected<store::PartyPoint, Problem> anchor(Services& services,
                                                 const store::CustomerView& customer,
                                                 std::optional<std::string_view> asked,
                                                 PointId other) {
    if (asked && !asked->empty()) {
        const auto point = read_point(services, *asked);
        if (!point) return refuse(problem_of(point.error(), "with"));
        const auto found = std::ranges::find(customer.points, point->id, &store::PointView::id);
        if (found == customer.points.end()) {
            return refuse(bad_parameter("with", "this point does not belong to the customer"));
        }
        return party_point(*found);
    }
    const auto found = std::ranges::find_if(customer.points, [&](const auto& point) { return point.id != other; });
    if (found == customer.points.end()) {
        return refuse(bad_parameter("point", "the customer has no other point"));
    }
    return party_point(*found);
}

Answer link(Services& services, const Call& call) {
    const auto request = read_link_request(call.request);
    if (!request) return refuse(request.error());
    const auto customer = find_customer(services, call.segment("id"));
    if (!customer) return refuse(customer.error());
    const auto point = read_point(services, request->point);
    if (!point) return refuse(problem_of(point.error(), "point"));
    const auto with = anchor(services, *customer, request->with, point->id);
    if (!with) return refuse(with.error());
    const auto linked = services.store.link(*with, *point, call.principal.name, services.clock.now());
    if (!linked) return refuse(problem_of(linked.error()));
    const auto after = find_customer(services, linked->text());
    if (!after) return refuse(after.error());
    return json_response(customer_json(*after));
}

Answer unlink(Services& services, const Call& call) {
    const auto customer = find_customer(services, call.segment("id"));
    if (!customer) return refuse(customer.error());
    const auto point = read_point(services, *call.query.get("point"));
    if (!point) return refuse(problem_of(point.error(), "point"));
    if (std::ranges::find(customer->points, point->id, &store::PointView::id) == customer->points.end()) {
        return refuse(bad_parameter("point", "this point does not belong to the customer"));
    }
    const auto with = anchor(services, *customer, call.query.get("with"), point->id);
    if (!with) return refuse(with.error());
    if (with->id == point->id) return refuse(bad_parameter("with", "'point' and 'with' are the same point"));
    const auto stays = services.store.unlink(with->id, point->id, call.principal.name, services.clock.now());
    if (!stays) return refuse(problem_of(stays.error()));
    const auto after = find_customer(services, stays->text());
    if (!after) return refuse(after.error());
    const auto separated = services.store.customer_of(point->id);
    if (!separated) return refuse(problem_of(separated.error()));
    JsonWriter json;
    json.begin_object();
    json.key("customer");
    write_customer(json, *after);
    json.key("separated");
    *separated ? write_customer(json, **separated) : json.null();
    json.end_object();
    return json_response(json.take());
}

std::vector<std::string> channel_names() {
    const auto channels = model::channels();
    return {channels.begin(), channels.end()};
}

}  // namespace

void add_customers(std::vector<Endpoint>& endpoints, Services& services) {
    const Parameter point{.name = "point",
                          .description = "Contact point, e.g. tel:+74951234567, or what people type",
                          .required = true,
                          .example = "tel:+74951234567"};
    const auto handler = [&services](Answer (*handle)(Services&, const Call&)) {
        return [&services, handle](const Call& call) { return handle(services, call); };
    };
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/customers",
                         .id = "findCustomer",
                         .summary = "The customer that a contact point belongs to",
                         .parameters = {point},
                         .response_schema = "Customer",
                         .problems = {404},
                         .handle = handler(by_point)});
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/customers/{id}",
                         .id = "getCustomer",
                         .summary = "A customer; ids that were merged lead to the present one",
                         .response_schema = "Customer",
                         .handle = handler(by_id)});
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/customers/{id}/timeline",
                         .id = "getTimeline",
                         .summary = "The customer's interactions, newest first",
                         .parameters = {{.name = "limit",
                                         .description = "Items per page, 50 by default",
                                         .type = ParameterType::Integer,
                                         .least = 1,
                                         .most = kMaxPage},
                                        {.name = "before", .description = "`next` of the previous page"},
                                        {.name = "channel",
                                         .description = "Only these channels; repeated or comma-separated",
                                         .list = true,
                                         .one_of = channel_names()}},
                         .response_schema = "Timeline",
                         .handle = handler(timeline)});
    endpoints.push_back({.method = "POST",
                         .pattern = "/v1/customers/{id}/links",
                         .id = "linkPoint",
                         .summary = "Says that a contact point is this customer's",
                         .scope = Scope::Write,
                         .request_type = "application/json",
                         .request_schema = "Link",
                         .response_schema = "Customer",
                         .handle = handler(link)});
    endpoints.push_back({.method = "DELETE",
                         .pattern = "/v1/customers/{id}/links",
                         .id = "unlinkPoint",
                         .summary = "Says that a contact point is somebody else's: splits the customer",
                         .scope = Scope::Write,
                         .parameters = {point,
                                        {.name = "with",
                                         .description = "The customer's point that it is separated from; by default "
                                                        "the one first seen. What hangs on either side goes with it"}},
                         .response_schema = "Separation",
                         .handle = handler(unlink)});
}

}  // namespace tandem::api
