// TLS of both sides. Server: certificate chain and private key from PEM files. Client: whom to trust.
#pragma once

#include "core/base/result.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}
struct ssl_st;  // OpenSSL's SSL

namespace tandem::net {

struct TlsFiles {
    std::filesystem::path certificate;  // the server's certificate, then the intermediate ones
    std::filesystem::path key;          // without a passphrase
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// TLS 1.2 and 1.3. Blocks on the disk. ErrorKind::Config when a file cannot be read or key and certificate do not
// belong together; the text names the file.
Result<TlsContext> load_tls(const TlsFiles& files);

// Changes when one of the files does (time or size). Blocks on the disk. A missing file counts as a state of its own.
std::string tls_fingerprint(const TlsFiles& files);

// Makes a server ask its clients for certificates and verify those that are shown (tls_peer_certified()); one without
// is still let in. Blocks on the disk. ErrorKind::Config when the file of authorities (PEM) cannot be read.
Result<void> ask_for_client_certificates(const TlsContext& server, const std::filesystem::path& authorities);

// What is announced as the protocol inside (ALPN, RFC 7301).
enum class TlsProtocol { Http, Unnamed };

// TLS 1.2 and 1.3 as a client that trusts the system's store and, if `more_authorities` is not empty, the certificates
// of that PEM file as well. Blocks on the disk. ErrorKind::Config when the file cannot be read.
Result<TlsContext> load_client_tls(const std::filesystem::path& more_authorities,
                                   TlsProtocol protocol = TlsProtocol::Http);

// Before the handshake of a client: which host the peer's certificate must be for; a name is also announced (SNI).
// False when OpenSSL cannot do it; the connection must not be used then.
bool expect_tls_host(ssl_st* connection, std::string host);

// After a handshake: the peer has shown a certificate, and it was verified.
bool tls_peer_certified(const ssl_st* connection);

// After a failed handshake: why the peer's certificate was not accepted; empty when that was not the reason.
std::string tls_certificate_problem(const ssl_st* connection);

}  // namespace tandem::net
