#include "connectors/smpp/document.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <fmt/format.h>

#include <span>
#include <vector>

namespace tandem::smpp {

namespace {

constexpr std::string_view kGap = "[\u2026]";
constexpr std::uint8_t kUdhIndicator = 0x40;

std::string octets_hex(std::string_view octets) {
    return hex(std::span(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
}

// Addresses and ids are ASCII by the book; other octets are shown as Latin-1.
std::string readable(std::string_view octets) {
    return valid_utf8(octets) ? std::string(octets) : decode_text(octets, Alphabet::Latin1).text;
}

class JsonObject {
public:
    JsonObject& text(std::string_view key, std::string_view value) {
        begin(key);
        data::write_json_string(value, out_);
        return *this;
    }
    JsonObject& number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
    JsonObject& flag(std::string_view key, bool value) { return value ? raw(key, "true") : *this; }
    JsonObject& raw(std::string_view key, std::string_view json) {
        begin(key);
        out_ += json;
        return *this;
    }
    template <class T>
    JsonObject& maybe(std::string_view key, const std::optional<T>& value) {
        if (!value) return *this;
        if constexpr (std::is_integral_v<T>) {
            return number(key, static_cast<std::int64_t>(*value));
        } else {
            return text(key, readable(*value));
        }
    }
    std::string done() { return std::move(out_) + '}'; }

private:
    void begin(std::string_view key) {
        out_ += out_.size() > 1 ? "," : "";
        data::write_json_string(key, out_);
        out_ += ':';
    }

    std::string out_ = "{";
};

std::string address(std::uint8_t ton, std::uint8_t npi, std::string_view value) {
    return JsonObject().number("ton", ton).number("npi", npi).text("address", readable(value)).done();
}

std::string tlvs_of(const Pdu& pdu) {
    JsonObject out;
    for (const Tlv& tlv : pdu.tlvs) {
        if (tlv.tag == Tag::MessagePayload) continue;
        out.text(fmt::format("0x{:04x}", static_cast<unsigned>(tlv.tag)), octets_hex(tlv.value));
    }
    return out.done();
}

// The fields that all kinds of documents share.
JsonObject common(std::string_view kind, const Pdu& pdu, const Config& config) {
    JsonObject out;
    out.text("kind", kind)
        .text("namespace", name_space(config))
        .text("command", name_of(pdu.command))
        .raw("from", address(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr))
        .raw("to", address(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr))
        .text("service_type", readable(pdu.service_type))
        .number("esm_class", pdu.esm_class)
        .number("protocol_id", pdu.protocol_id)
        .number("data_coding", pdu.data_coding);
    if (!pdu.tlvs.empty()) out.raw("tlvs", tlvs_of(pdu));
    return out;
}

void add_text(JsonObject& out, const std::optional<ReadText>& text, std::uint8_t data_coding, const Config& config) {
    const Coding coding = coding_of(data_coding, config.default_alphabet);
    if (coding.message_class) out.number("class", *coding.message_class);
    out.text("alphabet", coding.known ? to_string(text ? text->alphabet : coding.alphabet) : "unknown");
    if (!text) return;
    out.text("text", text->text).flag("fallback", text->fallback).flag("unclean", !text->clean);
}

// What is no text can become an attachment.
void add_octets(JsonObject& out, std::string_view octets, std::uint8_t data_coding, const Config& config) {
    out.text("hex", octets_hex(octets));
    if (coding_of(data_coding, config.default_alphabet).alphabet == Alphabet::Binary && !octets.empty())
        out.text("base64", base64(octets));
}

// The parts of a set in order: runs of parts that follow each other are joined before they are read, because a pair may
// be cut between two parts; what is missing leaves a visible gap.
std::optional<ReadText> joined_text(const PartSet& set, std::size_t header, const Config& config) {
    ReadText out;
    for (unsigned number = 1; number <= set.place.total;) {
        std::string octets;
        unsigned next = number;
        const auto first = set.parts.find(number);
        for (auto part = first; part != set.parts.end() && part->first == next; ++part, ++next) {
            if (part->second.data_coding != first->second.data_coding) break;
            octets += part->second.octets;
        }
        if (next == number) {
            out.text += kGap;
            while (number <= set.place.total && !set.parts.contains(number))
                ++number;
            continue;
        }
        auto run = read_text(octets, first->second.data_coding, header, config);
        if (!run) return std::nullopt;
        out.text += run->text;
        out.alphabet = run->alphabet;
        out.fallback = out.fallback || run->fallback;
        out.clean = out.clean && run->clean;
        number = next;
    }
    return out;
}

std::string concat_of(const PartPlace& place) {
    return JsonObject()
        .text("kind", to_string(place.concat))
        .number("reference", place.reference)
        .number("total", place.total)
        .number("number", place.number)
        .done();
}

std::string missing_of(const PartSet& set) {
    std::string out = "[";
    for (unsigned number = 1; number <= set.place.total; ++number) {
        if (!set.parts.contains(number)) out += (out.size() > 1 ? "," : "") + std::to_string(number);
    }
    return out + "]";
}

std::string receipt_of(const ReceiptFields& receipt, const Config& config) {
    JsonObject out;
    out.text("id", readable(id_of_receipt(receipt.id, config.message_id)))
        .text("id_as_sent", readable(receipt.id))
        .maybe("id_in_text", receipt.id_in_text)
        .text("stat", readable(receipt.stat))
        .text("status", receipt.status)
        .maybe("sub", receipt.submitted)
        .maybe("dlvrd", receipt.delivered)
        .maybe("submit_local", receipt.submit_local)
        .maybe("done_local", receipt.done_local)
        .maybe("err", receipt.err)
        .maybe("text", receipt.text)
        .maybe("network_error", receipt.network_error);
    return out.done();
}

std::uint8_t octet_at(data::Value object, std::string_view key) {
    const data::Value value = object.get(key);
    return value.kind() == data::Kind::Int ? static_cast<std::uint8_t>(value.as_int()) : std::uint8_t{0};
}

unsigned number_at(data::Value object, std::string_view key) {
    const data::Value value = object.get(key);
    return value.kind() == data::Kind::Int ? static_cast<unsigned>(value.as_int()) : 0U;
}

std::optional<Concat> concat_named(std::string_view name) {
    for (const Concat concat : {Concat::Udh8, Concat::Udh16, Concat::Sar}) {
        if (to_string(concat) == name) return concat;
    }
    return std::nullopt;
}

Pdu stored_pdu(data::Value document) {
    Pdu pdu;
    pdu.command = document.string_at("command") == "data_sm" ? Command::DataSm : Command::DeliverSm;
    const data::Value from = document.get("from");
    const data::Value to = document.get("to");
    pdu.source_addr = from.string_at("address").value_or("");
    pdu.source_addr_ton = octet_at(from, "ton");
    pdu.source_addr_npi = octet_at(from, "npi");
    pdu.destination_addr = to.string_at("address").value_or("");
    pdu.dest_addr_ton = octet_at(to, "ton");
    pdu.dest_addr_npi = octet_at(to, "npi");
    pdu.service_type = document.string_at("service_type").value_or("");
    pdu.esm_class = octet_at(document, "esm_class");
    pdu.protocol_id = octet_at(document, "protocol_id");
    pdu.data_coding = octet_at(document, "data_coding");
    return pdu;
}

}  // namespace

std::string route_key(const Pdu& pdu) {
    return readable(pdu.source_addr) + '|' + readable(pdu.destination_addr);
}

std::string fingerprint(const Pdu& pdu) {
    std::string all = route_key(pdu) + '|' + std::to_string(pdu.esm_class) + '|' + std::to_string(pdu.data_coding);
    all += '|' + pdu.short_message;
    for (const Tag tag :
         {Tag::MessagePayload, Tag::SarMsgRefNum, Tag::SarSegmentSeqnum, Tag::ReceiptedMessageId, Tag::MessageState}) {
        const std::string* value = pdu.tlv(tag);
        all += value == nullptr ? std::string("|-") : '|' + std::to_string(value->size()) + ':' + *value;
    }
    const auto digest = sha256(all);
    return hex(std::span(digest).first<16>());
}

std::optional<ReadText> read_text(std::string_view octets,
                                  std::uint8_t data_coding,
                                  std::size_t header,
                                  const Config& config) {
    const Coding coding = coding_of(data_coding, config.default_alphabet);
    if (coding.alphabet == Alphabet::Binary) return std::nullopt;
    std::string unpacked;
    if (config.packed && coding.alphabet == Alphabet::Gsm7) {
        unpacked = unpack_septets(octets, static_cast<unsigned>((7 - header * 8 % 7) % 7));
        octets = unpacked;
    }
    ReadText out;
    auto decoded = decode_text(octets, coding.alphabet);
    out.alphabet = coding.alphabet;
    if (!decoded.clean && coding.alphabet == Alphabet::Gsm7) {
        decoded = decode_text(octets, config.fallback_alphabet);
        out.alphabet = config.fallback_alphabet;
        out.fallback = true;
    }
    out.text = std::move(decoded.text);
    out.clean = decoded.clean;
    return out;
}

std::string message_document(const Pdu& pdu, const Content& content, const Identity& identity, const Config& config) {
    JsonObject out = common("message", pdu, config);
    out.text("id", identity.id).text("at", format_time(identity.at)).text("fingerprint", fingerprint(pdu));
    add_text(out, read_text(content.octets, pdu.data_coding, content.header.size(), config), pdu.data_coding, config);
    add_octets(out, content.octets, pdu.data_coding, config);
    if (!content.header.empty()) out.text("header_hex", octets_hex(content.header));
    out.flag("broken_header", content.broken_header);
    return out.done();
}

std::string part_document(const Pdu& pdu, const Content& content, const PartSet& set, const Config& config) {
    JsonObject out = common("part", pdu, config);
    out.text("id", set.id)
        .raw("concat", concat_of(*content.place))
        .number("first_at", to_micros(set.first_at))
        .text("hex", octets_hex(content.octets))
        .text("header_hex", octets_hex(content.header));
    return out.done();
}

std::string joined_document(const Pdu& pdu, const PartSet& set, const Config& config) {
    JsonObject out = common("message", pdu, config);
    const std::uint8_t data_coding = set.parts.empty() ? pdu.data_coding : set.parts.begin()->second.data_coding;
    const std::size_t header = (pdu.esm_class & kUdhIndicator) == 0 ? 0 : set.place.concat == Concat::Udh16 ? 7 : 6;
    std::string octets;
    for (const auto& [number, part] : set.parts)
        octets += part.octets;
    out.text("id", set.id)
        .number("rev", static_cast<std::int64_t>(set.parts.size()))
        .text("at", format_time(set.first_at));
    add_text(out, joined_text(set, header, config), data_coding, config);
    add_octets(out, octets, data_coding, config);
    out.raw("concat", concat_of(set.place));
    if (!set.complete()) out.flag("incomplete", true).raw("missing", missing_of(set));
    return out.done();
}

std::string receipt_document(const Pdu& pdu,
                             const Content& content,
                             const std::optional<ReceiptFields>& receipt,
                             const Config& config) {
    JsonObject out = common("receipt", pdu, config);
    out.text("text", decode_text(content.octets, Alphabet::Latin1).text).text("hex", octets_hex(content.octets));
    if (receipt) out.raw("receipt", receipt_of(*receipt, config));
    return out.done();
}

std::string unreadable_document(const Fault& fault, std::string_view octets) {
    return JsonObject()
        .text("kind", "unreadable")
        .text("fault", fault.text)
        .number("offset", static_cast<std::int64_t>(fault.offset))
        .text("pdu_hex", octets_hex(octets))
        .done();
}

std::optional<StoredPart> read_part(std::string_view text) {
    data::Arena arena;
    const auto document = data::parse_json(text, arena);
    if (!document || document->string_at("kind") != "part") return std::nullopt;
    const data::Value place = document->get("concat");
    const auto concat = concat_named(place.string_at("kind").value_or(""));
    const auto octets = unhex(document->string_at("hex").value_or(""));
    const data::Value first_at = document->get("first_at");
    if (!concat || !octets || first_at.kind() != data::Kind::Int) return std::nullopt;
    StoredPart out;
    out.set_id = document->string_at("id").value_or("");
    out.pdu = stored_pdu(*document);
    out.route = route_key(out.pdu);
    out.place = {*concat, static_cast<std::uint16_t>(number_at(place, "reference")), number_at(place, "total"),
                 number_at(place, "number")};
    out.part = {*octets, out.pdu.data_coding};
    out.first_at = from_micros(first_at.as_int());
    return out;
}

std::optional<StoredMessage> read_message(std::string_view text) {
    data::Arena arena;
    const auto document = data::parse_json(text, arena);
    if (!document) return std::nullopt;
    const auto print = document->string_at("fingerprint");
    const auto id = document->string_at("id");
    if (!print || !id) return std::nullopt;
    return StoredMessage{std::string(*id), std::string(*print)};
}

}  // namespace tandem::smpp
