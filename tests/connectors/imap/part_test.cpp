#include "connectors/imap/part.hpp"

#include <gtest/gtest.h>

namespace tandem::imap {
namespace {

TEST(Part, Addresses) {
    const auto place = parse_part_url("mail:imap/support%40example.test/Team%2FA%20%D1%8F/345/12/2.1");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->mailbox, "support@example.test");
    EXPECT_EQ(place->folder, "Team/A я");
    EXPECT_EQ(place->uidvalidity, 345U);
    EXPECT_EQ(place->uid, 12U);
    EXPECT_EQ(part_header_command(*place), "UID FETCH 12 (UID BODY.PEEK[2.1.MIME])");
    EXPECT_EQ(part_piece_command(*place, 5, 9), "UID FETCH 12 (UID BODY.PEEK[2.1]<5.9>)");
    for (const char* bad : {"", "mail:imap/", "https://a/b/1/2/3", "mail:imap/a/b/1/2", "mail:imap/a/b/1/2/3/4",
                            "mail:imap/a/b/1/0/3", "mail:imap/a/b/x/2/3", "mail:imap/a/b/1/99999999999/3",
                            "mail:imap/a/b/1/2/HEADER", "mail:imap/a/b/1/2/1.", "mail:imap/a/b/1/2/1]%20BODY[1"})
        EXPECT_FALSE(parse_part_url(bad)) << bad;
}

TEST(Part, TransferEncodings) {
    const auto decoded = [](const char* encoding, const char* octets) {
        return without_transfer_encoding(
            std::string("Content-Type: x/y\r\nContent-transfer-encoding:\r\n ") + encoding + "\r\n\r\n", octets);
    };
    EXPECT_EQ(decoded("BASE64", "aGVs\r\nbG8=\r\n"), "hello");
    EXPECT_EQ(decoded("base64", "aGU=\r\nbGxv"), "hello") << "padded in the middle";
    EXPECT_EQ(decoded("base64", "aG!Vs bG8"), "hello");
    EXPECT_EQ(decoded("quoted-printable", "a=3D=C3=a9=\r\nb=  \r\nc=x=4"),
              "a=\xC3\xA9"
              "bc=x=4");
    EXPECT_EQ(decoded("quoted-printable", "a="), "a");
    EXPECT_EQ(decoded("8bit", "a=3D"), "a=3D");
    EXPECT_EQ(decoded("x-unknown", "a=3D"), "a=3D");
    EXPECT_EQ(without_transfer_encoding("", "YQ=="), "YQ==");
}

TEST(Part, MediaTypes) {
    EXPECT_EQ(part_media_type("content-TYPE: Image/PNG;\r\n\tname=\"a.png\"\r\n"), "image/png");
    EXPECT_EQ(part_media_type("X-Content-Type: image/png\r\n"), "");
}

}  // namespace
}  // namespace tandem::imap
