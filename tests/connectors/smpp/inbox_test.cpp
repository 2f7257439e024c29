#include "connectors/smpp/inbox.hpp"

#include "tests/connectors/smpp/support.hpp"

#include <gtest/gtest.h>

namespace tandem::smpp {
namespace {

using namespace std::chrono_literals;
using data::Value;

class InboxTest : public ::testing::Test {
protected:
    static Config config() {
        Config out;
        out.account = "acme";
        return out;
    }

    static Pdu sms(std::string octets, std::uint8_t data_coding = 0) {
        Pdu pdu;
        pdu.command = Command::DeliverSm;
        pdu.source_addr = "79161234567";
        pdu.source_addr_ton = pdu.source_addr_npi = 1;
        pdu.destination_addr = "5550";
        pdu.data_coding = data_coding;
        pdu.short_message = std::move(octets);
        return pdu;
    }
    static Pdu part(unsigned number, unsigned total, const std::string& octets, std::uint8_t data_coding = 0) {
        Pdu pdu =
            sms(std::string("\x05\x00\x03\x07", 4) + static_cast<char>(total) + static_cast<char>(number) + octets,
                data_coding);
        pdu.esm_class = 0x40;
        return pdu;
    }
    static Pdu receipt(const std::string& text) {
        Pdu pdu = sms(text);
        pdu.esm_class = 0x04;
        return pdu;
    }

    Inbox::Taken take(const Pdu& pdu, std::uint64_t connection = 1) {
        return inbox_.take({.pdu = pdu, .fault = {}, .octets = {}}, now_, connection);
    }
    Inbox::Taken take_and_store(const Pdu& pdu, std::uint64_t connection = 1) {
        auto taken = take(pdu, connection);
        inbox_.stored(taken);
        return taken;
    }
    Value document(const journal::Event& event) {
        const auto read = data::parse_json(event.raw, arena_);
        EXPECT_TRUE(read) << event.raw;
        return read.value_or(Value());
    }
    Value only(const Inbox::Taken& taken) {
        EXPECT_EQ(taken.events.size(), 1U);
        return taken.events.empty() ? Value() : document(taken.events[0]);
    }
    static std::string text(Value value, std::string_view key) { return test::text_at(value, key); }

