#include "connectors/xmpp/inbox.hpp"

#include "connectors/xmpp/archive.hpp"
#include "connectors/xmpp/names.hpp"
#include "tests/connectors/xmpp/support.hpp"
#include "tests/support/fixtures.hpp"

#include <set>
#include <sstream>

namespace tandem::xmpp {
namespace {

using namespace std::chrono_literals;
using test::text_at;

class InboxTest : public ::testing::Test {
protected:
    Inbox::Taken take(std::string_view xml) {
        const StreamElement one = test::element(xml);
        auto out = inbox_.take(one.element, one.xml, account_, now_);
        if (out.event) events_.push_back(*out.event);
        return out;
    }
    // The document of a stanza that is journalled.
    std::string document(std::string_view xml) {
        const auto out = take(xml);
        EXPECT_TRUE(out.event) << out.what << ": " << xml;
        return out.event ? out.event->raw : "{}";
    }
    static std::string chat(std::string_view id,
                            std::string_view stanza_id,
                            std::string_view inside,
                            std::string_view from = "visitor@web/x") {
        return "<message xmlns='jabber:client' from='" + std::string(from) + "' to='agent@localhost' type='chat' id='" +
               std::string(id) + "'>" + std::string(inside) +
               "<stanza-id xmlns='urn:xmpp:sid:0' by='agent@localhost' id='" + std::string(stanza_id) + "'/></message>";
    }
    static std::string archived(std::string_view id,
                                std::string_view message,
                                std::string_view stamp = "2026-11-22T05:15:03Z") {
        return "<message to='agent@localhost/tandem'><result xmlns='urn:xmpp:mam:2' queryid='q1' id='" +
               std::string(id) + "'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='" +
               std::string(stamp) + "'/>" + std::string(message) + "</forwarded></result></message>";
    }
    static std::string carbon(std::string_view kind,
                              std::string_view message,
                              std::string_view from = "agent@localhost") {
        return "<message from='" + std::string(from) + "' to='agent@localhost/tandem'><" + std::string(kind) +
               " xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>" + std::string(message) +
               "</forwarded></" + std::string(kind) + "></message>";
    }
    static std::int64_t rev(std::string_view document) {
        data::Arena arena;
        return data::parse_json(document, arena)->get("rev").as_int();
    }

