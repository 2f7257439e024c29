#include "connectors/smtp/sasl.hpp"

#include "core/base/scram.hpp"
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
    Result<Secret> answer(std::string_view) override { return first(); }

private:
    const Credentials credentials_;
};

class Login final : public Sasl {
public:
    explicit Login(const Credentials& credentials) : credentials_(credentials) {}
    std::string_view mechanism() const override { return "LOGIN"; }
    Secret first() const override { return {}; }
    // The questions are "Username:" and "Password:" in some words; only their order is sure.
    Result<Secret> answer(std::string_view) override {
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
    Result<Secret> answer(std::string_view) override { return Secret(standard_ ? "\1" : ""); }

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

class ScramLogin final : public Sasl {
public:
    ScramLogin(const Credentials& credentials, ScramHash hash)
        : hash_(hash), scram_(hash, credentials.user, credentials.password, credentials.nonce) {}
    std::string_view mechanism() const override { return hash_ == ScramHash::Sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-1"; }
    Secret first() const override { return Secret(scram_.first()); }
    Result<Secret> answer(std::string_view challenge) override {
        if (step_++ == 0) {
            auto answer = scram_.answer(challenge);
            if (!answer) return fail(std::move(answer.error()));
            return Secret(std::move(*answer));
        }
        if (auto good = scram_.verify(challenge); !good) return fail(std::move(good.error()));
        proved_ = true;
        return Secret();
    }
    Result<void> accepted() const override {
        if (proved_) return {};
        return fail(auth_error("the server does not prove that it knows the password"));
    }

private:
    const ScramHash hash_;
    Scram scram_;
    int step_ = 0;
    bool proved_ = false;
};

using Maker = std::unique_ptr<Sasl> (*)(const Credentials&, std::string_view host);

template <ScramHash Hash>
std::unique_ptr<Sasl> scram(const Credentials& credentials, std::string_view) {
    return std::make_unique<ScramLogin>(credentials, Hash);
}
template <class Login>
std::unique_ptr<Sasl> simple(const Credentials& credentials, std::string_view) {
    return std::make_unique<Login>(credentials);
}
template <bool Standard>
std::unique_ptr<Sasl> bearer(const Credentials& credentials, std::string_view host) {
    return std::make_unique<Bearer>(credentials, Standard, host);
}

// The best first.
std::vector<Maker> wanted(const Credentials& credentials) {
    switch (credentials.method) {
        case AuthMethod::Scram:
            return {scram<ScramHash::Sha256>, scram<ScramHash::Sha1>};
        case AuthMethod::Plain:
            return {simple<Plain>};
        case AuthMethod::Login:
            return {simple<Login>};
        case AuthMethod::XOAuth2:
            return {bearer<false>};
        case AuthMethod::OAuthBearer:
            return {bearer<true>};
        default:
            break;
    }
    if (credentials.token) return {bearer<true>, bearer<false>};
    return {scram<ScramHash::Sha256>, scram<ScramHash::Sha1>, simple<Plain>, simple<Login>};
}

}  // namespace

Result<std::unique_ptr<Sasl>> choose_sasl(const Credentials& credentials,
                                          const std::vector<std::string>& offered,
                                          std::string_view host) {
    for (const Maker make : wanted(credentials)) {
        auto sasl = make(credentials, host);
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
