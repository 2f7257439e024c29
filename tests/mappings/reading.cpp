#include "tests/mappings/reading.hpp"

#include "core/base/time.hpp"
#include "core/config/node.hpp"
#include "core/data/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

namespace tandem::testing {

using data::Value;
using mapping::RecordKind;
using mapping::Verdict;

namespace {

constexpr std::int64_t kReceivedAt = 1'795'176'000'000'000;  // 2026-11-20T12:00:00Z

std::string text_at(Value object, std::string_view key) {
    return std::string(object.string_at(key).value_or(""));
}

std::vector<Value> list_at(Value object, std::string_view key) {
    const auto list = object.get(key);
    if (!list.is_array()) return {};
    return {list.items().begin(), list.items().end()};
}

Value customer(Value snapshot) {
    for (const auto& party : list_at(snapshot, "parties")) {
        if (text_at(party, "role") == "customer") return party;
    }
    return {};
}

std::vector<std::string> points(Value party) {
    std::vector<std::string> out;
    for (const auto& point : list_at(party, "contact_points")) {
        out.push_back(text_at(point, "scheme") + ":" + text_at(point, "value"));
    }
    return out;
}

ReadMessage read_message(Value snapshot, Value message) {
    const auto party = customer(snapshot);
    ReadMessage out{.external_id = text_at(snapshot, "external_id"),
                    .text = text_at(message, "body"),
                    .time = text_at(snapshot, "started_at"),
                    .direction = text_at(snapshot, "direction"),
                    .points = points(party),
                    .username = {},
                    .name = text_at(party, "name"),
                    .payload = text_at(snapshot.get("attributes"), "payload"),
                    .attachments = {},
                    .line = text_at(snapshot, "entry_point")};
    const auto listed = list_at(party, "contact_points");
    if (!listed.empty()) out.username = text_at(listed.front(), "display");
    for (const auto& attachment : list_at(snapshot, "attachments"))
        out.attachments.push_back(text_at(attachment, "url"));
    return out;
}

void read_snapshot(Value snapshot, Reading& out) {
    const auto messages = list_at(snapshot, "messages");
    for (const auto& message : messages)
        out.messages.push_back(read_message(snapshot, message));
    for (const auto& event : list_at(snapshot, "events")) {
        out.events.push_back({.type = text_at(event, "type"),
                              .time = text_at(event, "at"),
                              .points = points(customer(snapshot)),
                              .visitor = snapshot.get("visitor"),
                              .attributes = snapshot.get("attributes"),
                              .text = messages.empty() ? "" : text_at(messages.front(), "body")});
    }
}

void read_record(const mapping::Record& record, Reading& out) {
    if (record.kind == RecordKind::Ignored) {
        out.reason += record.reason + "\n";
        return;
    }
    out.documents.push_back(data::to_json(record.document));
    if (record.kind == RecordKind::Snapshot) return read_snapshot(record.document, out);
    out.statuses.push_back({.external_id = text_at(record.document, "external_id"),
                            .status = text_at(record.document, "status"),
                            .code = text_at(record.document, "code"),
                            .reason = text_at(record.document, "reason"),
                            .recipient = text_at(record.document, "recipient"),
                            .time = text_at(record.document, "at")});
}

std::string_view stored_verdict(const mapping::Mapped& mapped) {
    const bool kept = std::ranges::any_of(mapped.records, [](const auto& r) { return r.kind != RecordKind::Ignored; });
    return kept ? "accepted" : mapped.errors.empty() ? "ignored" : "rejected";
}

void read_mapped(const mapping::Mapped& mapped, Reading& out) {
    for (const auto& record : mapped.records)
        read_record(record, out);
    for (const auto& error : mapped.errors)
        out.reason += error.path + ": " + error.reason + "\n";
    out.failed = mapped.errors.size();
    out.verdict = stored_verdict(mapped);
}

}  // namespace

std::vector<std::string> pack_files() {
    std::vector<std::string> out;
    const auto root = std::filesystem::path(TANDEM_SOURCE_DIR) / "mappings";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto file = entry.path().string();
        if (file.ends_with(".yaml") && !file.ends_with(".tests.yaml")) out.push_back(file);
    }
    std::ranges::sort(out);
    return out;
}

std::string pack_file(std::string_view name) {
    for (const auto& file : pack_files()) {
        if (std::filesystem::path(file).stem() == name) return file;
    }
    return {};
}

Vendor::Vendor(const std::string& pack, const std::string& settings, const std::string& region) {
    config::Diagnostics diagnostics;
    const auto root = config::load_yaml(pack_file(pack), diagnostics);
    pack_ = mapping::Pack::compile(root, diagnostics);
    if (pack_ != nullptr) {
        const auto node = config::parse_yaml(settings, "settings", diagnostics);
        auto read = mapping::read_settings(*pack_, node, "settings", diagnostics);
        if (!diagnostics.has_errors()) {
            bound_ = std::make_unique<mapping::BoundPack>(pack_, std::move(read), pack + "_test", region);
        }
    }
    EXPECT_TRUE(ready()) << pack << ":\n" << diagnostics.to_text();
}

Reading Vendor::read(const mapping::Request& given, data::Arena& arena) const {
    Reading out;
    auto request = given;
    if (request.received_at == Instant{}) request.received_at = from_micros(kReceivedAt);
    const auto reception = bound_->receive(request, arena);
    out.status = reception.answer.status;
    out.content_type = reception.answer.content_type;
    out.answer = reception.answer.body;
    out.reason = reception.reason + "\n";
    out.verdict = mapping::to_string(reception.verdict);
    if (!reception.store) return out;
    std::string_view content_type;
    for (const auto& header : request.headers) {
        if (header.name == "Content-Type") content_type = header.value;
    }
    read_mapped(bound_->map({.envelope = reception.envelope,
                             .content_type = content_type,
                             .raw = request.body,
                             .received_at = request.received_at},
                            arena),
                out);
    return out;
}

Reading Vendor::read_page(const std::string& body, data::Arena& arena) const {
    Reading out;
    read_mapped(bound_->map({.envelope = "{}",
                             .content_type = "application/json",
                             .raw = body,
                             .received_at = from_micros(kReceivedAt)},
                            arena),
                out);
    return out;
}

}  // namespace tandem::testing
