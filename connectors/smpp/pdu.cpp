#include "connectors/smpp/pdu.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace tandem::smpp {

namespace {

enum class Form { Text, Octet, Octets };  // C-string; one octet; a length octet and as many octets

struct FieldRule {
    std::string_view name;
    Form form;
    std::string Pdu::* text = nullptr;
    std::uint8_t Pdu::* octet = nullptr;
};

constexpr FieldRule text(std::string_view name, std::string Pdu::* member) {
    return {name, Form::Text, member};
}
constexpr FieldRule octet(std::string_view name, std::uint8_t Pdu::* member) {
    return {name, Form::Octet, nullptr, member};
}

#define TANDEM_TEXT(member) text(#member, &Pdu::member)
#define TANDEM_OCTET(member) octet(#member, &Pdu::member)

constexpr FieldRule kShortMessage{"short_message", Form::Octets, &Pdu::short_message};

constexpr FieldRule kBind[] = {TANDEM_TEXT(system_id),          TANDEM_TEXT(password),  TANDEM_TEXT(system_type),
                               TANDEM_OCTET(interface_version), TANDEM_OCTET(addr_ton), TANDEM_OCTET(addr_npi),
                               TANDEM_TEXT(address_range)};
constexpr FieldRule kBindResp[] = {TANDEM_TEXT(system_id)};
constexpr FieldRule kOutbind[] = {TANDEM_TEXT(system_id), TANDEM_TEXT(password)};
constexpr FieldRule kMessageId[] = {TANDEM_TEXT(message_id)};
constexpr FieldRule kSm[] = {TANDEM_TEXT(service_type),
                             TANDEM_OCTET(source_addr_ton),
                             TANDEM_OCTET(source_addr_npi),
                             TANDEM_TEXT(source_addr),
                             TANDEM_OCTET(dest_addr_ton),
                             TANDEM_OCTET(dest_addr_npi),
                             TANDEM_TEXT(destination_addr),
                             TANDEM_OCTET(esm_class),
                             TANDEM_OCTET(protocol_id),
                             TANDEM_OCTET(priority_flag),
                             TANDEM_TEXT(schedule_delivery_time),
                             TANDEM_TEXT(validity_period),
                             TANDEM_OCTET(registered_delivery),
                             TANDEM_OCTET(replace_if_present_flag),
                             TANDEM_OCTET(data_coding),
                             TANDEM_OCTET(sm_default_msg_id),
                             kShortMessage};
constexpr FieldRule kDataSm[] = {TANDEM_TEXT(service_type),         TANDEM_OCTET(source_addr_ton),
                                 TANDEM_OCTET(source_addr_npi),     TANDEM_TEXT(source_addr),
                                 TANDEM_OCTET(dest_addr_ton),       TANDEM_OCTET(dest_addr_npi),
                                 TANDEM_TEXT(destination_addr),     TANDEM_OCTET(esm_class),
                                 TANDEM_OCTET(registered_delivery), TANDEM_OCTET(data_coding)};
constexpr FieldRule kQuery[] = {TANDEM_TEXT(message_id), TANDEM_OCTET(source_addr_ton), TANDEM_OCTET(source_addr_npi),
                                TANDEM_TEXT(source_addr)};
constexpr FieldRule kQueryResp[] = {TANDEM_TEXT(message_id), TANDEM_TEXT(final_date), TANDEM_OCTET(message_state),
                                    TANDEM_OCTET(error_code)};
constexpr FieldRule kReplace[] = {
    TANDEM_TEXT(message_id),           TANDEM_OCTET(source_addr_ton),       TANDEM_OCTET(source_addr_npi),
    TANDEM_TEXT(source_addr),          TANDEM_TEXT(schedule_delivery_time), TANDEM_TEXT(validity_period),
    TANDEM_OCTET(registered_delivery), TANDEM_OCTET(sm_default_msg_id),     kShortMessage};
constexpr FieldRule kCancel[] = {TANDEM_TEXT(service_type),     TANDEM_TEXT(message_id),
                                 TANDEM_OCTET(source_addr_ton), TANDEM_OCTET(source_addr_npi),
                                 TANDEM_TEXT(source_addr),      TANDEM_OCTET(dest_addr_ton),
                                 TANDEM_OCTET(dest_addr_npi),   TANDEM_TEXT(destination_addr)};
constexpr FieldRule kAlert[] = {TANDEM_OCTET(source_addr_ton), TANDEM_OCTET(source_addr_npi), TANDEM_TEXT(source_addr),
                                TANDEM_OCTET(esme_addr_ton),   TANDEM_OCTET(esme_addr_npi),   TANDEM_TEXT(esme_addr)};

#undef TANDEM_TEXT
#undef TANDEM_OCTET

struct BodyRule {
    Command command;
    std::string_view name;
    std::span<const FieldRule> fields;
};

constexpr BodyRule kBodies[] = {
    {Command::GenericNack, "generic_nack", {}},
    {Command::BindReceiver, "bind_receiver", kBind},
    {Command::BindReceiverResp, "bind_receiver_resp", kBindResp},
    {Command::BindTransmitter, "bind_transmitter", kBind},
    {Command::BindTransmitterResp, "bind_transmitter_resp", kBindResp},
    {Command::QuerySm, "query_sm", kQuery},
    {Command::QuerySmResp, "query_sm_resp", kQueryResp},
    {Command::SubmitSm, "submit_sm", kSm},
    {Command::SubmitSmResp, "submit_sm_resp", kMessageId},
    {Command::DeliverSm, "deliver_sm", kSm},
    {Command::DeliverSmResp, "deliver_sm_resp", kMessageId},
    {Command::Unbind, "unbind", {}},
    {Command::UnbindResp, "unbind_resp", {}},
    {Command::ReplaceSm, "replace_sm", kReplace},
    {Command::ReplaceSmResp, "replace_sm_resp", {}},
    {Command::CancelSm, "cancel_sm", kCancel},
    {Command::CancelSmResp, "cancel_sm_resp", {}},
    {Command::BindTransceiver, "bind_transceiver", kBind},
    {Command::BindTransceiverResp, "bind_transceiver_resp", kBindResp},
    {Command::Outbind, "outbind", kOutbind},
    {Command::EnquireLink, "enquire_link", {}},
    {Command::EnquireLinkResp, "enquire_link_resp", {}},
    {Command::AlertNotification, "alert_notification", kAlert},
    {Command::DataSm, "data_sm", kDataSm},
    {Command::DataSmResp, "data_sm_resp", kMessageId},
};

const BodyRule* body_of(Command command) {
    const auto* found = std::ranges::find(kBodies, command, &BodyRule::command);
    return found == std::end(kBodies) ? nullptr : found;
}

std::uint32_t number(std::string_view octets) {
    std::uint32_t out = 0;
    for (const char octet_value : octets)
        out = out << 8 | static_cast<unsigned char>(octet_value);
    return out;
}

void put(std::string& out, std::uint32_t value, int octets) {
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xFF);
}

