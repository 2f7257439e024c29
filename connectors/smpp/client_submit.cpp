// The sending half of a Client.
#include "connectors/smpp/client.hpp"
#include "connectors/smpp/connection.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::smpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr long long kMaxValidity = 63LL * 86'400;  // seconds
constexpr std::size_t kMaxAddress = 20;
constexpr std::uint8_t kUdhIndicator = 0x40;
// No part is begun after this: with the longest response_timeout it stays below what the host waits for send(), a
// minute, so that what is known about the parts is told.
constexpr std::chrono::seconds kPatience{25};

bool is_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct NumberType {
    std::uint8_t ton = 0;
    std::uint8_t npi = 0;
};

// By the look of an address without plus.
NumberType type_of(std::string_view address) {
    if (address.empty()) return {0, 0};
    if (!is_digits(address)) return {5, 0};
    return address.size() <= 6 ? NumberType{3, 0} : NumberType{1, 1};
}

std::string without_plus(std::string_view address) {
    return std::string(address.starts_with('+') ? address.substr(1) : address);
}

// DDhhmmss relative to the centre's clock.
std::string relative_time(std::chrono::seconds time) {
    const auto s = std::clamp<long long>(time.count(), 1, kMaxValidity);
    return fmt::format("0000{:02}{:02}{:02}{:02}000R", s / 86'400, s / 3'600 % 24, s / 60 % 60, s % 60);
}

std::uint8_t data_coding_of(Sending sending) {
    switch (sending) {
        case Sending::Standard:
            return 0x00;
        case Sending::Latin1:
            return 0x03;
        case Sending::Ucs2:
            return 0x08;
    }
    return 0x00;
}

std::string number(std::uint32_t value, int octets) {
    std::string out;
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xFF);
    return out;
}

// The document that the pack makes of a message (README.md).
Result<OutgoingText> read_outgoing(std::string_view document) {
    data::Arena arena;
    const auto parsed = data::parse_json(document, arena);
    if (!parsed || !parsed->is_object()) return fail(rejected("the pack's request is no JSON object"));
    const auto text_at = [&](std::string_view key) { return std::string(parsed->string_at(key).value_or("")); };
    OutgoingText out{.to = text_at("to"), .text = text_at("text"), .from = text_at("from"), .validity = {}};
    const auto validity = parsed->get("validity");
    if (validity.is_integer()) out.validity = std::chrono::seconds(validity.as_int());
    if (!validity.is_null() && !validity.is_integer())
        return fail(rejected("`validity` is no whole number of seconds"));
    return out;
}

std::optional<Error> wrong_address(std::string_view address, std::string_view what) {
    const bool good = address.size() <= kMaxAddress && address.find('\0') == std::string_view::npos;
    if (good) return std::nullopt;
    return rejected(std::string(what) + " has more than 20 characters or a NUL");
}

}  // namespace

Pdu Client::pdu_of(const OutgoingText& message) const {
    Pdu pdu;
    pdu.command = Command::SubmitSm;
    pdu.service_type = config_.service_type;
    pdu.source_addr = without_plus(message.from.empty() ? config_.source_address : message.from);
    const NumberType source = type_of(pdu.source_addr);
    pdu.source_addr_ton = config_.source_ton < 0 ? source.ton : static_cast<std::uint8_t>(config_.source_ton);
    pdu.source_addr_npi = config_.source_npi < 0 ? source.npi : static_cast<std::uint8_t>(config_.source_npi);
    pdu.destination_addr = without_plus(message.to);
    const NumberType destination = type_of(pdu.destination_addr);
    pdu.dest_addr_ton = destination.ton;
    pdu.dest_addr_npi = destination.npi;
    pdu.registered_delivery = config_.receipts ? 1 : 0;
    if (message.validity) pdu.validity_period = relative_time(*message.validity);
    return pdu;
}

// The PDUs of a text, or why there are none.
Result<std::vector<Pdu>> Client::pdus_of(const OutgoingText& message) {
    Pdu pdu = pdu_of(message);
    if (pdu.destination_addr.empty()) return fail(rejected("there is no number to send to"));
    if (auto error = wrong_address(pdu.destination_addr, "the number")) return fail(std::move(*error));
    if (auto error = wrong_address(pdu.source_addr, "the sender")) return fail(std::move(*error));
    if (config_.bind == BindMode::Receiver) return fail(config_error("bind: receiver does not send"));
    if (!valid_utf8(message.text)) return fail(rejected("the text is no UTF-8"));
    SegmentOptions options{.alphabets = {}, .concat = config_.long_messages, .packed = config_.packed};
    for (const Sending sending : config_.alphabets)
        options.alphabets.push_back(alphabet_of(sending, config_.default_alphabet));
    const auto cut = segment(message.text, ++reference_, options);
    if (!cut) return fail(rejected("none of `alphabets` holds the text, or it needs more than 255 parts"));
    const auto chosen = std::ranges::find(options.alphabets, cut->alphabet) - options.alphabets.begin();
    pdu.data_coding = data_coding_of(config_.alphabets[static_cast<std::size_t>(chosen)]);
    if (cut->with_header) pdu.esm_class |= kUdhIndicator;
    const bool sar = config_.long_messages == Concat::Sar && cut->parts.size() > 1;
    std::vector<Pdu> out(cut->parts.size(), pdu);
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (config_.long_messages == Concat::Payload) {
            out[i].tlvs.push_back({Tag::MessagePayload, cut->parts[i]});
        } else {
            out[i].short_message = cut->parts[i];
        }
        if (!sar) continue;
        out[i].tlvs = {{Tag::SarMsgRefNum, number(reference_, 2)},
                       {Tag::SarTotalSegments, number(static_cast<std::uint32_t>(out.size()), 1)},
                       {Tag::SarSegmentSeqnum, number(static_cast<std::uint32_t>(i + 1), 1)}};
    }
    return out;
}

