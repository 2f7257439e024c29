// What a person wrote in this mail: its text without quoted mails, signatures and device lines (vendors/email.md 5.4).
// Each line becomes a letter by the marker table reply_markers.tsv, the decisions are made on the letters. Time and
// memory are linear in the text: lines above 400 bytes are never markers, an introduction spans six lines at most.
//
// Kept on purpose: answers written between or below quotes (with the quotes they answer), forwarded mails, name lines
// above a signature's "-- ", and everything where nothing else would remain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {

// The mail that this text quotes or forwards, as its introduction or header block tells it; all as written, may be
// empty.
struct QuotedMail {
    enum class Kind : std::uint8_t { Reply, Forward };
    Kind kind = Kind::Reply;
    std::string from;
    std::string to;
    std::string date;
    std::string subject;
};

struct ReplyText {
    std::string text;  // LF line ends, no blank lines at its ends
    bool cut = false;  // something other than blanks was left out
    std::optional<QuotedMail> quoted;
    std::size_t work = 0;  // bytes and letters looked at; for tests of linearity
};

struct ReplyOptions {
    bool forward = false;  // the subject has a forward prefix: a header block begins a forwarded mail, not a quoted one
};

// `full_text` is UTF-8 with LF or CRLF.
ReplyText reply_text(std::string_view full_text, ReplyOptions options = {});

// Whether this line begins a forwarded mail ("---------- Forwarded message ---------"): a quoting element of HTML that
// starts so is no quote.
bool is_forward_marker(std::string_view line);

}  // namespace tandem::mail
