#include "core/base/error.hpp"

#include <utility>

namespace tandem {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Transient:
            return "transient";
        case ErrorKind::Throttled:
            return "throttled";
        case ErrorKind::Auth:
            return "auth";
        case ErrorKind::Config:
            return "config";
        case ErrorKind::Rejected:
            return "rejected";
        case ErrorKind::OptedOut:
            return "opted_out";
        case ErrorKind::UnknownOutcome:
            return "unknown_outcome";
        case ErrorKind::Corrupt:
            return "corrupt";
        case ErrorKind::NotFound:
            return "not_found";
        case ErrorKind::Full:
            return "full";
        case ErrorKind::Cancelled:
            return "cancelled";
    }
    return "unknown";
}

Error&& Error::with_context(std::string_view context) && {
    text.insert(0, ": ").insert(0, context);
    return std::move(*this);
}

Error transient(std::string text) {
    return {.kind = ErrorKind::Transient, .text = std::move(text)};
}

Error throttled(std::string text, std::optional<std::chrono::milliseconds> retry_after) {
    return {.kind = ErrorKind::Throttled, .text = std::move(text), .retry_after = retry_after};
}

Error auth_error(std::string text) {
    return {.kind = ErrorKind::Auth, .text = std::move(text)};
}
Error config_error(std::string text) {
    return {.kind = ErrorKind::Config, .text = std::move(text)};
}

Error rejected(std::string text, std::string code) {
    return {.kind = ErrorKind::Rejected, .text = std::move(text), .code = std::move(code)};
}

Error unknown_outcome(std::string text) {
    return {.kind = ErrorKind::UnknownOutcome, .text = std::move(text)};
}
Error corrupt(std::string text) {
    return {.kind = ErrorKind::Corrupt, .text = std::move(text)};
}
Error not_found(std::string text) {
    return {.kind = ErrorKind::NotFound, .text = std::move(text)};
}
Error full(std::string text) {
    return {.kind = ErrorKind::Full, .text = std::move(text)};
}
Error cancelled() {
    return {.kind = ErrorKind::Cancelled, .text = "cancelled"};
}

}  // namespace tandem