constexpr std::uint32_t kInvalidMessageLength = 0x01;
constexpr std::uint32_t kInvalidCommandLength = 0x02;
constexpr std::uint32_t kInvalidCommandId = 0x03;
constexpr std::uint32_t kInvalidTlvStream = 0xC0;

class Decoder {
public:
    explicit Decoder(std::string_view frame) : frame_(frame) {}

    Decoded run() {
        out_.pdu.command = static_cast<Command>(number(frame_.substr(4, 4)));
        out_.pdu.status = number(frame_.substr(8, 4));
        out_.pdu.sequence = number(frame_.substr(12, 4));
        at_ = kHeaderSize;
        const BodyRule* body = body_of(out_.pdu.command);
        if (body == nullptr) {
            at_ = 4;
            fault(Fault::Where::Command, "unknown command_id", kInvalidCommandId);
            return std::move(out_);
        }
        if (is_response(body->command) && at_ == frame_.size()) {
            out_.pdu.has_body = body->fields.empty();
            return std::move(out_);
        }
        for (const FieldRule& rule : body->fields) {
            if (!read(rule)) return std::move(out_);
        }
        read_tlvs();
        return std::move(out_);
    }

private:
    bool fault(Fault::Where where, std::string what, std::uint32_t status) {
        out_.fault = Fault{where, std::move(what), at_, status};
        return false;
    }

    bool read(const FieldRule& rule) {
        if (at_ == frame_.size()) {
            return fault(Fault::Where::Body, "the PDU ends before " + std::string(rule.name), kInvalidCommandLength);
        }
        switch (rule.form) {
            case Form::Text:
                return read_text(rule);
            case Form::Octet:
                out_.pdu.*rule.octet = static_cast<std::uint8_t>(frame_[at_++]);
                return true;
            case Form::Octets:
                return read_octets(rule);
        }
        return false;
    }

