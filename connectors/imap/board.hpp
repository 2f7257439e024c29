// The state of an instance, out of the states of its mailboxes. Pure but for what it tells the host.
#pragma once

#include "core/connector/connector.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace tandem::imap {

// "a@b.test: why; c@d.test: why; and 3 more": the first ten.
std::string some_of(std::span<const std::string> lines);

class Board {
public:
    Board(connector::Host& host, std::size_t mailboxes) : host_(host), mailboxes_(mailboxes) {}

    void well(const std::string& mailbox);
    void trouble(const std::string& mailbox, Error error);
    // What a human should know, also while the mailbox works; empty: nothing any more. `topic`: what it is about.
    void remark(const std::string& mailbox, const std::string& topic, std::string text);
    // What was received cannot be stored; nullopt: it can again.
    void not_stored(std::optional<std::string> why);

    // Every mailbox has been tried, or one of them works.
    bool decided() const { return any_well_ || troubles_.size() >= mailboxes_; }
    bool any_well() const { return any_well_; }
    // Of all mailboxes that are not read, each with its reason, of the first one's kind; nullopt: there is none.
    std::optional<Error> trouble_of_all() const;

private:
    std::string troubles_text() const;
    void show();

    connector::Host& host_;
    const std::size_t mailboxes_;
    bool any_well_ = false;  // at least once
    std::map<std::string, Error> troubles_;
    std::map<std::string, std::string> remarks_;
    std::optional<std::string> not_stored_;
    std::optional<std::string> shown_;
};

}  // namespace tandem::imap
