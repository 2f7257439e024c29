#include "core/mail/attachments.hpp"

#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/header.hpp"
#include "core/mail/members.hpp"
#include "core/mail/mime.hpp"

#include <algorithm>

namespace tandem::mail {
namespace {

using data::Value;

// Of the common schema.
std::string_view kind_of(std::string_view media_type) {
    if (media_type.starts_with("image/")) return "image";
    if (media_type.starts_with("audio/")) return "audio";
    if (media_type.starts_with("video/")) return "video";
    if (media_type == "text/vcard" || media_type == "text/x-vcard" || media_type == "text/directory") {
        return "contact_card";
    }
    return "file";
}

bool is_signature(std::string_view media_type) {
    return media_type == "application/pgp-signature" || media_type == "application/pkcs7-signature" ||
           media_type == "application/x-pkcs7-signature";
}

std::string content_id(const Part& part) {
    const auto ids = message_ids(part.fields.value("content-id"), 1);
    if (!ids.empty()) return ids[0];
    return clean_line(to_utf8(part.fields.value("content-id").substr(0, 998), {}, {}));
}

// Shown within the text: the HTML refers to it, or the sender says so of a picture.
bool is_inline(const Part& part, const std::string& id, const Body& body) {
    if (!id.empty() && body.html_ids.find("cid:" + to_lower_ascii(id) + "\n") != std::string::npos) return true;
    const auto place = trim_ascii(part.fields.value("content-disposition"));
    return part.media_type.starts_with("image/") && iequals_ascii(place.substr(0, place.find_first_of("; \t")), "inline");
}

Value attachment(const Part& part, const Body& body, const Limits& limits, std::string_view within, data::Arena& arena) {
    const auto digest = content_digest(part);
    const auto id = content_id(part);
    Members out(arena, 11);
    out.text("part", full_number(within, part.number));
    out.text_or_null("filename", part_name(part, limits));
    out.text("media_type", cut_utf8(part.media_type, 255));
    out.number("size_bytes", digest.size);
    out.text("sha256", digest.sha256);
    out.text_or_null("content_id", id);
    out.flag("inline", is_inline(part, id, body));
    out.text("kind", kind_of(part.media_type));
    if (part.kind == PartKind::Message) {
        const auto subject = decode_text(part.enclosed.value("subject"), limits.default_charset);
        out.text_or_null("subject", cut_utf8(subject, limits.header_value));
    }
    if (is_signature(part.media_type)) out.flag("signature", true);
    return out.object();
}

}  // namespace

std::string full_number(std::string_view within, std::string_view number) {
    return within.empty() ? std::string(number) : std::string(within) + "/" + std::string(number);
}

Value attachment_list(const Body& body, const Limits& limits, std::string_view within, data::Arena& arena) {
    data::ArenaList<Value> out(arena, body.attachments.size());
    for (const auto* part : body.attachments)
        out.push_back(attachment(*part, body, limits, within, arena));
    return Value::array(out.items());
}

}  // namespace tandem::mail
