#include "core/base/text.hpp"
#include "core/data/decoders.hpp"
#include "core/data/fields.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace tandem::data {
namespace {

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::size_t kMaxPartHeader = 8 * 1024;

struct PartHeader {
    HeaderValue disposition;
    HeaderValue content_type;
    std::string transfer_encoding;
};

std::unexpected<Error> corrupt_byte(std::size_t offset, std::string_view what) {
    return fail(corrupt("byte " + std::to_string(offset) + ": " + std::string(what)));
}

// `text` without the line end that it begins with; nullopt if it begins with none.
std::optional<std::string_view> after_line_end(std::string_view text) {
    if (text.starts_with("\r\n")) return text.substr(2);
    if (text.starts_with("\n")) return text.substr(1);
    return std::nullopt;
}

PartHeader parse_part_header(std::string_view text) {
    PartHeader out;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        auto line = trim_ascii(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
        auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        auto name = trim_ascii(line.substr(0, colon));
        auto value = trim_ascii(line.substr(colon + 1));
        if (iequals_ascii(name, "content-disposition")) out.disposition = parse_header_value(value);
        if (iequals_ascii(name, "content-type")) out.content_type = parse_header_value(value);
        if (iequals_ascii(name, "content-transfer-encoding")) out.transfer_encoding = to_lower_ascii(value);
    }
    return out;
}

// RFC 5987: charset'language'percent-encoded. Empty if it is not of that form.
std::string extended_value(std::string_view text, Arena& arena) {
    auto first = text.find('\'');
    auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
    if (second == std::string_view::npos) return {};
    auto charset = Charset::named(text.substr(0, first));
    if (!charset) return {};
    return std::string(charset->decode(percent_decode(text.substr(second + 1), false), arena));
}

class MultipartReader {
public:
    MultipartReader(std::string_view boundary, std::string_view body, Arena& arena, const DecodeLimits& limits)
        : delimiter_("--" + std::string(boundary)), body_(body), arena_(arena), limits_(limits), fields_(arena) {}

    Result<Value> run() {
        auto at = next_delimiter(0);
        if (at == std::string_view::npos) return fail(corrupt("the boundary of the content type does not occur"));
        for (std::size_t count = 0;; ++count) {
            auto rest = body_.substr(at + delimiter_.size());
            if (rest.starts_with("--")) return fields_.object();
            if (count == limits_.fields) return corrupt_byte(at, "too many parts");
            rest = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
            auto start = after_line_end(rest);
            if (!start) return corrupt_byte(at, "text behind a boundary");
            auto from = body_.size() - start->size();
            at = next_delimiter(from);
            if (at == std::string_view::npos) return corrupt_byte(from, "the closing boundary is missing");
            if (auto added = part(from, without_line_end(from, at)); !added) return fail(std::move(added).error());
        }
    }

private:
    // A delimiter stands at the start of a line.
    std::size_t next_delimiter(std::size_t from) const {
        auto at = body_.find(delimiter_, from);
        while (at != std::string_view::npos && at > 0 && body_[at - 1] != '\n')
            at = body_.find(delimiter_, at + 1);
        return at;
    }

    // The line end before a delimiter belongs to the delimiter.
    std::string_view without_line_end(std::size_t from, std::size_t to) const {
        auto part = body_.substr(from, to - from);
        if (part.ends_with('\n')) part.remove_suffix(1);
        if (part.ends_with('\r')) part.remove_suffix(1);
        return part;
    }

    Result<void> part(std::size_t offset, std::string_view text) {
        std::string_view header;
        std::string_view content;
        if (auto empty = after_line_end(text)) {
            content = *empty;
        } else {
            auto crlf = text.find("\r\n\r\n");
            auto lf = text.find("\n\n");
            auto end = std::min(crlf, lf);
            if (end == std::string_view::npos) return corrupt_byte(offset, "the header of the part does not end");
            header = text.substr(0, end);
            content = text.substr(end + (crlf < lf ? 4 : 2));
        }
        if (header.size() > kMaxPartHeader) return corrupt_byte(offset, "the header of the part is too long");
        return add(offset, parse_part_header(header), content);
    }

    Result<void> add(std::size_t offset, const PartHeader& header, std::string_view content) {
        auto name = header.disposition.parameter("name");
        if (header.disposition.value != "form-data" || name.empty())
            return corrupt_byte(offset, "a part without a name");
        std::string plain;
        if (header.transfer_encoding == "base64") {
            std::string compact;
            std::ranges::copy_if(content, std::back_inserter(compact), [](char c) { return c != '\r' && c != '\n'; });
            auto decoded = unbase64(compact);
            if (!decoded) return corrupt_byte(offset, "not base64");
            content = plain = std::move(*decoded);
        } else if (header.transfer_encoding == "quoted-printable") {
            return corrupt_byte(offset, "parts in quoted-printable are not read");
        }
        auto charset = Charset::named(header.content_type.parameter("charset"));
        if (!charset) return fail(std::move(charset).error().with_context("byte " + std::to_string(offset)));
        auto filename = file_name(header.disposition);
        auto value = filename ? file(*filename, header.content_type, *charset, content) : text(*charset, content);
        fields_.add(arena_.copy(valid_utf8(name) ? name : sanitize_utf8(name)), value);
        return {};
    }

    std::optional<std::string> file_name(const HeaderValue& disposition) {
        auto extended = extended_value(disposition.parameter("filename*"), arena_);
        if (!extended.empty()) return extended;
        auto given = std::ranges::any_of(disposition.parameters, [](const auto& p) { return p.first == "filename"; });
        return given ? std::optional(sanitize_utf8(disposition.parameter("filename"))) : std::nullopt;
    }

    Value text(const Charset& charset, std::string_view content) {
        return make_string(arena_, charset.decode(content, arena_));
    }

    Value file(std::string_view name, const HeaderValue& type, const Charset& charset, std::string_view content) {
        auto size = Value::integer(static_cast<std::int64_t>(content.size()));
        Member members[] = {{"filename", make_string(arena_, name)},
                            {"content_type", make_string(arena_, sanitize_utf8(type.value))},
                            {"size", size},
                            {"text", Value()}};
        bool readable = type.value.starts_with("text/") || type.value == "application/json" ||
                        type.value == "application/xml" || type.value.ends_with("+json") ||
                        type.value.ends_with("+xml");
        if (readable) members[3].value = text(charset, content);
        auto out = arena_.array<Member>(readable ? 4 : 3);
        std::copy_n(members, out.size(), out.begin());
        return Value::object(out);
    }

    std::string delimiter_;
    std::string_view body_;
    Arena& arena_;
    const DecodeLimits& limits_;
    Fields fields_;
};

}  // namespace

Result<Value> decode_multipart(const HeaderValue& content_type,
                               std::string_view body,
                               Arena& arena,
                               const DecodeLimits& limits) {
    auto boundary = content_type.parameter("boundary");
    if (boundary.empty()) return fail(corrupt("the content type names no boundary"));
    if (boundary.size() > kMaxBoundary) return fail(corrupt("the boundary is too long"));
    return MultipartReader(boundary, body, arena, limits).run();
}

}  // namespace tandem::data
