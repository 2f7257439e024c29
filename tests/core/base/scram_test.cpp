#include "core/base/scram.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

// RFC 5802, 5.
TEST(Scram, Sha1Vector) {
    Scram scram(ScramHash::Sha1, "user", Secret("pencil"), "fyko+d2lbbFgONRv9qkxdawL");
    EXPECT_EQ(scram.first(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    const auto answer = scram.answer("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    EXPECT_TRUE(scram.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
    EXPECT_FALSE(scram.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKA="));
}

// RFC 7677, 3.
TEST(Scram, Sha256Vector) {
    Scram scram(ScramHash::Sha256, "user", Secret("pencil"), "rOprNGfwEbeRWgbNEkqO");
    const auto answer =
        scram.answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    ASSERT_TRUE(answer);
    EXPECT_EQ(
        *answer,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    EXPECT_TRUE(scram.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

TEST(Scram, NamesAreEscaped) {
    EXPECT_EQ(Scram(ScramHash::Sha1, "a=b,c", Secret("x"), "n").first(), "n,,n=a=3Db=2Cc,r=n");
}

TEST(Scram, ServersThatCheat) {
    for (const auto& [message, reason] : {std::pair{"r=other,s=QSXCR+Q6sek8bf92,i=4096", "nonce"},
                                          {"r=mine,s=QSXCR+Q6sek8bf92,i=4096", "nonce"},
                                          {"r=mineX,i=4096", "salt"},
                                          {"r=mineX,s=QSXCR+Q6sek8bf92", "iteration"},
                                          {"r=mineX,s=QSXCR+Q6sek8bf92,i=0", "iteration"},
                                          {"r=mineX,s=QSXCR+Q6sek8bf92,i=99999999", "iteration"},
                                          {"m=x,r=mineX,s=QSXCR+Q6sek8bf92,i=4096", "extension"},
                                          {"", "nonce"}}) {
        Scram scram(ScramHash::Sha256, "user", Secret("pencil"), "mine");
        const auto answer = scram.answer(message);
        ASSERT_FALSE(answer) << message;
        EXPECT_EQ(answer.error().kind, ErrorKind::Auth);
        EXPECT_NE(answer.error().text.find(reason), std::string::npos) << answer.error().text;
        EXPECT_FALSE(scram.verify("v=")) << "nothing was proved";
    }
}

// RFC 6070 and, for SHA-256, RFC 7914.
TEST(Pbkdf2, Vectors) {
    EXPECT_EQ(hex(pbkdf2_sha1("password", "salt", 4096)), "4b007901b765489abead49d926f721d065a429c1");
    EXPECT_EQ(hex(pbkdf2_sha256("passwd", "salt", 1)),
              "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
}

}  // namespace
}  // namespace tandem
