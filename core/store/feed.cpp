#include "core/store/store.hpp"

namespace tandem::store {

std::string_view to_string(FeedKind kind) {
    switch (kind) {
        case FeedKind::InteractionCreated:
            return "interaction.created";
        case FeedKind::InteractionChanged:
            return "interaction.changed";
        case FeedKind::CustomerMerged:
            return "customer.merged";
        case FeedKind::CustomerSplit:
            return "customer.split";
    }
    return "unknown";
}

}  // namespace tandem::store
