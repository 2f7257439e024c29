// What the schemes of verify.cpp share. Private to the layer.
#pragma once

#include "core/mapping/verify.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::mapping {

std::optional<std::string> value_at(const Place& place, const Request& request);

// The signature or token that the request carries, without the prefix. nullopt when it is missing or longer than any
// vendor's.
std::optional<std::string> given_proof(const Verification& verification,
                                       const Request& request,
                                       const Credentials& credentials);
// Where a signature of ours goes. ErrorKind::Config when the field is more than a name.
Result<Proof> proof_at(const Verification& verification, std::string value);

// Letters, digits and _: an expression that is a field of the body, or a name of `let`.
bool is_plain_name(std::string_view text);

// verify_message.cpp: the text that a signature covers. nullopt when an expression gives no text.
std::optional<std::string> part_text(const MessagePart& part,
                                     const Request& request,
                                     const Credentials& credentials,
                                     std::string_view secret);
std::string plain_digest(Algorithm algorithm, std::string_view message);
std::string keyed_digest(Algorithm algorithm, std::string_view key, std::string_view message);
bool digest_holds(const Verification& verification, const Request& request, const Credentials& credentials);
std::optional<std::string> digest_signature(const Verification& verification,
                                            const Request& request,
                                            const Credentials& credentials,
                                            const Secret& secret);

// verify_jwt.cpp
bool jwt_holds(const Verification& verification, const Request& request, const Credentials& credentials);
std::optional<std::string> jwt_token(const Verification& verification,
                                     const Request& request,
                                     const Credentials& credentials,
                                     const Secret& secret);

}  // namespace tandem::mapping
