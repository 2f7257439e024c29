// What went wrong, in the few kinds a caller can act on (docs/errors.md). Made where a library or a peer reported the
// failure, given context on the way up, logged once where it is handled.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tandem {

enum class ErrorKind {
    Transient,       // try again later, with backoff
    Throttled,       // the peer asked to slow down; retry_after says how long when it told
    Auth,            // credentials refused: a human must act
    Config,          // the configuration or a pack is wrong: a human must act
    Rejected,        // the peer or we refuse this very item; trying again gives the same answer
    OptedOut,        // the recipient does not want messages
    UnknownOutcome,  // it may or may not have happened: never repeat blindly
    Corrupt,         // stored or received bytes do not make sense
    NotFound,        // no such thing
    Full,            // a bounded resource (journal, disk, queue) has no room now
    Cancelled,       // we stopped it
};

std::string_view to_string(ErrorKind kind);

struct Error {
    ErrorKind kind = ErrorKind::Transient;
    std::string text;
    std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
    std::string code = {};  // the vendor's or library's own code, empty if none

    // "context: text"; returns itself so that it can be used in a return statement.
    Error&& with_context(std::string_view context) &&;
};

Error transient(std::string text);
Error throttled(std::string text, std::optional<std::chrono::milliseconds> retry_after = std::nullopt);
Error auth_error(std::string text);
Error config_error(std::string text);
Error rejected(std::string text, std::string code = {});
Error unknown_outcome(std::string text);
Error corrupt(std::string text);
Error not_found(std::string text);
Error full(std::string text);
Error cancelled();

}  // namespace tandem
