// /v1/messages: what is to be sent, and what became of it.
#include "core/outbox/messages.hpp"

#include "core/api/services.hpp"
#include "core/api/views.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::api {
namespace {

using data::Value;

constexpr std::int64_t kLongestWait = 30 * 24 * 3600;  // seconds a message may wait
constexpr std::size_t kLongestKey = 200;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestSubject = 500;
constexpr std::size_t kLongestUrl = 4000;
constexpr std::array kStates = {store::OutboxState::Queued, store::OutboxState::Sending, store::OutboxState::Sent,
                                store::OutboxState::Failed, store::OutboxState::Expired, store::OutboxState::Unknown};
constexpr std::size_t kLongestText = 100'000;

// Reads the members of a JSON object; the first thing that is wrong is what the caller hears of.
class BodyReader {
public:
    BodyReader(Value object, std::string path, std::vector<std::string> members)
        : object_(object), path_(std::move(path)), members_(std::move(members)) {
        for (const auto& member : object_.members()) {
            const std::string key(member.key);
            if (std::ranges::count(object_.members(), member.key, &data::Member::key) > 1) {
                wrong(key, "'" + key + "' is there twice");
            }
            if (std::ranges::find(members_, key) != members_.end()) continue;
            const auto meant = did_you_mean(key, members_);
            wrong(key, "there is no member '" + key + "' here" + (meant ? ", did you mean '" + *meant + "'?" : ""));
        }
    }

    std::string text(std::string_view key, bool required = false) {
        const auto value = object_.get(key);
        if (value.is_string() && !(required && value.size() == 0)) return std::string(value.as_string());
        if (required || !value.is_null()) {
            wrong(key, "'" + std::string(key) + (value.is_null() ? "' is missing" : "' must be a text"));
        }
        return {};
    }
    std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
        const auto value = object_.get(key);
        if (value.is_null()) return otherwise;
        if (value.kind() == data::Kind::Int && value.as_int() >= least && value.as_int() <= most) return value.as_int();
        wrong(key, "'" + std::string(key) + "' must be a whole number from " + std::to_string(least) + " to " +
                       std::to_string(most));
        return otherwise;
    }
    void wrong(std::string_view key, std::string detail) {
        if (!problem_) problem_ = bad_parameter(path_ + std::string(key), std::move(detail));
    }

    std::optional<Problem>& problem() { return problem_; }

private:
    Value object_;
    std::string path_;
    std::vector<std::string> members_;
    std::optional<Problem> problem_;
};

using RequestOrProblem = std::expected<outbox::MessageRequest, Problem>;

class RequestReader {
public:
    RequestReader(Services& services, const Call& call, Value body)
        : services_(services),
          call_(call),
          body_(body),
          reader_(body,
                  "",
                  {"to", "via", "subject", "text", "thread", "reply_to", "media", "purpose", "author", "expires_in",
                   "idempotency_key"}) {}

    RequestOrProblem run() {
        out_.owner = call_.principal.name;
        out_.via = reader_.text("via");
        out_.subject = reader_.text("subject");
        out_.text = reader_.text("text");
        out_.author = reader_.text("author");
        out_.expires_in = std::chrono::seconds(reader_.integer("expires_in", 24 * 3600, 1, kLongestWait));
        if (out_.text.size() > kLongestText) reader_.wrong("text", "'text' is longer than any vendor takes");
        if (std::ranges::any_of(out_.text, unprintable)) {
            reader_.wrong("text", "'text' holds control characters other than tab and line ends");
        }
        short_text("via", out_.via, kLongestName);
        short_text("subject", out_.subject, kLongestSubject);
        short_text("author", out_.author, kLongestName);
        key();
        purpose();
        to();
        reply_to();
        thread();
        media();
        if (reader_.problem()) return refuse(std::move(*reader_.problem()));
        return std::move(out_);
    }

private:
    static bool unprintable(char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    }
    static bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

    // One line of at most `longest` bytes.
    void short_text(std::string_view key, const std::string& text, std::size_t longest) {
        if (text.size() <= longest && std::ranges::none_of(text, control)) return;
        reader_.wrong(key,
                      "'" + std::string(key) + "' must be one line of at most " + std::to_string(longest) + " bytes");
    }

    void key() {
        out_.idempotency_key = reader_.text("idempotency_key");
        const auto* header = call_.request.header("Idempotency-Key");
        if (out_.idempotency_key.empty() && header != nullptr) out_.idempotency_key = *header;
        if (header != nullptr && *header != out_.idempotency_key) {
            reader_.wrong("idempotency_key",
                          "the header Idempotency-Key and 'idempotency_key' name different messages");
        }
        if (out_.idempotency_key.empty() || out_.idempotency_key.size() > kLongestKey) {
            reader_.wrong("idempotency_key",
                          "'idempotency_key' must be a text of 1 to 200 bytes that names this message and no other: "
                          "asking again with it sends nothing twice");
        }
    }

