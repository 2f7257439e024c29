// /pop: the agent's page, its fragment, its feed, its form and its static files.
#include "core/api/page.hpp"
#include "core/api/page_session.hpp"
#include "core/api/page_subject.hpp"
#include "core/api/services.hpp"
#include "core/base/crypto.hpp"
#include "core/base/embedded_file.hpp"
#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace tandem::embedded {
std::span<const EmbeddedFile> web();
}

namespace tandem::api {
namespace {

constexpr std::int64_t kDefaultLimit = 50;
constexpr std::int64_t kMaxLimit = 500;
constexpr std::size_t kMaxStorePage = 200;
// One whose end was never told is not shown as going on for ever.
constexpr std::chrono::hours kLongestCall{24};
constexpr std::size_t kMaxForm = 16 * 1024;

// Changes with the files, so that browsers may keep them for ever.
const std::string& static_version() {
    static const std::string version = [] {
        std::string all;
        for (const auto& file : embedded::web())
            all += file.bytes;
        const auto digest = sha256(all);
        return hex(std::span(digest).first(6));
    }();
    return version;
}

std::vector<net::Header> page_headers(const Services& services) {
    std::string ancestors;
    for (const auto& source : services.options.frame_ancestors)
        ancestors += " " + source;
    if (ancestors.empty()) ancestors = " 'self'";
    return {{"Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
             "form-action 'self'; base-uri 'none'; frame-ancestors" +
                 ancestors},
            {"X-Content-Type-Options", "nosniff"},
            {"Referrer-Policy", "no-referrer"},
            {"Cache-Control", "no-store"},
            {"Vary", "Accept-Language, Cookie, Authorization"}};
}

net::HttpResponse html_response(const Services& services, std::string body, int status = 200) {
    net::HttpResponse response;
    response.status = status;
    response.content_type = "text/html; charset=utf-8";
    response.headers = page_headers(services);
    response.body = std::move(body);
    return response;
}

Language language_of(const net::HttpRequest& request, const Query& query) {
    const auto* accept = request.header("Accept-Language");
    return parse_language(query.get("lang").value_or(""), choose_language(accept != nullptr ? *accept : ""));
}

net::HttpReply show_problem(const Services& services, const Problem& problem, const net::HttpRequest& request) {
    const auto query = Query::parse(request.query());
    Notice notice{.language = language_of(request, query),
                  .version = static_version(),
                  .root = request.path() == "/pop" ? "" : "../"};
    if (problem.status == 401) {
        notice.title = Phrase::SignInTitle, notice.text = Phrase::SignInText;
    } else if (problem.status == 403) {
        notice.title = Phrase::ForbiddenTitle;
        notice.text = problem.field == "token" ? Phrase::FormOldText : Phrase::ForbiddenText;
    } else if (problem.status == 400 && problem.field == "point" && query.get("point")) {
        notice.title = Phrase::BadPointTitle, notice.text = Phrase::BadPointText;
        notice.detail = *query.get("point");
    } else if (problem.status == 400) {
        notice.title = Phrase::BadPointTitle, notice.text = Phrase::MissingPointText;
    } else {
        notice.title = Phrase::UnavailableTitle, notice.text = Phrase::UnavailableText;
    }
    auto response = html_response(services, render_notice(notice), problem.status);
    response.headers.insert(response.headers.end(), problem.headers.begin(), problem.headers.end());
    return response;
}

// Up to `limit` items in as many pages as the store gives.
std::expected<std::vector<Item>, Problem> read_items(Services& services,
                                                     CustomerId customer,
                                                     PageModel& model,
                                                     std::optional<std::string> before) {
    std::vector<Item> items;
    while (items.size() < model.limit) {
        const auto page = services.store.timeline(
            customer, {.limit = std::min(model.limit - items.size(), kMaxStorePage), .before = before, .channels = {}});
        if (!page) return refuse(problem_of(page.error(), "before"));
        for (const auto& view : page->items) {
            auto item = read_item(view);
            if (!item) return refuse(problem_of(item.error()));
            items.push_back(std::move(*item));
        }
        before = page->next;
        if (!before || page->items.empty()) break;
    }
    model.older = std::move(before);
    return items;
}

bool goes_on(const Item& item, Instant now) {
    return is_session(item) && item.state != "closed" && !item.deleted && item.started_at > now - kLongestCall;
}

// Takes the calls that go on out of the items; with the one that the console showed, whoever its customer is. When it
// has ended and is nobody's, it becomes an item.
std::expected<std::vector<Item>, Problem> take_calls(Services& services,
                                                     const Subject& subject,
                                                     std::vector<Item>& items) {
    std::vector<Item> calls, rest;
    const Instant now = services.clock.now();
    for (Item& item : items)
        (goes_on(item, now) ? calls : rest).push_back(std::move(item));
    items = std::move(rest);
    const auto shown = call_of(services, subject);
    if (!shown) return refuse(problem_of(shown.error()));
    if (!*shown || std::ranges::find(calls, (*shown)->id, &Item::id) != calls.end()) return calls;
    auto item = read_item(**shown);
    if (!item) return refuse(problem_of(item.error()));
    if (goes_on(*item, now)) {
        calls.insert(calls.begin(), std::move(*item));
    } else if (!(*shown)->customer && items.empty()) {
        // Of a caller who hides the number it is all there is.
        items.push_back(std::move(*item));
    }
    return calls;
}

std::expected<PageModel, Problem> read_model(Services& services, const Call& call, const Visitor& visitor) {
    const auto subject = read_subject(services, call.query);
    if (!subject) return refuse(subject.error());
    PageModel model;
    model.language = language_of(call.request, call.query);
    model.language_asked = call.query.get("lang").value_or("");
    if (subject->point) model.point = identity::to_text(subject->point->point);
    model.ucid = subject->ucid;
    model.limit = static_cast<std::size_t>(call.query.integer("limit", kDefaultLimit));
    model.version = static_version();
    if (visitor.principal.scopes.has(Scope::Write)) {
        model.form_token = services.sessions.form_token(visitor.session_id);
    }
    // Before the timeline: what happens in between is told twice rather than never.
    const auto stats = services.store.stats();
    if (!stats) return refuse(problem_of(stats.error()));
    model.position = stats->feed_position;
    auto customer = customer_of(services, *subject);
    if (!customer) return refuse(problem_of(customer.error()));
    model.customer = std::move(*customer);
    std::optional<std::string> before;
    if (const auto cursor = call.query.get("before")) before = *cursor;
    model.newest = !before;
    std::expected<std::vector<Item>, Problem> items;
    if (model.customer) items = read_items(services, model.customer->id, model, std::move(before));
    if (!items) return refuse(items.error());
    if (model.newest) {
        auto calls = take_calls(services, *subject, *items);
        if (!calls) return refuse(calls.error());
        model.calls = std::move(*calls);
    }
    model.conversations = group(std::move(*items), services.options.conversation_gap);
    return model;
}

Answer page(Services& services, const Call& call) {
    if (const auto key = call.query.get("key")) return exchange_key(services, call.request, *key);
    const auto who = visitor(services, call.request);
    if (!who) return refuse(who.error());
    const auto model = read_model(services, call, *who);
    if (!model) return refuse(model.error());
    auto response = html_response(services, render_page(*model));
    if (who->set_cookie) response.headers.push_back({"Set-Cookie", *who->set_cookie});
    return response;
}

Answer fragment(Services& services, const Call& call) {
    const auto who = visitor(services, call.request);
    if (!who) return refuse(who.error());
    const auto model = read_model(services, call, *who);
    if (!model) return refuse(model.error());
    return html_response(services, render_history(*model));
}

// Only that something changed: what it is comes with the fragment, under its own check of rights.
std::string changed_event(const store::FeedEntry& entry) {
    return fmt::format("id: {}\nevent: changed\ndata: {}\n\n", entry.position, store::to_string(entry.kind));
}

Answer page_feed(Services& services, const Call& call) {
    const auto who = visitor(services, call.request);
    if (!who) return refuse(who.error());
    const auto subject = read_subject(services, call.query);
    if (!subject) return refuse(subject.error());
    const auto after = feed_start(services, call);
    if (!after) return refuse(after.error());
    auto render = only_customer([&services, subject = *subject] { return customer_of(services, subject); },
                                changed_event, subject->call());
    auto stream = services.feed->read(*after, std::move(render));
    if (!stream) return refuse(overloaded("too many readers of the feed"));
    return std::move(*stream);
}

// Accepts a suggestion that the page showed; one that is gone (accepted already, no longer suggested) changes nothing.
std::optional<Problem> accept(Services& services,
                              const Subject& subject,
                              const Query& form,
                              const Principal& principal) {
    const auto customer = customer_of(services, subject);
    if (!customer) return problem_of(customer.error());
    if (!*customer) return std::nullopt;
    for (const auto& suggestion : (*customer)->suggestions) {
        if (identity::to_text(suggestion.mine.point) != form.get("mine") ||
            identity::to_text(suggestion.other.point) != form.get("other")) {
            continue;
        }
        const auto party = [](const store::PointView& view) {
            return store::PartyPoint{
                .id = view.id, .point = view.point, .point_class = view.point_class, .display = view.display};
        };
        const auto linked =
            services.store.link(party(suggestion.mine), party(suggestion.other), principal.name, services.clock.now());
        if (!linked) return problem_of(linked.error());
        return std::nullopt;
    }
    return std::nullopt;
}

Answer page_media(Services& services, const Call& call) {
    const auto who = visitor(services, call.request);
    if (!who) return refuse(who.error());
    return media_file(services, call.segment("sha512"), true);
}

Answer accept_suggestion(Services& services, const Call& call) {
    const auto who = visitor(services, call.request);
    if (!who) return refuse(who.error());
    if (!who->principal.scopes.has(Scope::Write)) return refuse(missing_scope(to_string(Scope::Write)));
    if (call.request.body.size() > kMaxForm) return refuse(bad_parameter("body", "the form is too large"));
    const auto form = Query::parse(call.request.body, PlusSign::IsSpace);
    if (!services.sessions.form_token_valid(who->session_id, form.get("token").value_or(""))) {
        return refuse({.status = 403,
                       .slug = "old-form",
                       .title = "The form is too old",
                       .detail = "open the page again",
                       .field = "token"});
    }
    const auto subject = read_subject(services, form);
    if (!subject) return refuse(subject.error());
    if (auto problem = accept(services, *subject, form, who->principal)) return refuse(std::move(*problem));
    PageModel back;
    if (subject->point) back.point = identity::to_text(subject->point->point);
    back.ucid = subject->ucid;
    back.language_asked = form.get("lang").value_or("");
    net::HttpResponse response;
    response.status = 303;
    response.headers = {{"Location", "../pop?" + page_query(back)}, {"Cache-Control", "no-store"}};
    return response;
}

std::string_view type_of(std::string_view name) {
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    return name.ends_with(".js") ? "text/javascript; charset=utf-8" : "image/svg+xml";
}

Answer static_file(const Call& call) {
    for (const auto& file : embedded::web()) {
        if (file.name != call.segment("file")) continue;
        net::HttpResponse response;
        response.content_type = type_of(file.name);
        response.headers = {{"Cache-Control", "public, max-age=31536000, immutable"},
                            {"X-Content-Type-Options", "nosniff"}};
        response.body = file.bytes;
        return response;
    }
    return refuse(not_found_problem("there is no such file"));
}

}  // namespace

void add_page(std::vector<Endpoint>& endpoints, Services& services) {
    const Parameter point{.name = "point",
                          .description = "Contact point, as the console knows it; may be missing beside `ucid`",
                          .example = "tel:+74951234567"};
    const Parameter lang{.name = "lang", .description = "Instead of Accept-Language", .one_of = {"en", "ru"}};
    const Parameter limit{.name = "limit",
                          .description = "Interactions on the page, 50 by default",
                          .type = ParameterType::Integer,
                          .least = 1,
                          .most = kMaxLimit};
    const Parameter before{.name = "before", .description = "Cursor of an older page"};
    const auto add = [&](Endpoint endpoint, Answer (*handle)(Services&, const Call&), bool html) {
        endpoint.access = Access::Custom;
        endpoint.scope = Scope::Pop;
        endpoint.handle = [&services, handle](const Call& call) { return handle(services, call); };
        if (html) {
            endpoint.response_type = "text/html";
            endpoint.show_problem = [&services](const Problem& problem, const net::HttpRequest& request) {
                return show_problem(services, problem, request);
            };
        }
        endpoints.push_back(std::move(endpoint));
    };
    const Parameter ucid{.name = "ucid",
                         .description = "Universal Call ID of the call that the console shows",
                         .example = "00001043211754041200"};
    const Parameter key{.name = "key", .description = "Token with scope pop; exchanged for a cookie"};
    add({.method = "GET",
         .pattern = "/pop",
         .id = "page",
         .summary = "The agent's page: who the customer is and the history, kept live",
         .parameters = {point, ucid, key, lang, limit, before},
         .tolerant = true,
         .statuses = {200, 303}},
        page, true);
    add({.method = "GET",
         .pattern = "/pop/timeline",
         .id = "pageHistory",
         .summary = "The changing part of the page",
         .parameters = {point, ucid, lang, limit, before}},
        fragment, true);
    add({.method = "GET",
         .pattern = "/pop/feed",
         .id = "pageFeed",
         .summary = "Server-sent events `changed` for the customer of the page",
         .parameters = {point,
                        ucid,
                        lang,
                        {.name = "after", .description = "Position to resume from", .type = ParameterType::Integer}},
         .headers = {last_event_id()},
         .response_type = "text/event-stream"},
        page_feed, false);
    add({.method = "GET",
         .pattern = "/pop/media/{sha512}",
         .id = "pageMedia",
         .summary = "A file of an attachment; plain pictures may be shown, everything else is saved",
         .response_type = "application/octet-stream"},
        page_media, false);
    add({.method = "POST",
         .pattern = "/pop/links",
         .id = "pageLink",
         .summary = "Accepts a suggestion shown on the page (form, needs scope write too)",
         .request_type = "application/x-www-form-urlencoded",
         .statuses = {303}},
        accept_suggestion, true);
    endpoints.push_back({.method = "GET",
                         .pattern = "/pop/static/{file}",
                         .id = "pageFile",
                         .summary = "Style, script and icons of the page",
                         .access = Access::Public,
                         .parameters = {{.name = "v", .description = "Version, for caches"}},
                         .response_type = "application/octet-stream",
                         .handle = static_file});
}

}  // namespace tandem::api
