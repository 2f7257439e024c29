// SMDR records to calls: groups of one Call ID, groups that are one conversation, and when a conversation has waited
// long enough for what belongs to it. Pure; one strand.
#pragma once

#include "connectors/avaya_records/book.hpp"
#include "connectors/avaya_records/repeats.hpp"
#include "connectors/avaya_records/shelf.hpp"
#include "connectors/avaya_smdr/group.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::avaya_smdr {

struct BookOptions {
    Zone zone{};
    avaya_records::ShelfOptions shelf{};
    bool mask_account = false;
};

// Call IDs that are one conversation; the first has the name that was told, if one was.
struct Conversation {
    std::vector<Group> groups;
    std::string id;         // as handed out; empty before
    bool given_up = false;  // records that were announced will not come

    std::size_t records() const;
    bool finished() const;
    std::uint64_t revision() const { return 2 * records() + (given_up ? 1 : 0); }
};

// Everything that is known of it (story.cpp).
avaya_records::Call tell(const Conversation& conversation, const BookOptions& options);
// The id of a group's own.
std::string id_of(const Group& group);

class Book final : public avaya_records::Book {
public:
    explicit Book(BookOptions options);

    avaya_records::Reading take(const avaya_records::Line& line) override;
    bool readable(std::string_view text) const override { return read_record(text).has_value(); }
    // A release may write more columns than came.
    bool complete(std::string_view) const override { return false; }
    std::vector<avaya_records::Call> due(Instant now) override;
    std::optional<Instant> next_due() const override { return shelf_.next_due(); }

private:
    using Number = avaya_records::Shelf<Conversation>::Number;

    Number place(Record record, Instant arrived);
    std::optional<Number> known_call(const Record& record, avaya_records::Moment beginning) const;
    void relate(Number number, const std::string& call, Instant arrived);
    // Those that are the same conversation as a group.
    std::vector<Number> relatives(Number number, const Group& group) const;
    void join(Number into, Number from, Instant arrived);
    void index(Number number, const Group& group);
    void forget(Number number, const Conversation& conversation);

    const BookOptions options_;
    avaya_records::Repeats repeats_;
    avaya_records::NameIndex by_call_;  // Call ID
    avaya_records::NameIndex by_key_;   // index_keys()
    avaya_records::Shelf<Conversation> shelf_;
};

}  // namespace tandem::avaya_smdr
