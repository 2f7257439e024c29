#include "connectors/xmpp/document.hpp"

#include "connectors/xmpp/conditions.hpp"
#include "connectors/xmpp/names.hpp"
#include "core/base/crypto.hpp"
#include "core/base/ids.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <array>
#include <span>
#include <utility>

namespace tandem::xmpp {

using data::Arena;
using data::Member;
using data::Value;

namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 6> kKinds = {{{Kind::Message, "message"},
                                                                      {Kind::Correction, "correction"},
                                                                      {Kind::Retraction, "retraction"},
                                                                      {Kind::Receipt, "receipt"},
                                                                      {Kind::Sent, "sent"},
                                                                      {Kind::Nothing, "nothing"}}};

class Members {
public:
    explicit Members(Arena& arena) : arena_(arena), list_(arena) {}
    Members& add(std::string_view key, Value value) {
        if (!value.is_null()) list_.push_back({key, value});
        return *this;
    }
    Members& text(std::string_view key, std::string_view value) {
        if (!value.empty()) list_.push_back({key, data::make_string(arena_, value)});
        return *this;
    }
    Value object() const { return Value::object(list_.items()); }

private:
    Arena& arena_;
    data::ArenaList<Member> list_;
};

// RFC 6121, 5.2.3: one body for each language; the stanza's own language comes first.
std::string_view body_of(const Element& message) {
    const Element* found = nullptr;
    for (const Element& child : message.children) {
        if (child.name != "body" || child.ns != message.ns) continue;
        if (found == nullptr || !child.has("xml:lang")) found = &child;
        if (!child.has("xml:lang")) break;
    }
    return found == nullptr ? std::string_view() : std::string_view(found->text);
}

Value links_of(const Element& message, Arena& arena) {
    data::ArenaList<Value> out(arena);
    for (const Element& child : message.children) {
        const std::string_view url = child.is("x", ns::kOob) ? child.child_text("url", ns::kOob) : std::string_view();
        if (url.empty()) continue;
        out.push_back(Members(arena).text("url", url).text("description", child.child_text("desc", ns::kOob)).object());
    }
    return out.size() > 0 ? Value::array(out.items()) : Value();
}

std::optional<Receipt> receipt_of(const Element& message) {
    if (const Element* received = message.child("received", ns::kReceipts))
        return Receipt{.id = std::string(received->attribute("id")), .status = "delivered"};
    for (const auto& [name, status] :
         {std::pair("received", "delivered"), std::pair("displayed", "read"), std::pair("acknowledged", "read")}) {
        if (const Element* marker = message.child(name, ns::kMarkers))
            return Receipt{.id = std::string(marker->attribute("id")), .status = status};
    }
    return std::nullopt;
}

std::string_view retracted_id(const Element& message) {
    if (const Element* retract = message.child("retract", ns::kRetract)) return retract->attribute("id");
    if (const Element* apply = message.child("apply-to", ns::kFasten)) {
        if (apply->child("retract", ns::kOldRetract) != nullptr) return apply->attribute("id");
    }
    return {};
}

}  // namespace

std::string_view to_string(Kind kind) {
    for (const auto& [known, name] : kKinds) {
        if (known == kind) return name;
    }
    return "nothing";
}

Meaning meaning_of(const Envelope& envelope, const Account& account) {
    const Element& message = *envelope.message;
    const std::string_view type = message.attribute("type");
    const bool outbound = account.owns(envelope.from);
    Meaning out;
    if (type == "groupchat" || type == "headline") {
        out.label = type == "groupchat" ? "groupchat" : "headline";
    } else if (type == "error") {
        out.label = "error without id";
        if (message.attribute("id").empty()) return out;
        const Error error = error_of_stanza(message);
        out.kind = Kind::Receipt;
        out.receipt = Receipt{.id = std::string(message.attribute("id")), .status = "failed", .reason = error.text};
        out.receipt->code = condition_of(message).substr(0, condition_of(message).find(':'));
    } else if (const std::string_view retracted = retracted_id(message); !retracted.empty()) {
        out.kind = Kind::Retraction;
        out.target = retracted;
    } else if (message.child("retracted", ns::kRetract) != nullptr && envelope.via == Via::Archive) {
        out.kind = Kind::Retraction;  // a tombstone: the archive's id is that of the message itself
    } else if (auto receipt = receipt_of(message); receipt && body_of(message).empty()) {
        out.label = outbound ? "read by us" : "receipt without id";
        if (outbound || receipt->id.empty()) return out;
        out.kind = Kind::Receipt;
        out.receipt = std::move(receipt);
    } else if (!body_of(message).empty()) {
        const Element* replace = message.child("replace", ns::kCorrect);
        out.kind = replace == nullptr ? Kind::Message : Kind::Correction;
        if (replace != nullptr) out.target = replace->attribute("id");
        if (outbound && replace == nullptr && is_gateway_id(message.attribute("id"))) out.kind = Kind::Sent;
    }
    if (out.kind != Kind::Nothing) out.label = to_string(out.kind);
    return out;
}

