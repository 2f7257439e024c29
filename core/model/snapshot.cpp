#include "core/model/snapshot.hpp"

#include "core/model/schema.hpp"

#include <array>
#include <string>
#include <utility>

namespace tandem::model {
namespace {

using data::Value;

constexpr std::array<std::pair<ReceiptStatus, std::string_view>, 7> kStatuses = {{
    {ReceiptStatus::Queued, "queued"},
    {ReceiptStatus::Sent, "sent"},
    {ReceiptStatus::Delivered, "delivered"},
    {ReceiptStatus::Read, "read"},
    {ReceiptStatus::Failed, "failed"},
    {ReceiptStatus::Expired, "expired"},
    {ReceiptStatus::Unknown, "unknown"},
}};

std::string_view text(const Value* value) {
    return value != nullptr ? value->as_string() : std::string_view();
}
std::string_view text_at(const Value& object, std::string_view key) {
    return object.string_at(key).value_or("");
}

// The schema check has proved that this is a time.
Instant time(const Value& value) {
    return *parse_time(value.as_string());
}

std::optional<ExternalId> external_id(const Value* value) {
    if (value == nullptr) return std::nullopt;
    return ExternalId{text_at(*value, "namespace"), text_at(*value, "external_id")};
}

bool good_part(std::int64_t number, std::int64_t total) {
    return number >= 1 && number <= total && total <= kMaxParts;
}

Result<void> read_aliases(const Value* list, std::vector<ExternalId>& out) {
    out.clear();
    if (list == nullptr) return {};
    if (list->size() > kMaxAliases) return fail(rejected("aliases: at most " + std::to_string(kMaxAliases)));
    for (const auto& alias : list->items())
        out.push_back(*external_id(&alias));
    return {};
}

// A message in one part is a whole one.
Result<void> read_part(const Value* value, std::optional<Part>& out) {
    out.reset();
    if (value == nullptr) return {};
    const Part part{text_at(*value, "key"), value->get("number").as_int(), value->get("total").as_int()};
    if (!good_part(part.number, part.total)) {
        return fail(rejected("part: number must be from 1 to total, total at most " + std::to_string(kMaxParts)));
    }
    if (part.total > 1) out = part;
    return {};
}

// The schema check leaves an absent list out, and lets any number through.
std::span<const Value> items_at(const Value& object, std::string_view key) {
    const auto* list = object.find(key);
    return list == nullptr ? std::span<const Value>{} : list->items();
}

Result<std::chrono::milliseconds> window_of(const Value& object, std::chrono::milliseconds limit, const char* path) {
    const auto within = object.get("within_ms").as_int();
    if (within <= limit.count()) return std::chrono::milliseconds(within);
    return fail(rejected(std::string(path) + ".within_ms: at most " + std::to_string(limit.count())));
}

constexpr std::chrono::milliseconds kExactly{0};

std::optional<std::chrono::milliseconds> duration_at(const Value& object, std::string_view key) {
    const auto* value = object.find(key);
    if (value == nullptr || !value->is_integer()) return std::nullopt;
    return std::chrono::milliseconds(value->as_int());
}

std::string_view text_or(const Value& object, std::string_view key, std::string_view otherwise) {
    const auto text = text_at(object, key);
    return text.empty() ? otherwise : text;
}

Result<Copy::Name> read_copy_name(const Value& name, std::string_view place, const Snapshot& of) {
    const auto within = window_of(name, kMaxCopyWindow, "copy.names");
    if (!within) return fail(within.error());
    return Copy::Name{.name_space = text_or(name, "namespace", of.name_space),
                      .external_id = text_at(name, "external_id"),
                      .at = parse_time(text_at(name, "at")).value_or(of.started_at),
                      .within = *within,
                      .lasted = duration_at(name, "lasted_ms"),
                      .lasted_within = duration_at(name, "lasted_within_ms").value_or(kExactly),
                      .place = text_or(name, "place", place)};
}

// `of` has its identity and its beginning.
Result<void> read_copy(const Value* value, const Snapshot& of, std::optional<Copy>& out) {
    out.reset();
    if (value == nullptr) return {};
    Copy copy{.place = text_at(*value, "place"),
              .rank = value->get("rank").as_int(),
              .names = {},
              .precision = duration_at(*value, "precision_ms").value_or(kExactly)};
    if (copy.rank > kMaxCopyRank) {
        return fail(rejected("copy.rank: at most " + std::to_string(kMaxCopyRank)));
    }
    if (copy.precision > kMaxCopyWindow) {
        return fail(rejected("copy.precision_ms: at most " + std::to_string(kMaxCopyWindow.count())));
    }
    for (const auto& name : items_at(*value, "names")) {
        auto read = read_copy_name(name, copy.place, of);
        if (!read) return fail(std::move(read.error()));
        copy.names.push_back(*read);
    }
    if (copy.names.size() > kMaxCopyNames) {
        return fail(rejected("copy.names: at most " + std::to_string(kMaxCopyNames)));
    }
    out = std::move(copy);
    return {};
}

Result<void> read_thread_names(const Value* thread, ThreadNames& out) {
    out = {};
    if (thread == nullptr) return {};
    out.own = text_at(*thread, "own");
    for (const auto& name : items_at(*thread, "also"))
        out.also.push_back(name.as_string());
    if (out.also.size() > kMaxThreadNames) {
        return fail(rejected("thread.also: at most " + std::to_string(kMaxThreadNames)));
    }
    const auto* topic = thread->find("topic");
    if (topic == nullptr) return {};
    const auto within = window_of(*topic, kMaxTopicWindow, "thread.topic");
    if (!within) return fail(within.error());
    const auto* joins = topic->find("joins");
    out.topic = ThreadNames::Topic{text_at(*topic, "key"), *within, joins != nullptr && joins->as_bool()};
    return {};
}

void read_points(const Value& party, std::vector<ContactPoint>& out) {
    out.clear();
    const auto* points = party.find("contact_points");
    if (points == nullptr) return;
    for (const auto& point : points->items()) {
        out.push_back({text_at(point, "scheme"), text_at(point, "scope"), text_at(point, "value"),
                       text_at(point, "display"), text_at(point, "verified")});
    }
}

void read_parties(const Value& parties, std::vector<Party>& out) {
    out.resize(parties.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto& party = parties.items()[i];
        out[i].no = party.get("no").as_int();
        out[i].role = text_at(party, "role");
        out[i].name = text_at(party, "name");
        read_points(party, out[i].points);
    }
}

// Rule numbers of the snapshot's fields, looked up once.
struct SnapshotFields {
    const ObjectSchema& schema = snapshot_schema();
    std::size_t source = schema.number("source");
    std::size_t name_space = schema.number("namespace");
    std::size_t external_id = schema.number("external_id");
    std::size_t aliases = schema.number("aliases");
    std::size_t rev = schema.number("rev");
    std::size_t part = schema.number("part");
    std::size_t patch = schema.number("patch");
    std::size_t copy = schema.number("copy");
    std::size_t channel = schema.number("channel");
    std::size_t provider = schema.number("provider");
    std::size_t direction = schema.number("direction");
    std::size_t state = schema.number("state");
    std::size_t thread = schema.number("thread");
    std::size_t started_at = schema.number("started_at");
    std::size_t parties = schema.number("parties");
};

}  // namespace

Result<void> read_snapshot(Value document, Snapshot& out) {
    static const SnapshotFields kFields;
    ObjectSchema::Slots slots;
    if (auto ok = kFields.schema.check(document, &slots); !ok) return ok;
    out.source = text(slots[kFields.source]);
    out.name_space = text(slots[kFields.name_space]);
    out.external_id = text(slots[kFields.external_id]);
    out.rev = slots[kFields.rev]->as_int();
    if (auto ok = read_aliases(slots[kFields.aliases], out.aliases); !ok) return ok;
    if (auto ok = read_part(slots[kFields.part], out.part); !ok) return ok;
    out.patch = slots[kFields.patch] != nullptr && slots[kFields.patch]->as_bool();
    if (out.patch && out.part) return fail(rejected("patch: a part of a message cannot be one"));
    out.channel = text(slots[kFields.channel]);
    out.provider = text(slots[kFields.provider]);
    out.direction = text(slots[kFields.direction]);
    out.state = text(slots[kFields.state]);
    out.thread = external_id(slots[kFields.thread]);
    if (auto ok = read_thread_names(slots[kFields.thread], out.thread_names); !ok) return ok;
    out.started_at = time(*slots[kFields.started_at]);
    if (auto ok = read_copy(slots[kFields.copy], out, out.copy); !ok) return ok;
    if (out.copy && (out.patch || out.part)) return fail(rejected("copy: only of a whole contact"));
    read_parties(*slots[kFields.parties], out.parties);
    out.document = document;
    return {};
}

std::string_view to_string(ReceiptStatus status) {
    for (const auto& [value, name] : kStatuses) {
        if (value == status) return name;
    }
    return "unknown";
}

std::optional<ReceiptStatus> parse_receipt_status(std::string_view text) {
    for (const auto& [value, name] : kStatuses) {
        if (name == text) return value;
    }
    return std::nullopt;
}

Result<void> read_receipt(Value document, Receipt& out) {
    const auto& schema = receipt_schema();
    if (auto ok = schema.check(document); !ok) return ok;
    out = Receipt{};
    out.name_space = text_at(document, "namespace");
    out.external_id = text_at(document, "external_id");
    out.status = *parse_receipt_status(text_at(document, "status"));
    out.at = time(document.get("at"));
    out.code = text_at(document, "code");
    out.reason = text_at(document, "reason");
    if (document.find("part") != nullptr || document.find("parts") != nullptr) {
        out.part = document.get("part").is_integer() ? document.get("part").as_int() : 0;
        out.parts = document.get("parts").is_integer() ? document.get("parts").as_int() : 0;
        if (!good_part(out.part, out.parts) || out.external_id.empty()) {
            return fail(rejected("part: must be from 1 to parts, parts at most " + std::to_string(kMaxParts)));
        }
        if (out.parts == 1) out.part = out.parts = 0;
    }
    out.thread = external_id(document.find("thread"));
    if (const auto* until = document.find("until")) out.until = time(*until);
    out.document = document;
    bool watermark = out.thread.has_value() && out.until.has_value();
    if (out.external_id.empty() && !watermark) {
        return fail(rejected("external_id: is missing (or thread and until, for a watermark)"));
    }
    if (out.external_id.empty() && out.status != ReceiptStatus::Delivered && out.status != ReceiptStatus::Read) {
        return fail(rejected("status: a watermark can only say delivered or read"));
    }
    return {};
}

}  // namespace tandem::model
