#include "connectors/xmpp/ledger.hpp"

#include <utility>

namespace tandem::xmpp {

void Ledger::begin(std::string resume_id) {
    *this = Ledger();
    id_ = std::move(resume_id);
}

StanzaNumber Ledger::send(std::string xml) {
    sent_.push_back({++sent_count_, std::move(xml)});
    return sent_count_;
}

bool Ledger::acknowledge(StanzaNumber h) {
    const StanzaNumber before = sent_count_ - static_cast<StanzaNumber>(sent_.size());
    const StanzaNumber fresh = h - before;
    if (fresh > sent_.size()) return false;
    sent_.erase(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(fresh));
    return true;
}

void Ledger::handle(StanzaNumber upto) {
    const StanzaNumber fresh = upto - handled_;
    if (fresh <= received_ - handled_) handled_ = upto;
}

}  // namespace tandem::xmpp
