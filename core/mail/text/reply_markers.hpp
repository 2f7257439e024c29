// The table reply_markers.tsv: what mail programs write around quoted mails, per language. Private to core/mail/text.
//
// One marker a row: kind, language (for readers only), beginning, end; both case folded, either may be empty.
//
//   intro       "On … wrote": a line that begins and ends so, and has a digit; without an end any
//   intro_name  the same with the name after the verb: begins so, has the end inside, a colon at the end
//   wrote       ends so with a colon, and has a date or an address
//   original    between dashes: the mail below is quoted
//   forward     between dashes or before a colon: the mail below is forwarded
//   from, to, cc, date, subject   names of lines of a header block
//   device      begins and ends so: a line that the device wrote ("Sent from my …"), a few words in between
//   device_of   the same if a product stands inside ("Sent with Airmail", not "Sent with DHL")
//   product     inside a line of the kind before
//   excuse      inside a device line, allows it to be longer
//   footer      inside a line, after a long rule: what a mailing list appends
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tandem::mail {

enum class MarkerKind : std::uint8_t {
    Intro,
    IntroName,
    Wrote,
    Original,
    Forward,
    From,
    To,
    Cc,
    Date,
    Subject,
    Device,
    DeviceOf,
    Product,
    Excuse,
    Footer,
};

struct Marker {
    std::string_view begin;
    std::string_view end;
};

class Markers {
public:
    // The table compiled in. Throws std::logic_error if it has a row that it does not understand: a test loads it.
    static const Markers& get();

    std::span<const Marker> of(MarkerKind kind) const { return rows_[static_cast<std::size_t>(kind)]; }

private:
    Markers();
    std::array<std::vector<Marker>, 15> rows_;
};

}  // namespace tandem::mail
