// What an accepted message looks like: as an interaction on the timeline, and as what the pack of its instance sees.
// Not thread-safe; values live as long as their arena.
#pragma once

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/data/value.hpp"
#include "core/identity/point.hpp"
#include "core/outbox/messages.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::outbox {

// One message. What is given must outlive it.
class MessageWriter {
public:
    MessageWriter(const MessageRequest& request,
                  const SendingInstance& instance,
                  const identity::Point& to,
                  Instant now);

    // The interaction, in the shape of docs/schema.md. `answers`: external id of the message that is answered, or
    // empty.
    data::Value snapshot(const std::optional<Thread>& thread, std::string_view answers, data::Arena& arena) const;

    // What the pack of the instance sees (core/mapping/send.hpp).
    data::Value message(const InteractionId& id,
                        const std::optional<Thread>& thread,
                        data::Value reply_to,
                        data::Value answered,
                        data::Arena& arena) const;

private:
    data::Value parties(data::Arena& arena) const;
    data::Value messages(std::string_view answers, data::Arena& arena) const;
    data::Value attachments(data::Arena& arena) const;

    const MessageRequest& request_;
    const SendingInstance& instance_;
    const identity::Point& to_;
    const std::string now_;
    const std::string external_id_;  // made anew for every message
};

data::Value thread_value(const std::optional<Thread>& thread, data::Arena& arena);

// What packs of channels with subjects and chains of ids (mail) need for an answer, as JSON: id, subject and attributes
// of the interaction that is answered.
std::string answered_text(const InteractionId& id, data::Value document, data::Arena& arena);

}  // namespace tandem::outbox
