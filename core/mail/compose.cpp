#include "core/mail/compose.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mail/body_writer.hpp"
#include "core/mail/header_writer.hpp"

#include <algorithm>
#include <span>

namespace tandem::mail {

namespace {

constexpr std::size_t kMaxAddress = 254;  // RFC 5321, 4.5.3.1.3 with erratum 1690
constexpr std::size_t kMaxId = 900;       // a header line has 998 octets
constexpr std::size_t kMaxReferences = 20;
constexpr std::size_t kMaxSubject = 2'000;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_domain(std::string_view text) {
    const auto allowed = [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return !text.empty() && std::ranges::all_of(text, allowed) && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
           text.find_first_of(" \"(),:;<>@[\\]") == std::string_view::npos;
}

// "…" with quoted pairs.
bool is_quoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '"') return false;
        if (text[i] == '\\' && ++i + 1 >= text.size()) return false;
    }
    return true;
}

std::string in_brackets(std::string_view id) {
    return "<" + std::string(id) + ">";
}

std::string written(const Mailbox& mailbox) {
    return mailbox.name.empty() ? mailbox.address : encode_phrase(mailbox.name) + " " + in_brackets(mailbox.address);
}

Result<void> check(const Draft& draft) {
    const auto wrong = [](std::string text) { return fail(rejected(std::move(text))); };
    if (draft.to.empty()) return wrong("the mail has no recipient");
    std::vector<const Mailbox*> mailboxes{&draft.from};
    for (const Mailbox& one : draft.to)
        mailboxes.push_back(&one);
    for (const Mailbox* one : mailboxes) {
        if (!is_address(one->address)) return wrong("'" + sanitize_utf8(one->address) + "' is no mail address");
        if (has_control(one->name)) return wrong("a name has a line break or another control character");
    }
    if (!draft.reply_to.empty() && !is_address(draft.reply_to)) return wrong("the address for answers is none");
    if (!is_message_id(draft.message_id)) return wrong("the id of the mail cannot be written");
    if (has_control(draft.subject)) return wrong("the subject has a line break or another control character");
    if (draft.subject.size() > kMaxSubject) return wrong("the subject is too long");
    for (const File& file : draft.files) {
        if (has_control(file.filename)) return wrong("a file's name has a line break or another control character");
    }
    return {};
}

std::string joined(std::span<const std::string> items, std::string_view separator) {
    std::string out;
    for (const std::string& one : items)
        out += (out.empty() ? "" : std::string(separator)) + one;
    return out;
}

void write_ids(std::string& out, const Draft& draft) {
    write_header(out, "Message-ID", in_brackets(draft.message_id));
    if (is_message_id(draft.in_reply_to)) write_header(out, "In-Reply-To", in_brackets(draft.in_reply_to));
    std::vector<std::string> references;
    for (const std::string& id : draft.references) {
        if (is_message_id(id)) references.push_back(in_brackets(id));
    }
    if (!references.empty()) write_header(out, "References", joined(references, " "));
}

void write_head(std::string& out, const Draft& draft) {
    write_header(out, "Date", mail_date(draft.date));
    write_header(out, "From", written(draft.from));
    std::vector<std::string> to;
    for (const Mailbox& one : draft.to)
        to.push_back(written(one));
    write_header(out, "To", joined(to, ", "));
    if (!draft.reply_to.empty()) write_header(out, "Reply-To", draft.reply_to);
    write_header(out, "Subject", encode_text(sanitize_utf8(draft.subject)));
    write_ids(out, draft);
    if (draft.automatic) {
        write_header(out, "Auto-Submitted", "auto-replied");
        write_header(out, "X-Auto-Response-Suppress", "All");
    }
    write_header(out, "MIME-Version", "1.0");
}

// Nobody but us knows it before the mail is there, so no text can hold it.
std::string boundary_of(const Draft& draft) {
    return "=_" + hex(sha256("boundary of " + draft.message_id)).substr(0, 40);
}

}  // namespace

bool is_address(std::string_view text) {
    const auto at = text.rfind('@');
    if (text.size() > kMaxAddress || at == std::string_view::npos || has_control(text) || !valid_utf8(text))
        return false;
    const std::string_view local = text.substr(0, at);
    return (is_dot_atom(local) || is_quoted(local)) && is_domain(text.substr(at + 1));
}

bool is_message_id(std::string_view text) {
    const auto printable = [](char c) { return c > 0x20 && c < 0x7F && c != '<' && c != '>'; };
    return !text.empty() && text.size() <= kMaxId && std::ranges::all_of(text, printable);
}

std::string reply_subject(std::string_view subject) {
    subject = trim_ascii(subject);
    while (subject.size() >= 3 && iequals_ascii(subject.substr(0, 2), "re")) {
        std::size_t end = 2;
        if (subject[end] == '[') end = std::min(subject.find(']', end), subject.size() - 1) + 1;
        if (end >= subject.size() || subject[end] != ':') break;
        subject = trim_ascii(subject.substr(end + 1));
    }
    return "Re: " + std::string(subject);
}

std::vector<std::string> reply_references(std::vector<std::string> references, std::string_view parent) {
    std::vector<std::string> out;
    for (std::string& id : references) {
        if (id != parent && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
    }
    if (!parent.empty()) out.emplace_back(parent);
    if (out.size() > kMaxReferences) {
        const auto surplus = static_cast<std::ptrdiff_t>(out.size() - kMaxReferences);
        out.erase(out.begin() + 1, out.begin() + 1 + surplus);
    }
    return out;
}

Result<Composed> compose(const Draft& draft) {
    if (auto good = check(draft); !good) return fail(std::move(good.error()));
    Composed out;
    write_head(out.octets, draft);
    if (draft.files.empty()) {
        write_text_part(out.octets, draft.text);
    } else {
        const std::string boundary = boundary_of(draft);
        write_header(out.octets, "Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"");
        out.octets += "\r\n";
        if (!draft.text.empty()) {
            out.octets += "--" + boundary + "\r\n";
            write_text_part(out.octets, draft.text);
        }
        for (const File& file : draft.files) {
            out.octets += "--" + boundary + "\r\n";
            write_file_part(out.octets, file);
        }
        out.octets += "--" + boundary + "--\r\n";
    }
    out.international = !is_ascii(draft.from.address) || !is_ascii(draft.reply_to) ||
                        std::ranges::any_of(draft.to, [](const Mailbox& one) { return !is_ascii(one.address); });
    return out;
}

}  // namespace tandem::mail