    data::Arena arena_;
    Config config_ = config();
    Inbox inbox_{config_};
    Instant now_ = from_micros(1'790'000'000'000'000);
};

TEST_F(InboxTest, AMessageBecomesOneDocument) {
    Pdu pdu = sms("Hello {}");
    pdu.short_message = std::string("Hi \x1b\x65\x00", 6);
    pdu.service_type = "CMT";
    pdu.tlvs = {{static_cast<Tag>(0x1454), "\xff"}};
    const auto taken = take(pdu);
    const Value found = only(taken);
    EXPECT_EQ(taken.status, 0U);
    EXPECT_EQ(taken.what, "message");
    EXPECT_EQ(taken.events[0].content_type, kEventType);
    EXPECT_EQ(taken.events[0].received_at, now_);
    EXPECT_EQ(taken.events[0].vendor_id, text(found, "id"));
    EXPECT_EQ(text(found, "kind"), "message");
    EXPECT_EQ(text(found, "namespace"), "smpp:acme");
    EXPECT_EQ(text(found, "command"), "deliver_sm");
    EXPECT_EQ(text(found, "text"), "Hi \u20ac@");
    EXPECT_EQ(text(found, "alphabet"), "gsm7");
    EXPECT_EQ(text(found, "hex"), "4869201b6500");
    EXPECT_EQ(text(found, "service_type"), "CMT");
    EXPECT_EQ(text(found.get("from"), "address"), "79161234567");
    EXPECT_EQ(found.get("from").get("ton").as_int(), 1);
    EXPECT_EQ(text(found.get("tlvs"), "0x1454"), "ff");
    EXPECT_EQ(found.find("fallback"), nullptr);
    EXPECT_EQ(found.find("base64"), nullptr);
}

struct TextCase {
    const char* title;
    const char* octets;
    int data_coding;
    const char* text;  // nullptr: none
    const char* alphabet;
    bool fallback;
    bool unclean;
};

TEST_F(InboxTest, TextsAreReadAsTheirCodingSays) {
    for (const auto& one : {
             TextCase{"ucs2", "041f0440", 8, "\u041f\u0440", "ucs2", false, false},
             TextCase{"flash ucs2", "041f", 0x18, "\u041f", "ucs2", false, false},
             TextCase{"latin1", "e9", 3, "\u00e9", "latin1", false, false},
             TextCase{"latin1 that claims to be gsm7", "48e96c", 0, "H\u00e9l", "latin1", true, false},
             TextCase{"half a pair", "d83d", 8, "\uFFFD", "ucs2", false, true},
             TextCase{"binary", "0605", 4, nullptr, "binary", false, false},
             TextCase{"an alphabet nobody reads", "0605", 0x0D, nullptr, "unknown", false, false},
         }) {
        SCOPED_TRACE(one.title);
        const Value found = only(take(sms(test::from_hex(one.octets), static_cast<std::uint8_t>(one.data_coding))));
        EXPECT_EQ(found.string_at("text").has_value(), one.text != nullptr);
        if (one.text != nullptr) EXPECT_EQ(text(found, "text"), one.text);
        EXPECT_EQ(text(found, "alphabet"), one.alphabet);
        EXPECT_EQ(found.find("fallback") != nullptr, one.fallback);
        EXPECT_EQ(found.find("unclean") != nullptr, one.unclean);
        EXPECT_EQ(found.find("base64") != nullptr, one.text == nullptr);
    }
    config_.default_alphabet = Alphabet::Windows1251;
    EXPECT_EQ(text(only(take(sms("\xcf"))), "text"), "\u041f");
    config_.default_alphabet = Alphabet::Gsm7;
    config_.packed = true;
    EXPECT_EQ(text(only(take(sms(test::from_hex("e8329bfd4697d9ec37")))), "text"), "hellohello");
}

TEST_F(InboxTest, AReceiptCarriesItsFieldsAndItsIdInTheDeclaredForm) {
    config_.message_id = IdForm::HexThenDecimal;
    const auto taken =
        take(receipt("id:0059113978 sub:001 dlvrd:001 submit date:2609211000 done date:2609211001 "
                     "stat:DELIVRD err:000 text:hi"));
    const Value found = only(taken);
    EXPECT_EQ(taken.what, "receipt");
    EXPECT_EQ(text(found, "kind"), "receipt");
    const Value fields = found.get("receipt");
    EXPECT_EQ(text(fields, "id"), "59113978");
    EXPECT_EQ(text(fields, "id_as_sent"), "0059113978");
    EXPECT_EQ(text(fields, "status"), "delivered");
    EXPECT_EQ(text(fields, "done_local"), "2026-09-21T10:01");
    EXPECT_EQ(text(fields, "err"), "000");
}

TEST_F(InboxTest, AReceiptWithoutIdIsKeptRaw) {
    const Value found = only(take(receipt("stat:DELIVRD")));
    EXPECT_EQ(text(found, "kind"), "receipt");
    EXPECT_EQ(found.find("receipt"), nullptr);
    EXPECT_EQ(text(found, "text"), "stat:DELIVRD");
}

TEST_F(InboxTest, WhatAUserAcknowledgesInWordsIsAMessage) {
    Pdu pdu = sms("yes, I have it");
    pdu.esm_class = 0x10;
    EXPECT_EQ(take(pdu).what, "message");
}

TEST_F(InboxTest, OnlyEsmClassMakesAReceipt) {
    EXPECT_EQ(take(sms("id:123 stat:DELIVRD")).what, "message");
}

TEST_F(InboxTest, PartsAreJournalledOneByOneAndTheWholeWithTheLast) {
    const auto second = take_and_store(part(2, 2, "\xdf\x01", 8));
    const Value waiting = only(second);
    EXPECT_EQ(second.events[0].content_type, kPartType);
    EXPECT_EQ(text(waiting, "kind"), "part");
    EXPECT_EQ(waiting.get("concat").get("number").as_int(), 2);

    now_ += 5s;
    const auto first = take_and_store(part(1, 2, "\xd8\x3d\xd8\x3d", 8));
    ASSERT_EQ(first.events.size(), 2U) << "in one batch: both or neither";
    EXPECT_EQ(first.events[0].content_type, kPartType);
    EXPECT_EQ(first.events[1].content_type, kEventType);
    const Value whole = document(first.events[1]);
    EXPECT_EQ(text(whole, "kind"), "message");
    EXPECT_EQ(text(whole, "id"), text(waiting, "id"));
    EXPECT_EQ(text(whole, "at"), format_time(now_ - 5s)) << "the first part's arrival";
    EXPECT_EQ(text(whole, "hex"), "d83dd83ddf01");
    EXPECT_EQ(text(whole, "text"), "\uFFFD\U0001F701") << "joined before it is read";
    EXPECT_EQ(whole.get("rev").as_int(), 2);
    EXPECT_EQ(whole.find("incomplete"), nullptr);
}

TEST_F(InboxTest, ARepeatedPartIsMadeDurableAgainAndNothingElse) {
    take_and_store(part(1, 2, "a"));
    const auto again = take(part(1, 2, "a"));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.events.size(), 1U);
    EXPECT_EQ(take(part(2, 2, "b")).events.size(), 2U);
    EXPECT_EQ(take(part(2, 2, "b")).events.size(), 1U);
}

TEST_F(InboxTest, AfterTheTimeoutTheGapsAreShownAndALatePartMendsThem) {
    config_.reassembly_timeout = 600s;
    take_and_store(part(1, 4, "one "));
    take_and_store(part(4, 4, "four"));
    EXPECT_TRUE(inbox_.expire(now_ + 599s).events.empty());
    now_ += 600s;
    EXPECT_LE(*inbox_.next_expiry(), now_);
    const auto expired = inbox_.expire(now_);
    const Value gaps = only(expired);
    EXPECT_EQ(text(gaps, "text"), "one [\u2026]four");
    EXPECT_TRUE(gaps.get("incomplete").as_bool());
    EXPECT_EQ(gaps.get("missing").size(), 2U);
    EXPECT_EQ(gaps.get("rev").as_int(), 2);
    EXPECT_EQ(expired.events[0].received_at, now_);

    const auto late = take_and_store(part(2, 4, "two "));
    ASSERT_EQ(late.events.size(), 2U);
    const Value better = document(late.events[1]);
    EXPECT_EQ(text(better, "id"), text(gaps, "id"));
    EXPECT_EQ(better.get("rev").as_int(), 3);
    EXPECT_EQ(text(better, "text"), "one two [\u2026]four");
}

TEST_F(InboxTest, PartsOfDifferentCodingsAreReadEachByItself) {
    take_and_store(part(1, 2, "Price: "));
    const auto whole = take_and_store(part(2, 2, test::from_hex("0031"), 8));
    EXPECT_EQ(text(document(whole.events.at(1)), "text"), "Price: 1");
}

TEST_F(InboxTest, ABinaryMessageInPartsStaysOctets) {
    take_and_store(part(1, 2, "\x01", 4));
    const Value whole = document(take_and_store(part(2, 2, "\x02", 4)).events.at(1));
    EXPECT_EQ(whole.find("text"), nullptr);
    EXPECT_EQ(text(whole, "base64"), "AQI=");
}

TEST_F(InboxTest, WhatWasNotStoredComesAgainAsIfNew) {
    const auto lost = take(part(1, 2, "a"));
    inbox_.not_stored(lost);
    EXPECT_FALSE(take_and_store(part(1, 2, "a")).repeated);
    const auto last = take(part(2, 2, "b"));
    EXPECT_EQ(last.events.size(), 2U);
    inbox_.not_stored(last);
    EXPECT_EQ(take(part(2, 2, "b")).events.size(), 2U) << "the whole comes with it again";

    inbox_.not_stored(take(sms("hi")));
    EXPECT_FALSE(take(sms("hi")).repeated);
}

TEST_F(InboxTest, GapsThatCouldNotBeStoredComeAgain) {
    take_and_store(part(1, 2, "a"));
    now_ += 600s;
    inbox_.not_stored(inbox_.expire(now_));
    EXPECT_EQ(inbox_.expire(now_).events.size(), 1U);
}

TEST_F(InboxTest, AMessageThatGivesWayIsShownOrKeptUntilItCanBe) {
    config_.max_open_messages = 1;
    Inbox inbox(config_);
    inbox.take({part(1, 2, "a"), {}, {}}, now_, 1);
    const auto other = inbox.take({part(1, 3, "b"), {}, {}}, now_, 1);
    ASSERT_EQ(other.events.size(), 2U);
    EXPECT_EQ(text(document(other.events[0]), "text"), "a[\u2026]");
    inbox.not_stored(other);
    EXPECT_LE(*inbox.next_expiry(), now_);
    EXPECT_EQ(inbox.expire(now_).events.size(), 1U);
}

TEST_F(InboxTest, ARepetitionOverAnotherConnectionIsTheSameMessage) {
    const auto first = take_and_store(sms("yes"), 1);
    EXPECT_FALSE(take_and_store(sms("yes"), 1).repeated) << "a customer may well say it twice";
    now_ += 30s;
    const auto again = take(sms("yes"), 2);
    EXPECT_TRUE(again.repeated);
    ASSERT_EQ(again.events.size(), 1U) << "durable again before the answer";
    EXPECT_NE(again.events[0].vendor_id, first.events[0].vendor_id) << "the second of the two";
}

TEST_F(InboxTest, ARepetitionBeforeTheAnswerIsTheSameMessage) {
    const auto first = take(sms("yes"));
    const auto again = take(sms("yes"));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.events[0].vendor_id, first.events[0].vendor_id);
    EXPECT_EQ(again.events[0].raw, first.events[0].raw);
}

TEST_F(InboxTest, LongAfterwardsTheSameWordsAreAnotherMessage) {
    take_and_store(sms("yes"), 1);
    now_ += 61s;
    EXPECT_FALSE(take(sms("yes"), 2).repeated);
}

TEST_F(InboxTest, ALaterRunKnowsWhatTheJournalHolds) {
    const auto message = take_and_store(sms("yes"));
    const auto first = take_and_store(part(1, 2, "one "));

    Inbox later(config_);
    later.restore_message(message.events[0]);
    later.restore_part(first.events[0]);
    later.restore_part(message.events[0]);
    now_ += 10s;
    const auto again = later.take({sms("yes"), {}, {}}, now_, 1);
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.events[0].vendor_id, message.events[0].vendor_id);
    const auto last = later.take({part(2, 2, "two"), {}, {}}, now_, 1);
    ASSERT_EQ(last.events.size(), 2U);
    EXPECT_EQ(text(document(last.events[1]), "text"), "one two");
    EXPECT_EQ(last.events[1].vendor_id, first.events[0].vendor_id);
    EXPECT_EQ(later.parts_since(now_), now_ - 1'200s);
    EXPECT_EQ(Inbox::messages_since(now_), now_ - 60s);
}

TEST_F(InboxTest, AnUnreadablePduIsKeptAndRefused) {
    const auto taken =
        inbox_.take({{}, Fault{Fault::Where::Body, "sm_length runs past the PDU", 48, 1}, "\x01\x02"}, now_, 1);
    EXPECT_EQ(taken.status, 1U);
    const Value found = only(taken);
    EXPECT_EQ(text(found, "kind"), "unreadable");
    EXPECT_EQ(text(found, "fault"), "sm_length runs past the PDU");
    EXPECT_EQ(found.get("offset").as_int(), 48);
    EXPECT_EQ(text(found, "pdu_hex"), "0102");
}

TEST_F(InboxTest, ADefectBehindTheTextHarmsNothing) {
    const auto taken =
        inbox_.take({sms("hi"), Fault{Fault::Where::Tlvs, "TLV runs past the PDU", 60, 0xC0}, "x"}, now_, 1);
    EXPECT_EQ(taken.status, 0U);
    EXPECT_EQ(text(only(taken), "text"), "hi");
}

TEST_F(InboxTest, EveryFixtureBecomesADocument) {
    int deliveries = 0;
    const int count = test::each_fixture("pdus.jsonl", [&](Value line) {
        const std::string octets = test::from_hex(text(line, "hex"));
        if (octets.size() < 16) return;
        const auto decoded = decode(octets);
        if (decoded.pdu.command != Command::DeliverSm && decoded.pdu.command != Command::DataSm) return;
        ++deliveries;
        const auto taken = inbox_.take({decoded.pdu, decoded.fault, octets}, now_, 1);
        EXPECT_FALSE(text(only(taken), "kind").empty());
    });
    if (count > 0) EXPECT_GT(deliveries, 20);
}

}  // namespace
}  // namespace tandem::smpp
