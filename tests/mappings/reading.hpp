// What a pack made of one request, in the words of the vendors' own test suites: messages, statuses, events. The shared
// part of every test that compares packs with cases from elsewhere.
#pragma once

#include "core/data/arena.hpp"
#include "core/data/value.hpp"
#include "core/mapping/pack.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::testing {

struct ReadMessage {
    std::string external_id;
    std::string text;  // empty: no body
    std::string time;  // started_at
    std::string direction;
    std::vector<std::string> points;  // of the customer: "scheme:value"
    std::string username;             // display of the first point
    std::string name;
    std::string payload;
    std::vector<std::string> attachments;  // addresses
    std::string line;                      // entry_point
};

struct ReadStatus {
    std::string external_id;
    std::string status;
    std::string code;
    std::string reason;
    std::string recipient;
    std::string time;
};

// A dated fact that is no message: consent, the start of a conversation, a referral.
struct ReadEvent {
    std::string type;
    std::string time;
    std::vector<std::string> points;
    data::Value visitor;  // of its snapshot, in the arena
    data::Value attributes;
    std::string text;  // body of the message that it came with
};

struct Reading {
    std::string verdict;  // accepted, ignored, rejected; as `tandem map` says it
    int status = 0;
    std::string content_type;
    std::string answer;
    std::string reason;  // of the verdict, and of every ignored or failed record, one per line
    std::vector<ReadMessage> messages;
    std::vector<ReadStatus> statuses;
    std::vector<ReadEvent> events;
    std::vector<std::string> documents;  // JSON of every snapshot and receipt
    std::size_t failed = 0;
};

// One instance of a pack of mappings/, as a connector would hold it.
class Vendor {
public:
    // `settings` is JSON; a failure to load is a test failure and leaves the object unusable (ready() is false).
    Vendor(const std::string& pack, const std::string& settings, const std::string& region = "RU");

    bool ready() const { return bound_ != nullptr; }
    std::shared_ptr<const mapping::Pack> pack() const { return pack_; }
    const mapping::BoundPack& bound() const { return *bound_; }

    // Receives the request and maps it when it is to be stored. Values in the result live in `arena`.
    Reading read(const mapping::Request& request, data::Arena& arena) const;
    // Maps what the vendor answered when it was asked.
    Reading read_page(const std::string& body, data::Arena& arena) const;

private:
    std::shared_ptr<const mapping::Pack> pack_;
    std::unique_ptr<mapping::BoundPack> bound_;
};

// mappings/<channel>/<pack>.yaml of the pack called `name`, and every pack's file.
std::string pack_file(std::string_view name);
std::vector<std::string> pack_files();

}  // namespace tandem::testing
