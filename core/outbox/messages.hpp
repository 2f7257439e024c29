// Where messages to be sent come in: decides which connector instance carries one, makes it an interaction on the
// customer's timeline and puts it into the outbox, all or nothing.
#pragma once

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/identity/point.hpp"
#include "core/model/snapshot.hpp"
#include "core/pipeline/normaliser.hpp"
#include "core/store/outbox.hpp"
#include "core/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::outbox {

struct Media {
    std::string url;
    std::string media_type;
    std::string filename;
};

struct Thread {
    std::string name_space;
    std::string external_id;
};

struct MessageRequest {
    std::optional<identity::Point> to;      // in normal form; absent with `reply_to`: the point of that conversation
    std::string via;                        // connector instance; empty: the conversation decides
    std::optional<InteractionId> reply_to;  // the message that is answered
    std::optional<Thread> thread;           // absent: that of the conversation
    std::string subject = {};               // of channels that have one
    std::string text;
    std::vector<Media> media;
    std::string purpose;          // a purpose of the schema; `service` does not need consent
    std::string author;           // the agent's name, for the timeline
    std::string owner;            // who asks: idempotency keys belong to them
    std::string idempotency_key;  // not empty
    std::chrono::seconds expires_in = std::chrono::hours(24);
};

// What an instance can send.
struct SendingInstance {
    std::string name;
    std::string channel;
    std::string provider;
    std::vector<std::string> to;  // schemes of contact points
    std::int64_t max_text = 0;    // characters
    std::int64_t max_media = 0;
    std::map<std::string, std::string> channels = {};  // by scheme, before `channel`
    std::vector<std::string> addresses = {};           // own ones that it writes from
    // Why a message (JSON, core/mapping/send.hpp) cannot be sent, before anybody is asked. May be empty; thread-safe.
    std::function<Result<void>(std::string_view message)> check = {};

    const std::string& channel_of(const std::string& scheme) const {
        const auto found = channels.find(scheme);
        return found == channels.end() ? channel : found->second;
    }
};

// Thread-safe; blocks on the store: call it on a pool.
// Error::code of what is Rejected is the member of the request that is meant, where there is one.
class Messages {
public:
    // `wake` is called after a message was accepted for an instance. All references must outlive it.
    Messages(store::Store& store,
             pipeline::IdentityContext identity,
             std::string region,
             const Clock& clock,
             std::function<void(const std::string& instance)> wake);

    // The instances that can send (start, reload).
    void use(std::vector<SendingInstance> instances);

    // Which instance: `via`, else the one that writes from the address that the conversation came to, else the one that
    // the conversation came in by, else the only one that can write to the point.
    // Rejected: no instance can carry it, more than one could and none is named, too long, nothing to say, the
    // idempotency key was used for another message. NotFound: no such interaction to answer. OptedOut: the recipient
    // does not want messages. Full and Transient as the store says.
    Result<store::AcceptedMessage> accept(const MessageRequest& request);

    Result<void> resend(InteractionId id, std::string_view actor, std::chrono::seconds expires_in);

private:
    struct Conversation {  // what the new message continues
        std::optional<identity::Point> point;
        std::vector<identity::Point> points{};  // all of the customer's in the interaction that is answered
        std::string instance;
        std::optional<Thread> thread;
        std::string message;  // external id of the message that is answered
        std::string name_space;
        std::string entry_point{};  // the number or mailbox of ours that the customer wrote to
        std::string answered{};     // what else a pack may know of the interaction that is answered: JSON, or empty
    };

    std::vector<SendingInstance> instances() const;
    Result<Conversation> conversation(const MessageRequest& request, const std::vector<SendingInstance>& known);
    static Result<std::string> only_carrier(const Conversation& around, const std::vector<SendingInstance>& known);
    Result<Conversation> answered(InteractionId id, const std::vector<SendingInstance>& known);
    Result<Conversation> latest(const identity::Point& point, const std::vector<SendingInstance>& known);

    store::Store& store_;
    const pipeline::IdentityContext identity_;
    const std::string region_;
    const Clock& clock_;
    const std::function<void(const std::string&)> wake_;
    mutable std::mutex mutex_;
    std::vector<SendingInstance> instances_;  // guarded by mutex_
};

}  // namespace tandem::outbox
