// Self-signed certificates for TLS tests, made on the spot: nothing expires in the repository.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace tandem::test {

// Writes certificate and key, replacing what is there; `common_name` tells certificates apart. `alternative`: what else
// it is for, as in "DNS:vendor.test,IP:127.0.0.1"; it expires `valid_seconds` from now.
inline void write_certificate(const std::filesystem::path& certificate,
                              const std::filesystem::path& key,
                              const std::string& common_name,
                              const std::string& alternative = {},
                              long valid_seconds = 86400) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), valid_seconds);
    X509_set_pubkey(x509.get(), pair.get());
    X509_NAME* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()),
                               -1, -1, 0);
    X509_set_issuer_name(x509.get(), name);
    if (!alternative.empty()) {
        const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str()), X509_EXTENSION_free);
        if (!names || X509_add_ext(x509.get(), names.get(), -1) == 0) throw std::runtime_error("bad alternative name");
    }
    if (X509_sign(x509.get(), pair.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign a certificate");

    const auto write = [](const std::filesystem::path& path, auto put) {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
        if (!file || put(file.get()) != 1) throw std::runtime_error("cannot write " + path.string());
    };
    write(certificate, [&](std::FILE* file) { return PEM_write_X509(file, x509.get()); });
    write(key, [&](std::FILE* file) {
        return PEM_write_PrivateKey(file, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

}  // namespace tandem::test
