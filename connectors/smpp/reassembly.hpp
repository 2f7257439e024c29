// Joins the parts of long messages. Pure: it decides, the caller makes durable. Every part is durable by itself before
// it is answered; what is kept here can be built again from those parts (restore()).
#pragma once

#include "connectors/smpp/segment.hpp"
#include "core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem::smpp {

struct Part {
    std::string octets;
    std::uint8_t data_coding = 0;

    friend bool operator==(const Part&, const Part&) = default;
};

// The parts of one message that are here.
struct PartSet {
    std::string id;   // the same for the same parts, also after a restart
    std::string key;  // link, source, destination, kind, reference, total
    PartPlace place;  // of the part that came first; its number says nothing
    Instant first_at{};
    Instant last_at{};  // when the newest part came
    std::map<unsigned, Part> parts;
    bool given_up = false;  // was handed out with gaps

    bool complete() const { return parts.size() == place.total; }
};

struct ReassemblyOptions {
    std::chrono::milliseconds timeout{600'000};
    // Parts of a complete message that come again are known for this long: a centre repeats after a reconnect what it
    // got no answer for. Not longer, because some senders use one reference for all their messages.
    std::chrono::milliseconds remember{120'000};
    std::size_t max_sets = 1'000;
};

class Reassembly {
public:
    explicit Reassembly(ReassemblyOptions options) : options_(options) {}

    struct Added {
        PartSet set;            // with the new part
        bool hand_out = false;  // the message is to be shown (again): it is complete, or amends one given up
        bool repeated = false;  // this part was there already
        // Gave way: their reference is used anew, or there were too many. They are to be shown with their gaps.
        std::vector<PartSet> given_up;
    };
    // `key` names source and destination. A set begins with its first part.
    Added add(const std::string& key, const PartPlace& place, Part part, Instant now);
    // The part could not be made durable after all.
    void undo(const std::string& set_id, unsigned number);
    // A durable part of an earlier run.
    void restore(const std::string& set_id,
                 const std::string& key,
                 const PartPlace& place,
                 Part part,
                 Instant first_at,
                 Instant at);

    // Sets whose time has passed: to be shown with their gaps. A part that comes later amends them.
    std::vector<PartSet> expire(Instant now);
    // The set could not be shown after all: it comes again with the next expire().
    void undo_expire(const std::string& set_id);
    std::optional<Instant> next_expiry() const;

    std::size_t size() const { return sets_.size(); }
    bool contains(const std::string& set_id) const;

private:
    PartSet* find_key(const std::string& full_key);
    PartSet* find_id(const std::string& set_id);
    void make_room(std::vector<PartSet>& given_up);
    Instant due(const PartSet& set) const;

    const ReassemblyOptions options_;
    std::list<PartSet> sets_;  // oldest first
};

}  // namespace tandem::smpp
