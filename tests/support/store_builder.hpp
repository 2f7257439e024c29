// Observations for store tests: from snapshot documents (the pipeline has its own code for that; this one is kept apart
// on purpose, as a second opinion) and small ones made on the spot.
#pragma once

#include "core/data/json.hpp"
#include "core/identity/link.hpp"
#include "core/identity/point.hpp"
#include "core/store/store.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

namespace tandem::test {

inline const Secret& point_key() {
    static const Secret key("test-key");
    return key;
}

inline store::PartyPoint party_point(identity::Point point,
                                     identity::Verification verification = identity::Verification::Vendor) {
    using identity::PointClass;
    PointClass point_class = PointClass::Personal;
    if (point.scheme == "crm" || point.scheme == "account") point_class = PointClass::Strong;
    if (point.scheme == "webchat" || point.scheme == "cookie") point_class = PointClass::Ephemeral;
    if (point.scheme == "anon") point_class = PointClass::Placeholder;
    const PointId id = identity::point_id(point_key(), point);
    return {
        .id = id, .point = std::move(point), .point_class = point_class, .verification = verification, .display = {}};
}

inline store::PartyPoint tel(const std::string& number,
                             identity::Verification verification = identity::Verification::Vendor) {
    return party_point({"tel", "", number}, verification);
}

// "scheme:scope:value", as the identity fixtures write points.
inline identity::Point colon_point(const std::string& text) {
    const auto first = text.find(':');
    const auto second = text.find(':', first + 1);
    return {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

struct MessageSpec {
    std::string external_id{};
    std::string source = "sms";
    int precedence = 100;
    std::int64_t rev = 1;
    std::string channel = "sms";
    std::string direction = "inbound";
    std::int64_t at = 1'800'000'000;  // seconds
    std::string thread{};
    std::vector<store::PartyPoint> points{};
    std::string body = "hello";
};

inline store::Observation message(const MessageSpec& spec) {
    const Instant at = from_micros(spec.at * 1'000'000);
    store::Observation out;
    out.id = interaction_id("test", spec.external_id);
    out.name_space = "test";
    out.external_id = spec.external_id;
    out.source = spec.source;
    out.precedence = spec.precedence;
    out.rev = spec.rev;
    out.channel = spec.channel;
    out.direction = spec.direction;
    out.started_at = at;
    if (!spec.thread.empty()) out.thread = thread_id("test", spec.thread);
    out.points = spec.points;
    out.document = R"({"schema_version":1,"source":")" + spec.source + R"(","external_id":")" + spec.external_id +
                   R"(","rev":)" + std::to_string(spec.rev) + R"(,"channel":")" + spec.channel + R"(","direction":")" +
                   spec.direction + R"(","started_at":")" + format_time(at) + R"(","subject":")" + spec.body + R"("})";
    out.rev_hash = std::hash<std::string>()(out.document);
    return out;
}

// The customer's points of a snapshot, strongest first.
inline std::vector<store::PartyPoint> customer_points(data::Value document) {
    std::vector<store::PartyPoint> out;
    for (const data::Value& party : document.get("parties").items()) {
        if (party.string_at("role") != "customer" || !party.get("contact_points").is_array()) continue;
        for (const data::Value& point : party.get("contact_points").items()) {
            auto made = party_point(
                {std::string(*point.string_at("scheme")), std::string(point.string_at("scope").value_or("")),
                 std::string(*point.string_at("value"))},
                identity::parse_verification(point.string_at("verified").value_or("none")));
            const auto weaker = std::ranges::find_if(out, [&](const store::PartyPoint& known) {
                return identity::strength(known.verification) < identity::strength(made.verification);
            });
            out.insert(weaker, std::move(made));
        }
    }
    return out;
}

inline store::Observation observation_of(const std::string& text) {
    data::Arena arena;
    const data::Value document = data::parse_json(text, arena).value();
    store::Observation out;
    out.source = *document.string_at("source");
    out.name_space = *document.string_at("namespace");
    out.external_id = *document.string_at("external_id");
    out.id = interaction_id(out.name_space, out.external_id);
    out.rev = document.get("rev").as_int();
    out.rev_hash = std::hash<std::string>()(text);
    out.channel = *document.string_at("channel");
    out.direction = *document.string_at("direction");
    out.started_at = parse_time(*document.string_at("started_at")).value();
    if (const data::Value thread = document.get("thread"); thread.is_object()) {
        out.thread = thread_id(*thread.string_at("namespace"), *thread.string_at("external_id"));
    }
    out.points = customer_points(document);
    out.document = text;
    return out;
}

}  // namespace tandem::test
