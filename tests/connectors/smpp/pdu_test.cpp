#include "connectors/smpp/pdu.hpp"

#include "connectors/smpp/frame.hpp"
#include "tests/connectors/smpp/support.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

namespace tandem::smpp {
namespace {

using data::Value;
using test::from_hex;
using test::text_at;
using test::to_hex;

// A PDU as the fixtures write it: text and numbers, short_message as hex.
std::map<std::string, std::string> shown(const Pdu& pdu) {
    std::map<std::string, std::string> out;
    for (const auto& field : fields(pdu)) {
        if (const auto* number = std::get_if<unsigned>(&field.value)) {
            out[std::string(field.name)] = std::to_string(*number);
        } else if (field.name == "short_message") {
            out["short_message_hex"] = to_hex(std::get<std::string_view>(field.value));
        } else {
            out[std::string(field.name)] = std::get<std::string_view>(field.value);
        }
    }
    return out;
}

void check_fields(const Pdu& pdu, Value expected) {
    const auto found = shown(pdu);
    if (!expected.get("fields").is_object()) return;
    for (const auto& [key, value] : expected.get("fields").members()) {
        const auto at = found.find(std::string(key));
        ASSERT_NE(at, found.end()) << key;
        EXPECT_EQ(at->second, value.is_string() ? std::string(value.as_string()) : std::to_string(value.as_int()))
            << key;
    }
}

void check_tlvs(const Pdu& pdu, Value expected) {
    const Value list = expected.get("tlvs");
    ASSERT_EQ(pdu.tlvs.size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        EXPECT_EQ(fmt::format("0x{:04X}", static_cast<unsigned>(pdu.tlvs[i].tag)), text_at(list.items()[i], "tag"));
        EXPECT_EQ(to_hex(pdu.tlvs[i].value), text_at(list.items()[i], "value_hex"));
    }
}

void check_frame(std::string_view frame, Value expected) {
    const auto decoded = decode(frame);
    const Pdu& pdu = decoded.pdu;
    EXPECT_EQ(fmt::format("0x{:08X}", static_cast<std::uint32_t>(pdu.command)), text_at(expected, "command_id"));
    EXPECT_EQ(pdu.status, expected.get("command_status").as_uint());
    EXPECT_EQ(pdu.sequence, expected.get("sequence_number").as_uint());
    EXPECT_EQ(name_of(pdu.command), text_at(expected, "command"));
    EXPECT_EQ(decoded.fault ? decoded.fault->text : "", text_at(expected, "fault"));
    EXPECT_EQ(!pdu.has_body, expected.get("missing").is_array());
    check_fields(pdu, expected);
    check_tlvs(pdu, expected);
    if (!decoded.fault) EXPECT_EQ(to_hex(encode(pdu)), to_hex(frame));
}

TEST(Pdu, EveryFixtureDecodesAsExpectedAndEncodesToTheSameOctets) {
    const int count = test::each_fixture("pdus.jsonl", [](Value line) {
        const Value expected = line.get("expect");
        FrameReader reader;
        const std::string octets = from_hex(text_at(line, "hex"));
        reader.feed(octets);
        const auto frame = reader.next();
        if (text_at(expected, "fault") == "command_length out of range") {
            EXPECT_TRUE(reader.broken());
        } else if (const Value* wait = expected.find("need_more"); wait != nullptr && wait->as_bool()) {
            EXPECT_FALSE(frame);
            EXPECT_TRUE(reader.partial());
        } else if (frame) {
            EXPECT_EQ(frame->size(), expected.get("command_length").as_uint());
            check_frame(*frame, expected);
        } else {
            ADD_FAILURE() << "no frame";
        }
    });
    if (count > 0) EXPECT_EQ(count, 73);
}

Pdu sample(Command command) {
    Pdu pdu;
    pdu.command = command;
    pdu.sequence = 7;
    pdu.system_id = "tandem";
    pdu.password = "secret";
    pdu.interface_version = 0x34;
    pdu.service_type = "CMT";
    pdu.source_addr = "79161234567";
    pdu.source_addr_ton = pdu.source_addr_npi = 1;
    pdu.destination_addr = "5550";
    pdu.esme_addr = "tandem";
    pdu.message_id = "a1";
    pdu.final_date = "260101000000000+";
    pdu.message_state = 2;
    pdu.esm_class = 0x40;
    pdu.data_coding = 8;
    pdu.short_message = std::string("\x05\x00\x03\x01\x02\x01\x04\x1f", 8);
    return pdu;
}

TEST(Pdu, EveryKindIsItsOwnInverse) {
    using enum Command;
    for (const Command command :
         {GenericNack,         BindReceiver, BindReceiverResp, BindTransmitter, BindTransmitterResp, QuerySm,
          QuerySmResp,         SubmitSm,     SubmitSmResp,     DeliverSm,       DeliverSmResp,       Unbind,
          UnbindResp,          ReplaceSm,    ReplaceSmResp,    CancelSm,        CancelSmResp,        BindTransceiver,
          BindTransceiverResp, Outbind,      EnquireLink,      EnquireLinkResp, AlertNotification,   DataSm,
          DataSmResp}) {
        SCOPED_TRACE(name_of(command));
        EXPECT_FALSE(name_of(command).empty());
        const Pdu pdu = sample(command);
        const std::string octets = encode(pdu);
        const auto decoded = decode(octets);
        EXPECT_FALSE(decoded.fault);
        EXPECT_EQ(shown(decoded.pdu), shown(pdu));
        EXPECT_EQ(encode(decoded.pdu), octets);
    }
}

TEST(Pdu, TlvsAreKeptInTheirOrderAlsoUnknownOnes) {
    Pdu pdu = sample(Command::DeliverSm);
    pdu.tlvs = {{Tag::MessageState, "\x02"},
                {static_cast<Tag>(0x1454), "\xff"},
                {Tag::ReceiptedMessageId, std::string("38601fa\0", 8)},
                {Tag::SarMsgRefNum, "\x01\x02"},
                {Tag::NetworkErrorCode, std::string("\x03\x00\x01", 3)}};
    const auto decoded = decode(encode(pdu));
    EXPECT_EQ(decoded.pdu.tlvs, pdu.tlvs);
    EXPECT_EQ(decoded.pdu.tlv_number(Tag::MessageState), 2U);
    EXPECT_EQ(decoded.pdu.tlv_number(Tag::SarMsgRefNum), 258U);
    EXPECT_EQ(decoded.pdu.tlv_number(Tag::NetworkErrorCode), std::nullopt) << "three octets are no number";
    EXPECT_EQ(decoded.pdu.tlv_number(Tag::SarTotalSegments), std::nullopt);
    EXPECT_EQ(decoded.pdu.tlv_text(Tag::ReceiptedMessageId), "38601fa");
    EXPECT_EQ(decoded.pdu.tlv_text(Tag::MessagePayload), std::nullopt);
}

TEST(Pdu, ATlvTextMayLackItsNul) {
    Pdu pdu;
    pdu.tlvs = {{Tag::ReceiptedMessageId, "abc"}};
    EXPECT_EQ(pdu.tlv_text(Tag::ReceiptedMessageId), "abc");
}

struct Defect {
    const char* title;
    std::string octets;
    Fault::Where where;
    const char* text;
    std::size_t offset;
    std::uint32_t status;
};

std::vector<Defect> defects() {
    const std::string whole = encode(sample(Command::DeliverSm));
    Pdu with_tlv = sample(Command::DeliverSm);
    with_tlv.tlvs = {{Tag::MessageState, "\x02"}};
    std::string overrun = encode(with_tlv);
    overrun[overrun.size() - 2] = 9;
    std::string unknown = whole;
    unknown[7] = 0x77;
    return {
        {"unknown", unknown, Fault::Where::Command, "unknown command_id", 4, 0x03},
        {"cut in the text", whole.substr(0, whole.size() - 1), Fault::Where::Body, "sm_length runs past the PDU",
         whole.size() - 9, 0x01},
        {"no body", whole.substr(0, 16), Fault::Where::Body, "the PDU ends before service_type", 16, 0x02},
        {"cut in a C-string", whole.substr(0, 24), Fault::Where::Body, "no terminator in source_addr", 22, 0x02},
        {"TLV", overrun, Fault::Where::Tlvs, "TLV runs past the PDU", whole.size(), 0xC0},
        {"stray octet", whole + "x", Fault::Where::Tlvs, "TLV runs past the PDU", whole.size(), 0xC0},
    };
}

TEST(Pdu, ADefectIsNamedWithItsPlaceAndWhatWasReadIsKept) {
    for (const auto& defect : defects()) {
        SCOPED_TRACE(defect.title);
        const auto decoded = decode(defect.octets);
        ASSERT_TRUE(decoded.fault);
        EXPECT_EQ(decoded.fault->where, defect.where);
        EXPECT_EQ(decoded.fault->text, defect.text);
        EXPECT_EQ(decoded.fault->offset, defect.offset);
        EXPECT_EQ(decoded.fault->status, defect.status);
        EXPECT_EQ(decoded.pdu.sequence, 7U);
    }
}

TEST(Pdu, AResponseMayEndAfterItsHeader) {
    Pdu pdu = sample(Command::SubmitSmResp);
    pdu.has_body = false;
    const std::string octets = encode(pdu);
    EXPECT_EQ(octets.size(), 16U);
    const auto decoded = decode(octets);
    EXPECT_FALSE(decoded.fault);
    EXPECT_FALSE(decoded.pdu.has_body);
    EXPECT_TRUE(fields(decoded.pdu).empty());
}

TEST(Pdu, WhatDoesNotFitIsRefusedWhenWriting) {
    Pdu pdu = sample(Command::SubmitSm);
    pdu.short_message.assign(256, 'x');
    EXPECT_THROW(encode(pdu), std::length_error);
    pdu = sample(Command::SubmitSm);
    pdu.source_addr = std::string("a\0b", 3);
    EXPECT_THROW(encode(pdu), std::length_error);
    pdu = sample(Command::SubmitSm);
    pdu.tlvs = {{Tag::MessagePayload, std::string(65'536, 'x')}};
    EXPECT_THROW(encode(pdu), std::length_error);
    pdu.command = static_cast<Command>(0x110);
    EXPECT_THROW(encode(pdu), std::length_error);
    EXPECT_THROW(decode("short"), std::length_error);
}

TEST(FrameReader, TheCutsOfTheNetworkDoNotMatter) {
    std::string stream;
    for (const Command command : {Command::EnquireLink, Command::DeliverSm, Command::SubmitSmResp, Command::Unbind})
        stream += encode(sample(command));
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        FrameReader reader;
        std::string together;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(std::string_view(stream).substr(at, piece));
            while (const auto frame = reader.next())
                together += *frame;
        }
        EXPECT_EQ(together, stream) << piece;
        EXPECT_FALSE(reader.partial());
    }
}

TEST(FrameReader, ALengthThatCannotBeEndsTheStream) {
    for (const char* octets : {"0000000f", "00000000", "80000010", "00012001"}) {
        SCOPED_TRACE(octets);
        FrameReader reader;
        reader.feed(from_hex(octets) + std::string(64, '\0'));
        EXPECT_FALSE(reader.next());
        EXPECT_TRUE(reader.broken());
        EXPECT_FALSE(reader.partial());
        reader.feed(encode(sample(Command::EnquireLink)));
        EXPECT_FALSE(reader.next());
    }
}

}  // namespace
}  // namespace tandem::smpp
