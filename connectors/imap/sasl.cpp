#include "connectors/imap/sasl.hpp"

#include "core/base/text.hpp"

namespace tandem::imap {

std::string_view to_string(Mechanism mechanism) {
    switch (mechanism) {
        case Mechanism::ScramSha256:
            return "SCRAM-SHA-256";
        case Mechanism::ScramSha1:
            return "SCRAM-SHA-1";
        case Mechanism::Plain:
            return "PLAIN";
        case Mechanism::XOAuth2:
            return "XOAUTH2";
        case Mechanism::OAuthBearer:
            return "OAUTHBEARER";
    }
    return "";
}

Sasl::Sasl(Mechanism mechanism, std::string user, Secret secret, std::string nonce)
    : mechanism_(mechanism), user_(std::move(user)), secret_(std::move(secret)) {
    if (mechanism_ == Mechanism::ScramSha256) scram_.emplace(ScramHash::Sha256, user_, secret_, std::move(nonce));
    if (mechanism_ == Mechanism::ScramSha1) scram_.emplace(ScramHash::Sha1, user_, secret_, std::move(nonce));
}

std::string Sasl::first() const {
    const std::string secret(secret_.reveal());
    switch (mechanism_) {
        case Mechanism::Plain:
            return std::string(1, '\0') + user_ + '\0' + secret;
        case Mechanism::XOAuth2:
            return "user=" + user_ +
                   "\x01"
                   "auth=Bearer " +
                   secret + "\x01\x01";
        case Mechanism::OAuthBearer:
            return "n,a=" + user_ +
                   ",\x01"
                   "auth=Bearer " +
                   secret + "\x01\x01";
        case Mechanism::ScramSha256:
        case Mechanism::ScramSha1:
            break;
    }
    return scram_->first();
}

Result<std::string> Sasl::answer(std::string_view challenge) {
    ++step_;
    if (mechanism_ == Mechanism::XOAuth2 || mechanism_ == Mechanism::OAuthBearer) {
        // The server tells in JSON what is wrong, and says NO only after an answer.
        complaint_ = sanitize_utf8(challenge.substr(0, 200));
        return mechanism_ == Mechanism::XOAuth2 ? std::string() : std::string("\x01");
    }
    if (!scram_ || step_ > 2)
        return fail(auth_error("the server asks for more than " + std::string(to_string(mechanism_)) + " has"));
    if (step_ == 1) return scram_->answer(challenge);
    if (auto good = scram_->verify(challenge); !good) return fail(std::move(good.error()));
    return std::string();
}

Result<void> Sasl::accepted() const {
    if (scram_ && step_ != 2) return fail(auth_error("the server did not prove that it knows the password"));
    return {};
}

}  // namespace tandem::imap