    void purpose() {
        constexpr std::array<std::string_view, 6> kPurposes = {"marketing", "service",   "collection",
                                                               "survey",    "retention", "other"};
        out_.purpose = reader_.text("purpose");
        if (out_.purpose.empty() || std::ranges::find(kPurposes, out_.purpose) != kPurposes.end()) return;
        reader_.wrong("purpose", "'purpose' is one of marketing, service, collection, survey, retention, other");
    }

    void to() {
        const auto text = reader_.text("to");
        if (text.empty()) {
            if (body_.get("reply_to").is_null()) reader_.wrong("to", "'to' is missing");
            return;
        }
        const auto point = read_point(services_, text);
        if (!point) return reader_.wrong("to", point.error().text);
        out_.to = point->point;
    }

    void reply_to() {
        const auto text = reader_.text("reply_to");
        if (text.empty()) return;
        out_.reply_to = InteractionId::parse(text);
        if (!out_.reply_to) reader_.wrong("reply_to", "'reply_to' is the id of an interaction, a UUID");
    }

    void thread() {
        const auto value = body_.get("thread");
        if (value.is_null()) return;
        if (!value.is_object()) return reader_.wrong("thread", "'thread' is an object: namespace, external_id");
        BodyReader inner(value, "thread.", {"namespace", "external_id"});
        out_.thread = outbox::Thread{inner.text("namespace", true), inner.text("external_id", true)};
        if (inner.problem() && !reader_.problem()) reader_.problem() = std::move(inner.problem());
    }

    void media() {
        const auto list = body_.get("media");
        if (list.is_null()) return;
        if (!list.is_array()) return reader_.wrong("media", "'media' is a list of objects: url, media_type, filename");
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto path = "media[" + std::to_string(i) + "]";
            if (!list.items()[i].is_object()) return reader_.wrong(path, "an object is needed");
            BodyReader inner(list.items()[i], path + ".", {"url", "media_type", "filename"});
            out_.media.push_back({inner.text("url", true), inner.text("media_type"), inner.text("filename")});
            check_file(inner, out_.media.back());
            if (inner.problem() && !reader_.problem()) reader_.problem() = std::move(inner.problem());
        }
    }

    static void check_file(BodyReader& inner, const outbox::Media& file) {
        const auto scheme = to_lower_ascii(file.url.substr(0, file.url.find(':')));
        const bool space = std::ranges::any_of(file.url, [](char c) { return control(c) || c == ' '; });
        if (!file.url.empty() && ((scheme != "https" && scheme != "http") || space || file.url.size() > kLongestUrl)) {
            inner.wrong("url", "'url' must be an address that begins with https:// or http://, without spaces");
        }
        for (const auto& [key, text] : {std::pair("media_type", &file.media_type), {"filename", &file.filename}}) {
            if (text->size() > kLongestName || std::ranges::any_of(*text, control)) {
                inner.wrong(key, "'" + std::string(key) + "' must be one line of at most 200 bytes");
            }
        }
    }

    Services& services_;
    const Call& call_;
    Value body_;
    BodyReader reader_;
    outbox::MessageRequest out_;
};

std::expected<outbox::Messages*, Problem> sending(Services& services) {
    if (services.sources.messages != nullptr) return services.sources.messages;
    return refuse(overloaded("this gateway does not send messages now"));
}

Problem problem_of_message(const Error& error) {
    if (error.kind == ErrorKind::OptedOut) {
        return {.status = 409,
                .slug = "opted-out",
                .title = "The recipient does not want messages",
                .detail = "consent of this point is withdrawn; only purpose 'service' needs none",
                .field = "to"};
    }
    if (error.kind == ErrorKind::Config) {
        return {.status = 409,
                .slug = "not-configured",
                .title = "The connector instance is not set up for sending",
                .detail = error.text,
                .field = "via"};
    }
    if (error.code == store::kKeyConflict) {
        return {.status = 422,
                .slug = "idempotency-conflict",
                .title = "The idempotency key was used for another message",
                .detail = "a key names one message: send this one under its own",
                .field = "idempotency_key"};
    }
    return problem_of(error, error.kind == ErrorKind::Rejected && !error.code.empty() ? error.code : "message");
}

std::expected<std::string, Problem> message_json(Services& services, InteractionId id) {
    const auto message = services.store.outbox().message(id);
    if (!message) return refuse(problem_of(message.error()));
    if (!*message) return refuse(not_found_problem("no message has this id"));
    const auto interaction = services.store.interaction((*message)->id);
    if (!interaction) return refuse(problem_of(interaction.error()));
    JsonWriter json;
    write_message(json, **message, *interaction ? &**interaction : nullptr);
    return json.take();
}

Answer answer_with(Services& services, InteractionId id, int status) {
    auto json = message_json(services, id);
    if (!json) return refuse(std::move(json.error()));
    return json_response(std::move(*json), status);
}

