// CDR records to calls: records of one UCID are one call; without UCIDs each is one by itself, save parts of one long
// call and what tells of its ringing (vendors/avaya.md 5.2). Pure; one strand.
#pragma once

#include "connectors/avaya_cdr/calendar.hpp"
#include "connectors/avaya_cdr/record.hpp"
#include "connectors/avaya_records/book.hpp"
#include "connectors/avaya_records/repeats.hpp"
#include "connectors/avaya_records/shelf.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_cdr {

struct BookOptions {
    Rules rules{};
    Zone zone{};
    avaya_records::ShelfOptions shelf{.unfinished = std::chrono::hours(11)};
    bool mask_account = false;
};

struct Part {
    Record record;
    End end;

    Instant ended() const { return end.moment.at; }
    Instant started() const { return ended() - record.duration.value_or(std::chrono::seconds(0)); }
};

struct Gathered {
    std::string id;
    std::vector<Part> parts;
    bool given_up = false;

    bool finished() const { return parts.empty() || !is_partial(parts.back().record); }
    std::uint64_t revision() const { return 2 * parts.size() + (given_up ? 1 : 0); }
};

// Everything that is known of it (story.cpp).
avaya_records::Call tell(const Gathered& gathered, const BookOptions& options);

class Book final : public avaya_records::Book {
public:
    explicit Book(BookOptions options);

    avaya_records::Reading take(const avaya_records::Line& line) override;
    bool readable(std::string_view text) const override { return read_record(text, options_.rules).has_value(); }
    bool complete(std::string_view text) const override;
    std::vector<avaya_records::Call> due(Instant now) override;
    std::optional<Instant> next_due() const override { return shelf_.next_due(); }

private:
    using Number = avaya_records::Shelf<Gathered>::Number;

    void place(Part part, std::string own_id, Instant arrived);
    // Without UCID: the call that a record goes on with.
    std::optional<Number> partner(const Part& part) const;
    void forget(Number number, const Gathered& gathered);

    const BookOptions options_;
    Calendar calendar_;
    avaya_records::Repeats repeats_;
    avaya_records::NameIndex by_name_;  // UCID, or both ends and the trunk
    avaya_records::Shelf<Gathered> shelf_;
};

}  // namespace tandem::avaya_cdr
