// Reports about a mail that was sent: delivery status (RFC 3464), read receipts (RFC 8098), complaints (RFC 5965), and
// the bounces of programs that send text only. All readers take decoded text with LF or CRLF, tolerate what is seen in
// the wild and give what they could read; lists have at most 1,000 entries, values 4,000 bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct DeliveryReport {
    std::string recipient;           // the final one, else the original one
    std::string original_recipient;  // as the sender wrote it, empty if not told
    std::string action;              // lower case: failed, delayed, delivered, relayed, expanded; empty if not told
    std::string status;              // "5.1.1" (RFC 3463); empty if not told
    std::string diagnostic;          // what the other server said, on one line
    std::string remote_mta;
    std::string date;  // of the last attempt, as written
};

struct DeliveryStatus {
    std::string reporting_mta;         // without its type
    std::string original_envelope_id;  // ENVID of the sending (RFC 3461)
    std::string original_message_id;   // some servers tell it; without angle brackets
    std::string arrival_date;          // as written
    std::vector<DeliveryReport> recipients;
};

// The text of a message/delivery-status or message/global-delivery-status part. Groups may be base64, or not separated
// by blank lines.
DeliveryStatus read_delivery_status(std::string_view part);

struct ReadReceipt {
    std::string recipient;
    std::string original_recipient;
    std::string original_message_id;  // without angle brackets
    std::string disposition;          // as written: "manual-action/MDN-sent-manually; displayed"
    std::string action;               // its last word in lower case: displayed, deleted, dispatched, processed
};

// The text of a message/disposition-notification part; nullopt if it has no Disposition.
std::optional<ReadReceipt> read_disposition(std::string_view part);

struct FeedbackReport {
    std::string type;                 // Feedback-Type in lower case: abuse, fraud, virus, not-spam, opt-out, …
    std::string original_mail_from;   // as written
    std::string original_rcpt_to;     // the first one, without angle brackets
    std::string original_message_id;  // some write it; without angle brackets
    std::string original_envelope_id;
    std::string arrival_date;  // as written
    std::string source_ip;
};

// The text of a message/feedback-report part; nullopt if it has no Feedback-Type.
std::optional<FeedbackReport> read_feedback(std::string_view part);

// A bounce without a status part, by the sentences its program always writes (qmail, Exim, Exchange 5.5 to 2003, Gmail
// of old, Courier, mail.ru); empty if the layout is none of them. `failed_recipients` is the value of Exim's
// X-Failed-Recipients, empty if there is none: it proves the bounce even if the text says nothing.
std::vector<DeliveryReport> read_text_bounce(std::string_view text, std::string_view failed_recipients);

}  // namespace tandem::mail
