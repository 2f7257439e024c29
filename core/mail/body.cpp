#include "core/mail/body.hpp"

#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/flowed.hpp"
#include "core/mail/header.hpp"
#include "core/mail/html_text.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/pgp.hpp"

#include <algorithm>
#include <utility>

namespace tandem::mail {
namespace {

bool is_html(const Part& part) {
    return part.media_type == "text/html" || part.media_type == "application/xhtml+xml";
}

bool is_report(std::string_view type) {
    return type == "message/delivery-status" || type == "message/global-delivery-status" ||
           type == "message/disposition-notification" || type == "message/global-disposition-notification" ||
           type == "message/feedback-report";
}

std::string_view disposition(const Part& part) {
    const auto value = trim_ascii(part.fields.value("content-disposition"));
    return value.substr(0, value.find_first_of("; \t"));
}

// A text for programs that show no HTML, in place of the mail's text.
bool is_stub(std::string_view text) {
    constexpr std::size_t kLongest = 400;
    constexpr std::string_view kPhrases[] = {"not support html", "support html", "html-capable",     "view it in html",
                                             "html email",       "html version", "view this email",  "html compatible",
                                             "enable html",      "поддержива",   "unterstützt kein", "ne supporte pas"};
    const auto trimmed = trim_ascii(text);
    if (trimmed.empty()) return true;
    if (trimmed.size() > kLongest) return false;
    const auto lower = to_lower_ascii(trimmed);
    const bool about_html = lower.find("html") != std::string::npos || lower.find("browser") != std::string::npos;
    return about_html && std::ranges::any_of(kPhrases, [&](auto phrase) { return lower.contains(phrase); });
}

struct Text {
    const Part* part = nullptr;
    std::string text;
    std::string unquoted;
    bool html_quoted = false;
    bool html = false;
};

class Collector {
public:
    Collector(const Limits& limits, Body& out, std::vector<std::string>& problems)
        : limits_(limits), out_(out), problems_(problems) {}

    std::vector<Text> part(const Part& part, bool first, bool in_related) {
        if (part.kind == PartKind::Multipart) return multipart(part);
        if (part.kind == PartKind::Message) {
            if (in_report_) out_.returned.push_back(&part);
            out_.attachments.push_back(&part);
            return {};
        }
        return leaf(part, first, in_related);
    }

private:
    std::vector<Text> leaf(const Part& part, bool first, bool in_related) {
        if (is_report(part.media_type)) {
            out_.reports.push_back(&part);
            return {};
        }
        if (part.media_type == "text/rfc822-headers" || part.media_type == "message/global-headers") {
            out_.returned.push_back(&part);
            return {};
        }
        const auto place = disposition(part);
        const bool attached = iequals_ascii(place, "attachment");
        const bool named = !part_name(part, limits_).empty();
        if (part.media_type == "text/calendar" || part.media_type == "application/ics") {
            out_.calendars.push_back(&part);
            if (attached || named) out_.attachments.push_back(&part);
            return {};
        }
        const bool text = part.media_type == "text/plain" || is_html(part) || part.media_type == "text";
        if (!text || attached || (!first && (in_related || named))) {
            if (in_alternative_ && !attached && !named) return {};
            out_.attachments.push_back(&part);
            return {};
        }
        return {read(part)};
    }

    Text read(const Part& part) {
        Text out{.part = &part, .text = part_text(part, limits_, problems_), .unquoted = {}, .html = is_html(part)};
        if (!out.html) {
            auto stripped = strip_pgp(out.text);
            out_.pgp_signed |= stripped.is_signed;
            out_.pgp_encrypted |= stripped.encrypted;
            out.unquoted = out.text = std::move(stripped.text);
            return out;
        }
        find_ids(out.text);
        auto whole = html_text(out.text, {.limit = limits_.text_bytes});
        if (!whole.complete) problems_.push_back("part " + part.number + " has more text than is kept");
        HtmlText unquoted;
        if (whole.has_quotes) unquoted = html_text(out.text, {.limit = limits_.text_bytes, .without_quotes = true});
        out.html_quoted = unquoted.quoted && !unquoted.text.empty();
        out.unquoted = out.html_quoted ? std::move(unquoted.text) : whole.text;
        out.text = std::move(whole.text);
        return out;
    }

    void find_ids(std::string_view html) {
        constexpr std::size_t kMax = 64 * 1024;
        const auto lower = to_lower_ascii(html);
        for (auto at = lower.find("cid:"); at != std::string::npos; at = lower.find("cid:", at + 1)) {
            const auto end = std::min(lower.find_first_of("\"'>) \t\r\n", at), lower.size());
            if (out_.html_ids.size() + end - at > kMax) return;
            out_.html_ids += percent_decode(std::string_view(lower).substr(at, end - at), false) + '\n';
        }
    }

