#include "core/store/outbox.hpp"

namespace tandem::store {

std::string_view to_string(OutboxState state) {
    switch (state) {
        case OutboxState::Queued:
            return "queued";
        case OutboxState::Sending:
            return "sending";
        case OutboxState::Sent:
            return "sent";
        case OutboxState::Failed:
            return "failed";
        case OutboxState::Expired:
            return "expired";
        case OutboxState::Unknown:
            return "unknown_outcome";
    }
    return "unknown_outcome";
}

}  // namespace tandem::store
