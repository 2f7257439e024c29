#include "core/base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <limits>
#include <stdexcept>

namespace tandem {
namespace {

// Fetched once: OpenSSL 3 looks an algorithm up by name on every implicit fetch, which costs more than the digest.
struct Algorithms {
    EVP_MD* sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD* sha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
    EVP_MD* sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    EVP_MD* md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
};

const Algorithms& algorithms() {
    static const Algorithms instance;
    return instance;
}

struct DigestContext {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    DigestContext() = default;
    DigestContext(const DigestContext&) = delete;
    DigestContext& operator=(const DigestContext&) = delete;
    ~DigestContext() { EVP_MD_CTX_free(context); }
};

void check(bool ok) {
    if (!ok) throw std::runtime_error("OpenSSL refused a digest");
}

template <std::size_t Size>
std::array<std::uint8_t, Size> digest(const EVP_MD* algorithm, std::string_view first, std::string_view second = {}) {
    thread_local DigestContext holder;
    std::array<std::uint8_t, Size> out{};
    unsigned length = 0;
    check(EVP_DigestInit_ex2(holder.context, algorithm, nullptr) == 1);
    check(EVP_DigestUpdate(holder.context, first.data(), first.size()) == 1);
    if (!second.empty()) check(EVP_DigestUpdate(holder.context, second.data(), second.size()) == 1);
    check(EVP_DigestFinal_ex(holder.context, out.data(), &length) == 1 && length == Size);
    return out;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> pbkdf2(const EVP_MD* algorithm,
                                      std::string_view password,
                                      std::string_view salt,
                                      unsigned iterations) {
    std::array<std::uint8_t, Size> out{};
    check(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                            reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                            static_cast<int>(iterations), algorithm, Size, out.data()) == 1);
    return out;
}

// RFC 2104 over the digest above. OpenSSL's EVP_MAC costs about a microsecond per call in set-up alone.
template <std::size_t Size, std::size_t Block>
std::array<std::uint8_t, Size> hmac(const EVP_MD* algorithm, std::string_view key, std::string_view data) {
    std::array<char, Block> pad{};
    std::array<std::uint8_t, Size> hashed{};
    if (key.size() > Block) {
        hashed = digest<Size>(algorithm, key);
        key = {reinterpret_cast<const char*>(hashed.data()), Size};
    }
    for (std::size_t i = 0; i < Block; ++i)
        pad[i] = static_cast<char>((i < key.size() ? key[i] : 0) ^ 0x36);
    auto inner = digest<Size>(algorithm, {pad.data(), Block}, data);
    for (auto& byte : pad)
        byte = static_cast<char>(byte ^ 0x36 ^ 0x5c);
    auto out = digest<Size>(algorithm, {pad.data(), Block}, {reinterpret_cast<const char*>(inner.data()), Size});
    OPENSSL_cleanse(pad.data(), pad.size());
    return out;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view data) {
    return digest<20>(algorithms().sha1, data);
}
std::array<std::uint8_t, 32> sha256(std::string_view data) {
    return digest<32>(algorithms().sha256, data);
}
std::array<std::uint8_t, 48> sha384(std::string_view data) {
    return digest<48>(algorithms().sha384, data);
}
std::array<std::uint8_t, 64> sha512(std::string_view data) {
    return digest<64>(algorithms().sha512, data);
}
std::array<std::uint8_t, 16> md5(std::string_view data) {
    return digest<16>(algorithms().md5, data);
}

std::array<std::uint8_t, 16> hmac_md5(std::string_view key, std::string_view data) {
    return hmac<16, 64>(algorithms().md5, key, data);
}

std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data) {
    return hmac<20, 64>(algorithms().sha1, key, data);
}

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view data) {
    return hmac<32, 64>(algorithms().sha256, key, data);
}

std::array<std::uint8_t, 48> hmac_sha384(std::string_view key, std::string_view data) {
    return hmac<48, 128>(algorithms().sha384, key, data);
}

std::array<std::uint8_t, 64> hmac_sha512(std::string_view key, std::string_view data) {
    return hmac<64, 128>(algorithms().sha512, key, data);
}

std::array<std::uint8_t, 20> pbkdf2_sha1(std::string_view password, std::string_view salt, unsigned iterations) {
    return pbkdf2<20>(algorithms().sha1, password, salt, iterations);
}

std::array<std::uint8_t, 32> pbkdf2_sha256(std::string_view password, std::string_view salt, unsigned iterations) {
    return pbkdf2<32>(algorithms().sha256, password, salt, iterations);
}

bool constant_time_equal(std::string_view given, std::string_view expected) {
    unsigned char difference = given.size() == expected.size() ? 0 : 1;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        auto byte = i < given.size() ? given[i] : '\0';
        difference = static_cast<unsigned char>(difference | (byte ^ expected[i]));
    }
    return difference == 0;
}

void random_bytes(std::uint8_t* out, std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        RAND_bytes(out, static_cast<int>(size)) != 1) {
        throw std::runtime_error("no random bytes from the system");
    }
}

}  // namespace tandem
