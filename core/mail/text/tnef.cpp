#include "core/mail/text/tnef.hpp"

#include "core/base/text.hpp"
#include "core/data/arena.hpp"
#include "core/data/decode.hpp"
#include "core/mail/text/byte_reader.hpp"
#include "core/mail/text/report_fields.hpp"
#include "core/mail/text/rtf.hpp"
#include "core/mail/text/tnef_properties.hpp"

#include <cstdint>

namespace tandem::mail {
namespace {

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr std::size_t kMaxText = 1024 * 1024;
constexpr std::size_t kMaxName = 1024;
constexpr std::size_t kMaxProblems = 20;

// Attributes of the stream (MS-OXTNEF 2.1.3.2), without their types.
enum Attribute : std::uint16_t {
    kAttachRenderData = 0x9002,
    kMessageProperties = 0x9003,
    kAttachmentProperties = 0x9005,
    kOemCodepage = 0x9007,
    kSubject = 0x8004,
    kMessageClass = 0x8008,
    kBody = 0x800C,
    kAttachData = 0x800F,
    kAttachTitle = 0x8010,
};

// MAPI properties (MS-OXPROPS).
enum Property : std::uint16_t {
    kPropSubject = 0x0037,
    kPropBody = 0x1000,
    kPropRtf = 0x1009,
    kPropHtml = 0x1013,
    kPropInternetMessageId = 0x1035,
    kPropDisplayName = 0x3001,
    kPropAttachData = 0x3701,
    kPropAttachName = 0x3704,
    kPropAttachLongName = 0x3707,
    kPropAttachType = 0x370E,
    kPropAttachContentId = 0x3712,
};

std::string charset_of(std::uint32_t codepage) {
    switch (codepage) {
        case 65001:
        case 0:
            return "utf-8";
        case 932:
            return "shift_jis";
        case 936:
            return "gb18030";
        case 949:
            return "windows-949";
        case 950:
            return "big5";
        case 20866:
            return "koi8-r";
        default:
            return "windows-" + std::to_string(codepage);
    }
}

std::string decode(std::string_view charset, std::string_view bytes) {
    data::Arena arena;
    const auto text = data::decode_octets(charset, bytes, arena);
    return text ? std::string(*text) : sanitize_utf8(bytes);
}

// Texts in the stream end with a zero, mostly.
std::string_view until_zero(std::string_view bytes) {
    return bytes.substr(0, bytes.find('\0'));
}

// The last part of a path, cut between characters.
std::string short_name(std::string_view name) {
    name = name.substr(name.find_last_of("/\\") + 1).substr(0, kMaxName);
    return std::string(name.substr(0, valid_utf8_prefix(name)));
}

class Reader {
public:
    explicit Reader(TnefLimits limits) : limits_(limits) {}

    Result<Tnef> read(std::string_view bytes) {
        ByteReader reader(bytes);
        if (reader.u32() != kSignature) return fail(corrupt("no TNEF: the signature is missing"));
        reader.u16();  // key for the sender's own use
        while (!reader.done() && read_attribute(reader)) {
        }
        for (auto& attachment : out_.attachments)
            attachment.name = short_name(attachment.name);
        return std::move(out_);
    }

private:
    bool read_attribute(ByteReader& reader) {
        constexpr std::uint8_t kMessage = 1;
        constexpr std::uint8_t kAttachment = 2;
        const std::uint8_t level = reader.u8();
        const std::uint16_t id = reader.u16();
        reader.u16();  // type; known by the id
        const auto value = reader.take(reader.u32());
        if (!reader.ok() || (level != kMessage && level != kAttachment)) {
            problem("the stream ends inside an attribute or goes on with something else");
            return false;
        }
        std::uint16_t sum = 0;
        for (const char c : value)
            sum = static_cast<std::uint16_t>(sum + static_cast<std::uint8_t>(c));
        if (reader.u16() != sum) problem("wrong checksum");
        return level == kMessage ? message(id, value) : attachment(id, value);
    }

