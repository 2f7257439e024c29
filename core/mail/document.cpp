#include "core/mail/document.hpp"

#include "core/mail/attachments.hpp"
#include "core/mail/body.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/head.hpp"
#include "core/mail/inner.hpp"
#include "core/mail/members.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/reports.hpp"
#include "core/mail/text/automatic.hpp"
#include "core/mail/text/journal_report.hpp"
#include "core/mail/text/keys.hpp"
#include "core/mail/text/reply_text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::mail {
namespace {

using data::Value;

class Writer {
public:
    Writer(const Mail& mail, const Limits& limits, data::Arena& arena, std::string_view within)
        : mail_(mail),
          limits_(limits),
          arena_(arena),
          within_(within),
          out_(arena, 64),
          problems_(mail.problems),
          head_(read_head(mail, limits, problems_)) {}

    Value run() {
        add_head(head_, out_);
        read();
        text();
        out_.add("attachments", attachments_value(attachments_, arena_));
        about();
        relations();
        problems_.resize(std::min(problems_.size(), kMaxProblems));
        out_.texts("problems", problems_);
        return out_.object();
    }

private:
    static constexpr std::size_t kMaxProblems = 50;

    // Everything that is taken from the parts.
    void read() {
        auto protection = read_protection(mail_, limits_);
        const auto within = protection.content ? full_number(within_, mail_.body.number) : std::string(within_);
        body_ = read_body(protection.content ? *protection.content : mail_, limits_, problems_);
        attachments_ = list_attachments(body_, limits_, within);
        const bool tnef = read_tnef_parts(body_, attachments_, limits_, within, problems_);
        const auto opaque = body_.pgp_encrypted ? "pgp-encrypted" : protection.opaque;
        const auto signed_by = protection.signed_by.empty() && body_.pgp_signed ? "pgp" : protection.signed_by;
        out_.text_or_null("opaque", opaque);
        out_.text_or_null("signed", signed_by);
        out_.flag("tnef", tnef);
        reports_ = read_reports(mail_, body_, limits_, arena_);
        out_.add("reports", reports_.list);
        out_.add("report_of", reports_.about);
        calendar_ = read_calendars(body_, limits_, problems_, arena_);
        out_.add("calendar", calendar_);
    }

    void text() {
        out_.text("text", body_.text);
        constexpr std::string_view kFrom[] = {"none", "plain", "html"};
        out_.text("text_from", kFrom[static_cast<std::size_t>(body_.from)]);
        auto reply = reply_text(body_.unquoted, {.forward = head_.base.forward});
        out_.text("reply_text", reply.text);
        out_.flag("quoted", reply.cut || body_.html_quoted);
        const auto language = head_.language.empty() ? body_.language : head_.language;
        out_.text_or_null("language", cut_utf8(std::string_view(language).substr(0, language.find_first_of(", ")), 35));
    }

    void about() {
        std::vector<std::pair<std::string_view, std::string_view>> headers;
        for (const auto& [name, value] : head_.headers)
            headers.emplace_back(name, value);
        const auto found = automatic(headers);
        out_.text_or_null("automatic", found ? to_string(*found) : std::string_view());
        const auto journal_value = journal();
        out_.add("journal", journal_value);
        // A calendar file without a method is an attachment like any other.
        const bool invitation = reports_.kind == "mail" && std::ranges::any_of(calendar_.items(), [](Value event) {
                                    return event.get("method").is_string();
                                });
        out_.text("kind", !journal_value.is_null() ? "journal" : invitation ? "calendar" : reports_.kind);
    }

    // The report around a mail, and that mail as a document of its own.
    Value journal() {
        constexpr std::size_t kDeepest = 2;
        if (!is_journal_report(mail_)) return {};
        const auto* part = enclosed_mail(mail_.body);
        const auto report = read_journal_report(body_.text);
        if (part == nullptr || !report) {
            problems_.emplace_back("a journal report without its mail or envelope");
            return {};
        }
        Members out(arena_, 4);
        out.text_or_null("sender", normal_address(report->sender));
        out.text_or_null("on_behalf_of", normal_address(report->on_behalf_of));
        out.add("recipients", recipients(*report));
        std::string storage;
        auto inner = parse(content_view(*part, storage), limits_);
        const bool usable = inner && std::ranges::count(within_, '/') < static_cast<std::ptrdiff_t>(kDeepest);
        const auto number = full_number(within_, part->number);
        out.add("message", usable ? document(*inner, limits_, arena_, number) : Value());
        return out.object();
    }

    Value recipients(const JournalReport& report) {
        data::ArenaList<Value> list(arena_, report.recipients.size());
        for (const auto& it : report.recipients) {
            Members out(arena_, 4);
            out.text_or_null("address", normal_address(it.address));
            out.text("role", to_string(it.role));
            out.text_or_null("expanded_from", normal_address(it.expanded_from));
            out.text_or_null("forwarded_from", normal_address(it.forwarded_from));
            list.push_back(out.object());
        }
        return Value::array(list.items());
    }

    // By what copies of this mail are known, and its conversation.
    void relations() {
        std::vector<std::string> hashes;
        for (const auto& it : attachments_)
            hashes.push_back(it.sha512);
        const auto found = keys({.message_id = head_.message_id,
                                 .from = head_.from.empty() ? std::string_view() : head_.from[0].address,
                                 .recipients = head_.recipients,
                                 .base_subject = head_.base.text,
                                 .date = head_.date,
                                 .text = body_.text,
                                 .attachment_hashes = hashes,
                                 .newest_received = mail_.fields.value("received")});
        Members out(arena_, 4);
        out.text_or_null("id", found.id.value_or(""));
        out.text_or_null("id_any_date", found.id_any_date.value_or(""));
        out.text("content", found.content);
        out.text("delivery", found.delivery);
        out_.add("keys", out.object());
        const auto thread = thread_of(head_.message_id, head_.references, head_.in_reply_to, head_.base.text);
        Members members(arena_, 3);
        members.text_or_null("root", thread.root.value_or(""));
        members.texts("ids", thread.ids);
        members.text_or_null("subject_key", thread.subject_key.value_or(""));
        out_.add("thread", members.object());
    }

    const Mail& mail_;
    const Limits& limits_;
    data::Arena& arena_;
    std::string_view within_;
    Members out_;
    std::vector<std::string> problems_;
    Head head_;
    Body body_;
    std::vector<Attachment> attachments_;
    Reports reports_;
    Value calendar_;
};

}  // namespace

Value document(const Mail& mail, const Limits& limits, data::Arena& arena, std::string_view within) {
    return Writer(mail, limits, arena, within).run();
}

}  // namespace tandem::mail
