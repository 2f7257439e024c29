// The tables of the common schema (docs/schema.md).
#include "core/model/schema.hpp"
#include "core/model/snapshot.hpp"

#include <array>

namespace tandem::model {
namespace {

constexpr std::array<std::string_view, 12> kChannels = {"voice",  "video",    "email", "sms",  "chat",  "messenger",
                                                        "social", "callback", "fax",   "push", "visit", "other"};
constexpr std::array<std::string_view, 4> kDirections = {"inbound", "outbound", "internal", "unknown"};
constexpr std::array<std::string_view, 7> kInitiators = {"customer", "agent", "bot",    "campaign",
                                                         "system",   "api",   "unknown"};
constexpr std::array<std::string_view, 9> kStates = {"scheduled", "new",    "queued",  "offered", "active",
                                                     "held",      "parked", "wrap_up", "closed"};
constexpr std::array<std::string_view, 21> kEndReasons = {"completed",
                                                          "abandoned_queue",
                                                          "abandoned_ringing",
                                                          "abandoned_ivr",
                                                          "no_answer",
                                                          "busy",
                                                          "rejected",
                                                          "congestion",
                                                          "failed",
                                                          "unreachable",
                                                          "transferred",
                                                          "timeout",
                                                          "voicemail_left",
                                                          "voicemail_no_message",
                                                          "machine",
                                                          "self_served",
                                                          "canceled",
                                                          "bounced",
                                                          "spam",
                                                          "blocked",
                                                          "unknown"};
constexpr std::array<std::string_view, 24> kSchemes = {
    "tel",      "mailto",  "sip",    "whatsapp", "telegram", "viber",   "vk",   "instagram",
    "facebook", "line",    "wechat", "jiochat",  "slack",    "matrix",  "xmpp", "rocketchat",
    "apple",    "webchat", "cookie", "device",   "crm",      "account", "ext",  "anon"};
constexpr std::array<std::string_view, 8> kLinkKinds = {
    "transfer_blind", "transfer_attended", "consult",     "conference",
    "callback",       "channel_switch",    "bot_handoff", "reply"};
constexpr std::array<std::string_view, 6> kPurposes = {"marketing", "service",   "collection",
                                                       "survey",    "retention", "other"};
constexpr std::array<std::string_view, 3> kPresentations = {"allowed", "restricted", "unavailable"};
constexpr std::array<std::string_view, 8> kVerifications = {"none",  "vendor",    "ani_match",       "pin",
                                                            "login", "knowledge", "voice_biometric", "document"};
constexpr std::array<std::string_view, 9> kRoles = {"customer",   "agent",      "bot",         "ivr",   "queue",
                                                    "supervisor", "specialist", "third_party", "system"};
constexpr std::array<std::string_view, 11> kSegments = {"ivr",  "bot",     "queue",   "alert",     "talk", "hold",
                                                        "wrap", "consult", "monitor", "voicemail", "fax"};
constexpr std::array<std::string_view, 4> kAuthors = {"customer", "agent", "bot", "system"};
constexpr std::array<std::string_view, 2> kVisibilities = {"public", "internal"};
constexpr std::array<std::string_view, 9> kAttachments = {
    "file", "image", "audio", "video", "recording", "transcript", "screen", "location", "contact_card"};
constexpr std::array<std::string_view, 9> kOutcomes = {"wrapup",      "resolution", "csat",      "nps", "ces",
                                                       "survey_text", "sentiment",  "retention", "sale"};
constexpr std::array<std::string_view, 5> kGivers = {"agent", "customer", "bot", "system", "analyst"};
constexpr std::array<std::string_view, 4> kOutcomeStates = {"provisional", "final", "not_answered", "opted_out"};
constexpr std::array<std::string_view, 7> kReceipts = {"queued", "sent",    "delivered", "read",
                                                       "failed", "expired", "unknown"};

constexpr bool kRequired = true;

Rule text(std::string_view name) {
    return {.name = name};
}
Rule time(std::string_view name, bool required = false) {
    return {.name = name, .check = Check::Time, .required = required};
}
Rule count(std::string_view name, bool required = false) {
    return {.name = name, .check = Check::NonNegative, .required = required};
}
Rule integer(std::string_view name, bool required = false) {
    return {.name = name, .check = Check::Integer, .required = required};
}
Rule word(std::string_view name, std::span<const std::string_view> words, bool required = false) {
    return {.name = name, .check = Check::Word, .required = required, .words = words};
}
Rule object(std::string_view name, const ObjectSchema& schema) {
    return {.name = name, .check = Check::Object, .schema = &schema};
}
Rule objects(std::string_view name, const ObjectSchema& schema) {
    return {.name = name, .check = Check::Objects, .schema = &schema};
}
Rule optional_text(std::string_view name, std::size_t max_length) {
    return {.name = name, .check = Check::NonEmptyText, .max_length = max_length};
}
Rule required_text(std::string_view name, std::size_t max_length = 0) {
    return {.name = name, .check = Check::NonEmptyText, .required = kRequired, .max_length = max_length};
}

const ObjectSchema& external_id() {
    static const ObjectSchema schema(
        {required_text("namespace", 200), required_text("external_id", 1000), text("kind")}, true);
    return schema;
}

const ObjectSchema& topic() {
    static const ObjectSchema schema(
        {required_text("key", 1000), count("within_ms", kRequired), {.name = "joins", .check = Check::Flag}});
    return schema;
}

const ObjectSchema& thread() {
    static const ObjectSchema schema({required_text("namespace", 200),
                                      required_text("external_id", 1000),
                                      text("kind"),
                                      optional_text("own", 1000),
                                      {.name = "also", .check = Check::Texts},
                                      object("topic", topic())},
                                     true);
    return schema;
}

const ObjectSchema& copy() {
    static const ObjectSchema name({optional_text("namespace", 200), required_text("external_id", 1000), time("at"),
                                    count("within_ms", kRequired), count("lasted_ms"), count("lasted_within_ms"),
                                    optional_text("place", 1000)});
    static const ObjectSchema schema(
        {required_text("place", 1000), count("rank", kRequired), objects("names", name), count("precision_ms")});
    return schema;
}

const ObjectSchema& previous() {
    static const ObjectSchema schema(
        {required_text("namespace", 200), required_text("external_id", 1000), word("kind", kLinkKinds)}, true);
    return schema;
}

const ObjectSchema& campaign() {
    static const ObjectSchema schema(
        {required_text("external_id"), text("name"), text("contact_list"), word("purpose", kPurposes)});
    return schema;
}

const ObjectSchema& part() {
    static const ObjectSchema schema(
        {required_text("key", 1000), count("number", kRequired), count("total", kRequired)});
    return schema;
}

const ObjectSchema& durations() {
    static const ObjectSchema schema({count("queue"), count("ring"), count("talk"), count("hold"), count("wrap")});
    return schema;
}

const ObjectSchema& contact_point() {
    static const ObjectSchema schema({word("scheme", kSchemes, kRequired), text("scope"), required_text("value", 1000),
                                      text("display"), word("presentation", kPresentations),
                                      word("verified", kVerifications)});
    return schema;
}

const ObjectSchema& party() {
    static const ObjectSchema schema({count("no", kRequired), word("role", kRoles, kRequired), text("name"),
                                      text("user_ref"), text("team"), objects("contact_points", contact_point()),
                                      time("joined_at"), time("left_at")});
    return schema;
}

const ObjectSchema& segment() {
    static const ObjectSchema schema({count("no", kRequired), word("kind", kSegments, kRequired), integer("party"),
                                      time("started_at", kRequired), time("ended_at"), text("queue"),
                                      text("end_reason")});
    return schema;
}

const ObjectSchema& delivery() {
    static const ObjectSchema schema({time("queued_at"), time("accepted_at"), time("delivered_at"), time("read_at"),
                                      time("failed_at"), text("failure")});
    return schema;
}

const ObjectSchema& message() {
    static const ObjectSchema schema({required_text("external_id"),
                                      text("in_reply_to"),
                                      integer("sender", kRequired),
                                      {.name = "to", .check = Check::Integers},
                                      {.name = "cc", .check = Check::Integers},
                                      word("author_kind", kAuthors, kRequired),
                                      word("visibility", kVisibilities),
                                      text("content_type"),
                                      text("body"),
                                      time("sent_at", kRequired),
                                      object("delivery", delivery()),
                                      time("edited_at"),
                                      time("deleted_at"),
                                      integer("rev")});
    return schema;
}

const ObjectSchema& event() {
    static const ObjectSchema schema({{.name = "type", .check = Check::EventType, .required = kRequired},
                                      time("at", kRequired),
                                      text("external_id"),
                                      integer("party"),
                                      text("message"),
                                      {.name = "data", .check = Check::OpenObject}});
    return schema;
}

const ObjectSchema& attachment() {
    static const ObjectSchema schema({required_text("external_id"), word("kind", kAttachments, kRequired),
                                      text("message"), integer("party"), text("filename"), text("media_type"),
                                      integer("size_bytes"), count("duration_ms"), text("sha512"), text("url"),
                                      time("at")});
    return schema;
}

const ObjectSchema& outcome() {
    static const ObjectSchema schema({word("kind", kOutcomes, kRequired),
                                      text("external_id"),
                                      text("code"),
                                      text("label"),
                                      {.name = "score", .check = Check::Number},
                                      {.name = "scale_min", .check = Check::Number},
                                      {.name = "scale_max", .check = Check::Number},
                                      text("text"),
                                      word("given_by", kGivers, kRequired),
                                      integer("party"),
                                      word("status", kOutcomeStates),
                                      time("at", kRequired)});
    return schema;
}

}  // namespace

std::span<const std::string_view> channels() {
    return kChannels;
}
std::span<const std::string_view> directions() {
    return kDirections;
}
std::span<const std::string_view> states() {
    return kStates;
}
std::span<const std::string_view> end_reasons() {
    return kEndReasons;
}
std::span<const std::string_view> schemes() {
    return kSchemes;
}

const ObjectSchema& snapshot_schema() {
    static const ObjectSchema schema({
        {.name = "schema_version", .check = Check::Version, .required = kRequired},
        {.name = "source", .check = Check::Source, .required = kRequired},
        required_text("namespace", 200),
        required_text("external_id", 1000),
        objects("aliases", external_id()),
        count("rev", kRequired),
        object("part", part()),
        object("copy", copy()),
        {.name = "patch", .check = Check::Flag},
        word("channel", kChannels, kRequired),
        text("provider"),
        word("direction", kDirections, kRequired),
        word("initiated_by", kInitiators),
        word("state", kStates, kRequired),
        word("end_reason", kEndReasons),
        object("thread", thread()),
        object("case", external_id()),
        object("previous", previous()),
        object("campaign", campaign()),
        text("subject"),
        text("language"),
        text("queue"),
        {.name = "skills", .check = Check::Texts},
        text("entry_point"),
        time("started_at", kRequired),
        time("queued_at"),
        time("answered_at"),
        time("ended_at"),
        time("closed_at"),
        object("durations_ms", durations()),
        {.name = "parties", .check = Check::Objects, .required = kRequired, .schema = &party(), .min_items = 1},
        objects("segments", segment()),
        objects("messages", message()),
        objects("events", event()),
        objects("attachments", attachment()),
        objects("outcomes", outcome()),
        {.name = "visitor", .check = Check::OpenObject},
        {.name = "attributes", .check = Check::OpenObject},
        time("deleted_at"),
    });
    return schema;
}

const ObjectSchema& receipt_schema() {
    static const ObjectSchema schema({
        required_text("namespace", 200),
        {.name = "external_id", .check = Check::NonEmptyText, .max_length = 1000},
        word("status", kReceipts, kRequired),
        time("at", kRequired),
        text("code"),
        text("reason"),
        text("recipient"),
        count("part"),
        count("parts"),
        object("thread", external_id()),
        time("until"),
        {.name = "attributes", .check = Check::OpenObject},
    });
    return schema;
}

}  // namespace tandem::model
