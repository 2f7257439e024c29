// What both sides of a stream know about each other's stanzas (XEP-0198): numbers of ours that the server has not yet
// acknowledged, and how far its own are handled here. Outlives a connection, so that the next one can resume. All
// numbers count modulo 2^32. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace tandem::xmpp {

using StanzaNumber = std::uint32_t;

struct SentStanza {
    StanzaNumber number = 0;
    std::string xml;
};

class Ledger {
public:
    // Both counts begin anew; what was unacknowledged is forgotten. An empty id cannot be resumed.
    void begin(std::string resume_id);
    // The session is over for good.
    void end() { begin({}); }
    bool resumable() const { return !id_.empty(); }
    const std::string& id() const { return id_; }

    // The number of a stanza that goes out.
    StanzaNumber send(std::string xml);
    const std::deque<SentStanza>& unacknowledged() const { return sent_; }
    StanzaNumber last_sent() const { return sent_count_; }
    // The server has handled our stanzas up to `h`. False: it acknowledges what was never sent.
    bool acknowledge(StanzaNumber h);

    // The number of a stanza that came.
    StanzaNumber receive() { return ++received_; }
    // Everything up to this number is safe here; older numbers change nothing.
    void handle(StanzaNumber upto);
    StanzaNumber handled() const { return handled_; }
    StanzaNumber received() const { return received_; }
    // At a resume: the server sends again what was not handled.
    void rewind() { received_ = handled_; }

private:
    std::string id_;
    std::deque<SentStanza> sent_;
    StanzaNumber sent_count_ = 0;
    StanzaNumber received_ = 0;
    StanzaNumber handled_ = 0;
};

}  // namespace tandem::xmpp
