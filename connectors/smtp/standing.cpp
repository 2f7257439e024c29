#include "connectors/smtp/standing.hpp"

#include <utility>

namespace tandem::smtp {

using connector::State;

void Standing::submission(std::optional<Error> trouble) {
    submission_ = std::move(trouble);
    show();
}

void Standing::journal(std::optional<Error> trouble) {
    journal_ = std::move(trouble);
    show();
}

void Standing::show() {
    const bool troubled = submission_ || journal_;
    if (!std::exchange(troubled_, troubled) && !troubled) return;
    if (!troubled) return host_.state(State::Ready, "");
    std::string detail = submission_ ? submission_->text : "";
    if (journal_) detail += (detail.empty() ? "" : "; ") + ("no copies are taken: " + journal_->text);
    const bool human = submission_ && submission_->kind == ErrorKind::Auth;
    host_.state(human ? State::AuthNeeded : State::Degraded, std::move(detail));
}

}  // namespace tandem::smtp
