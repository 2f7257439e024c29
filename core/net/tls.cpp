#include "core/net/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <string>
#include <string_view>

namespace tandem::net {

namespace {

namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

Error file_error(const std::filesystem::path& file, const ErrorCode& error) {
    return config_error("TLS file " + file.string() + ": " + error.message());
}

// We speak HTTP/1.1 only; a client that offers other protocols as well learns it here.
int select_protocol(SSL*,
                    const unsigned char** out,
                    unsigned char* out_size,
                    const unsigned char* offered,
                    unsigned int offered_size,
                    void*) {
    static constexpr unsigned char kOurs[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, kOurs, sizeof(kOurs) - 1, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

void append_state(const std::filesystem::path& file, std::string& out) {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(file, error);
    const auto size = std::filesystem::file_size(file, error);
    out += error ? "missing;" : std::to_string(changed.time_since_epoch().count()) + "/" + std::to_string(size) + ";";
}

}  // namespace

Result<TlsContext> load_tls(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // An idle connection gives its 34 KB of buffers back.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);

    ErrorCode error;
    context->use_certificate_chain_file(files.certificate.string(), error);
    if (error) return fail(file_error(files.certificate, error));
    context->use_private_key_file(files.key.string(), ssl::context::pem, error);
    if (error) return fail(file_error(files.key, error));
    if (SSL_CTX_check_private_key(native) != 1) {
        return fail(config_error("TLS key " + files.key.string() + " does not belong to the certificate " +
                                 files.certificate.string()));
    }
    return context;
}

std::string tls_fingerprint(const TlsFiles& files) {
    std::string state;
    append_state(files.certificate, state);
    append_state(files.key, state);
    return state;
}

}  // namespace tandem::net
