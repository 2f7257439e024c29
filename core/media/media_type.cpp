#include "core/media/media_type.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::media {
namespace {

using namespace std::string_view_literals;

struct Mark {
    std::string_view bytes;
    std::string_view type;
};

constexpr std::array kMarks{
    Mark{"\x89PNG\r\n\x1a\n"sv, "image/png"},
    Mark{"\xff\xd8\xff"sv, "image/jpeg"},
    Mark{"GIF87a"sv, "image/gif"},
    Mark{"GIF89a"sv, "image/gif"},
    Mark{"BM"sv, "image/bmp"},
    Mark{"II*\0"sv, "image/tiff"},
    Mark{"MM\0*"sv, "image/tiff"},
    Mark{"\0\0\1\0"sv, "image/x-icon"},
    Mark{"%PDF-"sv, "application/pdf"},
    Mark{"ID3"sv, "audio/mpeg"},
    Mark{"fLaC"sv, "audio/flac"},
    Mark{"#!AMR-WB\n"sv, "audio/amr-wb"},
    Mark{"#!AMR\n"sv, "audio/amr"},
    Mark{"MThd"sv, "audio/midi"},
    Mark{"\x1a\x45\xdf\xa3"sv, "video/webm"},
    Mark{"FLV\1"sv, "video/x-flv"},
    Mark{"\0\0\1\xba"sv, "video/mpeg"},
    Mark{"PK\3\4"sv, "application/zip"},
    Mark{"PK\5\6"sv, "application/zip"},
    Mark{"\x1f\x8b"sv, "application/gzip"},
    Mark{"7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    Mark{"Rar!\x1a\7"sv, "application/vnd.rar"},
    Mark{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
    Mark{"{\\rtf"sv, "application/rtf"},
};

// Behind the four letters at byte 8 of a RIFF file.
constexpr std::array kRiff{Mark{"WEBP", "image/webp"}, Mark{"WAVE", "audio/wav"}, Mark{"AVI ", "video/x-msvideo"}};

// The brand at byte 8 of an ISO base media file (ISO/IEC 14496-12); every other one is video/mp4.
constexpr std::array kBrands{Mark{"heic", "image/heic"},      Mark{"heix", "image/heic"}, Mark{"mif1", "image/heif"},
                             Mark{"avif", "image/avif"},      Mark{"M4A ", "audio/mp4"},  Mark{"M4B ", "audio/mp4"},
                             Mark{"qt  ", "video/quicktime"}, Mark{"3gp", "video/3gpp"},  Mark{"3g2", "video/3gpp2"}};

constexpr std::array kHtml{"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv, "<script"sv, "<iframe"sv, "<title"sv};

std::string_view by_mark(std::string_view bytes, const auto& marks, std::string_view otherwise = {}) {
    for (const Mark& mark : marks) {
        if (bytes.starts_with(mark.bytes)) return mark.type;
    }
    return otherwise;
}

// HTML, XML and SVG begin after white space and a byte order mark.
std::string_view marked_up(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n\f"), bytes.size()));
    if (!bytes.starts_with('<')) return {};
    const auto begin = to_lower_ascii(bytes.substr(0, 1024));
    for (const auto tag : kHtml) {
        if (begin.starts_with(tag)) return "text/html";
    }
    if (begin.starts_with("<svg") || (begin.starts_with("<?xml") && begin.contains("<svg"))) return "image/svg+xml";
    if (begin.starts_with("<?xml")) return begin.contains("<html") ? "text/html" : "text/xml";
    if (begin.starts_with("<!--") && begin.contains("<html")) return "text/html";
    return {};
}

// MPEG-1 or 2 layer III, or ADTS: a frame header without a file header.
std::string_view audio_frame(std::string_view bytes) {
    if (bytes.size() < 2 || bytes[0] != '\xff') return {};
    const auto second = static_cast<unsigned char>(bytes[1]);
    if ((second & 0xf6U) == 0xf0U) return "audio/aac";
    return (second & 0xe6U) == 0xe2U ? "audio/mpeg" : "";
}

std::string_view ogg(std::string_view bytes) {
    return bytes.substr(0, 200).contains("theora") ? "video/ogg" : "audio/ogg";
}

std::string_view family(std::string_view type) {
    return type.substr(0, type.find('/'));
}

bool says_html(const Expectation& expected) {
    const auto name = to_lower_ascii(expected.filename);
    return name.ends_with(".html") || name.ends_with(".htm") || name.ends_with(".xhtml") ||
           plain_type(expected.media_type).contains("html");
}

bool fits(const Expectation& expected, std::string_view type) {
    // Behind a lapsed link stands a page that explains it, with status 200 more often than not.
    if (type == "text/html" || type == "application/xhtml+xml") return says_html(expected);
    if (type == "application/octet-stream" || type == plain_type(expected.media_type)) return true;
    if (expected.kind == "image" || expected.kind == "screen") return family(type) == "image";
    if (expected.kind == "audio" || expected.kind == "recording") {
        // A voice message often comes in a container for films.
        return family(type) == "audio" || family(type) == "video" || type == "application/ogg";
    }
    if (expected.kind == "video") {
        // Animations are called videos, and so are films without a picture.
        return family(type) == "video" || family(type) == "audio" || type == "image/gif" || type == "image/webp" ||
               type == "application/ogg";
    }
    return true;
}

}  // namespace

std::string_view sniffed_type(std::string_view bytes) {
    if (const auto type = by_mark(bytes, kMarks); !type.empty()) return type;
    if (bytes.size() >= 12 && bytes.starts_with("RIFF")) return by_mark(bytes.substr(8), kRiff);
    if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") return by_mark(bytes.substr(8), kBrands, "video/mp4");
    if (bytes.starts_with("OggS")) return ogg(bytes);
    if (const auto type = marked_up(bytes); !type.empty()) return type;
    return audio_frame(bytes);
}

std::string plain_type(std::string_view content_type) {
    auto out = to_lower_ascii(trim_ascii(content_type.substr(0, content_type.find(';'))));
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$&-^_.+"sv.contains(c);
    };
    const auto slash = out.find('/');
    const bool good = slash != std::string::npos && slash > 0 && slash + 1 < out.size() && out.size() <= 127 &&
                      std::ranges::all_of(out.substr(0, slash), letter) &&
                      std::ranges::all_of(out.substr(slash + 1), letter);
    return good ? out : std::string();
}

Result<std::string> judged_type(const Expectation& expected, std::string_view declared, std::string_view bytes) {
    const auto said = plain_type(declared);
    const auto seen = sniffed_type(bytes);
    // Office files are ZIP archives, Matroska looks like WebM, MP4 holds sound too: who serves it knows better.
    const bool container = seen == "application/zip" || seen == "application/gzip" || seen == "text/xml" ||
                           seen == "application/x-ole-storage" || seen == "video/webm" || seen == "video/mp4" ||
                           seen == "audio/ogg";
    const bool finer = !said.empty() && said != "application/octet-stream" && family(said) != "text" &&
                       (family(said) != "image" || !container);
    std::string type = seen.empty() || (container && finer) ? said : std::string(seen);
    if (type.empty()) type = "application/octet-stream";
    if (fits(expected, type)) return type;
    return fail(rejected("the " + std::string(expected.kind) + " is " + type, "wrong_type"));
}

bool safe_image(std::string_view media_type) {
    static constexpr std::array kShown{"image/png"sv, "image/jpeg"sv, "image/gif"sv, "image/webp"sv};
    return std::ranges::find(kShown, media_type) != kShown.end();
}

}  // namespace tandem::media
