#include "connectors/imap/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::imap {

using connector::State;

void Board::well(const std::string& mailbox) {
    any_well_ = true;
    troubles_.erase(mailbox);
    show();
}

void Board::trouble(const std::string& mailbox, Error error) {
    troubles_.insert_or_assign(mailbox, std::move(error));
    show();
}

void Board::remark(const std::string& mailbox, const std::string& topic, std::string text) {
    const std::string key = mailbox + " " + topic;
    if (text.empty()) {
        remarks_.erase(key);
    } else {
        remarks_.insert_or_assign(key, fmt::format("{}: {}", mailbox, text));
    }
    show();
}

void Board::not_stored(std::optional<std::string> why) {
    not_stored_ = std::move(why);
    show();
}

std::optional<Error> Board::first_trouble() const {
    return troubles_.empty() ? std::nullopt : std::optional(troubles_.begin()->second);
}

// Before the first mailbox works the host shows that the instance is being started.
void Board::show() {
    if (!any_well_) return;
    State state = State::Ready;
    std::string detail;
    if (not_stored_) {
        state = State::Degraded;
        detail = "mail is not stored: " + *not_stored_;
    } else if (!troubles_.empty()) {
        const bool all = troubles_.size() >= mailboxes_;
        const bool auth =
            std::ranges::all_of(troubles_, [](const auto& one) { return one.second.kind == ErrorKind::Auth; });
        state = !all ? State::Degraded : auth ? State::AuthNeeded : State::Failed;
        detail = fmt::format("{} of {} mailboxes not read; {}: {}", troubles_.size(), mailboxes_,
                             troubles_.begin()->first, troubles_.begin()->second.text);
    } else if (!remarks_.empty()) {
        state = State::Degraded;
        detail = remarks_.begin()->second;
        if (remarks_.size() > 1) detail += fmt::format(" (and {} more)", remarks_.size() - 1);
    }
    const std::string now = fmt::format("{} {}", connector::to_string(state), detail);
    if (shown_ == now) return;
    shown_ = now;
    host_.state(state, std::move(detail));
}

}  // namespace tandem::imap
