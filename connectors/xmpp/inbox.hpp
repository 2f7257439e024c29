// What of the received messages is journalled, under which id. Pure: the time is an argument.
//
//   * A message from outside is known by the archive's id, one of our side by its own id: copies that come live, as a
//     carbon and from the archive are one message.
//   * Corrections and retractions name the id that the sender gave; the inbox remembers which message that was. Only
//   the
//     author of a message can change it.
//   * What was seen is remembered for a while; after a restart it is restored from the journal. The memory saves work:
//     copies that slip through meet again in the store, under the same id.
#pragma once

#include "connectors/xmpp/document.hpp"
#include "core/connector/connector.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace tandem::xmpp {

// A set that forgets what came first.
class Recent {
public:
    explicit Recent(std::size_t limit) : limit_(limit) {}
    bool add(const std::string& key);  // false: known
    bool contains(const std::string& key) const { return known_.contains(key); }

private:
    std::size_t limit_;
    std::unordered_set<std::string> known_;
    std::deque<std::string> order_;
};

class Inbox {
public:
    struct Taken {
        std::optional<journal::Event> event;
        std::string_view what = "nothing";  // label of a counter
        std::string archive_id;             // of a live message or an archive result
        std::string query;                  // of an archive result
        std::optional<Instant> stamp;       // the archive's
        std::string own_id;                 // a message of ours was seen in the archive
        // A delivery receipt is asked for (XEP-0184), once the message is stored.
        std::optional<std::pair<std::string, std::string>> confirm;  // to, id
    };

    Taken take(const Element& stanza, std::string_view xml, const Account& account, Instant now);
    // An event of an earlier run.
    void restore(const journal::Event& event);

private:
    struct Known {
        std::string id;
        Instant at{};
        std::int64_t rev = 0;
        std::string body_digest;
    };

    bool repeated(const Envelope& envelope, const Meaning& meaning, const Account& account);
    Place place(const Envelope& envelope, const Meaning& meaning, const Account& account, Instant now);
    Place change(const Envelope& envelope, const Meaning& meaning, Place out);
    std::string own_key(const Envelope& envelope, const Account& account, Instant at);
    // Corrections are known by their own ids too.
    void remember(const Envelope& envelope, const std::shared_ptr<Known>& known);
    void remember(const std::string& author, std::string_view message_id, const std::shared_ptr<Known>& known);
    std::shared_ptr<Known> find(const std::string& author, std::string_view message_id) const;

    Recent seen_{20'000};
    std::unordered_map<std::string, std::shared_ptr<Known>> messages_;
    std::deque<std::string> order_;
};

}  // namespace tandem::xmpp
