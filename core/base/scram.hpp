// The client's side of SCRAM (RFC 5802, RFC 7677) without channel binding. The server proves that it knows the password
// too. Pure but for the digests; one object for one login.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

#include <string>
#include <string_view>

namespace tandem {

enum class ScramHash { Sha1, Sha256 };

class Scram {
public:
    // `nonce`: printable, without comma, fresh for every login. A password beyond ASCII is taken as it is (no
    // SASLprep).
    Scram(ScramHash hash, std::string_view user, Secret password, std::string nonce);

    std::string first() const;
    // The answer to the server's first message. Failure: Auth, the server's message is not acceptable.
    Result<std::string> answer(std::string_view server_first);
    // The server's last message; failure: Auth, it does not know the password.
    Result<void> verify(std::string_view server_final);

private:
    std::string mac(std::string_view key, std::string_view data) const;
    std::string digest(std::string_view data) const;

    const ScramHash hash_;
    const Secret password_;
    const std::string nonce_;
    const std::string bare_;  // client-first-message-bare
    std::string expected_;    // the server's signature
};

}  // namespace tandem
