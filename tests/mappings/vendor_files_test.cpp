// Payloads from vendors' documentation (../shared/fixtures/chat): what each one must become.
#include "core/data/json.hpp"
#include "tests/mappings/reading.hpp"
#include "tests/support/fixtures.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tandem::testing {
namespace {

using data::Value;

struct File {
    std::string_view name;
    std::string_view pack;
    std::string_view settings;
    std::string_view records;                  // one line each, see line_of()
    std::string_view before = "", after = "";  // what the vendor sends around it
};

constexpr std::string_view kMeta = R"({"app_secret": "x"})";
constexpr std::string_view kMatrix = R"({"hs_token": "x"})";
constexpr std::string_view kEvents = R"({"events":[)";
constexpr std::string_view kEphemeral = R"({"ephemeral":[)";

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
    {"vk/message_new_flat_pre_5_103.json", "vk", "{}", "ignored chat action: chat_kick_user\n"},
    {"line/event_with_redelivery.synthetic.json", "line", R"({"channel_secret": "x"})",
     "inbound 444573844083572737 line:U4af4980629000000000000000000000a \"hello\"\n"
     "inbound 444573844083572737 line:U4af4980629000000000000000000000a deleted\n"},
    {"rocketchat/livechat_offline_message.json", "rocketchat", "{}",
     "inbound offline:96ef109ca8a11e2707466eef049afb780b66b78a33a1b01dd05d0f30c79cb34e mailto:visitor@example.com "
     "\"message from the form\"\n"},
    {"rocketchat/livechat_session.json", "rocketchat", "{}",
     "inbound session:fasd6f5a4sd6f8a4sdf webchat:visitor-username mailto:visitor@example.com tel:192873192873\n"
     "inbound fasd6f5a4sd6f8a4sdf:2016-06-01T18:41:16.856Z:visitor-username webchat:visitor-username "
     "mailto:visitor@example.com tel:192873192873 \"message content\"\n"
     "outbound fasd6f5a4sd6f8a4sdf:2016-06-01T18:41:16.856Z:agent.username webchat:visitor-username "
     "mailto:visitor@example.com tel:192873192873 \"message content from agent\"\n"},
    {"rocketchat/message_with_navigation.synthetic.json", "rocketchat", "{}",
     "inbound m1 webchat:e36e352c742eee48860d576fcefb372a mailto:james@example.com tel:+79990000000 page.viewed\n"
     "inbound m2 webchat:e36e352c742eee48860d576fcefb372a mailto:james@example.com tel:+79990000000 edited \"corrected "
     "text\"\n"},
    {"chatwoot/message_created.json", "chatwoot", "{}",
     "inbound 118 crm:14 webchat:405f1d30-1af3-4fa0-8ffd-11ea3f86101e \"hi\"\n"},
    {"chatwoot/message_updated.json", "chatwoot", "{}",
     "inbound 118 crm:12 webchat:405f1d30-1af3-4fa0-8ffd-11ea3f86101e mailto:jane@acme.inc \"hi\"\n"},
    {"chatwoot/conversation_status_changed.json", "chatwoot", "{}",
     "inbound conversation:10 crm:12 webchat:405f1d30-1af3-4fa0-8ffd-11ea3f86101e mailto:jane@acme.inc\n"},
    {"chatwoot/webwidget_triggered.json", "chatwoot", "{}",
     "inbound widget:405f1d30-1af3-4fa0-8ffd-11ea3f86101e:2026-11-20T12:00:00Z crm:14 "
     "webchat:405f1d30-1af3-4fa0-8ffd-11ea3f86101e widget.opened\n"},
    {"jivo/bot_client_message.json", "jivo", "{}",
     "inbound bot:2037:9661ab9c-48b0-11ed-a3d6-859398ff9bd9 webchat:1233 \"Can you help me?\"\n"},
    {"jivo/call_event.json", "jivo", "{}",
     "inbound call:4398 tel:+14084987855 webchat:2746 mailto:email@example.com http://example.com/record.mp3\n"},
    {"jivo/chat_accepted.json", "jivo", "{}", "inbound 7636 webchat:2198 tel:+14084987855 mailto:email@example.com\n"},
    {"jivo/chat_updated.json", "jivo", "{}", "inbound 7507 webchat:2198 tel:+14084987855 mailto:email@example.com\n"},
    {"jivo/chat_finished.json", "jivo", "{}", "inbound 7607 webchat:2198 tel:+14084987855 mailto:email@example.com\n"},
    {"jivo/client_updated.json", "jivo", "{}",
     "unknown client:1217 webchat:1217 tel:+458745457845 mailto:thomas@gmail.com contact.updated\n"},
    {"jivo/offline_message.json", "jivo", "{}",
     "inbound offline:1665399500726 webchat:2198 tel:+14084987855 mailto:email@example.com \"Message text\"\n"},
    {"livetex/bot_api_visitor_event.json", "livetex", "{}",
     "inbound bot:ff7ce5c9b33488161fe4d1e60f3def830a2294f542b4a06f8f5199420f30d880 webchat:visitorId "
     "\"root.option1\"\n"},
    {"livetex/web_api_v2_chats_list.synthetic.json", "livetex", "{}",
     "inbound chat:7000001 webchat:v-100 tel:+79990000000 mailto:anna@example.com \"Здравствуйте\" \"Добрый день\" "
     "conversation.started page.viewed\n"},
    {"matrix/appservice_transaction.json", "matrix", kMatrix,
     "read $1435641916114394fHBLK:matrix.org\n"
     "ignored presence\n"
     "ignored event m.room.member join\n"
     "inbound $143273582443PhrSn:example.org matrix:@example:example.org \"This is an example text message\"\n"},
    {"matrix/m.room.message.m.text.json", "matrix", kMatrix,
     "inbound $143273582443PhrSn:example.org matrix:@example:example.org \"This is an example text message\"\n",
     kEvents, "]}"},
    {"matrix/m.room.message.m.image.json", "matrix", kMatrix,
     "inbound $143273582443PhrSn:example.org matrix:@example:example.org mxc://example.org/JWEIFJgwEIhweiWJE\n",
     kEvents, "]}"},
    {"matrix/m.room.message.m.audio.json", "matrix", kMatrix,
     "inbound $143273582443PhrSn:example.org matrix:@example:example.org mxc://example.org/ffed755USFFxlgbQYZGtryd\n",
     kEvents, "]}"},
    {"matrix/m.room.message.m.file.json", "matrix", kMatrix,
     "inbound $143273582443PhrSn:example.org matrix:@example:example.org mxc://example.org/FHyPlCeYUSFFxlgbQYZmoEoe\n",
     kEvents, "]}"},
    {"matrix/m.room.message.m.location.json", "matrix", kMatrix,
     "inbound $143273582443PhrSn:example.org matrix:@example:example.org \"Big Ben, London, UK\" geo:51.5008,0.1247\n",
     kEvents, "]}"},
    {"matrix/m.room.redaction.json", "matrix", kMatrix,
     "unknown $fukweghifu23:localhost matrix:@example:example.org deleted\n", kEvents, "]}"},
    {"matrix/m.room.member.json", "matrix", kMatrix, "ignored event m.room.member join\n", kEvents, "]}"},
    {"matrix/m.receipt.json", "matrix", kMatrix, "read $1435641916114394fHBLK:matrix.org\n", kEphemeral, "]}"},
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
    const auto points = customer.get("contact_points");
    for (const auto& point : points.is_array() ? points.items() : std::span<const Value>())
        out += " " + text_at(point, "scheme") + ":" + text_at(point, "value");
    if (!snapshot.get("deleted_at").is_null()) out += " deleted";
    if (const auto messages = snapshot.get("messages"); messages.is_array()) {
        for (const auto& message : messages.items()) {
            if (!message.get("edited_at").is_null()) out += " edited";
            if (const auto body = message.string_at("body")) out += " \"" + std::string(*body) + "\"";
        }
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
        const auto raw = std::string(file.before) + read_file(*folder / file.name) + std::string(file.after);
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
