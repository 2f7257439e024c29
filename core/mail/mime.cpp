#include "core/mail/mime.hpp"

#include "core/base/text.hpp"
#include "core/mail/bounds.hpp"
#include "core/mail/transfer.hpp"

#include <algorithm>
#include <gmime/gmime.h>
#include <memory>
#include <utility>

namespace tandem::mail {
namespace {

struct Unref {
    void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void initialise() {
    static const bool done = (g_mime_init(), true);
    static_cast<void>(done);
}

std::string unfold(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (const char c : value) {
        if (c != '\r' && c != '\n') out += c;
    }
    const auto trimmed = trim_ascii(out);
    return trimmed.size() == out.size() ? out : std::string(trimmed);
}

void add_fields(GMimeObject* object, Fields& out) {
    auto* headers = g_mime_object_get_header_list(object);
    const int count = g_mime_header_list_get_count(headers);
    for (int i = 0; i < count; ++i) {
        auto* header = g_mime_header_list_get_header_at(headers, i);
        const char* name = g_mime_header_get_raw_name(header);
        const char* value = g_mime_header_get_raw_value(header);
        if (name == nullptr || value == nullptr) continue;
        out.list.push_back({to_lower_ascii(trim_ascii(name)), unfold(value)});
    }
}

// Where the first field of the object stands in the stream, or the content of one that has none; -1 if neither.
gint64 first_offset(GMimeObject* object) {
    auto* headers = g_mime_object_get_header_list(object);
    if (g_mime_header_list_get_count(headers) == 0) return -1;
    return g_mime_header_get_offset(g_mime_header_list_get_header_at(headers, 0));
}

// One walk over what GMime found, from its objects to views into `bytes`.
class Reader {
public:
    Reader(std::string_view bytes, const Limits& limits, std::vector<std::string>& problems)
        : bytes_(bytes), limits_(limits), problems_(problems) {}

    Part part(GMimeObject* object, std::string number, std::size_t depth) {
        Part out;
        out.number = std::move(number);
        add_fields(object, out.fields);
        keep_last_type(out.fields);
        out.media_type = media_type(object);
        if (GMIME_IS_MULTIPART(object)) {
            multipart(GMIME_MULTIPART(object), out, depth);
        } else if (GMIME_IS_MESSAGE_PART(object)) {
            out.kind = PartKind::Message;
            message(GMIME_MESSAGE_PART(object), out);
        } else if (GMIME_IS_PART(object)) {
            out.body = leaf(GMIME_PART(object));
            if (out.media_type == "message/rfc822" || out.media_type == "message/global") out.kind = PartKind::Message;
        }
        return out;
    }

private:
    // Of two types GMime believes the last.
    static void keep_last_type(Fields& fields) {
        constexpr std::string_view kType = "content-type";
        auto left = std::ranges::count(fields.list, kType, &Field::name);
        std::erase_if(fields.list, [&](const Field& field) { return field.name == kType && left-- > 1; });
    }

    static std::string media_type(GMimeObject* object) {
        auto* type = g_mime_object_get_content_type(object);
        if (type == nullptr) return "text/plain";
        const char* main = g_mime_content_type_get_media_type(type);
        const char* sub = g_mime_content_type_get_media_subtype(type);
        if (main == nullptr || sub == nullptr) return "text/plain";
        return to_lower_ascii(sanitize_utf8(std::string(main) + "/" + sub));
    }

    // One without parts, as a rule because it names no boundary, is read as the text that it is.
    void multipart(GMimeMultipart* multipart, Part& out, std::size_t depth) {
        if (g_mime_multipart_get_count(multipart) > 0) {
            out.kind = PartKind::Multipart;
            return children(multipart, out, depth);
        }
        problems_.emplace_back("a multipart has no parts");
        out.media_type = "text/plain";
        if (out.number.empty()) out.number = "1";
        auto* headers = g_mime_object_get_header_list(GMIME_OBJECT(multipart));
        const int count = g_mime_header_list_get_count(headers);
        if (count == 0) return;
        const auto header = slice(g_mime_header_get_offset(g_mime_header_list_get_header_at(headers, count - 1)), -1);
        const auto blank = std::min(header.find("\n\n"), header.find("\n\r\n"));
        if (blank == std::string_view::npos) return;
        out.body = until_delimiter(header.substr(blank + (header[blank + 1] == '\n' ? 2 : 3)));
    }

