#include "core/mail/text/delivery_report.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/report_fields.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxRecipients = 1'000;

std::string first_word(std::string_view value) {
    value = trim_ascii(value);
    return to_lower_ascii(value.substr(0, value.find_first_of(" \t(;")));
}

// "5.0.0 (permanent failure)" as "5.0.0"; empty if it does not begin with three numbers.
std::string status_code(std::string_view value) {
    value = trim_ascii(value);
    const auto code = value.substr(0, std::min(value.find_first_not_of("0123456789."), value.size()));
    const bool whole = std::ranges::count(code, '.') == 2 && !code.ends_with('.') && !code.starts_with('.');
    return whole && code.size() <= 11 ? std::string(code) : std::string();
}

class StatusReader {
public:
    DeliveryStatus read(std::string_view part) {
        for (const auto& group : read_report_groups(part)) {
            for (const auto& field : group)
                add(field);
            end();
        }
        return std::move(status_);
    }

private:
    void add(const ReportField& field) {
        if (about_the_mail(field)) return;
        if (begins_another(field.name)) end();
        auto* const place = place_of(field.name);
        if (place != nullptr && place->empty()) *place = value_of(field);
        if (place != nullptr) started_ = true;
    }

    bool about_the_mail(const ReportField& field) {
        std::string* place = nullptr;
        if (field.name == "reporting-mta") place = &status_.reporting_mta;
        if (field.name == "original-envelope-id") place = &status_.original_envelope_id;
        if (field.name == "arrival-date") place = &status_.arrival_date;
        if (field.name == "original-message-id" || field.name == "x-original-message-id")
            place = &status_.original_message_id;
        if (place == nullptr) return false;
        if (place->empty()) {
            const bool typed = place == &status_.reporting_mta;
            *place = without_brackets(typed ? without_type(field.value) : std::string_view(field.value));
        }
        return true;
    }

    // Reports of several recipients without a blank line between them: a name comes a second time, or the original
    // recipient after a report that has its final one and its action.
    bool begins_another(std::string_view name) {
        if (name == "final-recipient") return !final_.empty();
        if (name == "original-recipient") {
            return !report_.original_recipient.empty() ||
                   (!final_.empty() && !report_.action.empty() && !report_.status.empty());
        }
        return name == "action" && !report_.action.empty();
    }

    std::string* place_of(std::string_view name) {
        if (name == "final-recipient") return &final_;
        if (name == "original-recipient") return &report_.original_recipient;
        if (name == "action") return &report_.action;
        if (name == "status") return &report_.status;
        if (name == "diagnostic-code") return &report_.diagnostic;
        if (name == "remote-mta") return &report_.remote_mta;
        if (name == "last-attempt-date") return &report_.date;
        return nullptr;
    }

    static std::string value_of(const ReportField& field) {
        if (field.name == "action") return first_word(field.value);
        if (field.name == "status") return status_code(field.value);
        if (field.name == "last-attempt-date") return field.value;
        const auto value = without_type(field.value);
        return std::string(field.name.ends_with("-recipient") ? without_brackets(value) : value);
    }

    void end() {
        report_.recipient = final_.empty() ? report_.original_recipient : final_;
        const bool said = !report_.recipient.empty() || !report_.action.empty();
        if (started_ && said && status_.recipients.size() < kMaxRecipients)
            status_.recipients.push_back(std::move(report_));
        report_ = {};
        final_.clear();
        started_ = false;
    }

    DeliveryStatus status_;
    DeliveryReport report_;
    std::string final_;
    bool started_ = false;
};

// All groups as one: receipts and complaints have only one, and blank lines in it are mistakes.
ReportGroup one_group(std::string_view part) {
    ReportGroup all;
    for (auto& group : read_report_groups(part))
        std::ranges::move(group, std::back_inserter(all));
    return all;
}

std::string text_of(const ReportGroup& group, std::string_view name) {
    return std::string(report_value(group, name));
}

std::string id_of(const ReportGroup& group, std::string_view name) {
    return std::string(without_brackets(report_value(group, name)));
}

std::string recipient_of(const ReportGroup& group, std::string_view name) {
    return std::string(without_brackets(without_type(report_value(group, name))));
}

}  // namespace

DeliveryStatus read_delivery_status(std::string_view part) {
    return StatusReader().read(part);
}

std::optional<ReadReceipt> read_disposition(std::string_view part) {
    const auto group = one_group(part);
    ReadReceipt receipt;
    receipt.disposition = text_of(group, "disposition");
    if (receipt.disposition.empty()) return std::nullopt;
    receipt.original_recipient = recipient_of(group, "original-recipient");
    receipt.recipient = recipient_of(group, "final-recipient");
    if (receipt.recipient.empty()) receipt.recipient = receipt.original_recipient;
    receipt.original_message_id = id_of(group, "original-message-id");
    const std::string_view mode = receipt.disposition;
    const auto type = trim_ascii(mode.substr(mode.find(';') + 1));  // all of it when the mode is missing
    receipt.action = to_lower_ascii(type.substr(0, type.find_first_of("/, ;")));
    return receipt;
}

std::optional<FeedbackReport> read_feedback(std::string_view part) {
    const auto group = one_group(part);
    FeedbackReport report;
    report.type = first_word(report_value(group, "feedback-type"));
    if (report.type.empty()) return std::nullopt;
    report.original_mail_from = text_of(group, "original-mail-from");
    report.original_rcpt_to = id_of(group, "original-rcpt-to");
    report.original_message_id = id_of(group, "original-message-id");
    report.original_envelope_id = text_of(group, "original-envelope-id");
    report.arrival_date = text_of(group, "arrival-date");
    if (report.arrival_date.empty()) report.arrival_date = text_of(group, "received-date");
    report.source_ip = text_of(group, "source-ip");
    return report;
}

}  // namespace tandem::mail
