#include "core/media/media_type.hpp"

#include <gtest/gtest.h>

namespace tandem::media {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv;
constexpr std::string_view kJpeg = "\xff\xd8\xff\xe0\0\x10JFIF"sv;
constexpr std::string_view kOgg = "OggS\0\2\0\0\0\0\0\0\0\0OpusHead"sv;
constexpr std::string_view kMp4 =
    "\0\0\0\x20"
    "ftypisom\0\0\2\0isomiso2"sv;
constexpr std::string_view kZip = "PK\3\4\x14\0\6\0"sv;
constexpr std::string_view kPage = "\n  <!DOCTYPE html><html><head><title>Sign in</title>"sv;

TEST(MediaType, IsTakenFromTheBytes) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {kPng, "image/png"},
        {kJpeg, "image/jpeg"},
        {"GIF89a.."sv, "image/gif"},
        {"RIFF\1\2\3\4WEBPVP8 "sv, "image/webp"},
        {"RIFF\1\2\3\4WAVEfmt "sv, "audio/wav"},
        {kMp4, "video/mp4"},
        {"\0\0\0\x1c"
         "ftypM4A \0\0"sv,
         "audio/mp4"},
        {"\0\0\0\x1c"
         "ftypheic\0\0"sv,
         "image/heic"},
        {"\0\0\0\x1c"
         "ftyp3gp4\0\0"sv,
         "video/3gpp"},
        {kOgg, "audio/ogg"},
        {"ID3\4"sv, "audio/mpeg"},
        {"\xff\xfb\x90\x64"sv, "audio/mpeg"},
        {"\xff\xf1\x50\x80"sv, "audio/aac"},
        {"#!AMR\n.."sv, "audio/amr"},
        {"%PDF-1.7"sv, "application/pdf"},
        {kZip, "application/zip"},
        {kPage, "text/html"},
        {"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">"sv, "image/svg+xml"},
        {"<?xml version=\"1.0\"?><Error><Code>AccessDenied"sv, "text/xml"},
        {"BEGIN:VCARD\n"sv, ""},
        {""sv, ""},
    };
    for (const auto& [bytes, type] : rows)
        EXPECT_EQ(sniffed_type(bytes), type);
}

TEST(MediaType, OfAHeaderIsPlain) {
    EXPECT_EQ(plain_type("Image/PNG; q=1"), "image/png");
    EXPECT_EQ(plain_type("  text/html;charset=utf-8"), "text/html");
    for (const char* bad : {"", "image", "/png", "image/", "a b/c", "image/png\r\nX: y", "image//png"})
        EXPECT_EQ(plain_type(bad), "") << bad;
}

struct Row {
    Expectation expected;
    std::string_view declared;
    std::string_view bytes;
    std::string_view type;  // empty: refused
};

TEST(MediaType, MustFitTheAttachment) {
    const Row rows[] = {
        {{"image", "image/png", ""}, "image/png", kPng, "image/png"},
        {{"image", "", ""}, "image/jpeg", kPng, "image/png"},
        {{"image", "", ""}, "application/octet-stream", kJpeg, "image/jpeg"},
        {{"image", "", ""}, "image/png", kPage, ""},
        {{"image", "", ""}, "text/html", kPage, ""},
        {{"image", "", ""}, "video/mp4", kMp4, ""},
        {{"image", "image/jpeg", ""}, "", "no mark at all", "application/octet-stream"},
        {{"image", "application/x-tgsticker", ""},
         "application/x-tgsticker",
         "\x1f\x8b\x08"sv,
         "application/x-tgsticker"},
        {{"audio", "", ""}, "audio/ogg", kOgg, "audio/ogg"},
        {{"audio", "", ""}, "audio/mp4", kMp4, "audio/mp4"},
        {{"audio", "", ""}, "video/mp4", kMp4, "video/mp4"},
        {{"audio", "", ""}, "image/png", kPng, ""},
        {{"video", "", ""}, "", "GIF89a.."sv, "image/gif"},
        {{"video", "", ""}, "", kJpeg, ""},
        {{"file", "", "report.docx"},
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         kZip,
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {{"file", "", "photo.png"}, "image/png", kZip, "application/zip"},
        {{"file", "", "a.txt"}, "text/plain; charset=utf-8", "hello", "text/plain"},
        {{"file", "", "a.pdf"}, "application/pdf", kPage, ""},
        {{"file", "", "page.HTML"}, "text/html", kPage, "text/html"},
        {{"file", "text/html", ""}, "text/html", kPage, "text/html"},
        {{"file", "", ""}, "nonsense", "hello", "application/octet-stream"},
    };
    for (const auto& row : rows) {
        const auto type = judged_type(row.expected, row.declared, row.bytes);
        const auto what = std::string(row.expected.kind) + " " + std::string(row.declared);
        EXPECT_EQ(type.value_or(""), row.type) << what;
        if (!type) EXPECT_EQ(type.error().code, "wrong_type") << what;
    }
}

TEST(MediaType, OnlyPlainPicturesAreShown) {
    EXPECT_TRUE(safe_image("image/png"));
    EXPECT_FALSE(safe_image("image/svg+xml"));
    EXPECT_FALSE(safe_image("text/html"));
}

}  // namespace
}  // namespace tandem::media
