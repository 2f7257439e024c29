#include "core/mail/reports.hpp"

#include "core/base/text.hpp"
#include "core/mail/address.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/header.hpp"
#include "core/mail/members.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/text/calendar.hpp"
#include "core/mail/text/delivery_report.hpp"

#include <algorithm>

namespace tandem::mail {
namespace {

using data::Value;

constexpr std::size_t kMaxReport = 1024 * 1024;

class Reader {
public:
    Reader(const Mail& mail, const Body& body, const Limits& limits, data::Arena& arena)
        : mail_(mail), body_(body), limits_(limits), arena_(arena), list_(arena) {}

    Reports run() {
        for (const auto* part : body_.reports)
            part_report(*part);
        if (body_.reports.empty()) text_bounce();
        out_.list = Value::array(list_.items());
        if (out_.kind != "mail") about();
        return out_;
    }

private:
    std::string text_of(const Part& part) const {
        return clean_text(to_utf8(content(part, kMaxReport), {}, limits_.default_charset));
    }

    void part_report(const Part& part) {
        const auto text = text_of(part);
        if (part.media_type.ends_with("disposition-notification")) {
            read_receipt(text);
        } else if (part.media_type == "message/feedback-report") {
            feedback(text);
        } else {
            const auto status = read_delivery_status(text);
            envelope_id_ = status.original_envelope_id;
            message_id_ = status.original_message_id;
            delivery(status.recipients);
        }
    }

    void add(std::string_view recipient, std::string_view action, const DeliveryReport& rest) {
        Members out(arena_, 6);
        out.text_or_null("recipient", normal_address(recipient));
        out.text_or_null("action", action);
        out.text_or_null("status", rest.status);
        out.text_or_null("diagnostic", rest.diagnostic);
        out.text_or_null("remote_mta", rest.remote_mta);
        out.time("at", rest.date.empty() ? std::nullopt : parse_date(rest.date));
        list_.push_back(out.object());
    }

    // What became of one recipient is enough to call it a bounce.
    void delivery(const std::vector<DeliveryReport>& recipients) {
        out_.kind = "delivery_report";
        for (const auto& it : recipients) {
            if (it.action == "failed" || (it.action.empty() && it.status.starts_with('5'))) out_.kind = "bounce";
            add(it.recipient, it.action, it);
        }
    }

    void read_receipt(std::string_view text) {
        out_.kind = "read_receipt";
        const auto receipt = read_disposition(text);
        if (!receipt) return;
        message_id_ = receipt->original_message_id;
        DeliveryReport rest;
        rest.diagnostic = receipt->disposition;
        add(receipt->recipient, receipt->action, rest);
    }

    void feedback(std::string_view text) {
        out_.kind = "feedback";
        const auto report = read_feedback(text);
        if (!report) return;
        message_id_ = report->original_message_id;
        envelope_id_ = report->original_envelope_id;
        DeliveryReport rest;
        rest.date = report->arrival_date;
        rest.remote_mta = report->source_ip;
        sender_ = normal_address(report->original_mail_from);
        add(report->original_rcpt_to, report->type, rest);
    }

    // Programs that send text only are believed when a server is the sender.
    void text_bounce() {
        const auto failed = mail_.fields.value("x-failed-recipients");
        const auto* path = mail_.fields.first("return-path");
        const bool null_path = path != nullptr && normal_address(*path).empty();
        const auto from = to_lower_ascii(mail_.fields.value("from").substr(0, 1000));
        const bool server = from.contains("mailer-daemon") || from.contains("postmaster");
        if (failed.empty() && !null_path && !server) return;
        const auto recipients = read_text_bounce(body_.text, failed);
        if (!recipients.empty()) delivery(recipients);
    }

    // The header of the mail that the report is about, if it came back.
    Fields returned_header() const {
        for (const auto* part : body_.returned) {
            auto header = enclosed_header(*part, limits_);
            if (!header.list.empty()) return header;
        }
        const auto mail = std::ranges::find(body_.attachments, PartKind::Message, &Part::kind);
        return mail == body_.attachments.end() ? Fields() : enclosed_header(**mail, limits_);
    }

