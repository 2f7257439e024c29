#include "connectors/http/poll_troubles.hpp"

#include <algorithm>

namespace tandem::http {

using connector::State;

void PollTroubles::add(const std::string& poll, const Error& error, Instant retry_at) {
    const State state = error.kind == ErrorKind::Auth ? State::AuthNeeded : State::Degraded;
    troubles_[poll] = {state, "poll " + poll + ": " + error.text + "; again at " +
                                  format_time(std::chrono::floor<std::chrono::seconds>(retry_at))};
    tell();
}

void PollTroubles::clear(const std::string& poll) {
    if (troubles_.erase(poll) > 0) tell();
}

void PollTroubles::tell() {
    if (troubles_.empty()) return host_.state(State::Ready, {});
    const auto worst =
        std::ranges::find(troubles_, State::AuthNeeded, [](const auto& one) { return one.second.state; });
    const auto& told = worst == troubles_.end() ? *troubles_.begin() : *worst;
    host_.state(told.second.state, told.second.text);
}

}  // namespace tandem::http
