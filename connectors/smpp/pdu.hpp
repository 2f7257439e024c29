// SMPP 3.4 protocol data units: octets to fields and back. Pure. One flat struct holds the fields of every kind; a
// table per kind says which of them are in its body and in which order (pdu.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem::smpp {

inline constexpr std::size_t kHeaderSize = 16;
// message_payload may hold 64 KiB; the rest of a body is small.
inline constexpr std::size_t kMaxPduSize = 72 * 1024;
inline constexpr std::uint32_t kMaxSequence = 0x7FFF'FFFF;

enum class Command : std::uint32_t {
    GenericNack = 0x8000'0000,
    BindReceiver = 0x01,
    BindReceiverResp = 0x8000'0001,
    BindTransmitter = 0x02,
    BindTransmitterResp = 0x8000'0002,
    QuerySm = 0x03,
    QuerySmResp = 0x8000'0003,
    SubmitSm = 0x04,
    SubmitSmResp = 0x8000'0004,
    DeliverSm = 0x05,
    DeliverSmResp = 0x8000'0005,
    Unbind = 0x06,
    UnbindResp = 0x8000'0006,
    ReplaceSm = 0x07,
    ReplaceSmResp = 0x8000'0007,
    CancelSm = 0x08,
    CancelSmResp = 0x8000'0008,
    BindTransceiver = 0x09,
    BindTransceiverResp = 0x8000'0009,
    Outbind = 0x0B,
    EnquireLink = 0x15,
    EnquireLinkResp = 0x8000'0015,
    AlertNotification = 0x102,
    DataSm = 0x103,
    DataSmResp = 0x8000'0103,
};
std::string_view name_of(Command command);  // "submit_sm"; empty if unknown

constexpr bool is_response(Command command) {
    return (static_cast<std::uint32_t>(command) & 0x8000'0000U) != 0;
}
constexpr Command response_to(Command command) {
    return static_cast<Command>(static_cast<std::uint32_t>(command) | 0x8000'0000U);
}

enum class Tag : std::uint16_t {
    AdditionalStatusInfoText = 0x001D,
    ReceiptedMessageId = 0x001E,
    UserMessageReference = 0x0204,
    SarMsgRefNum = 0x020C,
    SarTotalSegments = 0x020E,
    SarSegmentSeqnum = 0x020F,
    ScInterfaceVersion = 0x0210,
    MsAvailabilityStatus = 0x0422,
    NetworkErrorCode = 0x0423,
    MessagePayload = 0x0424,
    MessageState = 0x0427,
};

struct Tlv {
    Tag tag{};
    std::string value;

    friend bool operator==(const Tlv&, const Tlv&) = default;
};

struct Pdu {
    Command command{};
    std::uint32_t status = 0;
    std::uint32_t sequence = 0;
    // A response may end after its header; what follows is then absent, not empty.
    bool has_body = true;

    std::string system_id{}, password{}, system_type{}, address_range{};
    std::uint8_t interface_version = 0, addr_ton = 0, addr_npi = 0;
    std::string service_type{}, source_addr{}, destination_addr{}, esme_addr{}, message_id{}, final_date{};
    std::uint8_t source_addr_ton = 0, source_addr_npi = 0, dest_addr_ton = 0, dest_addr_npi = 0;
    std::uint8_t esme_addr_ton = 0, esme_addr_npi = 0;
    std::uint8_t esm_class = 0, protocol_id = 0, priority_flag = 0, registered_delivery = 0;
    std::uint8_t replace_if_present_flag = 0, data_coding = 0, sm_default_msg_id = 0;
    std::uint8_t message_state = 0, error_code = 0;
    std::string schedule_delivery_time{}, validity_period{};
    std::string short_message{};  // at most 254 octets
    std::vector<Tlv> tlvs{};      // in the order they came

    const std::string* tlv(Tag tag) const;  // the first of that tag
    // Its value as a number of 1, 2 or 4 octets; nullopt when it is absent or of another size.
    std::optional<std::uint32_t> tlv_number(Tag tag) const;
    // The same as text, without the NUL that ends it or that is missing.
    std::optional<std::string> tlv_text(Tag tag) const;
};

// A defect of one PDU. The stream goes on behind it: the boundary is known from command_length.
struct Fault {
    enum class Where { Command, Body, Tlvs };
    Where where = Where::Body;
    std::string text;          // "sm_length runs past the PDU"
    std::size_t offset = 0;    // in the PDU
    std::uint32_t status = 0;  // command_status that tells the peer
};

struct Decoded {
    Pdu pdu;                     // what could be read; with a fault, up to it
    std::optional<Fault> fault;  // Tlvs: everything but the TLVs is complete
};

// `frame` is a whole PDU (frame.hpp), at least a header.
Decoded decode(std::string_view frame);

// Throws std::length_error when a text is too long for its length field: callers check before.
std::string encode(const Pdu& pdu);

// The mandatory fields of the body in order, for dumps and tests: name and value.
struct FieldView {
    std::string_view name;
    std::variant<std::string_view, unsigned> value;
};
std::vector<FieldView> fields(const Pdu& pdu);

}  // namespace tandem::smpp
