#include "core/api/item.hpp"

#include "core/data/json.hpp"
#include "core/identity/point.hpp"

#include <algorithm>

namespace tandem::api {
namespace {

using data::Value;

std::string text_at(Value object, std::string_view key) {
    return std::string(object.string_at(key).value_or(""));
}

std::optional<Instant> time_at(Value object, std::string_view key) {
    return parse_time(object.string_at(key).value_or(""));
}

std::optional<std::uint64_t> count_at(Value object, std::string_view key) {
    const auto value = object.get(key);
    if (value.kind() != data::Kind::Int || value.as_int() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value.as_int());
}

std::span<const Value> list_at(Value object, std::string_view key) {
    const auto value = object.get(key);
    return value.is_array() ? value.items() : std::span<const Value>{};
}

ItemParty read_party(Value value) {
    ItemParty party{.role = text_at(value, "role"), .name = text_at(value, "name")};
    if (const auto no = count_at(value, "no")) party.no = static_cast<std::int64_t>(*no);
    for (const auto point : list_at(value, "contact_points")) {
        party.points.push_back(
            identity::to_text({text_at(point, "scheme"), text_at(point, "scope"), text_at(point, "value")}));
    }
    return party;
}

ItemMessage read_message(Value value, const std::vector<ItemParty>& parties) {
    ItemMessage message{.author = text_at(value, "author_kind"),
                        .text = text_at(value, "body"),
                        .sent_at = time_at(value, "sent_at"),
                        .edited = value.find("edited_at") != nullptr,
                        .deleted = value.find("deleted_at") != nullptr,
                        .internal = text_at(value, "visibility") == "internal"};
    if (const auto sender = count_at(value, "sender")) {
        const auto is_sender = [&](const ItemParty& party) { return party.no == static_cast<std::int64_t>(*sender); };
        if (const auto found = std::ranges::find_if(parties, is_sender); found != parties.end()) {
            message.sender = found->name;
            if (message.author.empty()) message.author = found->role;
        }
    }
    return message;
}

std::string read_outcome(Value document) {
    for (const auto outcome : list_at(document, "outcomes")) {
        for (const auto* key : {"label", "text", "code"}) {
            if (auto text = text_at(outcome, key); !text.empty()) return text;
        }
    }
    return {};
}

// The file of the attachment: that of its present address, or one that is there already from an older one.
std::optional<store::MediaView> media_of(const std::vector<store::MediaView>& media, const ItemAttachment& attachment) {
    const store::MediaView* best = nullptr;
    for (const auto& one : media) {
        if (one.attachment != attachment.id) continue;
        const bool stored = one.state == store::MediaState::Stored;
        const bool better = best == nullptr || (stored && best->state != store::MediaState::Stored) ||
                            (one.url == attachment.url && stored == (best->state == store::MediaState::Stored));
        if (better) best = &one;
    }
    return best != nullptr ? std::optional(*best) : std::nullopt;
}

}  // namespace

Result<Item> read_item(const store::InteractionView& view) {
    data::Arena arena;
    const auto document = data::parse_json(view.document, arena);
    if (!document || !document->is_object()) {
        return fail(corrupt("the document of interaction " + view.id.text() + " is no JSON object"));
    }
    Item item{.id = view.id,
              .channel = view.channel,
              .provider = text_at(*document, "provider"),
              .direction = text_at(*document, "direction"),
              .state = text_at(*document, "state"),
              .end_reason = text_at(*document, "end_reason"),
              .subject = text_at(*document, "subject"),
              .queue = text_at(*document, "queue"),
              .outcome = read_outcome(*document),
              .started_at = view.started_at,
              .ended_at = time_at(*document, "ended_at"),
              .talk_ms = count_at(document->get("durations_ms"), "talk"),
              .thread = view.thread,
              .point = view.point,
              .deleted = document->find("deleted_at") != nullptr,
              .delivery = view.delivery};
    for (const auto party : list_at(*document, "parties"))
        item.parties.push_back(read_party(party));
    for (const auto message : list_at(*document, "messages")) {
        item.messages.push_back(read_message(message, item.parties));
    }
    for (const auto attachment : list_at(*document, "attachments")) {
        item.attachments.push_back({.id = text_at(attachment, "external_id"),
                                    .kind = text_at(attachment, "kind"),
                                    .name = text_at(attachment, "filename"),
                                    .media_type = text_at(attachment, "media_type"),
                                    .url = text_at(attachment, "url"),
                                    .size = count_at(attachment, "size_bytes")});
        item.attachments.back().media = media_of(view.media, item.attachments.back());
    }
    return item;
}

bool is_session(const Item& item) {
    return item.channel == "voice" || item.channel == "video" || item.channel == "callback" || item.channel == "visit";
}

std::string_view text_of(const Item& item) {
    if (item.deleted) return {};
    for (const auto& message : item.messages) {
        if (!message.deleted && !message.text.empty()) return message.text;
    }
    return {};
}

std::string summary_of(const Item& item) {
    if (!item.subject.empty()) return item.subject;
    if (!item.outcome.empty()) return item.outcome;
    std::string summary;
    for (const auto& attachment : item.attachments) {
        if (!summary.empty()) summary += ", ";
        summary += attachment.name.empty() ? attachment.kind : attachment.name;
    }
    if (!summary.empty()) return summary;
    summary = item.direction.empty() ? item.channel : item.direction + " " + item.channel;
    const auto& end = item.end_reason.empty() ? item.state : item.end_reason;
    return end.empty() ? summary : summary + ", " + end;
}

}  // namespace tandem::api