Answer send(Services& services, const Call& call) {
    const auto messages = sending(services);
    if (!messages) return refuse(messages.error());
    data::Arena arena;
    const auto body = data::parse_json(call.request.body, arena, {.depth = 8});
    if (!body || !body->is_object()) {
        return refuse(bad_parameter("body", body ? "the body must be a JSON object" : body.error().text));
    }
    auto request = RequestReader(services, call, *body).run();
    if (!request) return refuse(std::move(request.error()));
    const auto accepted = (*messages)->accept(*request);
    if (!accepted) return refuse(problem_of_message(accepted.error()));
    return answer_with(services, accepted->id, 202);
}

Answer read(Services& services, const Call& call) {
    const auto id = InteractionId::parse(call.segment("id"));
    if (!id) return refuse(bad_parameter("id", "a message id is a UUID"));
    return answer_with(services, *id, 200);
}

std::optional<store::OutboxState> state_of(std::string_view word) {
    for (const auto state : kStates) {
        if (store::to_string(state) == word) return state;
    }
    return std::nullopt;
}

Answer list(Services& services, const Call& call) {
    store::OutboxQuery query;
    query.state = state_of(call.query.get("state").value_or(""));
    query.instance = call.query.get("via").value_or("");
    query.limit = static_cast<std::size_t>(call.query.integer("limit", kDefaultPage));
    if (const auto before = call.query.integer("before", 0); before > 0) query.before = before;
    const auto page = services.store.outbox().messages(query);
    if (!page) return refuse(problem_of(page.error()));
    JsonWriter json;
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& message : page->items)
        write_message(json, message, nullptr);
    json.end_array();
    json.key("next");
    page->next ? json.number(static_cast<std::uint64_t>(*page->next)) : json.null();
    json.end_object();
    return json_response(json.take());
}

Answer resend(Services& services, const Call& call) {
    const auto messages = sending(services);
    if (!messages) return refuse(messages.error());
    const auto id = InteractionId::parse(call.segment("id"));
    if (!id) return refuse(bad_parameter("id", "a message id is a UUID"));
    const std::chrono::seconds wait(call.query.integer("expires_in", 24 * 3600));
    if (auto done = (*messages)->resend(*id, call.principal.name, wait); !done) {
        if (done.error().kind == ErrorKind::OptedOut) return refuse(problem_of_message(done.error()));
        if (done.error().kind != ErrorKind::Rejected) return refuse(problem_of(done.error(), "id"));
        return refuse(Problem{.status = 409,
                              .slug = "wrong-state",
                              .title = "The message cannot be sent again now",
                              .detail = done.error().text + "; what failed, expired or has an unknown outcome can be",
                              .field = {}});
    }
    return answer_with(services, *id, 202);
}

}  // namespace

void add_messages(std::vector<Endpoint>& endpoints, Services& services) {
    endpoints.push_back(
        {.method = "POST",
         .pattern = "/v1/messages",
         .id = "sendMessage",
         .summary = "Sends a message: it is on the timeline at once and goes out by the right vendor",
         .scope = Scope::Write,
         .headers = {{.name = "Idempotency-Key", .description = "Instead of the member idempotency_key of the body"}},
         .request_type = "application/json",
         .request_schema = "MessageRequest",
         .response_schema = "Message",
         .statuses = {202},
         .problems = {404, 409, 422},
         .handle = [&services](const Call& call) { return send(services, call); }});
    std::vector<std::string> states;
    for (const auto state : kStates)
        states.emplace_back(store::to_string(state));
    endpoints.push_back(
        {.method = "GET",
         .pattern = "/v1/messages",
         .id = "listMessages",
         .summary = "Messages that were to be sent, newest first: what failed, what waits, what is uncertain",
         .parameters = {{.name = "state", .description = "Only in this state", .one_of = std::move(states)},
                        {.name = "via", .description = "Only of this connector instance"},
                        {.name = "limit",
                         .description = "Messages per page, 50 by default",
                         .type = ParameterType::Integer,
                         .least = 1,
                         .most = kMaxPage},
                        {.name = "before",
                         .description = "`next` of the previous page",
                         .type = ParameterType::Integer,
                         .least = 1}},
         .response_schema = "Messages",
         .handle = [&services](const Call& call) { return list(services, call); }});
    endpoints.push_back({.method = "GET",
                         .pattern = "/v1/messages/{id}",
                         .id = "getMessage",
                         .summary = "What became of a message: state, attempts, history",
                         .response_schema = "Message",
                         .handle = [&services](const Call& call) { return read(services, call); }});
    endpoints.push_back({.method = "POST",
                         .pattern = "/v1/messages/{id}/resend",
                         .id = "resendMessage",
                         .summary = "Sends a failed, expired or uncertain message again; nothing does that by itself",
                         .scope = Scope::Write,
                         .parameters = {{.name = "expires_in",
                                         .description = "Seconds it may wait, by default a day",
                                         .type = ParameterType::Integer,
                                         .least = 1,
                                         .most = kLongestWait}},
                         .response_schema = "Message",
                         .statuses = {202},
                         .problems = {404, 409},
                         .handle = [&services](const Call& call) { return resend(services, call); }});
}

}  // namespace tandem::api
