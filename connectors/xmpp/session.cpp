#include "connectors/xmpp/session.hpp"

#include "connectors/xmpp/conditions.hpp"
#include "connectors/xmpp/names.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tandem::xmpp {

namespace {

constexpr std::string_view kPingPrefix = "tandem-ping-";

Element named(std::string_view name, std::string_view space) {
    return {.name = std::string(name), .ns = std::string(space)};
}

std::optional<StanzaNumber> number_of(std::string_view text) {
    StanzaNumber value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_stanza(const Element& element) {
    return element.name == "message" || element.name == "presence" || element.name == "iq";
}

}  // namespace

Session::Session(SessionOptions options, Ledger& ledger, Time now)
    : options_(std::move(options)),
      ledger_(ledger),
      secure_(options_.tls == TlsMode::Direct),
      bound_(options_.jid),
      login_deadline_(now + options_.login_limit),
      heard_(now) {
    if (options_.mode == LinkMode::Component) ledger_.end();
    open_stream();
}

std::string_view Session::content_ns() const {
    return options_.mode == LinkMode::Component ? ns::kComponent : ns::kClient;
}

void Session::open_stream() {
    Element root{.name = "stream:stream", .ns = std::string(content_ns())};
    root.set("to", options_.jid.domain).set("xmlns:stream", ns::kStream);
    if (options_.mode == LinkMode::Client) root.set("version", "1.0");
    std::string text = to_xml(root, {});
    text.erase(text.size() - 2, 1);  // the slash: it stays open
    output_ += "<?xml version='1.0'?>" + text;
}

void Session::write(const Element& element) {
    output_ += to_xml(element, content_ns());
}

void Session::receive(std::string_view octets, Time now) {
    if (closed()) return;
    heard_ = now;
    reader_.feed(octets);
    const auto fault = reader_.fault();
    auto items = reader_.take();
    for (std::size_t i = 0; i < items.size() && !closed(); ++i) {
        dispatch(items[i], now);
        const bool more = i + 1 < items.size() || reader_.pending() > 0;
        // Octets before TLS must not count as octets inside it.
        if (phase_ == Phase::Securing && more)
            return end(transient("the server sends more after it agreed to begin TLS"), "policy-violation");
    }
    if (fault && !closed()) end(transient("the server's stream cannot be read: " + *fault), "not-well-formed");
}

void Session::dispatch(StreamItem& item, Time now) {
    if (const auto* root = std::get_if<StreamOpened>(&item)) {
        opened(root->root);
    } else if (auto* one = std::get_if<StreamElement>(&item)) {
        element(*one, now);
    } else {
        end(transient("the server ended the stream"));
    }
}

void Session::opened(const Element& root) {
    if (!root.is("stream", ns::kStream)) return end(config_error("the peer does not speak XMPP"), "bad-format");
    if (options_.mode == LinkMode::Client) {
        if (root.attribute("version").empty())
            end(config_error("the server speaks XMPP before version 1.0"), "unsupported-version");
        return;
    }
    const std::string text = std::string(root.attribute("id")) + std::string(options_.password.reveal());
    Element handshake = named("handshake", ns::kComponent);
    handshake.text = hex(sha1(text));
    write(handshake);
    phase_ = Phase::LoggingIn;
}

void Session::element(StreamElement& item, Time now) {
    const Element& one = item.element;
    if (one.is("error", ns::kStream)) return stream_error(one);
    switch (phase_) {
        case Phase::Opening:
        case Phase::Reopening:
            if (one.is("features", ns::kStream)) return features(one);
            if (one.is("proceed", ns::kTls) && phase_ == Phase::Opening) {
                phase_ = Phase::Securing;
                events_.emplace_back(WantsTls{});
                return;
            }
            if (one.is("failure", ns::kTls)) return end(transient("the server cannot begin TLS now"));
            break;
        case Phase::LoggingIn:
            if (options_.mode == LinkMode::Component && one.is("handshake", ns::kComponent))
                return go_online(false, false);
            if (one.ns == ns::kSasl) return sasl(one);
            break;
        case Phase::Resuming:
            if (one.is("resumed", ns::kSm)) return resumed(one);
            if (one.is("failed", ns::kSm)) return resume_failed(one);
            break;
        case Phase::Binding:
            if (one.is("iq", ns::kClient) && one.attribute("id") == "bind") return bound(one);
            break;
        case Phase::Enabling:
            if (one.is("enabled", ns::kSm)) return enabled(one);
            if (one.is("failed", ns::kSm)) return go_online(false, false);
            break;
        case Phase::Online:
            if (one.is("r", ns::kSm) && managed_)
                return write(named("a", ns::kSm).set("h", std::to_string(ledger_.handled())));
            if (one.is("a", ns::kSm) && managed_) return acknowledged(one.attribute("h"));
            if (one.ns == content_ns() && is_stanza(one)) return stanza(item, now);
            return;  // of an extension that nobody asked for
        case Phase::Securing:
        case Phase::Closed:
            return;
    }
    end(transient("the server sends <" + one.name + "> while logging in"), "unsupported-stanza-type");
}

void Session::stanza(StreamElement& item, Time now) {
    const StanzaNumber number = ledger_.receive();
    const Element& one = item.element;
    if (is_pong(one)) {
        asked_.reset();
        if (!managed_) settle(ping_covers_);
        if (!managed_ && !ledger_.unacknowledged().empty()) ask(now);
    }
    const std::string_view type = one.attribute("type");
    if (one.name == "iq" && (type == "get" || type == "set")) answer_request(one);
    events_.emplace_back(Received{std::move(item.element), std::move(item.xml), number});
}

bool Session::is_pong(const Element& stanza) const {
    if (stanza.name != "iq" || stanza.attribute("id") != std::string(kPingPrefix) + std::to_string(pings_))
        return false;
    const std::string_view type = stanza.attribute("type");
    return type == "result" || type == "error";
}

// RFC 6120, 8.2.3: every request gets an answer.
void Session::answer_request(const Element& request) {
    Element answer = named("iq", content_ns());
    answer.set("id", request.attribute("id"));
    if (request.has("from")) answer.set("to", request.attribute("from"));
    if (options_.mode == LinkMode::Component)
        answer.set("from", request.has("to") ? request.attribute("to") : std::string_view(options_.jid.domain));
    if (request.attribute("type") == "get" && request.child("ping", ns::kPing) != nullptr) {
        answer.set("type", "result");
    } else {
        answer.set("type", "error");
        Element error = named("error", content_ns());
        error.set("type", "cancel").add(named("service-unavailable", ns::kStanzas));
        answer.add(std::move(error));
    }
    // Without room nobody gets an answer: a flood of requests must not grow the ledger.
    if (!has_room()) return;
    const std::string xml = to_xml(answer, content_ns());
    ledger_.send(xml);
    output_ += xml;
}

StanzaNumber Session::send(const Element& stanza, Time now) {
    std::string xml = to_xml(stanza, content_ns());
    output_ += xml;
    const StanzaNumber number = ledger_.send(std::move(xml));
    if (!asked_) ask(now);
    return number;
}

// For an acknowledgement; without XEP-0198 the answer to a ping says that everything before it was handled.
void Session::ask(Time now) {
    asked_ = now;
    if (managed_) {
        write(named("r", ns::kSm));
        return;
    }
    Element ping = named("iq", content_ns());
    ping.set("id", std::string(kPingPrefix) + std::to_string(++pings_)).set("type", "get");
    if (options_.mode == LinkMode::Component) {
        ping.set("from", options_.jid.bare()).set("to", options_.jid.bare());
    } else {
        ping.set("to", options_.jid.domain);
    }
    ping.add(named("ping", ns::kPing));
    const std::string xml = to_xml(ping, content_ns());
    ping_covers_ = ledger_.send(xml);
    output_ += xml;
}

void Session::acknowledged(std::string_view h) {
    const auto value = number_of(h);
    asked_.reset();
    if (!value || !ledger_.acknowledge(*value)) {
        ledger_.end();
        return end(transient("the server acknowledges what was not sent"), "undefined-condition");
    }
    events_.emplace_back(Acknowledged{*value});
    if (!ledger_.unacknowledged().empty()) ask(heard_);
}

void Session::settle(StanzaNumber upto) {
    if (ledger_.acknowledge(upto)) events_.emplace_back(Acknowledged{upto});
}

void Session::handled(StanzaNumber upto) {
    const StanzaNumber before = ledger_.handled();
    ledger_.handle(upto);
    if (online() && managed_ && ledger_.handled() != before)
        write(named("a", ns::kSm).set("h", std::to_string(ledger_.handled())));
}

void Session::tick(Time now) {
    if (closed() || now < next_tick()) return;
    if (!online()) return end(transient("the login was not finished in time"));
    if (asked_) return end(transient("the server does not answer"), "connection-timeout");
    ask(now);
}

Session::Time Session::next_tick() const {
    if (closed()) return Time::max();
    if (!online()) return login_deadline_;
    return asked_ ? *asked_ + options_.ping_limit : heard_ + options_.ping_after;
}

void Session::close() {
    if (closed()) return;
    if (online()) output_ += "</stream:stream>";
    end(cancelled());
}

void Session::lost(std::string_view why) {
    if (!closed()) end(transient(std::string(why)));
}

void Session::stream_error(const Element& error) {
    end(error_of_stream(error));
}

void Session::end(Error error, std::string_view condition) {
    if (!condition.empty()) {
        Element told{.name = "stream:error", .ns = std::string(content_ns())};
        told.add(named(condition, ns::kStreamErrors));
        output_ += to_xml(told, content_ns()) + "</stream:stream>";
    }
    phase_ = Phase::Closed;
    asked_.reset();
    events_.emplace_back(Closed{std::move(error)});
}

std::string Session::take_output() {
    return std::exchange(output_, {});
}

std::vector<SessionEvent> Session::take_events() {
    return std::exchange(events_, {});
}

}  // namespace tandem::xmpp
