#include "connectors/imap/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tandem::imap {

using connector::State;

namespace {

constexpr std::size_t kMostNamed = 10;

}  // namespace

std::string some_of(std::span<const std::string> lines) {
    const auto named = lines.first(std::min(lines.size(), kMostNamed));
    const std::string out = fmt::format("{}", fmt::join(named, "; "));
    return named.size() == lines.size() ? out : fmt::format("{}; and {} more", out, lines.size() - named.size());
}

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

std::string Board::troubles_text() const {
    std::vector<std::string> lines;
    lines.reserve(troubles_.size());
    for (const auto& [mailbox, error] : troubles_)
        lines.push_back(mailbox + ": " + error.text);
    return fmt::format("{} of {} mailboxes not read; {}", troubles_.size(), mailboxes_, some_of(lines));
}

std::optional<Error> Board::trouble_of_all() const {
    if (troubles_.empty()) return std::nullopt;
    Error out = troubles_.begin()->second;
    if (mailboxes_ > 1) out.text = troubles_text();
    return out;
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
        detail = troubles_text();
    } else if (!remarks_.empty()) {
        state = State::Degraded;
        std::vector<std::string> lines;
        for (const auto& [topic, text] : remarks_)
            lines.push_back(text);
        detail = some_of(lines);
    }
    const std::string now = fmt::format("{} {}", connector::to_string(state), detail);
    if (shown_ == now) return;
    shown_ = now;
    host_.state(state, std::move(detail));
}

}  // namespace tandem::imap