Task<Result<std::vector<connector::SentId>>> Client::send(connector::Outgoing outgoing) {
    if (host_.sender() == nullptr) co_return fail(config_error("the pack has no `send`"));
    auto made = host_.sender()->request(outgoing);
    if (!made) co_return fail(std::move(made.error()));
    auto text = read_outgoing(made->body);
    if (!text) co_return fail(std::move(text.error()));
    text->message = std::move(outgoing.id);
    const auto outcome = co_await submit(std::move(*text));
    if (outcome.error) co_return fail(*outcome.error);
    co_return sent_ids(outcome.ids);
}

Task<SubmitOutcome> Client::submit(OutgoingText message) {
    SubmitOutcome out;
    auto pdus = pdus_of(message);
    if (!pdus) {
        out.error = std::move(pdus.error());
        co_return out;
    }
    out.parts = pdus->size();
    const auto deadline = SteadyClock::now() + std::min<SteadyClock::duration>(config_.response_timeout, kPatience);
    const std::string destination = pdus->front().destination_addr;
    // One after the other: when the centre refuses a part, the rest is not sent.
    for (std::size_t i = 0; i < pdus->size(); ++i) {
        Trace trace;
        auto taken = co_await submit_part(std::move((*pdus)[i]), deadline, trace);
        if (taken) {
            if (*taken) out.ids.push_back(id_of_answer(**taken, config_.message_id));
            continue;
        }
        Error error = std::move(taken.error());
        const bool last = i + 1 == pdus->size();
        if (error.kind == ErrorKind::UnknownOutcome && last && !message.message.empty())
            doubts_.add({message.message, out.ids, destination, trace.connection, trace.sequence, trace.reference});
        // Sending the whole again would double the parts that went out, whatever the reason was.
        if (i > 0) {
            error.kind = ErrorKind::UnknownOutcome;
            error.text = fmt::format("part {} of {}, those before it were taken: {}", i + 1, out.parts, error.text);
        }
        out.error = std::move(error);
        break;
    }
    host_.count("submitted", out.error ? to_string(out.error->kind) : "sent");
    co_return out;
}

Task<Result<std::optional<std::string>>> Client::submit_part(Pdu pdu, Session::Time deadline, Trace& trace) {
    Error last = transient("no room in the window within response_timeout");
    for (;;) {
        while (connection_ != nullptr && connection_->session.bound() && !reconnect_.stopping() &&
               !connection_->session.can_submit(SteadyClock::now()) && SteadyClock::now() < deadline) {
            const auto paused = connection_->session.paused_until();
            co_await changed_.wait_until(paused > SteadyClock::now() ? std::min(paused, deadline) : deadline);
        }
        if (connection_ == nullptr || !connection_->session.bound() || reconnect_.stopping())
            co_return fail(transient("not bound to the message centre"));
        if (!connection_->session.can_submit(SteadyClock::now())) co_return fail(std::move(last));
        auto outcome = co_await submit_once(connection_, pdu, trace);
        if (outcome || outcome.error().kind != ErrorKind::Throttled) co_return outcome;
        host_.count("throttled");
        last = std::move(outcome.error());
    }
}

Task<Result<std::optional<std::string>>> Client::submit_once(std::shared_ptr<Connection> connection,
                                                             Pdu pdu,
                                                             Trace& trace) {
    Waiting waiting;
    trace = {.connection = connection->number, .sequence = 0, .reference = std::nullopt};
    if (config_.user_reference && connection->tlvs) {
        trace.reference = ++user_reference_;
        pdu.tlvs.push_back({Tag::UserMessageReference, number(*trace.reference, 2)});
    }
    const std::uint32_t sequence = trace.sequence = connection->session.submit(std::move(pdu), SteadyClock::now());
    const auto entry = connection->waiting.emplace(sequence, &waiting).first;
    const std::shared_ptr<void> forget(nullptr, [&](void*) { connection->waiting.erase(entry); });
    connection->conversation.advance();
    while (!waiting.outcome)
        co_await waiting.settled.wait();
    co_return std::move(*waiting.outcome);
}

Task<Result<connector::Resolution>> Client::resolve(connector::Outgoing outgoing) {
    const auto ids = doubts_.take(outgoing.id);
    if (!ids) co_return fail(transient("neither an answer nor a receipt has told"));
    co_return connector::Resolution(sent_ids(*ids));
}

std::vector<connector::SentId> Client::sent_ids(const std::vector<std::string>& ids) const {
    std::vector<connector::SentId> out;
    for (const auto& id : ids)
        out.push_back({name_space(config_), id});
    return out;
}

}  // namespace tandem::smpp
