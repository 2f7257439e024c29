// Every mail of the fixtures whose suite states something about a report. Where we differ, bounce_differences.tsv says
// why and what ours is.
#include "core/data/json.hpp"
#include "core/mail/text/delivery_report.hpp"
#include "tests/core/mail_text/cases.hpp"
#include "tests/core/mail_text/mini_mail.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <regex>
#include <sstream>

namespace tandem::mail {
namespace {

std::string value_of(const data::Value& object, std::string_view key) {
    return std::string(object.string_at(key).value_or(""));
}

std::vector<DeliveryReport> reports_of(const testing::MiniPart& mail) {
    for (const auto* type : {"message/delivery-status", "message/global-delivery-status"}) {
        if (const auto* part = mail.find(type)) return read_delivery_status(part->body).recipients;
    }
    const auto* text = mail.find("text/plain");
    return read_text_bounce(text == nullptr ? "" : text->body, mail.value("x-failed-recipients"));
}

std::string type_gone(const std::string& value) {
    return std::regex_replace(value, std::regex("^[^;]*;\\s*"), "");
}

// Status codes in order; Sisimai's own codes for "none" and its vacations left out.
std::string stated_bounces(const data::Value& bounces) {
    std::string out;
    for (const auto& bounce : bounces.items()) {
        if (value_of(bounce, "reason") == "vacation") continue;
        const std::string status = value_of(bounce, "status");
        out += (std::regex_match(status, std::regex("[45]\\.0\\.9\\d\\d")) ? "none" : status) + " ";
    }
    return out;
}

std::string our_bounces(const testing::MiniPart& mail) {
    std::string out;
    for (const auto& report : reports_of(mail))
        out += (report.status.empty() ? "none" : report.status) + " ";
    return out;
}

struct Pair {
    std::string ours;
    std::string stated;
};

Pair delivery_fields(const testing::MiniPart& mail, const data::Value& stated) {
    const auto reports = reports_of(mail);
    const DeliveryReport first = reports.empty() ? DeliveryReport{} : reports.front();
    const auto* part = mail.find("message/delivery-status");
    const std::string mta = part == nullptr ? "" : read_delivery_status(part->body).reporting_mta;
    const std::map<std::string, std::string> fields = {{"action", first.action},
                                                       {"final_recipient", first.recipient},
                                                       {"status", first.status},
                                                       {"reporting_mta", mta}};
    Pair out;
    for (const auto& member : stated.members()) {
        const std::string key(member.key);
        out.ours += fields.at(key) + " ";
        const std::string value(member.value.as_string());
        out.stated += (key == "reporting_mta" ? type_gone(value) : value) + " ";
    }
    return out;
}

Pair receipt_fields(const testing::MiniPart& mail, const data::Value& stated) {
    const auto* part = mail.find("message/disposition-notification");
    const auto found = part == nullptr ? std::nullopt : read_disposition(part->body);
    if (!found) return {"none", "a receipt"};
    return {found->original_message_id + " " + found->recipient + " " + found->disposition,
            value_of(stated, "original_message_id") + " " + value_of(stated, "final_recipient") + " " +
                value_of(stated, "disposition")};
}

Pair feedback_fields(const testing::MiniPart& mail, const data::Value& stated) {
    const auto* part = mail.find("message/feedback-report");
    const auto found = part == nullptr ? std::nullopt : read_feedback(part->body);
    if (!found) return {"none", "a complaint"};
    return {found->type + " " + found->original_mail_from,
            value_of(stated, "feedback_type") + " " + value_of(stated, "original_mail_from")};
}

Pair compare(const testing::MiniPart& mail, const data::Value& stated) {
    if (const auto* dsn = stated.find("dsn")) return delivery_fields(mail, *dsn);
    if (const auto* mdn = stated.find("mdn")) return receipt_fields(mail, *mdn);
    if (const auto* arf = stated.find("arf")) return feedback_fields(mail, *arf);
    if (const auto* bounces = stated.find("bounces")) return {our_bounces(mail), stated_bounces(*bounces)};
    return {};
}

TEST(BounceCorpus, EveryReportOfTheFixtures) {
    const auto root = testing::fixtures("email");
    if (!root) return;
    testing::Differences differences("report");
    data::Arena arena;
    std::istringstream lines(testing::read_file(*root / "expectations.jsonl"));
    int stating = 0;
    int equal = 0;
    for (std::string text; std::getline(lines, text);) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line) << text;
        const auto stated = line->get("stated");
        if (!stated.find("dsn") && !stated.find("mdn") && !stated.find("arf") && !stated.find("bounces")) continue;
        ++stating;
        const std::string file = value_of(*line, "file");
        const auto pair = compare(testing::parse_mini(testing::read_file(*root / file)), stated);
        equal += differences.check(file, pair.ours, pair.stated) ? 1 : 0;
    }
    EXPECT_GE(stating, 30);
    differences.expect_all_seen();
    std::cout << "reports: " << equal << " of " << stating << " as stated\n";
}

}  // namespace
}  // namespace tandem::mail
