#include "connectors/smpp/segment.hpp"

namespace tandem::smpp {

namespace {

constexpr std::size_t kOctets = 140;   // of one short message
constexpr std::size_t kSeptets = 160;  // the same in seven bits
constexpr std::uint8_t kUdhIndicator = 0x40;
constexpr unsigned char kConcat8 = 0x00;
constexpr unsigned char kConcat16 = 0x08;

// Header octets that a part carries or, with sar TLVs, that the centre will put there.
std::size_t header_size(Concat concat) {
    return concat == Concat::Udh16 ? 7 : 6;
}

// The room of one part, in octets of an unpacked text.
std::size_t room_of_part(Alphabet alphabet, Concat concat) {
    const std::size_t left = kOctets - header_size(concat);
    return alphabet == Alphabet::Gsm7 ? left * 8 / 7 : left;
}

std::vector<std::string> cut(const std::vector<std::string>& units, std::size_t room) {
    std::vector<std::string> parts(1);
    for (const auto& unit : units) {
        if (parts.back().size() + unit.size() > room) parts.emplace_back();
        parts.back() += unit;
    }
    return parts;
}

std::string header_of(Concat concat, std::uint16_t reference, std::size_t total, std::size_t number) {
    std::string out = concat == Concat::Udh16 ? std::string("\x06\x08\x04", 3) : std::string("\x05\x00\x03", 3);
    if (concat == Concat::Udh16) out += static_cast<char>(reference >> 8);
    out += static_cast<char>(reference & 0xFF);
    out += static_cast<char>(total);
    out += static_cast<char>(number);
    return out;
}

unsigned fill_bits_after(std::size_t header) {
    return static_cast<unsigned>((7 - header * 8 % 7) % 7);
}

std::size_t size_of(const std::vector<std::string>& units) {
    std::size_t size = 0;
    for (const auto& unit : units)
        size += unit.size();
    return size;
}

std::optional<PartPlace> sensible(PartPlace place) {
    if (place.total < 2 || place.number == 0 || place.number > place.total) return std::nullopt;
    return place;
}

// jSMPP's examples leave out the length of the 16-bit element and put a zero behind it: 06 08 RR RR TT NN 00.
std::optional<PartPlace> place_without_length(std::string_view elements) {
    const auto octet = [&elements](std::size_t at) { return static_cast<unsigned char>(elements[at]); };
    if (elements.size() != 6 || octet(0) != kConcat16 || octet(5) != 0) return std::nullopt;
    return sensible({Concat::Udh16, static_cast<std::uint16_t>(octet(1) << 8 | octet(2)), octet(3), octet(4)});
}

// The concatenation element of a header (without its length octet).
std::optional<PartPlace> place_in_header(std::string_view elements) {
    const auto octet = [&elements](std::size_t at) { return static_cast<unsigned char>(elements[at]); };
    while (elements.size() >= 2 && elements.size() - 2 >= octet(1)) {
        const unsigned size = octet(1);
        if (octet(0) == kConcat8 && size == 3) return sensible({Concat::Udh8, octet(2), octet(3), octet(4)});
        if (octet(0) == kConcat16 && size == 4) {
            const auto reference = static_cast<std::uint16_t>(octet(2) << 8 | octet(3));
            return sensible({Concat::Udh16, reference, octet(4), octet(5)});
        }
        elements.remove_prefix(2 + size);
    }
    return std::nullopt;
}

std::optional<PartPlace> place_in_tlvs(const Pdu& pdu) {
    const auto reference = pdu.tlv_number(Tag::SarMsgRefNum);
    const auto total = pdu.tlv_number(Tag::SarTotalSegments);
    const auto number = pdu.tlv_number(Tag::SarSegmentSeqnum);
    if (!reference || !total || !number) return std::nullopt;
    return sensible({Concat::Sar, static_cast<std::uint16_t>(*reference), *total, *number});
}

}  // namespace

std::string_view to_string(Concat concat) {
    switch (concat) {
        case Concat::Udh8:
            return "udh8";
        case Concat::Udh16:
            return "udh16";
        case Concat::Sar:
            return "sar";
        case Concat::Payload:
            return "payload";
    }
    return "";
}

std::optional<SegmentedText> segment(std::string_view text, std::uint16_t reference, const SegmentOptions& options) {
    for (const Alphabet alphabet : options.alphabets) {
        const auto units = encode_units(text, alphabet);
        if (!units) continue;
        const bool gsm = alphabet == Alphabet::Gsm7;
        const bool single = options.concat == Concat::Payload || size_of(*units) <= (gsm ? kSeptets : kOctets);
        SegmentedText out{alphabet, cut(*units, single ? std::string::npos : room_of_part(alphabet, options.concat))};
        out.with_header = !single && options.concat != Concat::Sar;
        const std::size_t total = out.parts.size();
        if (total > 255) return std::nullopt;
        for (std::size_t i = 0; i < total; ++i) {
            std::string& part = out.parts[i];
            const std::string header = out.with_header ? header_of(options.concat, reference, total, i + 1) : "";
            if (gsm && options.packed) part = pack_septets(part, fill_bits_after(header.size()));
            part.insert(0, header);
        }
        return out;
    }
    return std::nullopt;
}

Content content_of(const Pdu& pdu) {
    const std::string* payload = pdu.tlv(Tag::MessagePayload);
    Content out;
    out.octets = payload != nullptr && pdu.short_message.empty() ? *payload : pdu.short_message;
    if ((pdu.esm_class & kUdhIndicator) != 0) {
        const std::size_t size = out.octets.empty() ? 1 : static_cast<unsigned char>(out.octets[0]) + std::size_t{1};
        if (size > out.octets.size()) {
            out.broken_header = true;
        } else {
            out.header = out.octets.substr(0, size);
            out.octets.erase(0, size);
            const auto elements = std::string_view(out.header).substr(1);
            out.place = place_in_header(elements);
            if (!out.place) out.place = place_without_length(elements);
        }
    }
    if (!out.place) out.place = place_in_tlvs(pdu);
    return out;
}

}  // namespace tandem::smpp
