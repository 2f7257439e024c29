// The client's or component's side of one XMPP stream, without sockets and clocks: octets in; octets, events and the
// next moment to look at the time out (RFC 6120; XEP-0198 1.6.3; XEP-0114 for components).
//
// What must outlive the connection is in the Ledger, which the owner keeps: with it the next session resumes. The
// server is told that a stanza is handled only after handled() said so.
#pragma once

#include "connectors/xmpp/element.hpp"
#include "connectors/xmpp/jid.hpp"
#include "connectors/xmpp/ledger.hpp"
#include "connectors/xmpp/stream_reader.hpp"
#include "core/base/result.hpp"
#include "core/base/scram.hpp"
#include "core/base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem::xmpp {

enum class LinkMode { Client, Component };
enum class TlsMode { StartTls, Direct, None };

struct SessionOptions {
    LinkMode mode = LinkMode::Client;
    Jid jid;  // of the account, with the resource that is asked for; of the component
    Secret password;
    TlsMode tls = TlsMode::StartTls;
    bool allow_plain = false;  // SASL PLAIN, and only inside TLS
    std::string nonce;         // fresh and random
    std::chrono::milliseconds login_limit{30'000};
    std::chrono::milliseconds ping_after{60'000};  // of silence
    std::chrono::milliseconds ping_limit{20'000};  // for the answer to a ping or to a question for acknowledgement
    std::size_t max_unacknowledged = 1'000;
};

// The owner makes the connection secure, then calls secured().
struct WantsTls {};
struct Online {
    bool resumed = false;
    bool managed = false;  // by XEP-0198
    Jid jid;               // as the server bound it
};
// `number` for handled(). Requests are already answered.
struct Received {
    Element stanza;
    std::string xml;
    StanzaNumber number = 0;
};
// The server has our stanzas up to this number.
struct Acknowledged {
    StanzaNumber upto = 0;
};
struct Closed {
    Error error;
};
using SessionEvent = std::variant<WantsTls, Online, Received, Acknowledged, Closed>;

class Session {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `ledger` outlives it.
    Session(SessionOptions options, Ledger& ledger, Time now);

    void receive(std::string_view octets, Time now);
    void secured(Time now);
    // The connection is gone.
    void lost(std::string_view why = "the connection ended");
    void tick(Time now);
    Time next_tick() const;

    std::string take_output();
    std::vector<SessionEvent> take_events();

    bool online() const { return phase_ == Phase::Online; }
    bool closed() const { return phase_ == Phase::Closed; }
    bool has_room() const { return ledger_.unacknowledged().size() < options_.max_unacknowledged; }

    // Only while online(). The number that Acknowledged will name.
    StanzaNumber send(const Element& stanza, Time now);
    // All stanzas up to the number are safe here; the server is told.
    void handled(StanzaNumber upto);
    // Ends the stream politely.
    void close();

private:
    enum class Phase { Opening, Securing, LoggingIn, Reopening, Resuming, Binding, Enabling, Online, Closed };

    std::string_view content_ns() const;
    void open_stream();
    void write(const Element& element);
    void dispatch(StreamItem& item, Time now);
    void opened(const Element& root);
    void element(StreamElement& item, Time now);
    void stanza(StreamElement& item, Time now);
    void features(const Element& offered);
    void log_in(const Element& offered);
    void authenticate(std::string_view mechanism, std::string_view initial);
    void sasl(const Element& answer);
    void bind();
    void resumed(const Element& answer);
    void resume_failed(const Element& answer);
    void bound(const Element& answer);
    void enabled(const Element& answer);
    void go_online(bool resumed, bool managed);
    void answer_request(const Element& request);
    void acknowledged(std::string_view h);
    void settle(StanzaNumber upto);
    void ask(Time now);
    bool is_pong(const Element& stanza) const;
    void stream_error(const Element& error);
    void end(Error error, std::string_view condition = {});

    SessionOptions options_;
    Ledger& ledger_;
    StreamReader reader_;
    Phase phase_ = Phase::Opening;
    std::string output_;
    std::vector<SessionEvent> events_;
    std::optional<Scram> scram_;
    bool scram_verified_ = false;
    bool secure_ = false;
    bool managed_ = false;
    bool manageable_ = false;  // the server offers XEP-0198
    Jid bound_;
    Time login_deadline_;
    Time heard_;
    std::optional<Time> asked_;     // an answer to a ping or a question is due
    StanzaNumber ping_covers_ = 0;  // stanzas sent before the ping that is on its way
    std::uint64_t pings_ = 0;
};

}  // namespace tandem::xmpp