bool is_gateway_id(std::string_view id) {
    const auto uuid = parse_uuid(id);
    return uuid && ((*uuid)[6] >> 4) == 5;
}

std::string name_space_of(const Account& account) {
    return "xmpp:" + account.bare();
}

std::string body_digest(const Element& message) {
    const auto digest = sha256(body_of(message));
    return hex(std::span(digest).first<8>());
}

std::string_view origin_id_of(const Element& message) {
    const Element* origin = message.child("origin-id", ns::kSid);
    return origin == nullptr ? std::string_view() : origin->attribute("id");
}

std::string document_of(const Envelope& envelope,
                        const Meaning& meaning,
                        const Place& place,
                        const Account& account,
                        std::string_view xml) {
    Arena arena;
    const Element& message = *envelope.message;
    const bool outbound = account.owns(envelope.from);
    const Jid& peer = outbound ? envelope.to : envelope.from;
    const Jid& own = outbound ? envelope.from : envelope.to;
    Members out(arena);
    out.text("kind", to_string(meaning.kind)).text("namespace", name_space_of(account)).text("id", place.id);
    out.text("at", format_time(place.at));
    if (place.rev != 0) out.add("rev", Value::integer(place.rev));
    if (place.first_at != Instant{}) out.text("first_at", format_time(place.first_at));
    out.text("direction", outbound ? "outbound" : "inbound").text("account", own.bare()).text("peer", peer.bare());
    out.text("author", envelope.from.bare()).text("resource", envelope.from.resource);
    out.text("via", to_string(envelope.via)).text("type", message.attribute("type"));
    out.text("message_id", message.attribute("id")).text("origin_id", origin_id_of(message));
    out.text("stanza_id", envelope.stanza_id).text("thread", message.child_text("thread", message.ns));
    out.text("subject", message.child_text("subject", message.ns)).text("language", message.attribute("xml:lang"));
    if (meaning.kind == Kind::Message || meaning.kind == Kind::Correction) {
        out.text("body", body_of(message)).text("body_digest", body_digest(message));
        out.add("links", links_of(message, arena));
        if (const Element* reply = message.child("reply", ns::kReply)) out.text("in_reply_to", reply->attribute("id"));
    }
    out.text("target", meaning.target);
    if (meaning.receipt) {
        out.add("receipt", Members(arena)
                               .text("id", meaning.receipt->id)
                               .text("status", meaning.receipt->status)
                               .text("code", meaning.receipt->code)
                               .text("reason", meaning.receipt->reason)
                               .object());
    }
    out.text("xml", xml);
    return data::to_json(out.object());
}

std::optional<StoredEvent> read_event(std::string_view document) {
    Arena arena;
    const auto value = data::parse_json(document, arena);
    if (!value || !value->is_object()) return std::nullopt;
    const auto text = [&](std::string_view key) { return std::string(value->string_at(key).value_or("")); };
    StoredEvent out{.id = text("id"),
                    .author = text("author"),
                    .message_id = text("message_id"),
                    .origin_id = text("origin_id"),
                    .stanza_id = text("stanza_id"),
                    .target = text("target"),
                    .body_digest = text("body_digest"),
                    .outbound = text("direction") == "outbound"};
    const std::string kind = text("kind");
    for (const auto& [known, name] : kKinds) {
        if (name == kind) out.kind = known;
    }
    const auto first = parse_time(text("first_at").empty() ? text("at") : text("first_at"));
    if (out.kind == Kind::Nothing || !first) return std::nullopt;
    out.first_at = *first;
    if (value->get("rev").is_integer()) out.rev = value->get("rev").as_int();
    return out;
}

}  // namespace tandem::xmpp