    void children(GMimeMultipart* multipart, Part& out, std::size_t depth) {
        if (depth >= limits_.depth) {
            problems_.push_back("multiparts are nested deeper than " + std::to_string(limits_.depth));
            return;
        }
        const char* boundary = g_mime_multipart_get_boundary(multipart);
        boundaries_.emplace_back(boundary == nullptr ? "" : boundary);
        const int count = g_mime_multipart_get_count(multipart);
        for (int i = 0; i < count; ++i) {
            auto number = std::to_string(i + 1);
            if (!out.number.empty()) number.insert(0, out.number + ".");
            out.parts.push_back(part(g_mime_multipart_get_part(multipart, i), std::move(number), depth + 1));
        }
        boundaries_.pop_back();
        if (multipart->write_end_boundary == FALSE) problems_.push_back("a multipart has no end");
    }

    std::string_view slice(gint64 begin, gint64 end) const {
        const auto size = static_cast<gint64>(bytes_.size());
        if (end < 0 || end > size) end = size;
        begin = std::clamp<gint64>(begin, 0, end);
        return bytes_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    }

    std::string_view leaf(GMimePart* part) const {
        auto* wrapper = g_mime_part_get_content(part);
        auto* stream = wrapper == nullptr ? nullptr : g_mime_data_wrapper_get_stream(wrapper);
        return stream == nullptr ? std::string_view() : slice(stream->bound_start, stream->bound_end);
    }

    // GMime tells where an enclosed mail begins; it ends at the first delimiter of what stands around it.
    void message(GMimeMessagePart* holder, Part& out) const {
        auto* inner = g_mime_message_part_get_message(holder);
        if (inner == nullptr) return;
        add_fields(GMIME_OBJECT(inner), out.enclosed);
        auto begin = first_offset(GMIME_OBJECT(inner));
        if (auto* body = g_mime_message_get_mime_part(inner); body != nullptr) {
            add_fields(body, out.enclosed);
            const auto offset = first_offset(body);
            if (begin < 0 || (offset >= 0 && offset < begin)) begin = offset;
            if (begin < 0 && GMIME_IS_PART(body)) out.body = leaf(GMIME_PART(body));
        }
        if (begin >= 0) out.body = until_delimiter(slice(begin, -1));
    }

    std::string_view until_delimiter(std::string_view text) const {
        std::size_t line = 0;
        while (true) {
            if (text.substr(line).starts_with("--") && delimiter(text.substr(line))) return before(text, line);
            const auto next = text.find("\n--", line);
            if (next == std::string_view::npos) return text;
            line = next + 1;
        }
    }

    bool delimiter(std::string_view line) const {
        line = line.substr(0, line.find('\n'));
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
            line.remove_suffix(1);
        return std::ranges::any_of(boundaries_, [&](const auto& boundary) {
            return !boundary.empty() && line.starts_with("--" + boundary) &&
                   (line.size() == boundary.size() + 2 || line.substr(boundary.size() + 2) == "--");
        });
    }

    // The line end before a delimiter belongs to it (RFC 2046, 5.1.1).
    static std::string_view before(std::string_view text, std::size_t at) {
        text = text.substr(0, at);
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (text.ends_with('\r')) text.remove_suffix(1);
        return text;
    }

    std::string_view bytes_;
    const Limits& limits_;
    std::vector<std::string>& problems_;
    std::vector<std::string> boundaries_;  // of the multiparts around
};

// Programs that keep mails in one file write a line "From …" before each, some put blank lines there.
std::string_view without_preamble(std::string_view raw) {
    if (raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
    while (!raw.empty()) {
        const auto line = raw.substr(0, raw.find('\n'));
        const bool skipped = trim_ascii(line).empty() || line.starts_with("From ") || line.starts_with(">From ");
        if (!skipped) break;
        raw.remove_prefix(std::min(line.size() + 1, raw.size()));
    }
    return raw;
}

Part plain_text(std::string_view bytes) {
    Part out;
    out.number = "1";
    out.media_type = "text/plain";
    out.body = bytes;
    return out;
}

// The message looks at `array` as long as it lives.
Owned<GMimeMessage> read(GByteArray& array) {
    initialise();
    const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_byte_array(&array));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream.get()), FALSE);
    const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MESSAGE);
    g_mime_parser_set_persist_stream(parser.get(), TRUE);
    return Owned<GMimeMessage>(g_mime_parser_construct_message(parser.get(), nullptr));
}

void stepwise(GMimeEncoding& state, std::string_view text, const std::function<bool(std::string_view)>& take) {
    constexpr std::size_t kStep = 48 * 1024;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += kStep) {
        const auto piece = text.substr(at, kStep);
        out.resize(g_mime_encoding_outlen(&state, piece.size()));
        out.resize(g_mime_encoding_step(&state, piece.data(), piece.size(), out.data()));
        if (!out.empty() && !take(out)) return;
    }
}

