// One interaction as readers see it: the folded document taken apart once, for the JSON views and the page alike.
// Fields that the document lacks are empty.
#pragma once

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::api {

struct ItemParty {
    std::int64_t no = 0;
    std::string role = {};
    std::string name = {};
    std::vector<std::string> points = {};  // as text: "tel:+74951234567"
};

struct ItemMessage {
    std::string author = {};  // customer, agent, bot, system
    std::string sender = {};  // name of the party that wrote it
    std::string text = {};
    std::optional<Instant> sent_at = {};
    bool edited = false;
    bool deleted = false;
    bool internal = false;  // a note between agents
};

struct ItemAttachment {
    std::string id = {};  // its external id
    std::string kind = {};
    std::string name = {};
    std::string media_type = {};
    std::string url = {};  // as the vendor gave it: not to be trusted
    std::optional<std::uint64_t> size = {};
    std::optional<store::MediaView> media = {};  // what became of its file, if it is fetched
};

struct Item {
    InteractionId id = {};
    std::string channel = {};
    std::string provider = {};
    std::string direction = {};
    std::string state = {};
    std::string end_reason = {};
    std::string subject = {};
    std::string queue = {};
    std::string outcome = {};  // label, text or code of the first outcome
    Instant started_at{};
    std::optional<Instant> ended_at = {};
    std::optional<std::uint64_t> talk_ms = {};
    std::optional<ThreadId> thread = {};
    std::optional<PointId> point = {};
    bool deleted = false;
    std::vector<ItemParty> parties = {};
    std::vector<ItemMessage> messages = {};
    std::vector<ItemAttachment> attachments = {};
    store::Delivery delivery = {};
};

// Corrupt when the stored document is no JSON object.
Result<Item> read_item(const store::InteractionView& view);

// A contact that lasts and has no messages: a call, a visit.
bool is_session(const Item& item);

// What stands for the interaction in a list: the first message's text, else empty.
std::string_view text_of(const Item& item);
// A line for interactions without text: subject, outcome, names of attachments, else "inbound voice, completed".
std::string summary_of(const Item& item);

}  // namespace tandem::api
