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
    const auto value = part.fields.value("content-id");
    const auto ids = message_ids(value, 1);
    return ids.empty() ? clean_line(to_utf8(value.substr(0, 998), {}, {})) : ids[0];
}

// Shown within the text: the HTML refers to it, or the sender says so of a picture.
bool is_inline(const Part& part, const std::string& id, const Body& body) {
    if (!id.empty() && body.html_ids.contains("cid:" + to_lower_ascii(id) + "\n")) return true;
    const auto place = trim_ascii(part.fields.value("content-disposition"));
    const auto word = place.substr(0, place.find_first_of("; \t"));
    return part.media_type.starts_with("image/") && iequals_ascii(word, "inline");
}

Attachment attachment(const Part& part, const Body& body, const Limits& limits, std::string_view within) {
    auto digest = content_digest(part);
    Attachment out{.part = full_number(within, part.number),
                   .filename = part_name(part, limits),
                   .media_type = std::string(cut_utf8(part.media_type, 255)),
                   .size = digest.size,
                   .sha512 = std::move(digest.sha512),
                   .content_id = content_id(part),
                   .subject = {}};
    out.shown_inline = is_inline(part, out.content_id, body);
    if (part.kind == PartKind::Message) {
        const auto header = enclosed_header(part, limits);
        const auto subject = decode_text(header.value("subject"), limits.default_charset);
        out.subject = cut_utf8(subject, limits.header_value);
    }
    return out;
}

}  // namespace

std::string full_number(std::string_view within, std::string_view number) {
    return within.empty() ? std::string(number) : std::string(within) + "/" + std::string(number);
}

bool is_tnef(std::string_view media_type, std::string_view filename) {
    return media_type == "application/ms-tnef" || media_type == "application/vnd.ms-tnef" ||
           iequals_ascii(filename, "winmail.dat");
}

std::vector<Attachment> list_attachments(const Body& body, const Limits& limits, std::string_view within) {
    std::vector<Attachment> out;
    for (const auto* part : body.attachments)
        out.push_back(attachment(*part, body, limits, within));
    return out;
}

Value attachments_value(const std::vector<Attachment>& list, data::Arena& arena) {
    data::ArenaList<Value> out(arena, list.size());
    for (const auto& it : list) {
        Members members(arena, 10);
        members.text("part", it.part);
        members.text_or_null("filename", it.filename);
        members.text("media_type", it.media_type);
        members.number("size_bytes", it.size);
        members.text("sha512", it.sha512);
        members.text_or_null("content_id", it.content_id);
        members.flag("inline", it.shown_inline);
        members.text("kind", kind_of(it.media_type));
        if (it.subject) members.text("subject", *it.subject);
        if (is_signature(it.media_type)) members.flag("signature", true);
        out.push_back(members.object());
    }
    return Value::array(out.items());
}

}  // namespace tandem::mail
