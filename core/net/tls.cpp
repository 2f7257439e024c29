#include "core/net/tls.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

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

Result<void> ask_for_client_certificates(const TlsContext& server, const std::filesystem::path& authorities) {
    ErrorCode error;
    server->load_verify_file(authorities.string(), error);
    if (error) return fail(file_error(authorities, error));
    server->set_verify_mode(ssl::verify_peer, error);
    if (error) return fail(file_error(authorities, error));
    static constexpr unsigned char kSessions[] = "tandem";  // OpenSSL resumes no verified session without a name
    SSL_CTX_set_session_id_context(server->native_handle(), kSessions, sizeof(kSessions) - 1);
    // Clients choose among several certificates by these names.
    SSL_CTX_set_client_CA_list(server->native_handle(), SSL_load_client_CA_file(authorities.c_str()));
    return {};
}

Result<TlsContext> load_client_tls(const std::filesystem::path& more_authorities, TlsProtocol protocol) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    static constexpr unsigned char kOurs[] = "\x08http/1.1";
    if (protocol == TlsProtocol::Http) SSL_CTX_set_alpn_protos(native, kOurs, sizeof(kOurs) - 1);

    ErrorCode error;
    context->set_verify_mode(ssl::verify_peer, error);
    if (!error) context->set_default_verify_paths(error);
    if (error) return fail(config_error("TLS: the system's certificate store: " + error.message()));
    if (more_authorities.empty()) return context;
    context->load_verify_file(more_authorities.string(), error);
    if (error) return fail(file_error(more_authorities, error));
    return context;
}

bool expect_tls_host(ssl_st* connection, std::string host) {
    ErrorCode not_numeric;
    boost::asio::ip::make_address(host, not_numeric);
    X509_VERIFY_PARAM* parameters = SSL_get0_param(connection);
    if (!not_numeric) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
    // "host." is the same host; certificates name it without the dot.
    if (host.ends_with('.')) host.pop_back();
    // An empty name would switch the check off.
    if (host.empty()) return false;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1 &&
           SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
}

bool tls_peer_certified(const ssl_st* connection) {
    return SSL_get0_peer_certificate(connection) != nullptr && SSL_get_verify_result(connection) == X509_V_OK;
}

std::string tls_certificate_problem(const ssl_st* connection) {
    const long result = SSL_get_verify_result(connection);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

std::string tls_fingerprint(const TlsFiles& files) {
    std::string state;
    append_state(files.certificate, state);
    append_state(files.key, state);
    return state;
}

}  // namespace tandem::net
