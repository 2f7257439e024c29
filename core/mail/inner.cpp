#include "core/mail/inner.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/cms.hpp"
#include "core/mail/header.hpp"
#include "core/mail/html_text.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/text/tnef.hpp"

#include <utility>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxPacked = 64 * 1024 * 1024;

bool is_pkcs7(std::string_view media_type) {
    return media_type == "application/pkcs7-mime" || media_type == "application/x-pkcs7-mime";
}

void add_tnef(
    const Tnef& tnef, std::string_view number, Body& body, std::vector<Attachment>& attachments, const Limits& limits) {
    std::size_t index = 0;
    for (const auto& it : tnef.attachments) {
        const auto at = std::to_string(++index);
        if (attachments.size() >= limits.attachments) return;
        attachments.push_back({.part = full_number(number, at),
                               .filename = file_name(it.name),
                               .media_type = it.media_type.empty() ? "application/octet-stream" : it.media_type,
                               .size = it.bytes.size(),
                               .sha512 = hex(sha512(it.bytes)),
                               .content_id = clean_line(it.content_id),
                               .subject = {}});
    }
    if (!body.text.empty()) return;
    if (!tnef.html.empty()) {
        const auto html = to_utf8(tnef.html, html_charset(tnef.html), limits.default_charset);
        body.text = html_text(html, {.limit = limits.text_bytes}).text;
        body.unquoted = html_text(html, {.limit = limits.text_bytes, .without_quotes = true}).text;
        body.from = TextFrom::Html;
    } else if (!tnef.text.empty()) {
        body.text = body.unquoted = clean_text(cut_utf8(tnef.text, limits.text_bytes));
        body.from = TextFrom::Plain;
    }
}

}  // namespace

Protection read_protection(const Mail& mail, const Limits& limits) {
    Protection out;
    const auto& root = mail.body;
    const auto type = parse_parameters(root.fields.value("content-type"), limits.default_charset);
    if (root.media_type == "multipart/encrypted") {
        out.opaque = "pgp-encrypted";
    } else if (root.media_type == "multipart/signed") {
        out.signed_by = type.parameter("protocol").contains("pgp") ? "pgp" : "smime";
    } else if (is_pkcs7(root.media_type) && root.kind == PartKind::Leaf) {
        const bool secret = iequals_ascii(type.parameter("smime-type"), "enveloped-data");
        auto bytes = secret ? std::nullopt : unwrap_signed(content(root, kMaxPacked));
        if (bytes) out.bytes = std::move(*bytes);
        auto inner = bytes ? parse(out.bytes, limits) : Result<Mail>(fail(not_found("nothing signed")));
        if (inner) {
            out.content = std::move(*inner);
            out.signed_by = "smime";
        } else if (!iequals_ascii(type.parameter("smime-type"), "certs-only")) {
            out.opaque = "smime-encrypted";
        }
    }
    return out;
}

bool is_journal_report(const Mail& mail) {
    return mail.fields.has("x-ms-journal-report") || mail.fields.has("x-ms-exchange-organization-journal-report") ||
           to_lower_ascii(mail.fields.value("content-identifier").substr(0, 200)).contains("exjournalreport");
}

const Part* enclosed_mail(const Part& part) {
    if (part.kind == PartKind::Message) return &part;
    for (const auto& child : part.parts) {
        if (const auto* found = enclosed_mail(child)) return found;
    }
    return nullptr;
}

bool read_tnef_parts(Body& body,
                     std::vector<Attachment>& attachments,
                     const Limits& limits,
                     std::string_view within,
                     std::vector<std::string>& problems) {
    bool found = false;
    for (const auto* part : body.attachments) {
        if (!is_tnef(part->media_type, part_name(*part, limits))) continue;
        found = true;
        const auto bytes = content(*part, kMaxPacked);
        const auto tnef = read_tnef(bytes);
        if (!tnef) {
            problems.push_back("part " + part->number + ": " + tnef.error().text);
            continue;
        }
        for (const auto& problem : tnef->problems)
            problems.push_back("part " + part->number + ": " + problem);
        add_tnef(*tnef, full_number(within, part->number), body, attachments, limits);
    }
    return found;
}

}  // namespace tandem::mail
