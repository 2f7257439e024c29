#include "core/net/tls_session.hpp"

#include <boost/asio/ssl/context.hpp>
#include <climits>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace tandem::net {

namespace {

int size_of(std::string_view octets) {
    return static_cast<int>(std::min<std::size_t>(octets.size(), INT_MAX));
}

std::string reason() {
    const unsigned long code = ERR_peek_last_error();
    const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return text == nullptr ? "the connection is broken" : text;
}

}  // namespace

struct TlsSession::Native {
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
    BIO* in = nullptr;  // both belong to `ssl`
    BIO* out = nullptr;
};

TlsSession::TlsSession(TlsContext context, std::unique_ptr<Native> native)
    : context_(std::move(context)), native_(std::move(native)) {}

TlsSession::~TlsSession() = default;

Result<std::unique_ptr<TlsSession::Native>> TlsSession::attach(const TlsContext& context) {
    auto native = std::make_unique<Native>();
    native->ssl.reset(SSL_new(context->native_handle()));
    if (!native->ssl) return fail(config_error("no TLS: " + reason()));
    native->in = BIO_new(BIO_s_mem());
    native->out = BIO_new(BIO_s_mem());
    // An empty one has no end: there may be more later.
    BIO_set_mem_eof_return(native->in, -1);
    SSL_set_bio(native->ssl.get(), native->in, native->out);
    return native;
}

Result<std::unique_ptr<TlsSession>> TlsSession::client(TlsContext context, const std::string& host) {
    auto native = attach(context);
    if (!native) return fail(std::move(native.error()));
    if (!expect_tls_host((*native)->ssl.get(), host)) return fail(config_error("no TLS for " + host));
    SSL_set_connect_state((*native)->ssl.get());
    return std::unique_ptr<TlsSession>(new TlsSession(std::move(context), std::move(*native)));
}

Result<std::unique_ptr<TlsSession>> TlsSession::server(TlsContext context) {
    auto native = attach(context);
    if (!native) return fail(std::move(native.error()));
    SSL_set_accept_state((*native)->ssl.get());
    return std::unique_ptr<TlsSession>(new TlsSession(std::move(context), std::move(*native)));
}

void TlsSession::feed(std::string_view octets) {
    while (!octets.empty()) {
        const int size = BIO_write(native_->in, octets.data(), size_of(octets));
        if (size <= 0) return;
        octets.remove_prefix(static_cast<std::size_t>(size));
    }
}

std::string TlsSession::take_output() {
    std::string out;
    out.resize(BIO_ctrl_pending(native_->out));
    const int size = out.empty() ? 0 : BIO_read(native_->out, out.data(), size_of(out));
    out.resize(static_cast<std::size_t>(std::max(size, 0)));
    return out;
}

Result<bool> TlsSession::shake_hands() {
    ERR_clear_error();
    const int done = SSL_do_handshake(native_->ssl.get());
    if (done == 1) return true;
    if (SSL_get_error(native_->ssl.get(), done) == SSL_ERROR_WANT_READ) return false;
    // A wrong certificate is no weather: somebody has to look at it.
    const std::string problem = tls_certificate_problem(native_->ssl.get());
    if (!problem.empty()) return fail(config_error("the certificate is refused: " + problem));
    return fail(transient("TLS: " + reason()));
}

bool TlsSession::peer_certified() const {
    return tls_peer_certified(native_->ssl.get());
}

Result<void> TlsSession::read(std::string& out) {
    std::array<char, 4'096> room{};
    for (;;) {
        ERR_clear_error();
        const int size = SSL_read(native_->ssl.get(), room.data(), static_cast<int>(room.size()));
        if (size > 0) {
            out.append(room.data(), static_cast<std::size_t>(size));
            continue;
        }
        const int why = SSL_get_error(native_->ssl.get(), size);
        if (why == SSL_ERROR_WANT_READ) return {};
        return fail(
            transient(why == SSL_ERROR_ZERO_RETURN ? "the other side closed the connection" : "TLS: " + reason()));
    }
}

Result<void> TlsSession::write(std::string_view text) {
    while (!text.empty()) {
        ERR_clear_error();
        const int size = SSL_write(native_->ssl.get(), text.data(), size_of(text));
        if (size <= 0) return fail(transient("TLS: " + reason()));
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

}  // namespace tandem::net