void decode_quoted_printable(std::string_view text, const std::function<bool(std::string_view)>& take) {
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    stepwise(state, text, take);
}

// GMime wants to be told that the line "begin 644 name" was seen.
void decode_uuencode(std::string_view text, const std::function<bool(std::string_view)>& take) {
    auto begin = text.starts_with("begin ") ? 0 : text.find("\nbegin ");
    begin = begin == std::string_view::npos ? begin : text.find('\n', begin + 1);
    if (begin != std::string_view::npos) text.remove_prefix(begin + 1);
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
    state.state |= GMIME_UUDECODE_STATE_BEGIN;
    stepwise(state, text, take);
}

std::string encoding_of(const Part& part) {
    auto value = trim_ascii(part.fields.value("content-transfer-encoding"));
    value = value.substr(0, value.find_first_of("; \t("));
    if (value.size() > 1 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
    return to_lower_ascii(value);
}

}  // namespace

Result<Mail> parse(std::string_view raw, const Limits& limits) {
    auto bytes = without_preamble(raw);
    if (bytes.empty()) return fail(corrupt("the mail is empty"));
    std::vector<std::string> problems;
    bytes = bytes.substr(0, within_limits(bytes, limits, problems));
    // Nothing writes through it.
    GByteArray array{reinterpret_cast<guint8*>(const_cast<char*>(bytes.data())), static_cast<guint>(bytes.size())};
    const auto message = read(array);
    auto* root = message == nullptr ? nullptr : g_mime_message_get_mime_part(message.get());
    Mail out;
    if (message != nullptr) add_fields(GMIME_OBJECT(message.get()), out.fields);
    if (root != nullptr) {
        Reader reader(bytes, limits, problems);
        out.body = reader.part(root, GMIME_IS_MULTIPART(root) ? "" : "1", 0);
        std::ranges::copy(out.body.fields.list, std::back_inserter(out.fields.list));
    } else {
        const bool no_header = out.fields.list.empty();
        if (no_header) problems.emplace_back("the mail has no header");
        out.body = plain_text(no_header ? bytes : std::string_view());
    }
    out.problems = std::move(problems);
    return out;
}

void decode_content(const Part& part, const std::function<bool(std::string_view)>& take) {
    const auto encoding = encoding_of(part);
    if (encoding == "base64") return decode_base64(part.body, take);
    if (encoding == "quoted-printable") return decode_quoted_printable(part.body, take);
    if (encoding.contains("uue")) return decode_uuencode(part.body, take);
    constexpr std::size_t kPiece = 64 * 1024;
    for (std::size_t at = 0; at < part.body.size(); at += kPiece) {
        if (!take(part.body.substr(at, kPiece))) return;
    }
}

std::string content(const Part& part, std::size_t limit) {
    std::string out;
    decode_content(part, [&](std::string_view piece) {
        out += piece.substr(0, limit - out.size());
        return out.size() < limit;
    });
    return out;
}

std::string_view content_view(const Part& part, std::string& storage) {
    const auto encoding = encoding_of(part);
    const bool encoded = encoding == "base64" || encoding == "quoted-printable" || encoding.contains("uue");
    if (!encoded) return part.body;
    storage = content(part, part.body.size() + 1);
    return storage;
}

Fields enclosed_header(const Part& part, const Limits& limits) {
    constexpr std::size_t kEnough = 256 * 1024;
    if (!part.enclosed.list.empty()) return part.enclosed;
    auto mail = parse(content(part, kEnough), limits);
    return mail ? std::move(mail->fields) : Fields();
}

Digest content_digest(const Part& part) {
    Digest out;
    const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sum(g_checksum_new(G_CHECKSUM_SHA512),
                                                                     g_checksum_free);
    decode_content(part, [&](std::string_view piece) {
        out.size += piece.size();
        g_checksum_update(sum.get(), reinterpret_cast<const guchar*>(piece.data()), static_cast<gssize>(piece.size()));
        return true;
    });
    out.sha512 = g_checksum_get_string(sum.get());
    return out;
}

std::optional<Instant> parse_date(std::string_view text) {
    initialise();
    auto* date = g_mime_utils_header_decode_date(std::string(text).c_str());
    if (date == nullptr) return std::nullopt;
    const Instant out{std::chrono::seconds(g_date_time_to_unix(date))};
    g_date_time_unref(date);
    return out;
}

}  // namespace tandem::mail
