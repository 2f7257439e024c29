#include "connectors/smpp/inbox.hpp"

#include "connectors/smpp/status.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <chrono>
#include <span>
#include <utility>

namespace tandem::smpp {

namespace {

// A centre repeats what it got no answer for soon after it is connected again.
constexpr std::chrono::seconds kRepeatWithin{60};
constexpr std::size_t kMaxKnown = 100'000;
constexpr std::uint8_t kAcknowledgements = 0x18;  // of a handset or its user: these may carry words

journal::Event event_of(std::string document, std::string_view type, std::string id, Instant at) {
    journal::Event event;
    event.vendor_id = std::move(id);
    event.received_at = at;
    event.content_type = type;
    event.raw = std::move(document);
    return event;
}

std::string message_id(const std::string& print, Instant at, std::uint64_t serial) {
    const auto digest = sha256(print + '|' + std::to_string(to_micros(at)) + '|' + std::to_string(serial));
    return hex(std::span(digest).first<16>());
}

int year_of(Instant at) {
    return int(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(at)).year());
}

ReassemblyOptions reassembly_options(const Config& config) {
    ReassemblyOptions out;
    out.timeout = config.reassembly_timeout;
    out.max_sets = static_cast<std::size_t>(config.max_open_messages);
    return out;
}

// What the parts of one message share.
Pdu without_text(const Pdu& pdu) {
    Pdu out = pdu;
    out.short_message.clear();
    out.tlvs.clear();
    return out;
}

}  // namespace

Inbox::Inbox(const Config& config) : config_(config), reassembly_(reassembly_options(config)) {}

Instant Inbox::messages_since(Instant now) {
    return now - kRepeatWithin;
}

Inbox::Taken Inbox::take(const Delivered& delivered, Instant now, std::uint64_t connection) {
    Taken out;
    if (delivered.fault && delivered.fault->where != Fault::Where::Tlvs) {
        out.what = "unreadable";
        out.status = delivered.fault->status;
        out.events.push_back(event_of(unreadable_document(*delivered.fault, delivered.octets), kEventType, {}, now));
        return out;
    }
    const Pdu& pdu = delivered.pdu;
    const Content content = content_of(pdu);
    if (is_receipt(pdu)) {
        take_receipt(pdu, content, now, connection, out);
    } else if (content.place) {
        take_part(pdu, content, now, out);
    } else {
        take_message(pdu, content, now, connection, out);
    }
    return out;
}

void Inbox::take_receipt(const Pdu& pdu, const Content& content, Instant now, std::uint64_t connection, Taken& out) {
    const std::string text = decode_text(content.octets, Alphabet::Latin1).text;
    const auto receipt = read_receipt(text, pdu, year_of(now));
    if (!receipt && (pdu.esm_class & kAcknowledgements) != 0 && !content.octets.empty())
        return take_message(pdu, content, now, connection, out);
    out.what = "receipt";
    if (receipt) out.receipt_id = id_of_receipt(receipt->id, config_.message_id);
    out.events.push_back(event_of(receipt_document(pdu, content, receipt, config_), kEventType,
                                  receipt ? receipt->id : std::string(), now));
}

void Inbox::take_part(const Pdu& pdu, const Content& content, Instant now, Taken& out) {
    out.what = "part";
    auto added = reassembly_.add(route_key(pdu), *content.place, {content.octets, pdu.data_coding}, now);
    out.repeated = added.repeated;
    out.set_id = added.set.id;
    out.part = content.place->number;
    for (const PartSet& set : added.given_up)
        show(set, part_pdus_[set.id], now, out);
    part_pdus_.insert_or_assign(added.set.id, without_text(pdu));
    out.events.push_back(event_of(part_document(pdu, content, added.set, config_), kPartType, added.set.id, now));
    if (added.hand_out) show(added.set, pdu, now, out);
}

void Inbox::take_message(const Pdu& pdu, const Content& content, Instant now, std::uint64_t connection, Taken& out) {
    forget_old(now);
    out.what = "message";
    out.fingerprint = fingerprint(pdu);
    const auto known = known_.find(out.fingerprint);
    out.repeated = known != known_.end() && known->second.at >= messages_since(now) &&
                   (!known->second.answered || known->second.connection != connection);
    // A repetition gets the id of the first, so that the store sees one message however often it is journalled.
    const Instant at = out.repeated ? known->second.at : now;
    const std::string id = out.repeated ? known->second.id : message_id(out.fingerprint, now, ++serial_);
    if (known_.size() < kMaxKnown || known != known_.end())
        known_.insert_or_assign(out.fingerprint, Known{id, at, connection, false});
    out.events.push_back(event_of(message_document(pdu, content, {id, at}, config_), kEventType, id, now));
}

void Inbox::show(const PartSet& set, const Pdu& pdu, Instant now, Taken& out) {
    if (!set.complete()) out.incomplete.emplace_back(set, without_text(pdu));
    out.events.push_back(event_of(joined_document(pdu, set, config_), kEventType, set.id, now));
}

void Inbox::stored(const Taken& taken) {
    const auto known = known_.find(taken.fingerprint);
    if (known != known_.end()) known->second.answered = true;
}

void Inbox::not_stored(const Taken& taken) {
    known_.erase(taken.fingerprint);
    if (taken.part != 0 && !taken.repeated) reassembly_.undo(taken.set_id, taken.part);
    for (const auto& [set, pdu] : taken.incomplete) {
        if (reassembly_.contains(set.id)) {
            reassembly_.undo_expire(set.id);
        } else {
            unshown_.emplace_back(set, pdu);
        }
    }
}

std::optional<Instant> Inbox::next_expiry() const {
    return unshown_.empty() ? reassembly_.next_expiry() : Instant{};
}

Inbox::Taken Inbox::expire(Instant now) {
    Taken out;
    out.what = "incomplete";
    for (const auto& [set, pdu] : std::exchange(unshown_, {}))
        show(set, pdu, now, out);
    for (const PartSet& set : reassembly_.expire(now))
        show(set, part_pdus_[set.id], now, out);
    std::erase_if(part_pdus_, [this](const auto& entry) { return !reassembly_.contains(entry.first); });
    return out;
}

void Inbox::restore_part(const journal::Event& event) {
    auto part = read_part(event.raw);
    if (!part) return;
    reassembly_.restore(part->set_id, part->route, part->place, std::move(part->part), part->first_at,
                        event.received_at);
    part_pdus_.insert_or_assign(part->set_id, std::move(part->pdu));
}

void Inbox::restore_message(const journal::Event& event) {
    auto message = read_message(event.raw);
    if (!message || known_.size() >= kMaxKnown) return;
    known_.insert_or_assign(message->fingerprint, Known{message->id, event.received_at, 0, true});
}

void Inbox::forget_old(Instant now) {
    if (known_.size() % 64 != 0) return;
    std::erase_if(known_, [now](const auto& entry) { return entry.second.at < messages_since(now); });
}

}  // namespace tandem::smpp
