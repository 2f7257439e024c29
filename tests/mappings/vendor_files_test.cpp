// Payloads from vendors' documentation (../shared/fixtures/chat/{meta,telegram,viber}): what each one must become.
#include "core/data/json.hpp"
#include "tests/mappings/reading.hpp"
#include "tests/support/fixtures.hpp"

#include <string>
#include <string_view>

namespace tandem::testing {
namespace {

using data::Value;

struct File {
    std::string_view name;
    std::string_view pack;
    std::string_view settings;
    std::string_view records;  // one line each, see line_of()
};

constexpr std::string_view kMeta = R"({"app_secret": "x"})";

const File kFiles[] = {
    {"meta/messenger_message_delivered.json", "messenger", kMeta, "delivered mid.1458668856218:ed81099e15d3f4f233\n"},
    {"meta/messenger_message_read.json", "messenger", kMeta, "read up to 2016-03-22T17:47:36.253Z in PSID\n"},
    {"meta/messenger_message_edit.json", "messenger", kMeta, "inbound MESSAGE_ID facebook:PSID edited \"TEXT\"\n"},
    {"meta/whatsapp_revoke.json", "whatsapp", kMeta,
     "inbound wamid.ORIGINAL_MESSAGE_ID whatsapp:16505551234 tel:+16505551234 deleted\n"},
    {"meta/whatsapp_message_echo.json", "whatsapp", kMeta,
     "outbound wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA= whatsapp:16505551234 tel:+16505551234 "
     "\"Here's the info you requested! https://www.meta.com/quest/quest-3/\"\n"},
    // The sample gives both words for the origin of the card, so it does not prove whose number it is.
    {"meta/whatsapp_bsuid_contact_request.json", "whatsapp", kMeta,
     "inbound wamid.CONTACT_EVENT_ID whatsapp:US.13491208655302741918 \"(16505551234)\" tel:16505551234\n"},
    {"meta/whatsapp_status_sent.json", "whatsapp", kMeta, "sent wamid.STATUS_EXAMPLE\n"},
    {"telegram/updates.synthetic.json", "telegram", "{}",
     "inbound 777000111:10 telegram:777000111 \"Здравствуйте\"\n"
     "inbound 777000111:10 telegram:777000111 edited \"Здравствуйте, заказ 42\"\n"
     "inbound 777000111:11 telegram:777000111 tel:+79990000000 \"Анна (79990000000)\" tel:79990000000\n"
     "inbound 777000111:12 telegram:777000111 \"Чужой (+79991112233)\" tel:+79991112233\n"
     "inbound 777000111:13 telegram:777000111 \"два фото\" telegram:file/AgAC2\n"
     "inbound 777000111:14 telegram:777000111 telegram:file/AgAC3\n"
     "inbound callback:4382bfdwdsb323b2d9 telegram:777000111 \"opt1\"\n"
     "inbound member:777000111:1754000200:kicked telegram:777000111 consent.withdrawn\n"
     "unknown bc1:777000111:21 telegram:777000111 deleted\n"
     "unknown bc1:777000111:22 telegram:777000111 deleted\n"},
    {"viber/seen.json", "viber", R"({"auth_token": "x"})", "read 4912661846655238145\n"},
};

std::string text_at(Value object, std::string_view key) {
    return std::string(object.string_at(key).value_or(""));
}

std::string receipt_line(Value receipt) {
    if (const auto thread = receipt.get("thread"); thread.is_object()) {
        return text_at(receipt, "status") + " up to " + text_at(receipt, "until") + " in " +
               text_at(thread, "external_id");
    }
    return text_at(receipt, "status") + " " + text_at(receipt, "external_id");
}

std::string snapshot_line(Value snapshot) {
    auto out = text_at(snapshot, "direction") + " " + text_at(snapshot, "external_id");
    const auto customer = snapshot.get("parties").items().front();
    for (const auto& point : customer.get("contact_points").items())
        out += " " + text_at(point, "scheme") + ":" + text_at(point, "value");
    if (!snapshot.get("deleted_at").is_null()) out += " deleted";
    if (const auto messages = snapshot.get("messages"); messages.is_array()) {
        const auto message = messages.items().front();
        if (!message.get("edited_at").is_null()) out += " edited";
        if (const auto body = message.string_at("body")) out += " \"" + std::string(*body) + "\"";
    }
    if (const auto events = snapshot.get("events"); events.is_array()) {
        for (const auto& event : events.items())
            out += " " + text_at(event, "type");
    }
    if (const auto attachments = snapshot.get("attachments"); attachments.is_array()) {
        for (const auto& attachment : attachments.items())
            out += " " + text_at(attachment, "url");
    }
    return out;
}

TEST(VendorFiles, BecomeTheExpectedRecords) {
    const auto folder = fixtures("chat");
    if (!folder) return;
    for (const auto& file : kFiles) {
        Vendor vendor(std::string(file.pack), std::string(file.settings));
        ASSERT_TRUE(vendor.ready());
        const auto raw = read_file(*folder / file.name);
        data::Arena arena;
        const auto mapped = vendor.bound().map({.envelope = "{}",
                                                .content_type = "application/json",
                                                .raw = raw,
                                                .received_at = from_micros(1'795'176'000'000'000)},
                                               arena);
        std::string lines;
        for (const auto& record : mapped.records) {
            using mapping::RecordKind;
            lines += record.kind == RecordKind::Snapshot  ? snapshot_line(record.document)
                     : record.kind == RecordKind::Receipt ? receipt_line(record.document)
                                                          : "ignored " + record.reason;
            lines += "\n";
        }
        for (const auto& error : mapped.errors)
            lines += "failed " + error.path + ": " + error.reason + "\n";
        EXPECT_EQ(lines, file.records) << file.name;
    }
}

}  // namespace
}  // namespace tandem::testing
