#include "core/outbox/message_writer.hpp"

#include "core/base/crypto.hpp"
#include "core/data/json.hpp"
#include "core/model/snapshot.hpp"

namespace tandem::outbox {

using data::Arena;
using data::Member;
using data::Value;

namespace {

constexpr std::string_view kNamespace = "tandem";
constexpr std::size_t kMaxAttributes = 16 * 1024;  // of the interaction that is answered, as JSON

Value text(Arena& arena, std::string_view value) {
    return data::make_string(arena, value);
}

class Members {
public:
    explicit Members(Arena& arena) : arena_(arena), list_(arena) {}
    Members& add(std::string_view key, Value value) {
        if (!value.is_null()) list_.push_back({key, value});
        return *this;
    }
    Members& add(std::string_view key, std::string_view value) {
        if (!value.empty()) list_.push_back({key, text(arena_, value)});
        return *this;
    }
    Value object() const { return Value::object(list_.items()); }

private:
    Arena& arena_;
    data::ArenaList<Member> list_;
};

Value point_value(const identity::Point& point, Arena& arena) {
    return Members(arena).add("scheme", point.scheme).add("scope", point.scope).add("value", point.value).object();
}

std::string_view kind_of_media(std::string_view media_type) {
    for (const std::string_view kind : {"image", "audio", "video"}) {
        if (media_type.starts_with(kind)) return kind;
    }
    return "file";
}

std::string random_uuid() {
    Bytes16 bytes{};
    random_bytes(bytes.data(), bytes.size());
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    return uuid_text(bytes);
}

}  // namespace

Value thread_value(const std::optional<Thread>& thread, Arena& arena) {
    if (!thread) return {};
    return Members(arena).add("namespace", thread->name_space).add("external_id", thread->external_id).object();
}

std::string answered_text(const InteractionId& id, Value document, Arena& arena) {
    Value attributes = document.get("attributes");
    if (attributes.is_object() && data::to_json(attributes).size() > kMaxAttributes) attributes = {};
    return data::to_json(Members(arena)
                             .add("id", id.text())
                             .add("subject", document.string_at("subject").value_or(""))
                             .add("attributes", attributes)
                             .object());
}

MessageWriter::MessageWriter(const MessageRequest& request,
                             const SendingInstance& instance,
                             const identity::Point& to,
                             Instant now)
    : request_(request), instance_(instance), to_(to), now_(format_time(now)), external_id_(random_uuid()) {}

Value MessageWriter::snapshot(const std::optional<Thread>& thread, std::string_view answers, Arena& arena) const {
    return Members(arena)
        .add("schema_version", Value::integer(model::kSchemaVersion))
        .add("source", kNamespace)
        .add("namespace", kNamespace)
        .add("external_id", external_id_)
        .add("rev", Value::integer(0))
        .add("channel", instance_.channel_of(to_.scheme))
        .add("provider", instance_.provider)
        .add("direction", "outbound")
        .add("initiated_by", "agent")
        .add("state", "closed")
        .add("thread", thread_value(thread, arena))
        .add("subject", request_.subject)
        .add("started_at", now_)
        .add("parties", parties(arena))
        .add("messages", messages(answers, arena))
        .add("attachments", attachments(arena))
        .object();
}

Value MessageWriter::message(
    const InteractionId& id, const std::optional<Thread>& thread, Value reply_to, Value answered, Arena& arena) const {
    data::ArenaList<Value> media(arena);
    for (const auto& one : request_.media) {
        media.push_back(Members(arena)
                            .add("url", one.url)
                            .add("media_type", one.media_type)
                            .add("filename", one.filename)
                            .object());
    }
    return Members(arena)
        .add("id", id.text())
        .add("at", now_)
        .add("to", point_value(to_, arena))
        .add("subject", request_.subject)
        .add("text", request_.text)
        .add("thread", thread_value(thread, arena))
        .add("reply_to", reply_to)
        .add("answered", answered)
        .add("media", media.size() > 0 ? Value::array(media.items()) : Value())
        .object();
}

Value MessageWriter::parties(Arena& arena) const {
    const auto customer = Members(arena)
                              .add("no", Value::integer(0))
                              .add("role", "customer")
                              .add("contact_points", data::make_array(arena, {point_value(to_, arena)}))
                              .object();
    const auto agent =
        Members(arena).add("no", Value::integer(1)).add("role", "agent").add("name", request_.author).object();
    return data::make_array(arena, {customer, agent});
}

Value MessageWriter::messages(std::string_view answers, Arena& arena) const {
    return data::make_array(arena, {Members(arena)
                                        .add("external_id", external_id_)
                                        .add("in_reply_to", answers)
                                        .add("sender", Value::integer(1))
                                        .add("to", data::make_array(arena, {Value::integer(0)}))
                                        .add("author_kind", "agent")
                                        .add("body", request_.text)
                                        .add("sent_at", now_)
                                        .object()});
}

Value MessageWriter::attachments(Arena& arena) const {
    data::ArenaList<Value> out(arena);
    for (const auto& media : request_.media) {
        out.push_back(Members(arena)
                          .add("external_id", external_id_ + ":" + std::to_string(out.size()))
                          .add("kind", kind_of_media(media.media_type))
                          .add("url", media.url)
                          .add("media_type", media.media_type)
                          .add("filename", media.filename)
                          .add("message", external_id_)
                          .add("party", Value::integer(1))
                          .object());
    }
    return out.size() > 0 ? Value::array(out.items()) : Value();
}

}  // namespace tandem::outbox