    bool message(std::uint16_t id, std::string_view value) {
        switch (id) {
            case kOemCodepage:
                charset_ = charset_of(ByteReader(value).u32());
                break;
            case kMessageClass:
                out_.message_class = text(until_zero(value));
                break;
            case kSubject:
                set(out_.subject, text(until_zero(value)));
                break;
            case kBody:
                set(out_.text, text(until_zero(value)));
                break;
            case kMessageProperties:
                for (const auto& property : properties(value))
                    message_property(property);
                break;
            default:
                break;
        }
        return true;
    }

    // False when there are too many.
    bool attachment(std::uint16_t id, std::string_view value) {
        if (id == kAttachRenderData || out_.attachments.empty()) {
            if (out_.attachments.size() >= limits_.attachments) {
                problem("more than " + std::to_string(limits_.attachments) + " attachments");
                return false;
            }
            out_.attachments.emplace_back();
        }
        auto& current = out_.attachments.back();
        if (id == kAttachTitle) set(current.name, text(until_zero(value)));
        if (id == kAttachData && current.bytes.empty()) current.bytes = value;
        if (id == kAttachmentProperties) {
            for (const auto& property : properties(value))
                attachment_property(current, property);
        }
        return true;
    }

    void message_property(const MapiProperty& property) {
        if (property.id == kPropSubject) set(out_.subject, text(property));
        if (property.id == kPropBody) set(out_.text, text(property));
        if (property.id == kPropInternetMessageId) set(out_.message_id, std::string(without_brackets(text(property))));
        if (property.id == kPropHtml) {
            set(out_.html,
                property.type == kMapiBinary ? std::string(property.value.substr(0, kMaxText)) : text(property));
        }
        if (property.id != kPropRtf) return;
        if (auto rtf = decompress_rtf(property.value, limits_.rtf_bytes)) {
            set(out_.rtf, std::move(*rtf));
        } else {
            problem("the body in RTF is damaged");
        }
    }

    void attachment_property(TnefAttachment& current, const MapiProperty& property) {
        // The title of the stream is cut to 8.3 letters.
        if (property.id == kPropAttachLongName) current.name = text(property);
        if (property.id == kPropAttachName || property.id == kPropDisplayName) set(current.name, text(property));
        if (property.id == kPropAttachType) set(current.media_type, to_lower_ascii(text(property)));
        if (property.id == kPropAttachContentId) set(current.content_id, std::string(without_brackets(text(property))));
        if (property.id == kPropAttachData && current.bytes.empty()) current.bytes = property.value;
    }

    std::vector<MapiProperty> properties(std::string_view value) {
        bool whole = true;
        auto found = read_mapi_properties(value, limits_.properties - properties_, whole);
        properties_ += found.size();
        if (!whole) problem("properties are damaged, cut or too many");
        return found;
    }

    std::string text(std::string_view bytes) const { return decode(charset_, bytes.substr(0, kMaxText)); }

    std::string text(const MapiProperty& property) const {
        if (property.type == kMapiUnicode) {
            std::string decoded = decode("utf-16le", property.value.substr(0, 2 * kMaxText));
            return std::string(until_zero(decoded));
        }
        return property.type == kMapiText || property.type == kMapiBinary ? text(until_zero(property.value))
                                                                          : std::string();
    }

    static void set(std::string& place, std::string value) {
        if (place.empty()) place = std::move(value);
    }

    void problem(std::string what) {
        if (out_.problems.size() < kMaxProblems) out_.problems.push_back(std::move(what));
    }

    TnefLimits limits_;
    Tnef out_;
    std::string charset_ = "windows-1252";
    std::size_t properties_ = 0;
};

}  // namespace

Result<Tnef> read_tnef(std::string_view bytes, TnefLimits limits) {
    return Reader(limits).read(bytes);
}

}  // namespace tandem::mail
