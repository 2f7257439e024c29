#include "core/outbox/messages.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/outbox/message_writer.hpp"

#include <algorithm>
#include <cstring>

namespace tandem::outbox {

using data::Arena;
using data::Value;

namespace {

constexpr std::size_t kLookBack = 50;  // interactions of a customer among which the conversation is looked for
constexpr std::string_view kWithoutConsent = "service";

// Two requests with one idempotency key are the same if this is.
std::uint64_t hash_of(const MessageRequest& request) {
    std::string all;
    const auto add = [&](std::string_view part) {
        all += std::to_string(part.size()) + ":";
        all += part;
    };
    add(request.to ? identity::to_text(*request.to) : "");
    add(request.via);
    add(request.reply_to ? request.reply_to->text() : "");
    add(request.thread ? request.thread->name_space : "");
    add(request.thread ? request.thread->external_id : "");
    if (!request.subject.empty()) add("subject " + request.subject);
    add(request.text);
    for (const auto& media : request.media)
        add(media.url);
    add(request.purpose);
    const auto digest = sha256(all);
    std::uint64_t out = 0;
    std::memcpy(&out, digest.data(), sizeof(out));
    return out;
}

bool can_write_to(const SendingInstance& instance, std::string_view scheme) {
    return std::ranges::find(instance.to, scheme) != instance.to.end();
}

// The only instance that writes from this address of ours; empty if there is none, or several. A mailbox that is read
// and the server that sends for it are two instances, and nothing but the address joins them.
std::string writer_from(const std::vector<SendingInstance>& instances, const std::string& address) {
    const auto wanted = identity::normalise_mailbox(address);
    if (!wanted) return {};
    std::string out;
    for (const auto& instance : instances) {
        const bool same = std::ranges::any_of(instance.addresses, [&](const std::string& own) {
            const auto normal = identity::normalise_mailbox(own);
            return normal && *normal == *wanted;
        });
        if (!same) continue;
        if (!out.empty()) return {};
        out = instance.name;
    }
    return out;
}

const SendingInstance* find(const std::vector<SendingInstance>& instances, std::string_view name) {
    const auto found = std::ranges::find(instances, name, &SendingInstance::name);
    return found == instances.end() ? nullptr : &*found;
}

Result<void> check(const MessageRequest& request, const SendingInstance& instance) {
    const auto length = std::ranges::count_if(request.text, [](char c) { return (c & 0xC0) != 0x80; });
    if (request.text.empty() && request.media.empty()) return fail(rejected("there is neither text nor media", "text"));
    if (length > instance.max_text) {
        return fail(rejected("the text has " + std::to_string(length) + " characters; " + instance.name + " takes " +
                                 std::to_string(instance.max_text),
                             "text"));
    }
    if (std::cmp_greater(request.media.size(), instance.max_media)) {
        return fail(
            rejected(instance.name + " takes at most " + std::to_string(instance.max_media) + " attachments", "media"));
    }
    return {};
}

// All of them: a messenger's id and the number that came with it are points of one conversation.
std::vector<identity::Point> customer_points(Value document) {
    std::vector<identity::Point> out;
    const auto parties = document.get("parties");
    if (!parties.is_array()) return out;
    for (const auto& party : parties.items()) {
        const auto points = party.get("contact_points");
        if (party.string_at("role") != "customer" || !points.is_array()) continue;
        for (const auto& point : points.items()) {
            out.push_back({.scheme = std::string(point.string_at("scheme").value_or("")),
                           .scope = std::string(point.string_at("scope").value_or("")),
                           .value = std::string(point.string_at("value").value_or(""))});
        }
    }
    return out;
}

bool holds(const std::vector<identity::Point>& points, const identity::Point& point) {
    return std::ranges::find(points, point) != points.end();
}

std::optional<Thread> thread_of(Value document) {
    const auto thread = document.get("thread");
    if (!thread.is_object()) return std::nullopt;
    return Thread{std::string(thread.string_at("namespace").value_or("")),
                  std::string(thread.string_at("external_id").value_or(""))};
}

}  // namespace

Messages::Messages(store::Store& store,
                   pipeline::IdentityContext identity,
                   std::string region,
                   const Clock& clock,
                   std::function<void(const std::string&)> wake)
    : store_(store),
      identity_(std::move(identity)),
      region_(std::move(region)),
      clock_(clock),
      wake_(std::move(wake)) {}

void Messages::use(std::vector<SendingInstance> instances) {
    const std::lock_guard lock(mutex_);
    instances_ = std::move(instances);
}

std::vector<SendingInstance> Messages::instances() const {
    const std::lock_guard lock(mutex_);
    return instances_;
}

Result<store::AcceptedMessage> Messages::accept(const MessageRequest& request) {
    const auto key = request.owner + "/" + request.idempotency_key;
    const auto hash = hash_of(request);
    // Before anything is judged: asking again gets the first answer, whatever has changed since.
    if (auto before = store_.outbox().known(key, hash); !before || *before) {
        return before ? Result<store::AcceptedMessage>(**before) : fail(std::move(before.error()));
    }
    const auto known = instances();
    auto around = conversation(request, known);
    if (!around) return fail(std::move(around.error()));
    const auto* instance = find(known, around->instance);
    if (auto good = check(request, *instance); !good) return fail(std::move(good.error()));

    Arena arena;
    const auto now = clock_.now();
    const MessageWriter writer(request, *instance, *around->point, now);
    const auto document = writer.snapshot(around->thread, around->message, arena);
    const auto arrived_at = format_time(now);
    auto observation =
        pipeline::to_observation(document, identity_, {.region = region_, .arrived_at = arrived_at}, arena);
    if (!observation) return fail(std::move(observation.error()));
    const auto id = observation->id;
    Value reply_to;
    Value answered;
    if (!around->message.empty()) reply_to = thread_value(Thread{around->name_space, around->message}, arena);
    if (!around->answered.empty()) answered = data::parse_json(around->answered, arena).value_or(Value());
    const auto wire = data::to_json(writer.message(id, around->thread, reply_to, answered, arena));
    if (instance->check) {
        if (auto good = instance->check(wire); !good) return fail(std::move(good.error()));
    }
    store::OutgoingMessage message{.observation = std::move(*observation),
                                   .key = key,
                                   .request_hash = hash,
                                   .instance = instance->name,
                                   .request = wire,
                                   .expires_at = now + request.expires_in,
                                   .needs_consent = request.purpose != kWithoutConsent};
    auto accepted = store_.outbox().accept(message, now);
    if (accepted && !accepted->repeated) wake_(instance->name);
    return accepted;
}

Result<void> Messages::resend(InteractionId id, std::string_view actor, std::chrono::seconds expires_in) {
    auto message = store_.outbox().message(id);
    if (!message) return fail(std::move(message.error()));
    if (!*message) return fail(not_found("no such message"));
    const auto now = clock_.now();
    if (auto queued = store_.outbox().resend((*message)->id, now + expires_in, actor, now); !queued) return queued;
    wake_((*message)->instance);
    return {};
}

// Who carries the message, to which point, in which thread.
Result<Messages::Conversation> Messages::conversation(const MessageRequest& request,
                                                      const std::vector<SendingInstance>& known) {
    Conversation out;
    if (request.reply_to) {
        auto found = answered(*request.reply_to, known);
        if (!found) return found;
        out = std::move(*found);
        if (request.to && out.point && !holds(out.points, *request.to)) {
            return fail(rejected("the conversation is with " + identity::to_text(*out.point) + ", not with " +
                                     identity::to_text(*request.to),
                                 "to"));
        }
    } else if (request.to) {
        auto found = latest(*request.to, known);
        if (!found) return found;
        out = std::move(*found);
    }
    if (request.to) out.point = request.to;
    if (!out.point) return fail(rejected("whom to write to is not said: give `to`", "to"));
    if (!request.via.empty() && request.via != out.instance) {
        out.instance = request.via;
        out.thread.reset();
    }
    if (request.thread) out.thread = request.thread;
    if (out.instance.empty()) {
        auto carrier = only_carrier(out, known);
        if (!carrier) return fail(std::move(carrier.error()));
        out.instance = std::move(*carrier);
    }
    const auto* instance = find(known, out.instance);
    if (instance == nullptr)
        return fail(rejected("'" + out.instance + "' is no connector instance that can send", "via"));
    if (!can_write_to(*instance, out.point->scheme)) {
        return fail(rejected(instance->name + " cannot write to " + out.point->scheme, "to"));
    }
    return out;
}

Result<std::string> Messages::only_carrier(const Conversation& around, const std::vector<SendingInstance>& known) {
    std::vector<std::string> able;
    std::string names;
    for (const auto& instance : known) {
        if (!can_write_to(instance, around.point->scheme)) continue;
        able.push_back(instance.name);
        names += (names.empty() ? "" : ", ") + instance.name;
    }
    if (able.empty()) return fail(rejected("no connector instance can write to " + around.point->scheme, "to"));
    if (able.size() == 1) return able.front();
    const std::string why = around.entry_point.empty()
                                ? "no conversation with this point says which instance to use"
                                : "which instance is to answer what came to " + around.entry_point + " is not said";
    return fail(rejected(why + "; give `via`, one of " + names, "via"));
}

Result<Messages::Conversation> Messages::answered(InteractionId id, const std::vector<SendingInstance>& known) {
    auto found = store_.interaction(id);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return fail(not_found("there is no interaction " + id.text() + " to answer"));
    Arena arena;
    const auto document = data::parse_json((*found)->document, arena);
    if (!document) return fail(std::move(document).error());
    Conversation out;
    out.entry_point = document->string_at("entry_point").value_or("");
    out.instance = writer_from(known, out.entry_point);
    for (const auto& source : (*found)->sources) {
        if (out.instance.empty() && find(known, source) != nullptr) out.instance = source;
    }
    out.thread = thread_of(*document);
    out.answered = answered_text(id, *document, arena);
    out.name_space = document->string_at("namespace").value_or("");
    const auto messages = document->get("messages");
    if (messages.is_array() && messages.size() > 0) {
        out.message = messages.items().front().string_at("external_id").value_or("");
    }
    out.points = customer_points(*document);
    const auto* instance = find(known, out.instance);
    // Of several points the one whose network the conversation is in: a vendor may carry both SMS and messengers.
    const auto channel = document->string_at("channel").value_or("");
    bool of_channel = false;
    for (const auto& point : out.points) {
        if (instance != nullptr && !can_write_to(*instance, point.scheme)) continue;
        const bool fits = instance != nullptr && instance->channel_of(point.scheme) == channel;
        if (out.point && (of_channel || !fits)) continue;
        out.point = point;
        of_channel = fits;
    }
    return out;
}

// Never by another point of the customer: somebody who wrote from work must not be answered at home.
Result<Messages::Conversation> Messages::latest(const identity::Point& point,
                                                const std::vector<SendingInstance>& known) {
    Conversation out;
    const auto id = identity::point_id(identity_.key, point);
    auto customer = store_.customer_of(id);
    if (!customer) return fail(std::move(customer.error()));
    if (!*customer) return out;
    auto page = store_.timeline((*customer)->id, {.limit = kLookBack});
    if (!page) return fail(std::move(page.error()));
    for (const auto& item : page->items) {
        Arena arena;
        const auto document = data::parse_json(item.document, arena);
        if (!document || !holds(customer_points(*document), point)) continue;
        const std::string came_to(document->string_at("entry_point").value_or(""));
        if (out.entry_point.empty()) out.entry_point = came_to;
        auto candidates = item.sources;
        candidates.insert(candidates.begin(), writer_from(known, came_to));
        for (const auto& source : candidates) {
            const auto* instance = find(known, source);
            if (instance == nullptr || !can_write_to(*instance, point.scheme)) continue;
            out.instance = source;
            out.thread = thread_of(*document);
            return out;
        }
    }
    return out;
}

}  // namespace tandem::outbox