    // Of a bounce that is one text, with the header of the returned mail in it.
    std::string_view id_in_text() const {
        constexpr std::string_view kName = "\nmessage-id:";
        for (auto at = body_.text.find('\n'); at != std::string::npos; at = body_.text.find('\n', at + 1)) {
            const auto rest = std::string_view(body_.text).substr(at);
            if (!iequals_ascii(rest.substr(0, kName.size()), kName)) continue;
            return rest.substr(kName.size(), rest.find('\n', 1) - kName.size());
        }
        return {};
    }

    void about() {
        const auto header = returned_header();
        const auto first = [&](std::string_view value) {
            const auto ids = message_ids(value, 1);
            return ids.empty() ? std::string() : ids[0];
        };
        auto id = first("<" + message_id_ + ">");
        if (id.empty()) id = first(header.value("message-id"));
        if (id.empty()) id = first(mail_.fields.value("in-reply-to"));
        if (id.empty() && body_.reports.empty()) id = first(id_in_text());
        if (id.empty()) {
            const auto references = message_ids(mail_.fields.value("references"), limits_.ids);
            if (!references.empty()) id = references.back();
        }
        Members out(arena_, 4);
        out.text_or_null("message_id", id);
        out.text_or_null("envelope_id", envelope_id_);
        const auto subject = decode_text(header.value("subject"), limits_.default_charset);
        out.text_or_null("subject", cut_utf8(subject, limits_.header_value));
        if (sender_.empty()) {
            const auto from = parse_addresses(header.value("from"), limits_.default_charset, 1);
            if (!from.empty()) sender_ = from[0].address;
        }
        out.text_or_null("from", sender_);
        out_.about = out.object();
    }

    const Mail& mail_;
    const Body& body_;
    const Limits& limits_;
    data::Arena& arena_;
    data::ArenaList<Value> list_;
    Reports out_;
    std::string message_id_;
    std::string envelope_id_;
    std::string sender_;
};

void add_time(Members& out, const std::string& name, const std::optional<CalendarTime>& time, data::Arena& arena) {
    out.time(arena.copy(name), time ? time->at : std::nullopt);
    out.text_or_null(arena.copy(name + "_local"), time ? time->local : std::string_view());
    out.text_or_null(arena.copy(name + "_zone"), time ? time->zone : std::string_view());
}

Value calendar_event(const CalendarEvent& event, data::Arena& arena) {
    Members out(arena, 14);
    out.text_or_null("method", event.method);
    out.text_or_null("uid", event.uid);
    out.add("sequence", Value::integer(event.sequence));
    out.text_or_null("status", event.status);
    out.text_or_null("summary", event.summary);
    out.text_or_null("location", event.location);
    add_time(out, "start", event.start, arena);
    add_time(out, "end", event.end, arena);
    out.text_or_null("organizer", normal_address(event.organizer));
    data::ArenaList<Value> attendees(arena, event.attendees.size());
    for (const auto& it : event.attendees) {
        Members attendee(arena, 2);
        attendee.text_or_null("address", normal_address(it.address));
        attendee.text("status", it.status);
        attendees.push_back(attendee.object());
    }
    out.add("attendees", Value::array(attendees.items()));
    return out.object();
}

}  // namespace

Reports read_reports(const Mail& mail, const Body& body, const Limits& limits, data::Arena& arena) {
    return Reader(mail, body, limits, arena).run();
}

Value read_calendars(const Body& body, const Limits& limits, std::vector<std::string>& problems, data::Arena& arena) {
    constexpr std::size_t kMax = 20;
    data::ArenaList<Value> out(arena);
    for (std::size_t i = 0; i < std::min(kMax, body.calendars.size()); ++i) {
        for (const auto& event : read_calendar(part_text(*body.calendars[i], limits, problems)))
            out.push_back(calendar_event(event, arena));
    }
    return Value::array(out.items());
}

}  // namespace tandem::mail
