#include "connectors/xmpp/inbox.hpp"

#include "connectors/xmpp/names.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace tandem::xmpp {

namespace {

constexpr std::size_t kMaxMessages = 20'000;
// A retraction is the last word.
constexpr std::int64_t kFinal = 1'000'000'000'000'000;

std::int64_t to_millis(Instant at) {
    return to_micros(at) / 1'000;
}

std::string short_digest(std::string_view text) {
    const auto digest = sha256(text);
    return hex(std::span(digest).first<16>());
}

std::string outbound_key(std::string_view kind, std::string_view id, std::string_view digest) {
    std::string out("out/");
    for (const std::string_view part : {kind, id, digest}) {
        out += part;
        out += '/';
    }
    return out;
}

}  // namespace

bool Recent::add(const std::string& key) {
    if (!known_.insert(key).second) return false;
    order_.push_back(key);
    if (order_.size() > limit_) {
        known_.erase(order_.front());
        order_.pop_front();
    }
    return true;
}

Inbox::Taken Inbox::take(const Element& stanza, std::string_view xml, const Account& account, Instant now) {
    Taken out;
    if (stanza.name != "message") {
        out.what = stanza.name == "iq" ? "iq" : "presence";
        return out;
    }
    const auto envelope = open_envelope(stanza, account);
    if (!envelope) {
        out.what = "forged or broken";
        return out;
    }
    out.archive_id = envelope->stanza_id;
    out.query = envelope->query;
    out.stamp = envelope->stamp;
    const Meaning meaning = meaning_of(*envelope, account);
    out.what = meaning.label;
    if (meaning.kind == Kind::Nothing) return out;
    const Element& message = *envelope->message;
    if (meaning.kind == Kind::Sent) out.own_id = message.attribute("id");
    const bool asks = message.child("request", ns::kReceipts) != nullptr && !message.attribute("id").empty();
    if (asks && envelope->via == Via::Live && !account.owns(envelope->from))
        out.confirm.emplace(envelope->from.full(), message.attribute("id"));
    if (repeated(*envelope, meaning, account)) {
        out.what = "repeated";
        return out;
    }
    const Place where = place(*envelope, meaning, account, now);
    journal::Event& event = out.event.emplace();
    event.vendor_id = envelope->stanza_id.empty() ? where.id : envelope->stanza_id;
    event.received_at = now;
    event.content_type = kEventType;
    event.raw = document_of(*envelope, meaning, where, account, xml);
    return out;
}

bool Inbox::repeated(const Envelope& envelope, const Meaning& meaning, const Account& account) {
    bool known = false;
    if (!envelope.stanza_id.empty()) known = !seen_.add(envelope.stanza_id);
    const std::string_view id = envelope.message->attribute("id");
    if (account.archive && account.owns(envelope.from) && !id.empty()) {
        const auto key = outbound_key(to_string(meaning.kind), id, body_digest(*envelope.message));
        known = !seen_.add(key) || known;
    }
    return known;
}

Place Inbox::place(const Envelope& envelope, const Meaning& meaning, const Account& account, Instant now) {
    Place out{.at = envelope.stamp.value_or(now)};
    const bool changes = meaning.kind == Kind::Correction || meaning.kind == Kind::Retraction;
    if (changes && !meaning.target.empty()) return change(envelope, meaning, std::move(out));
    if (meaning.kind == Kind::Receipt) return out;
    out.id = own_key(envelope, account, out.at);
    if (meaning.kind == Kind::Retraction) {
        out.rev = kFinal + to_millis(out.at);
    } else {
        remember(envelope, std::make_shared<Known>(Known{out.id, out.at, 0, body_digest(*envelope.message)}));
    }
    return out;
}

Place Inbox::change(const Envelope& envelope, const Meaning& meaning, Place out) {
    const std::int64_t stamp = to_millis(out.at);
    const auto known = find(envelope.from.bare(), meaning.target);
    const bool retraction = meaning.kind == Kind::Retraction;
    out.rev = retraction ? kFinal + stamp : stamp;
    if (known == nullptr) {
        // A corrected message that nobody remembers is shown as one of its own.
        if (!retraction) out.id = envelope.stanza_id;
        return out;
    }
    out.id = known->id;
    out.first_at = known->at;
    // Two corrections within one second of an archive still have an order.
    if (retraction || known->rev < kFinal) {
        out.rev = std::max(out.rev, known->rev + 1);
        known->rev = out.rev;
    }
    if (!retraction) remember(envelope, known);
    return out;
}

std::string Inbox::own_key(const Envelope& envelope, const Account& account, Instant at) {
    const Element& message = *envelope.message;
    const std::string_view id = message.attribute("id");
    const bool outbound = account.owns(envelope.from);
    if (!outbound && !envelope.stanza_id.empty()) return envelope.stanza_id;
    if (id.empty()) {
        if (!envelope.stanza_id.empty()) return envelope.stanza_id;
        return short_digest(envelope.from.full() + '\n' + envelope.to.full() + '\n' + format_time(at) + '\n' +
                            body_digest(message));
    }
    std::string out = outbound ? std::string(id) : envelope.from.bare() + "/" + std::string(id);
    // Some clients count from one at every start.
    const auto known = find(envelope.from.bare(), id);
    const std::string digest = body_digest(message);
    if (known != nullptr && known->body_digest != digest) out += "/" + digest;
    return out;
}

void Inbox::remember(const Envelope& envelope, const std::shared_ptr<Known>& known) {
    remember(envelope.from.bare(), envelope.message->attribute("id"), known);
    remember(envelope.from.bare(), origin_id_of(*envelope.message), known);
}

void Inbox::remember(const std::string& author, std::string_view message_id, const std::shared_ptr<Known>& known) {
    if (message_id.empty()) return;
    std::string key = author + '\n' + std::string(message_id);
    if (!messages_.contains(key)) order_.push_back(key);
    messages_.insert_or_assign(std::move(key), known);
    if (order_.size() > kMaxMessages) {
        messages_.erase(order_.front());
        order_.pop_front();
    }
}

std::shared_ptr<Inbox::Known> Inbox::find(const std::string& author, std::string_view message_id) const {
    const auto found = messages_.find(author + '\n' + std::string(message_id));
    return found == messages_.end() ? nullptr : found->second;
}

void Inbox::restore(const journal::Event& event) {
    const auto stored = read_event(event.raw);
    if (!stored) return;
    if (!stored->stanza_id.empty()) seen_.add(stored->stanza_id);
    if (stored->outbound && !stored->message_id.empty())
        seen_.add(outbound_key(to_string(stored->kind), stored->message_id, stored->body_digest));
    if (stored->kind == Kind::Receipt || stored->id.empty()) return;
    auto known = stored->target.empty() ? nullptr : find(stored->author, stored->target);
    if (known == nullptr) known = std::make_shared<Known>(Known{stored->id, stored->first_at, 0, stored->body_digest});
    known->rev = std::max(known->rev, stored->rev);
    remember(stored->author, stored->message_id, known);
    remember(stored->author, stored->origin_id, known);
    remember(stored->author, stored->target, known);
}

}  // namespace tandem::xmpp
