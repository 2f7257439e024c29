#include "core/mail/text/delivery_report.hpp"
#include "core/mail/text/journal_report.hpp"
#include "tests/core/mail_text/cases.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>

namespace tandem::mail {
namespace {

std::string row(std::initializer_list<std::string_view> cells) {
    std::string out;
    for (const auto cell : cells)
        out += std::string(cell) + "|";
    out.back() = '\n';
    return out;
}

std::string show_status(const std::string& text) {
    const auto found = read_delivery_status(text);
    std::string out = "mail: " + row({found.reporting_mta, found.original_envelope_id, found.original_message_id,
                                      found.arrival_date});
    for (const auto& it : found.recipients)
        out += row({it.recipient, it.original_recipient, it.action, it.status, it.diagnostic, it.remote_mta, it.date});
    return out;
}

std::string show_disposition(const std::string& text) {
    const auto found = read_disposition(text);
    if (!found) return "none\n";
    return row(
        {found->recipient, found->original_recipient, found->original_message_id, found->disposition, found->action});
}

std::string show_feedback(const std::string& text) {
    const auto found = read_feedback(text);
    if (!found) return "none\n";
    return row({found->type, found->original_mail_from, found->original_rcpt_to, found->original_message_id,
                found->original_envelope_id, found->arrival_date, found->source_ip});
}

std::string show_bounce(const std::string& text) {
    std::string out;
    for (const auto& it : read_text_bounce(text, ""))
        out += row({it.recipient, it.action, it.status, it.diagnostic});
    return out;
}

std::string show_journal(const std::string& text) {
    const auto found = read_journal_report(text);
    if (!found) return "none\n";
    std::string out = row({found->sender, found->on_behalf_of, found->subject, found->message_id});
    for (const auto& it : found->recipients)
        out += row({to_string(it.role), it.address, it.expanded_from, it.forwarded_from});
    return out;
}

TEST(Reports, Cases) {
    const std::map<std::string, std::string (*)(const std::string&)> shows = {{"status", show_status},
                                                                              {"disposition", show_disposition},
                                                                              {"feedback", show_feedback},
                                                                              {"bounce", show_bounce},
                                                                              {"journal", show_journal}};
    for (const auto& one : testing::read_cases("report_cases.txt")) {
        const auto show = shows.find(one.name.substr(0, one.name.find(':')));
        ASSERT_NE(show, shows.end()) << one.name;
        EXPECT_EQ(show->second(one.text), one.expected) << one.name;
        EXPECT_EQ(show->second(testing::with_crlf(one.text)), one.expected) << one.name << " (CRLF)";
    }
}

// Exim's header proves the bounce of those whom the text does not name.
TEST(TextBounce, FailedRecipientsOfTheHeader) {
    const auto found = read_text_bounce("The following address(es) failed:\n\n  a@b.test\n    550 5.1.1 no\n",
                                        "A@b.test, <b@b.test>,, not an address");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].recipient, "a@b.test");
    EXPECT_EQ(found[0].status, "5.1.1");
    EXPECT_EQ(found[1].recipient, "b@b.test");
    EXPECT_EQ(found[1].action, "failed");
    EXPECT_EQ(found[1].status, "");
}

// Numbers that look like a status: addresses, versions, sizes.
TEST(TextBounce, StatusIsTakenFromTheReasonOnly) {
    for (const std::string reason :
         {"host 5.1.1.1 said no", "Exim14.5.6 said no", "5.1 no", "x5.1.1 no", "5.1111.1 no"}) {
        const auto found =
            read_text_bounce("The following address(es) failed:\n\n  a@b.test\n    " + reason + "\n", "");
        ASSERT_EQ(found.size(), 1U) << reason;
        EXPECT_EQ(found[0].status, "") << reason;
    }
}

TEST(Reports, AreBounded) {
    std::string groups;
    std::string failed;
    std::string journal;
    for (int i = 0; i < 20'000; ++i) {
        const std::string address = "a" + std::to_string(i) + "@b.test";
        groups += "Final-Recipient: rfc822; " + address + "\nAction: failed\n\n";
        failed += address + ",";
        journal += "To: " + address + "\n";
    }
    EXPECT_EQ(read_delivery_status(groups).recipients.size(), 1'000U);
    EXPECT_EQ(read_text_bounce("", failed).size(), 1'000U);
    EXPECT_EQ(read_journal_report(journal)->recipients.size(), 10'000U);
    const auto wide =
        read_delivery_status("Final-Recipient: rfc822; a@b.test\nDiagnostic-Code: smtp; " + std::string(100'000, 'x'));
    EXPECT_LE(wide.recipients.at(0).diagnostic.size(), 4'000U);
}

}  // namespace
}  // namespace tandem::mail
