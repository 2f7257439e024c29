#include "core/api/views.hpp"

#include "core/base/text.hpp"
#include "core/identity/point.hpp"

namespace tandem::api {
namespace {

bool empty(const store::Delivery& delivery) {
    return !delivery.queued_at && !delivery.sent_at && !delivery.delivered_at && !delivery.read_at &&
           !delivery.failed_at && !delivery.expired_at && delivery.code.empty() && delivery.reason.empty();
}

void write_parties(JsonWriter& json, const std::vector<ItemParty>& parties) {
    json.key("parties");
    json.begin_array();
    for (const auto& party : parties) {
        json.begin_object();
        json.member("role", std::string_view(party.role));
        json.member_if("name", std::string_view(party.name));
        json.key("points");
        json.begin_array();
        for (const auto& point : party.points)
            json.text(point);
        json.end_array();
        json.end_object();
    }
    json.end_array();
}

void write_media(JsonWriter& json, const store::MediaView& media) {
    json.begin_object();
    json.member("attachment", std::string_view(media.attachment));
    json.member("state", store::to_string(media.state));
    if (media.state == store::MediaState::Stored) {
        json.member("href", std::string_view("/v1/media/" + media.sha512));
        json.member("sha512", std::string_view(media.sha512));
        json.member("media_type", std::string_view(media.media_type));
        json.member("size", media.size);
    } else {
        json.member_if("code", std::string_view(media.code));
        json.member_if("reason", std::string_view(media.reason));
    }
    json.end_object();
}

void write_attachments(JsonWriter& json, const std::vector<ItemAttachment>& attachments) {
    json.key("attachments");
    json.begin_array();
    for (const auto& attachment : attachments) {
        json.begin_object();
        json.member("kind", std::string_view(attachment.kind));
        json.member_if("name", std::string_view(attachment.name));
        json.member_if("media_type", std::string_view(attachment.media_type));
        json.member_if("url", std::string_view(attachment.url));
        if (attachment.size) json.member("size", *attachment.size);
        if (attachment.media) {
            json.key("media");
            write_media(json, *attachment.media);
        }
        json.end_object();
    }
    json.end_array();
}

}  // namespace

void write_point(JsonWriter& json, const store::PointView& point) {
    json.begin_object();
    json.member("point", std::string_view(identity::to_text(point.point)));
    json.member("scheme", std::string_view(point.point.scheme));
    json.member_if("scope", std::string_view(point.point.scope));
    json.member("value", std::string_view(point.point.value));
    json.member("class", identity::to_string(point.point_class));
    json.member_if("display", std::string_view(point.display));
    json.member("first_seen", point.first_seen);
    json.end_object();
}

void write_customer(JsonWriter& json, const store::CustomerView& customer) {
    json.begin_object();
    json.member("id", std::string_view(customer.id.text()));
    json.member("created_at", customer.created_at);
    json.key("points");
    json.begin_array();
    for (const auto& point : customer.points)
        write_point(json, point);
    json.end_array();
    json.key("suggestions");
    json.begin_array();
    for (const auto& suggestion : customer.suggestions) {
        json.begin_object();
        json.member("point", std::string_view(identity::to_text(suggestion.mine.point)));
        json.member("other", std::string_view(identity::to_text(suggestion.other.point)));
        json.member_if("display", std::string_view(suggestion.other.display));
        json.member("other_customer", std::string_view(suggestion.other_customer.text()));
        json.member("strength", static_cast<std::uint64_t>(suggestion.strength));
        json.member_if("basis", std::string_view(suggestion.basis));
        json.end_object();
    }
    json.end_array();
    json.key("merged_ids");
    json.begin_array();
    for (const auto& id : customer.merged_ids)
        json.text(id.text());
    json.end_array();
    json.end_object();
}

void write_delivery(JsonWriter& json, const store::Delivery& delivery) {
    json.begin_object();
    if (const auto status = delivery.status()) json.member("status", model::to_string(*status));
    json.member_if("queued_at", delivery.queued_at);
    json.member_if("sent_at", delivery.sent_at);
    json.member_if("delivered_at", delivery.delivered_at);
    json.member_if("read_at", delivery.read_at);
    json.member_if("failed_at", delivery.failed_at);
    json.member_if("expired_at", delivery.expired_at);
    json.member_if("code", std::string_view(delivery.code));
    json.member_if("reason", std::string_view(delivery.reason));
    json.end_object();
}

void write_item(JsonWriter& json, const Item& item) {
    json.begin_object();
    json.member("id", std::string_view(item.id.text()));
    json.member("channel", std::string_view(item.channel));
    json.member_if("provider", std::string_view(item.provider));
    json.member("direction", std::string_view(item.direction));
    json.member("state", std::string_view(item.state));
    json.member_if("end_reason", std::string_view(item.end_reason));
    json.member("started_at", item.started_at);
    json.member_if("ended_at", item.ended_at);
    if (item.thread) json.member("thread", std::string_view(item.thread->text()));
    write_parties(json, item.parties);
    const auto text = text_of(item);
    if (text.empty()) {
        json.member("summary", std::string_view(summary_of(item)));
    } else {
        json.member("text", text);
        json.member_if("summary", std::string_view(item.subject));
    }
    json.member("messages", static_cast<std::uint64_t>(item.messages.size()));
    if (item.deleted) json.flag("deleted", true);
    write_attachments(json, item.attachments);
    if (!empty(item.delivery)) {
        json.key("delivery");
        write_delivery(json, item.delivery);
    }
    json.end_object();
}

void write_interaction(JsonWriter& json, const store::InteractionView& view) {
    json.begin_object();
    json.member("id", std::string_view(view.id.text()));
    json.member("channel", std::string_view(view.channel));
    json.member("started_at", view.started_at);
    if (view.customer) json.member("customer", std::string_view(view.customer->text()));
    if (view.thread) json.member("thread", std::string_view(view.thread->text()));
    json.key("sources");
    json.begin_array();
    for (const auto& source : view.sources)
        json.text(source);
    json.end_array();
    json.key("delivery");
    write_delivery(json, view.delivery);
    json.member("version", view.version);
    json.member("event", view.event);
    if (!view.media.empty()) {
        json.key("media");
        json.begin_array();
        for (const auto& media : view.media)
            write_media(json, media);
        json.end_array();
    }
    json.key("document");
    json.raw(view.document);
    json.end_object();
}

void write_message(JsonWriter& json, const store::OutboxView& message, const store::InteractionView* interaction) {
    json.begin_object();
    json.member("id", std::string_view(message.id.text()));
    json.member("state", store::to_string(message.state));
    json.member("via", std::string_view(message.instance));
    json.member("attempts", std::uint64_t{message.attempts});
    json.member("accepted_at", message.accepted_at);
    if (message.state == store::OutboxState::Queued) json.member("due_at", message.due);
    json.member("expires_at", message.expires_at);
    json.key("history");
    json.begin_array();
    for (const auto& event : message.history) {
        json.begin_object();
        json.member("at", event.at);
        json.member("state", store::to_string(event.state));
        json.member("attempt", std::uint64_t{event.attempt});
        json.member_if("code", std::string_view(event.code));
        json.member_if("reason", std::string_view(event.reason));
        json.end_object();
    }
    json.end_array();
    if (interaction != nullptr) {
        json.key("interaction");
        write_interaction(json, *interaction);
    }
    json.end_object();
}

void write_quarantine(JsonWriter& json, const store::QuarantineEntry& entry, bool with_raw) {
    json.begin_object();
    json.member("id", entry.id);
    json.member("node", std::string_view(entry.node));
    json.member("event", entry.event);
    json.member("item", static_cast<std::uint64_t>(entry.item));
    json.member("instance", std::string_view(entry.instance));
    json.member("pack", std::string_view(entry.pack));
    json.member("reason", std::string_view(entry.reason));
    json.member_if("path", std::string_view(entry.path));
    json.member("at", entry.at);
    json.member_if("content_type", std::string_view(entry.content_type));
    if (with_raw) {
        const bool readable = valid_utf8(entry.raw);
        json.member_if("envelope", std::string_view(entry.envelope));
        json.member("raw_encoding", std::string_view(readable ? "utf-8" : "base64"));
        json.member("raw", std::string_view(readable ? entry.raw : base64(entry.raw)));
    }
    json.end_object();
}

std::string customer_json(const store::CustomerView& customer) {
    JsonWriter json;
    write_customer(json, customer);
    return json.take();
}

std::string feed_event(const store::FeedEntry& entry) {
    const auto kind = store::to_string(entry.kind);
    JsonWriter json;
    json.begin_object();
    json.member("specversion", std::string_view("1.0"));
    json.member("id", std::string_view(std::to_string(entry.position)));
    json.member("source", std::string_view("/v1/feed"));
    json.member("type", std::string_view("tandem." + std::string(kind)));
    json.member("subject", std::string_view(entry.subject));
    json.member("time", entry.at);
    json.key("data");
    json.begin_object();
    if (entry.customer) json.member("customer", std::string_view(entry.customer->text()));
    json.member("version", entry.version);
    json.end_object();
    json.end_object();
    return "id: " + std::to_string(entry.position) + "\nevent: " + std::string(kind) + "\ndata: " + json.take() +
           "\n\n";
}

}  // namespace tandem::api
