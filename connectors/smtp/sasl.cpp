#include "connectors/smtp/sasl.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::smtp {

namespace {

class Plain final : public Sasl {
public:
    explicit Plain(const Credentials& credentials) : credentials_(credentials) {}
    std::string_view mechanism() const override { return "PLAIN"; }
    Secret first() const override {
        std::string out(1, '\0');
        out += credentials_.user;
        out += '\0';
        out += credentials_.password.reveal();
        return Secret(std::move(out));
    }
    Secret answer(std::string_view) override { return first(); }

private:
    const Credentials credentials_;
};

class Login final : public Sasl {
public:
    explicit Login(const Credentials& credentials) : credentials_(credentials) {}
    std::string_view mechanism() const override { return "LOGIN"; }
    Secret first() const override { return {}; }
    // The questions are "Username:" and "Password:" in some words; only their order is sure.
    Secret answer(std::string_view) override {
        return asked_++ == 0 ? Secret(credentials_.user) : credentials_.password;
    }

private:
    const Credentials credentials_;
    int asked_ = 0;
};

class Bearer final : public Sasl {
public:
    Bearer(const Credentials& credentials, bool standard, std::string_view host)
        : credentials_(credentials), standard_(standard), host_(host) {}
    std::string_view mechanism() const override { return standard_ ? "OAUTHBEARER" : "XOAUTH2"; }
    Secret first() const override {
        const std::string token = "auth=Bearer " + std::string(credentials_.password.reveal()) + "\1\1";
        if (standard_) return Secret("n,a=" + name() + ",\1host=" + host_ + "\1" + token);
        return Secret("user=" + credentials_.user + "\1" + token);
    }
    // A challenge is the failure in JSON; the server waits for this before it says so.
    Secret answer(std::string_view) override { return Secret(standard_ ? "\1" : ""); }

private:
    // RFC 5801, 4: the two characters with a meaning of their own.
    std::string name() const {
        std::string out;
        for (const char c : credentials_.user)
            out += c == '=' ? "=3D" : c == ',' ? "=2C" : std::string(1, c);
        return out;
    }

    const Credentials credentials_;
    const bool standard_;
    const std::string host_;
};

std::vector<AuthMethod> wanted(const Credentials& credentials) {
    if (credentials.method != AuthMethod::Auto) return {credentials.method};
    if (credentials.token) return {AuthMethod::XOAuth2, AuthMethod::OAuthBearer};
    return {AuthMethod::Plain, AuthMethod::Login};
}

std::unique_ptr<Sasl> make(AuthMethod method, const Credentials& credentials, std::string_view host) {
    switch (method) {
        case AuthMethod::Login:
            return std::make_unique<Login>(credentials);
        case AuthMethod::XOAuth2:
            return std::make_unique<Bearer>(credentials, false, host);
        case AuthMethod::OAuthBearer:
            return std::make_unique<Bearer>(credentials, true, host);
        default:
            return std::make_unique<Plain>(credentials);
    }
}

}  // namespace

Result<std::unique_ptr<Sasl>> choose_sasl(const Credentials& credentials,
                                          const std::vector<std::string>& offered,
                                          std::string_view host) {
    for (const AuthMethod method : wanted(credentials)) {
        auto sasl = make(method, credentials, host);
        const auto is_it = [&](const std::string& name) { return iequals_ascii(name, sasl->mechanism()); };
        if (std::ranges::any_of(offered, is_it)) return sasl;
    }
    std::string known;
    for (const std::string& name : offered)
        known += " " + name;
    return fail(config_error("the server offers no way to log in that can be used here; it offers" +
                             (known.empty() ? std::string(" none") : ":" + known)));
}

}  // namespace tandem::smtp
