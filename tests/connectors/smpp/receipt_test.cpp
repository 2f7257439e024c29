#include "connectors/smpp/receipt.hpp"

#include "connectors/smpp/alphabet.hpp"
#include "connectors/smpp/message_id.hpp"
#include "tests/connectors/smpp/support.hpp"

#include <gtest/gtest.h>

namespace tandem::smpp {
namespace {

using data::Value;
using test::from_hex;
using test::text_at;

constexpr int kYear = 2026;

Pdu with_tlvs(Value tlvs) {
    Pdu pdu;
    pdu.esm_class = 0x04;
    if (!tlvs.is_object()) return pdu;
    if (const auto id = tlvs.string_at("receipted_message_id"))
        pdu.tlvs.push_back({Tag::ReceiptedMessageId, std::string(*id) + '\0'});
    if (const Value* state = tlvs.find("message_state"))
        pdu.tlvs.push_back({Tag::MessageState, std::string(1, static_cast<char>(state->as_int()))});
    if (const auto error = tlvs.string_at("network_error_code_hex"))
        pdu.tlvs.push_back({Tag::NetworkErrorCode, from_hex(*error)});
    return pdu;
}

void expect_text(const std::optional<std::string>& found, Value expected, std::string_view key) {
    const auto text = expected.string_at(key);
    EXPECT_EQ(found.has_value(), text.has_value()) << key;
    if (found && text) EXPECT_EQ(*found, *text) << key;
}

void expect_count(const std::optional<std::int64_t>& found, Value expected, std::string_view key) {
    const Value value = expected.get(key);
    EXPECT_EQ(found.has_value(), value.is_integer()) << key;
    if (found && value.is_integer()) EXPECT_EQ(*found, value.as_int()) << key;
}

TEST(Receipt, EveryFixtureReadsAsExpected) {
    const int count = test::each_fixture("receipts.jsonl", [](Value line) {
        Pdu pdu = with_tlvs(line.get("tlvs"));
        const Value expected = line.get("expect");
        if (text_at(line, "name") == "plain inbound text that looks like a receipt") {
            pdu.esm_class = 0;
            EXPECT_FALSE(is_receipt(pdu));
            return;
        }
        EXPECT_TRUE(is_receipt(pdu));
        const auto receipt = read_receipt(text_at(line, "text"), pdu, kYear);
        ASSERT_EQ(receipt.has_value(), expected.is_object());
        if (!receipt) return;
        EXPECT_EQ(receipt->id, text_at(expected, "id"));
        EXPECT_EQ(receipt->stat, text_at(expected, "stat"));
        EXPECT_EQ(receipt->status, text_at(expected, "status"));
        expect_count(receipt->submitted, expected, "sub");
        expect_count(receipt->delivered, expected, "dlvrd");
        expect_text(receipt->submit_local, expected, "submit_local");
        expect_text(receipt->done_local, expected, "done_local");
        expect_text(receipt->err, expected, "err");
        expect_text(receipt->text, expected, "text");
        expect_text(receipt->id_in_text, expected, "id_in_text");
    });
    if (count > 0) EXPECT_EQ(count, 40);
}

TEST(Receipt, OnlyTheTypeBitsOfEsmClassMakeOne) {
    for (const auto& [esm_class, expected] : {std::pair{0x00, false},
                                              {0x40, false},
                                              {0x80, false},
                                              {0x03, false},
                                              {0x04, true},
                                              {0x08, true},
                                              {0x10, true},
                                              {0x20, true},
                                              {0x44, true}}) {
        Pdu pdu;
        pdu.esm_class = static_cast<std::uint8_t>(esm_class);
        EXPECT_EQ(is_receipt(pdu), expected) << esm_class;
    }
}

std::optional<ReceiptFields> read(std::string_view text, std::vector<Tlv> tlvs = {}) {
    Pdu pdu;
    pdu.tlvs = std::move(tlvs);
    return read_receipt(text, pdu, kYear);
}

TEST(Receipt, TheUsualText) {
    const auto receipt = read(
        "id:0123 sub:001 dlvrd:000 submit date:2611220520 done date:261122052059 stat:UNDELIV "
        "err:021 Text:Good morning  ");
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->id, "0123");
    EXPECT_EQ(receipt->status, "failed");
    EXPECT_EQ(receipt->submitted, 1);
    EXPECT_EQ(receipt->delivered, 0);
    EXPECT_EQ(receipt->submit_local, "2026-11-22T05:20");
    EXPECT_EQ(receipt->done_local, "2026-11-22T05:20:59");
    EXPECT_EQ(receipt->err, "021");
    EXPECT_EQ(receipt->text, "Good morning");
    EXPECT_EQ(receipt->id_in_text, std::nullopt);
}

TEST(Receipt, TlvsWinAndBothIdsAreKept) {
    const auto receipt = read("id:0059113978 stat:ENROUTE", {{Tag::ReceiptedMessageId, std::string("38601fa\0", 8)},
                                                             {Tag::MessageState, "\x02"},
                                                             {Tag::NetworkErrorCode, std::string("\x03\x00\x15", 3)}});
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->id, "38601fa");
    EXPECT_EQ(receipt->id_in_text, "0059113978");
    EXPECT_EQ(receipt->status, "delivered");
    EXPECT_EQ(receipt->network_error, 21U);
}

