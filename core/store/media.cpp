#include "core/store/store.hpp"

namespace tandem::store {

std::string_view to_string(MediaState state) {
    switch (state) {
        case MediaState::Queued:
            return "queued";
        case MediaState::Fetching:
            return "fetching";
        case MediaState::Stored:
            return "stored";
        case MediaState::Failed:
            return "failed";
    }
    return {};
}

}  // namespace tandem::store