    Inbox inbox_;
    Account account_ = test::account();
    Instant now_ = *parse_time("2026-11-22T05:20:00Z");
    std::vector<journal::Event> events_;
};

constexpr std::string_view kOwnId = "2ed6657d-e927-568b-95e1-2665a8aea6a2";  // a UUID of version 5

TEST_F(InboxTest, AMessage) {
    const auto taken = take(
        "<message from='Visitor@Web/x' to='agent@localhost' type='chat' id='m1' xml:lang='en'>"
        "<body>hi</body><thread>t</thread><request xmlns='urn:xmpp:receipts'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' by='agent@localhost' id='S1'/></message>");
    ASSERT_TRUE(taken.event);
    EXPECT_EQ(taken.event->vendor_id, "S1");
    EXPECT_EQ(taken.event->content_type, kEventType);
    EXPECT_EQ(taken.archive_id, "S1");
    ASSERT_TRUE(taken.confirm);
    EXPECT_EQ(taken.confirm->first, "visitor@web/x");
    for (const auto& [key, value] : {std::pair{"kind", "message"},
                                     {"namespace", "xmpp:agent@localhost"},
                                     {"id", "S1"},
                                     {"at", "2026-11-22T05:20:00Z"},
                                     {"direction", "inbound"},
                                     {"account", "agent@localhost"},
                                     {"peer", "visitor@web"},
                                     {"resource", "x"},
                                     {"via", "live"},
                                     {"message_id", "m1"},
                                     {"body", "hi"},
                                     {"thread", "t"},
                                     {"language", "en"}})
        EXPECT_EQ(text_at(taken.event->raw, key), value) << key;
}

TEST_F(InboxTest, OneMessageHoweverItComes) {
    EXPECT_TRUE(take(chat("m1", "S1", "<body>hi</body>")).event);
    const auto archive =
        take(archived("S1",
                      "<message xmlns='jabber:client' from='visitor@web/x' to='agent@localhost' id='m1'>"
                      "<body>hi</body></message>"));
    EXPECT_FALSE(archive.event);
    EXPECT_EQ(archive.what, "repeated");
    EXPECT_EQ(archive.query, "q1");
    EXPECT_FALSE(take(carbon("received", chat("m1", "S1", "<body>hi</body>"))).event);
    EXPECT_TRUE(take(chat("m1", "S2", "<body>hi</body>")).event) << "a client that counts from one: another message";
}

TEST_F(InboxTest, OnlyTheOwnServersIdsCount) {
    EXPECT_EQ(text_at(document("<message from='visitor@web/x' id='m1'><body>1</body>"
                               "<stanza-id xmlns='urn:xmpp:sid:0' by='visitor@web' id='EVIL'/></message>"),
                      "id"),
              "visitor@web/m1");
    account_.archive = false;
    EXPECT_EQ(text_at(document(chat("m2", "EVIL", "<body>2</body>")), "id"), "visitor@web/m2");
    EXPECT_EQ(text_at(document(chat("m2", "EVIL", "<body>3</body>")), "id").find("visitor@web/m2/"), 0U)
        << "without an archive: another text under the same id is another message";
}

TEST_F(InboxTest, OnlyTheOwnServersTimesCount) {
    const auto with = [&](std::string_view id, std::string_view from) {
        return text_at(document(chat(id, id,
                                     "<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2026-11-22T05:15:03Z' from='" +
                                         std::string(from) + "'/>")),
                       "at");
    };
    EXPECT_EQ(with("1", "localhost"), "2026-11-22T05:15:03Z");
    EXPECT_EQ(with("2", "agent@localhost"), "2026-11-22T05:15:03Z");
    EXPECT_EQ(with("3", "visitor@web/x"), "2026-11-22T05:20:00Z");
    EXPECT_EQ(with("4", "web"), "2026-11-22T05:20:00Z");
}

TEST_F(InboxTest, ForgedCopiesAreNothing) {
    const std::string inside = chat("m1", "S1", "<body>send money</body>", "boss@localhost");
    EXPECT_EQ(take(carbon("received", inside, "visitor@web/x")).what, "forged or broken");
    EXPECT_EQ(take(carbon("sent", inside, "agent@localhost.evil")).what, "forged or broken");
    EXPECT_EQ(take("<message from='visitor@web/x'><result xmlns='urn:xmpp:mam:2' queryid='q1' id='S9'><forwarded "
                   "xmlns='urn:xmpp:forward:0'>" +
                   inside + "</forwarded></result></message>")
                  .what,
              "forged or broken");
    EXPECT_TRUE(events_.empty());
}

TEST_F(InboxTest, AnswersFromOtherClients) {
    const std::string answer =
        "<message xmlns='jabber:client' from='agent@localhost/phone' to='visitor@web/x' type='chat' "
        "id='o1'><body>hello</body></message>";
    const std::string sent = document(carbon("sent", answer));
    EXPECT_EQ(text_at(sent, "direction"), "outbound");
    EXPECT_EQ(text_at(sent, "peer"), "visitor@web");
    EXPECT_EQ(text_at(sent, "id"), "o1");
    EXPECT_EQ(text_at(sent, "via"), "carbon");
    EXPECT_EQ(take(archived("S5", answer)).what, "repeated") << "the archive gives it an id that the copy did not have";
}

TEST_F(InboxTest, OwnMessagesAreSeenInTheArchive) {
    const auto taken =
        take(archived("S6", "<message xmlns='jabber:client' from='agent@localhost/tandem' to='visitor@web' id='" +
                                std::string(kOwnId) + "'><body>x</body></message>"));
    EXPECT_EQ(taken.own_id, kOwnId);
    ASSERT_TRUE(taken.event);
    EXPECT_EQ(text_at(taken.event->raw, "kind"), "sent");
    EXPECT_FALSE(is_gateway_id("11111111-1111-4111-8111-111111111111"));
    EXPECT_FALSE(is_gateway_id("m1"));
}

TEST_F(InboxTest, CorrectionsAreRevisions) {
    document(chat("m1", "S1", "<body>helo</body>"));
    now_ += 10s;
    const std::string first =
        document(chat("m2", "S2", "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>"));
    EXPECT_EQ(text_at(first, "kind"), "correction");
    EXPECT_EQ(text_at(first, "id"), "S1");
    EXPECT_EQ(text_at(first, "first_at"), "2026-11-22T05:20:00Z");
    const std::string second =
        document(chat("m3", "S3", "<body>Hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>"));
    EXPECT_GT(rev(second), rev(first)) << "in the same second";
    const std::string chained =
        document(chat("m4", "S4", "<body>Hello!</body><replace xmlns='urn:xmpp:message-correct:0' id='m3'/>"));
    EXPECT_EQ(text_at(chained, "id"), "S1");
    EXPECT_GT(rev(chained), rev(second));
    const std::string other = document(
        chat("m5", "S5", "<body>mine</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>", "thief@web/x"));
    EXPECT_EQ(text_at(other, "id"), "S5") << "only the author corrects";
    EXPECT_EQ(text_at(other, "first_at"), "");
}

TEST_F(InboxTest, RetractionsAreTheLastWord) {
    document(chat("m1", "S1", "<body>oops</body>"));
    const std::string gone =
        document(chat("m2", "S2", "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/><body>/me retracted</body>"));
    EXPECT_EQ(text_at(gone, "kind"), "retraction");
    EXPECT_EQ(text_at(gone, "id"), "S1");
    EXPECT_EQ(text_at(gone, "body"), "");
    now_ += 1h;
    const std::string late =
        document(chat("m3", "S3", "<body>back</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>"));
    EXPECT_LT(rev(late), rev(gone));
    const std::string old = document(
        chat("m4", "S4",
             "<apply-to xmlns='urn:xmpp:fasten:0' id='m1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>"));
    EXPECT_EQ(text_at(old, "id"), "S1");
    const std::string stranger =
        document(chat("m5", "S5", "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>", "thief@web/x"));
    EXPECT_EQ(text_at(stranger, "id"), "");
    const std::string tombstone = document(
        archived("S9",
                 "<message xmlns='jabber:client' from='visitor@web/x' to='agent@localhost' id='m9'>"
                 "<retracted xmlns='urn:xmpp:message-retract:1' stamp='2026-11-22T05:00:00Z' id='m8'/></message>"));
    EXPECT_EQ(text_at(tombstone, "id"), "S9");
}

TEST_F(InboxTest, Receipts) {
    for (const auto& [xml, status] : {std::pair{"<received xmlns='urn:xmpp:receipts' id='x1'/>", "delivered"},
                                      {"<received xmlns='urn:xmpp:chat-markers:0' id='x1'/>", "delivered"},
                                      {"<displayed xmlns='urn:xmpp:chat-markers:0' id='x1'/>", "read"},
                                      {"<acknowledged xmlns='urn:xmpp:chat-markers:0' id='x1'/>", "read"}}) {
        const std::string number = std::to_string(events_.size());
        const std::string seen = document(chat("r" + number, "S" + number, xml));
        data::Arena arena;
        const auto receipt = data::parse_json(seen, arena)->get("receipt");
        EXPECT_EQ(receipt.string_at("id"), "x1");
        EXPECT_EQ(receipt.string_at("status"), status);
    }
    EXPECT_EQ(take(carbon("sent",
                          "<message xmlns='jabber:client' from='agent@localhost/phone' to='visitor@web' id='r1'>"
                          "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/></message>"))
                  .what,
              "read by us");
    const std::string bounced = document(
        "<message from='nobody@web' type='error' id='x2'><body>x</body><error type='cancel'>"
        "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    data::Arena arena;
    const auto receipt = data::parse_json(bounced, arena)->get("receipt");
    EXPECT_EQ(receipt.string_at("status"), "failed");
    EXPECT_EQ(receipt.string_at("code"), "service-unavailable");
}

TEST_F(InboxTest, WhatIsNotKept) {
    for (const auto& [xml, what] :
         {std::pair<std::string, std::string_view>{"<presence from='visitor@web'/>", "presence"},
          {"<iq type='result' id='1'/>", "iq"},
          {chat("c", "C", "<composing xmlns='http://jabber.org/protocol/chatstates'/>"), "empty"},
          {"<message from='room@muc/nick' type='groupchat'><body>x</body></message>", "groupchat"},
          {"<message from='localhost' type='headline'><body>x</body></message>", "headline"},
          {"<message from='visitor@web' type='error'/>", "error without id"},
          {"<message from='@'><body>x</body></message>", "forged or broken"}}) {
        const auto taken = take(xml);
        EXPECT_FALSE(taken.event);
        EXPECT_EQ(taken.what, what);
    }
}

TEST_F(InboxTest, ARestartForgetsNothing) {
    document(chat("m1", "S1", "<body>helo</body>"));
    const std::string first =
        document(chat("m2", "S2", "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>"));
    document(carbon("sent",
                    "<message xmlns='jabber:client' from='agent@localhost/phone' to='visitor@web' "
                    "id='o1'><body>yes</body></message>"));
    inbox_ = Inbox();
    for (const auto& event : std::exchange(events_, {}))
        inbox_.restore(event);
    EXPECT_EQ(take(chat("m1", "S1", "<body>helo</body>")).what, "repeated");
    EXPECT_EQ(take(archived("S8",
                            "<message xmlns='jabber:client' from='agent@localhost/phone' to='visitor@web' "
                            "id='o1'><body>yes</body></message>"))
                  .what,
              "repeated");
    const std::string second =
        document(chat("m3", "S3", "<body>Hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m2'/>"));
    EXPECT_EQ(text_at(second, "id"), "S1");
    EXPECT_GT(rev(second), rev(first));
    journal::Event broken;
    broken.raw = "no JSON";
    inbox_.restore(broken);
}

TEST_F(InboxTest, Components) {
    account_ = {.jid = parse_jid("bot.localhost"), .component = true};
    const StreamElement one =
        test::element("<message from='visitor@web/x' to='sales@bot.localhost' id='m1'><body>hi</body></message>");
    const auto taken = inbox_.take(one.element, one.xml, account_, now_);
    ASSERT_TRUE(taken.event);
    EXPECT_EQ(text_at(taken.event->raw, "direction"), "inbound");
    EXPECT_EQ(text_at(taken.event->raw, "account"), "sales@bot.localhost");
    EXPECT_EQ(text_at(taken.event->raw, "namespace"), "xmpp:bot.localhost");
}

// What the archive of a real server held, and the same messages live.
TEST_F(InboxTest, SharedRecordings) {
    const auto folder = testing::fixtures("chat");
    if (!folder) return;
    std::set<std::string> ids;
    std::size_t results = 0;
    bool complete = false;
    for (const char* name :
         {"prosody-0.12.3-live-session.txt", "prosody-0.12.3-resume.txt", "prosody-0.12.3-mam-backfill.txt"}) {
        std::istringstream in(testing::read_file(*folder / "xmpp" / name));
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with("S: <message") && !line.starts_with("S: <resumed") && !line.starts_with("S: <iq"))
                continue;
            for (const auto& one : test::elements(line.substr(3))) {
                const auto taken = inbox_.take(one.element, one.xml, account_, now_);
                if (!taken.query.empty()) ++results;
                if (taken.event)
                    EXPECT_TRUE(ids.insert(text_at(taken.event->raw, "id")).second ||
                                text_at(taken.event->raw, "kind") != "message");
                if (one.element.name == "iq" && one.element.child("fin", ns::kMam) != nullptr) {
                    const auto page = read_page(one.element);
                    ASSERT_TRUE(page);
                    complete = complete || page->complete;
                }
            }
        }
    }
    EXPECT_TRUE(complete);
    EXPECT_GT(results, ids.size());
    EXPECT_TRUE(ids.contains("8Aq7nJrnaRGzAEuiZcwwcLTB"));
    EXPECT_TRUE(ids.contains("d_5PefY0J244H5SBMWpm7HTt"));
}

TEST(Archive, AsksByIdOrByTime) {
    EXPECT_EQ(to_xml(archive_query("q1", {.after = "S1"}, "", 50), ns::kClient),
              "<iq type='set'><query xmlns='urn:xmpp:mam:2' queryid='q1'><x xmlns='jabber:x:data' type='submit'>"
              "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field></x>"
              "<set xmlns='http://jabber.org/protocol/rsm'><max>50</max><after>S1</after></set></query></iq>");
    const std::string by_time =
        to_xml(archive_query("q2", {.after = {}, .since = *parse_time("2026-11-22T05:00:00Z")}, "visitor@web", 5),
               ns::kClient);
    EXPECT_NE(by_time.find("<field var='start'><value>2026-11-22T05:00:00Z</value></field>"), std::string::npos);
    EXPECT_NE(by_time.find("<field var='with'><value>visitor@web</value></field>"), std::string::npos);
    EXPECT_EQ(by_time.find("<after>"), std::string::npos);
}

TEST(Archive, ReadsPages) {
    const auto page = [](std::string_view xml) { return read_page(test::element(xml).element); };
    const auto one = page(
        "<iq type='result'><fin xmlns='urn:xmpp:mam:2'><set "
        "xmlns='http://jabber.org/protocol/rsm'><last>S3</last></set></fin></iq>");
    ASSERT_TRUE(one);
    EXPECT_FALSE(one->complete);
    EXPECT_EQ(one->last, "S3");
    EXPECT_TRUE(page("<iq type='result'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>")->complete);
    EXPECT_TRUE(page("<iq type='error'><error type='cancel'><item-not-found "
                     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
                    ->unknown_place);
    EXPECT_FALSE(page(
        "<iq type='error'><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
    EXPECT_FALSE(page("<iq type='result'/>"));
}

TEST(Archive, CursorsComeBack) {
    const auto at = *parse_time("2026-11-22T05:15:03.25Z");
    const auto place = parse_cursor(to_cursor("S 1", at));
    ASSERT_TRUE(place);
    EXPECT_EQ(place->after, "S 1");
    EXPECT_EQ(place->since, at);
    for (const char* bad : {"", "S1", "2026-11-22T05:15:03Z", "2026-11-22T05:15:03Z ", "yesterday S1"})
        EXPECT_FALSE(parse_cursor(bad)) << bad;
}

TEST(Jid, Parts) {
    const Jid jid = parse_jid("User@Example.COM/Res@x/y");
    EXPECT_EQ(jid.full(), "user@example.com/Res@x/y");
    EXPECT_EQ(parse_jid("example.com").bare(), "example.com");
    for (const char* bad : {"", "@", "a@", "@b", "a@b/", "a b@c", "a@b c", "a@b@c", "a\n@b"})
        EXPECT_TRUE(parse_jid(bad).empty()) << bad;
    EXPECT_TRUE(parse_jid(std::string(2'000, 'a') + "@b").empty());
}

TEST(Ledger, CountsAroundTheEnd) {
    Ledger ledger;
    ledger.begin("x");
    for (int i = 0; i < 3; ++i)
        ledger.send("<m/>");
    EXPECT_FALSE(ledger.acknowledge(4));
    EXPECT_TRUE(ledger.acknowledge(2));
    EXPECT_TRUE(ledger.acknowledge(2));
    EXPECT_FALSE(ledger.acknowledge(1)) << "backwards";
    EXPECT_EQ(ledger.unacknowledged().size(), 1U);
    EXPECT_EQ(ledger.unacknowledged().front().number, 3U);
}

}  // namespace
}  // namespace tandem::xmpp
