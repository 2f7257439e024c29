// What the store knows, as the API's JSON. The shapes are those of openapi_schemas.json, which a test compares.
#pragma once

#include "core/api/item.hpp"
#include "core/api/json_writer.hpp"
#include "core/store/outbox.hpp"
#include "core/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::api {

void write_point(JsonWriter& json, const store::PointView& point);
void write_customer(JsonWriter& json, const store::CustomerView& customer);
void write_delivery(JsonWriter& json, const store::Delivery& delivery);
void write_item(JsonWriter& json, const Item& item);
void write_interaction(JsonWriter& json, const store::InteractionView& view);
// `interaction` may be nullptr.
void write_message(JsonWriter& json, const store::OutboxView& message, const store::InteractionView* interaction);
void write_quarantine(JsonWriter& json, const store::QuarantineEntry& entry, bool with_raw);

std::string customer_json(const store::CustomerView& customer);

// One server-sent event: id, event and data (the context attributes of CloudEvents 1.0).
std::string feed_event(const store::FeedEntry& entry);

}  // namespace tandem::api