    std::vector<Text> multipart(const Part& part) {
        if (part.media_type == "multipart/alternative") return alternative(part);
        if (part.media_type == "multipart/related") return related(part);
        const bool report = part.media_type == "multipart/report";
        const bool was_report = std::exchange(in_report_, in_report_ || report);
        const bool was_alternative = std::exchange(in_alternative_, false);
        std::vector<Text> out;
        for (std::size_t i = 0; i < part.parts.size(); ++i) {
            auto texts = this->part(part.parts[i], i == 0, false);
            std::ranges::move(texts, std::back_inserter(out));
        }
        in_report_ = was_report;
        in_alternative_ = was_alternative;
        return out;
    }

    // The last that we can read (RFC 2046, 5.1.4), but plain text where it is the whole mail.
    std::vector<Text> alternative(const Part& part) {
        const bool was = std::exchange(in_alternative_, true);
        std::vector<Text> best;
        std::vector<Text> plain;
        for (const auto& child : part.parts) {
            auto texts = this->part(child, true, false);
            if (texts.empty()) continue;
            const bool all_plain = std::ranges::none_of(texts, &Text::html);
            if (all_plain && (texts.size() > 1 || !is_stub(texts[0].text))) plain = texts;
            best = std::move(texts);
        }
        in_alternative_ = was;
        return plain.empty() ? best : plain;
    }

    // The root and what it shows (RFC 2387).
    std::vector<Text> related(const Part& part) {
        const auto type = parse_parameters(part.fields.value("content-type"), limits_.default_charset);
        const auto start = type.parameter("start");
        const auto has_start = [&](const Part& child) {
            return !start.empty() && trim_ascii(child.fields.value("content-id")) == start;
        };
        auto root = std::ranges::find_if(part.parts, has_start);
        if (root == part.parts.end()) root = std::ranges::find_if(part.parts, is_html);
        if (root == part.parts.end()) root = part.parts.begin();
        std::vector<Text> out;
        if (root != part.parts.end()) out = this->part(*root, true, false);
        const bool was = std::exchange(in_alternative_, false);
        for (auto child = part.parts.begin(); child != part.parts.end(); ++child) {
            if (child != root) std::ranges::move(this->part(*child, false, true), std::back_inserter(out));
        }
        in_alternative_ = was;
        return out;
    }

    const Limits& limits_;
    Body& out_;
    std::vector<std::string>& problems_;
    bool in_report_ = false;
    bool in_alternative_ = false;
};

void append(std::string& to, std::string_view text) {
    while (text.starts_with('\n'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    if (text.empty()) return;
    if (!to.empty()) to += "\n\n";
    to += text;
}

}  // namespace

std::string part_text(const Part& part, const Limits& limits, std::vector<std::string>& problems) {
    const auto octets = content(part, limits.source_bytes);
    if (octets.size() == limits.source_bytes) problems.push_back("part " + part.number + " is read in part only");
    const auto type = parse_parameters(part.fields.value("content-type"), limits.default_charset);
    auto charset = std::string(type.parameter("charset"));
    if (!charset.empty() && !known_charset(charset)) {
        constexpr std::size_t kShown = 40;
        problems.push_back("unknown charset " + std::string(cut_utf8(charset, kShown)));
    }
    if (is_html(part) && !declares_charset(charset)) {
        if (const auto own = html_charset(octets); known_charset(own)) charset = own;
    }
    auto text = clean_text(to_utf8(octets, charset, limits.default_charset));
    if (part.media_type == "text/plain" && iequals_ascii(type.parameter("format"), "flowed")) {
        text = unflow(text, iequals_ascii(type.parameter("delsp"), "yes"));
    }
    return text;
}

std::string part_name(const Part& part, const Limits& limits) {
    const auto placed = parse_parameters(part.fields.value("content-disposition"), limits.default_charset);
    auto name = file_name(placed.parameter("filename"));
    if (!name.empty()) return name;
    return file_name(parse_parameters(part.fields.value("content-type"), limits.default_charset).parameter("name"));
}

Body read_body(const Mail& mail, const Limits& limits, std::vector<std::string>& problems) {
    Body out;
    const auto texts = Collector(limits, out, problems).part(mail.body, true, false);
    for (const auto& text : texts) {
        append(out.text, text.text);
        append(out.unquoted, text.unquoted);
        out.html_quoted |= text.html_quoted;
        if (out.from != TextFrom::None) continue;
        out.from = text.html ? TextFrom::Html : TextFrom::Plain;
        out.language = clean_line(text.part->fields.value("content-language"));
    }
    if (out.text.size() > limits.text_bytes) {
        problems.emplace_back("the mail has more text than is kept");
        out.text.resize(cut_utf8(out.text, limits.text_bytes).size());
        out.unquoted.resize(cut_utf8(out.unquoted, limits.text_bytes).size());
    }
    return out;
}

}  // namespace tandem::mail
