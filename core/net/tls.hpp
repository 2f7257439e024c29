// Server side TLS from files: certificate chain and private key in PEM.
#pragma once

#include "core/base/result.hpp"

#include <filesystem>
#include <memory>

namespace boost::asio::ssl {
class context;
}

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

}  // namespace tandem::net