    bool read_text(const FieldRule& rule) {
        const auto end = frame_.find('\0', at_);
        out_.pdu.*rule.text = frame_.substr(at_, end == std::string_view::npos ? end : end - at_);
        if (end == std::string_view::npos) {
            return fault(Fault::Where::Body, "no terminator in " + std::string(rule.name), kInvalidCommandLength);
        }
        at_ = end + 1;
        return true;
    }

    bool read_octets(const FieldRule& rule) {
        const auto size = static_cast<unsigned char>(frame_[at_]);
        out_.pdu.*rule.text = frame_.substr(at_ + 1, size);
        if (frame_.size() - at_ - 1 < size) {
            return fault(Fault::Where::Body, "sm_length runs past the PDU", kInvalidMessageLength);
        }
        at_ += 1U + size;
        return true;
    }

    void read_tlvs() {
        while (at_ < frame_.size()) {
            const std::string_view rest = frame_.substr(at_);
            if (rest.size() < 4 || rest.size() - 4 < number(rest.substr(2, 2))) {
                fault(Fault::Where::Tlvs, "TLV runs past the PDU", kInvalidTlvStream);
                return;
            }
            const auto size = number(rest.substr(2, 2));
            out_.pdu.tlvs.push_back({static_cast<Tag>(number(rest.substr(0, 2))), std::string(rest.substr(4, size))});
            at_ += 4 + size;
        }
    }

    std::string_view frame_;
    std::size_t at_ = 0;
    Decoded out_;
};

void write(const Pdu& pdu, const FieldRule& rule, std::string& out) {
    switch (rule.form) {
        case Form::Octet:
            out += static_cast<char>(pdu.*rule.octet);
            return;
        case Form::Text: {
            const std::string& value = pdu.*rule.text;
            if (value.find('\0') != std::string::npos) throw std::length_error("NUL inside " + std::string(rule.name));
            out += value;
            out += '\0';
            return;
        }
        case Form::Octets: {
            const std::string& value = pdu.*rule.text;
            if (value.size() > 255) throw std::length_error("short_message of more than 255 octets");
            out += static_cast<char>(value.size());
            out += value;
            return;
        }
    }
}

}  // namespace

std::string_view name_of(Command command) {
    const BodyRule* body = body_of(command);
    return body == nullptr ? std::string_view() : body->name;
}

const std::string* Pdu::tlv(Tag tag) const {
    const auto found = std::ranges::find(tlvs, tag, &Tlv::tag);
    return found == tlvs.end() ? nullptr : &found->value;
}

std::optional<std::uint32_t> Pdu::tlv_number(Tag tag) const {
    const std::string* value = tlv(tag);
    if (value == nullptr || (value->size() != 1 && value->size() != 2 && value->size() != 4)) return std::nullopt;
    return number(*value);
}

std::optional<std::string> Pdu::tlv_text(Tag tag) const {
    const std::string* value = tlv(tag);
    if (value == nullptr) return std::nullopt;
    return value->substr(0, value->find('\0'));
}

Decoded decode(std::string_view frame) {
    if (frame.size() < kHeaderSize) throw std::length_error("a PDU without its header");
    return Decoder(frame).run();
}

std::string encode(const Pdu& pdu) {
    const BodyRule* body = body_of(pdu.command);
    if (body == nullptr) throw std::length_error("a PDU of an unknown kind cannot be written");
    std::string out(4, '\0');
    put(out, static_cast<std::uint32_t>(pdu.command), 4);
    put(out, pdu.status, 4);
    put(out, pdu.sequence, 4);
    if (pdu.has_body) {
        for (const FieldRule& rule : body->fields)
            write(pdu, rule, out);
        for (const Tlv& tlv : pdu.tlvs) {
            if (tlv.value.size() > 0xFFFF) throw std::length_error("a TLV of more than 65,535 octets");
            put(out, static_cast<std::uint32_t>(tlv.tag), 2);
            put(out, static_cast<std::uint32_t>(tlv.value.size()), 2);
            out += tlv.value;
        }
    }
    std::string length;
    put(length, static_cast<std::uint32_t>(out.size()), 4);
    return out.replace(0, 4, length);
}

std::vector<FieldView> fields(const Pdu& pdu) {
    std::vector<FieldView> out;
    const BodyRule* body = body_of(pdu.command);
    if (body == nullptr || !pdu.has_body) return out;
    for (const FieldRule& rule : body->fields) {
        if (rule.form == Form::Octet) {
            out.push_back({rule.name, static_cast<unsigned>(pdu.*rule.octet)});
        } else {
            out.push_back({rule.name, std::string_view(pdu.*rule.text)});
        }
    }
    return out;
}

}  // namespace tandem::smpp