TEST(Receipt, WhatNamesNoMessageOrNoStateIsNone) {
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read("stat:DELIVRD"));
    EXPECT_FALSE(read("id:7"));
    EXPECT_FALSE(read("paid:7 stat:DELIVRD")) << "keys begin a word";
}

TEST(Receipt, DatesThatAreNoneAreLeftOut) {
    const auto receipt = read("id:7 stat:DELIVRD submit date:2613400000 done date:soon");
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->submit_local, std::nullopt);
    EXPECT_EQ(receipt->done_local, std::nullopt);
}

struct IdCase {
    IdForm form;
    const char* answer;
    const char* receipt;
    const char* expected;
};

TEST(MessageId, AnswerAndReceiptGetOneForm) {
    for (const auto& [form, answer, receipt, expected] : {
             IdCase{IdForm::Text, "38601fa", "38601fa", "38601fa"},
             IdCase{IdForm::Decimal, "59113978", "0059113978", "59113978"},
             IdCase{IdForm::Decimal, "0", "000", "0"},
             IdCase{IdForm::Hex, "38601FA", "038601fa", "38601fa"},
             IdCase{IdForm::Hex, "A29F6845555647139E5C8F3B817F2C9A", "a29f6845555647139e5c8f3b817f2c9a",
                    "a29f6845555647139e5c8f3b817f2c9a"},
             IdCase{IdForm::HexThenDecimal, "38601FA", "0059113978", "59113978"},
             IdCase{IdForm::DecimalThenHex, "436949", "6AAD5", "436949"},
             IdCase{IdForm::DecimalThenHex, "18446744073709551615", "ffffffffffffffff", "18446744073709551615"},
             IdCase{IdForm::HexThenDecimal, "c87c2273-7edb", "c87c2273-7edb", "c87c2273-7edb"},
             IdCase{IdForm::DecimalThenHex, "", "", ""},
         }) {
        EXPECT_EQ(id_of_answer(answer, form), expected);
        EXPECT_EQ(id_of_receipt(receipt, form), expected);
    }
    EXPECT_EQ(id_of_receipt("0059113978", IdForm::Text), "0059113978");
    EXPECT_EQ(id_of_receipt("a29f6845555647139e5c8f3b817f2c9a", IdForm::DecimalThenHex),
              "a29f6845555647139e5c8f3b817f2c9a")
        << "too long for a number: a text";
}

}  // namespace
}  // namespace tandem::smpp
