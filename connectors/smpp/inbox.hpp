// What becomes of a received deliver_sm: which events are to be journalled, and after them which answer is right. Pure;
// the client makes durable and answers (client.hpp).
#pragma once

#include "connectors/smpp/config.hpp"
#include "connectors/smpp/document.hpp"
#include "connectors/smpp/session.hpp"
#include "core/connector/connector.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::smpp {

class Inbox {
public:
    explicit Inbox(const Config& config);

    struct Taken {
        std::vector<journal::Event> events;  // one batch
        std::uint32_t status = 0;            // of the answer once they are durable
        std::string_view what;               // message, part, receipt, unreadable: labels a counter
        bool repeated = false;
        std::string fingerprint;  // of a message
        std::string receipt_id;   // of a receipt, in the form that answers get too
        std::string set_id;       // of a part
        unsigned part = 0;
        std::vector<std::pair<PartSet, Pdu>> incomplete;  // shown with gaps in this batch
    };
    // `connection` tells connections apart: a repetition over another one is one of what was not answered.
    Taken take(const Delivered& delivered, Instant now, std::uint64_t connection);
    // The batch is durable and answered, or could not be stored.
    void stored(const Taken& taken);
    void not_stored(const Taken& taken);

    // Long messages whose time has passed.
    Taken expire(Instant now);
    std::optional<Instant> next_expiry() const;

    // Events of an earlier run, oldest first.
    void restore_part(const journal::Event& event);
    void restore_message(const journal::Event& event);
    // How far back they count.
    Instant parts_since(Instant now) const { return now - 2 * config_.reassembly_timeout; }
    static Instant messages_since(Instant now);

private:
    struct Known {
        std::string id;
        Instant at{};
        std::uint64_t connection = 0;
        bool answered = false;
    };

    void take_receipt(const Pdu& pdu, const Content& content, Instant now, std::uint64_t connection, Taken& out);
    void take_part(const Pdu& pdu, const Content& content, Instant now, Taken& out);
    void take_message(const Pdu& pdu, const Content& content, Instant now, std::uint64_t connection, Taken& out);
    void show(const PartSet& set, const Pdu& pdu, Instant now, Taken& out);
    void forget_old(Instant now);

    const Config& config_;
    std::uint64_t serial_ = 0;  // tells messages of one microsecond apart
    Reassembly reassembly_;
    std::map<std::string, Pdu> part_pdus_;          // by set: addresses and types of its parts
    std::map<std::string, Known> known_;            // messages of the last minute by fingerprint
    std::vector<std::pair<PartSet, Pdu>> unshown_;  // gave way, and could not be stored then
};

}  // namespace tandem::smpp
