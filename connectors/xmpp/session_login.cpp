// The first half of a Session's life: TLS, authentication, binding, stream management.
#include "connectors/xmpp/conditions.hpp"
#include "connectors/xmpp/names.hpp"
#include "connectors/xmpp/session.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace tandem::xmpp {

namespace {

Element named(std::string_view name, std::string_view space) {
    return {.name = std::string(name), .ns = std::string(space)};
}

std::vector<std::string> mechanisms_of(const Element& offered) {
    std::vector<std::string> out;
    const Element* list = offered.child("mechanisms", ns::kSasl);
    if (list == nullptr) return out;
    for (const Element& one : list->children) {
        if (one.is("mechanism", ns::kSasl)) out.push_back(one.text);
    }
    return out;
}

}  // namespace

void Session::secured(Time now) {
    heard_ = now;
    secure_ = true;
    phase_ = Phase::Opening;
    reader_.restart();
    open_stream();
}

void Session::features(const Element& offered) {
    if (phase_ == Phase::Reopening) {
        manageable_ = offered.child("sm", ns::kSm) != nullptr;
        if (manageable_ && ledger_.resumable()) {
            phase_ = Phase::Resuming;
            return write(
                named("resume", ns::kSm).set("previd", ledger_.id()).set("h", std::to_string(ledger_.handled())));
        }
        return bind();
    }
    if (secure_ || options_.tls == TlsMode::None) return log_in(offered);
    if (offered.child("starttls", ns::kTls) == nullptr)
        return end(config_error("the server does not offer TLS; see `tls`"), "policy-violation");
    write(named("starttls", ns::kTls));
}

void Session::log_in(const Element& offered) {
    const auto mechanisms = mechanisms_of(offered);
    const auto offers = [&](std::string_view name) { return std::ranges::find(mechanisms, name) != mechanisms.end(); };
    const std::string& user = options_.jid.local;
    phase_ = Phase::LoggingIn;
    if (offers("SCRAM-SHA-256")) {
        scram_.emplace(ScramHash::Sha256, user, options_.password, options_.nonce);
        return authenticate("SCRAM-SHA-256", scram_->first());
    }
    if (offers("SCRAM-SHA-1")) {
        scram_.emplace(ScramHash::Sha1, user, options_.password, options_.nonce);
        return authenticate("SCRAM-SHA-1", scram_->first());
    }
    if (offers("PLAIN") && options_.allow_plain && secure_) {
        const std::string initial = std::string(1, '\0') + user + '\0' + std::string(options_.password.reveal());
        return authenticate("PLAIN", initial);
    }
    std::string all;
    for (const auto& name : mechanisms)
        all += (all.empty() ? "" : ", ") + sanitize_utf8(name.substr(0, 40));
    end(auth_error("the server offers no way to log in that is allowed here: " + (all.empty() ? "none" : all)));
}

void Session::authenticate(std::string_view mechanism, std::string_view initial) {
    Element auth = named("auth", ns::kSasl);
    auth.set("mechanism", mechanism);
    auth.text = base64(initial);
    write(auth);
}

void Session::sasl(const Element& answer) {
    if (answer.name == "failure") return end(error_of_sasl(answer));
    const std::string data = unbase64(answer.text).value_or("");
    if (answer.name == "challenge" && scram_) {
        Element response = named("response", ns::kSasl);
        if (data.starts_with("v=")) {
            if (auto good = scram_->verify(data); !good) return end(std::move(good.error()));
            scram_verified_ = true;
        } else {
            auto text = scram_->answer(data);
            if (!text) return end(std::move(text.error()));
            response.text = base64(*text);
        }
        return write(response);
    }
    if (answer.name != "success") return end(auth_error("the server asks for what the mechanism does not have"));
    if (scram_ && !scram_verified_) {
        if (auto good = scram_->verify(data); !good) return end(std::move(good.error()));
    }
    phase_ = Phase::Reopening;
    reader_.restart();
    open_stream();
}

void Session::bind() {
    ledger_.end();
    phase_ = Phase::Binding;
    Element request = named("bind", ns::kBind);
    if (!options_.jid.resource.empty()) {
        Element resource = named("resource", ns::kBind);
        resource.text = options_.jid.resource;
        request.add(std::move(resource));
    }
    write(named("iq", ns::kClient).set("id", "bind").set("type", "set").add(std::move(request)));
}

void Session::bound(const Element& answer) {
    const Element* result = answer.child("bind", ns::kBind);
    const Jid jid = parse_jid(result == nullptr ? std::string_view() : result->child_text("jid", ns::kBind));
    if (answer.attribute("type") != "result" || jid.empty())
        return end(transient("the server does not bind the resource: " + condition_of(answer)));
    bound_ = jid;
    if (!manageable_) return go_online(false, false);
    phase_ = Phase::Enabling;
    write(named("enable", ns::kSm).set("resume", "true"));
}

void Session::enabled(const Element& answer) {
    const std::string_view resume = answer.attribute("resume");
    ledger_.begin(resume == "true" || resume == "1" ? std::string(answer.attribute("id")) : std::string());
    go_online(false, true);
}

void Session::resumed(const Element& answer) {
    StanzaNumber h = 0;
    const std::string_view text = answer.attribute("h");
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), h);
    if (text.empty() || error != std::errc() || rest != text.data() + text.size() || !ledger_.acknowledge(h)) {
        ledger_.end();
        return end(transient("the server resumes with a number that cannot be"), "undefined-condition");
    }
    ledger_.rewind();
    go_online(true, true);
    events_.emplace_back(Acknowledged{h});
    for (const SentStanza& sent : ledger_.unacknowledged())
        output_ += sent.xml;
    if (!ledger_.unacknowledged().empty()) ask(heard_);
}

// The old session is gone; some servers still say how far they had got.
void Session::resume_failed(const Element& answer) {
    StanzaNumber h = 0;
    const std::string_view text = answer.attribute("h");
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), h);
    if (!text.empty() && error == std::errc() && rest == text.data() + text.size()) settle(h);
    bind();
}

void Session::go_online(bool resumed, bool managed) {
    if (!resumed && !managed) ledger_.end();
    managed_ = managed;
    phase_ = Phase::Online;
    events_.emplace_back(Online{resumed, managed, bound_});
}

}  // namespace tandem::xmpp
