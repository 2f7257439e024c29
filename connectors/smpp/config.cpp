#include "connectors/smpp/config.hpp"

#include "core/config/findings.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace tandem::smpp {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMaxSystemId = 15;

// The limits of the protocol, without the NUL: C-octet strings are ASCII (SMPP 3.4, 3.1).
config::Check at_most(std::size_t limit) {
    return [limit](std::string_view text) -> std::optional<std::string> {
        const bool ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
        if (text.size() <= limit && ascii) return std::nullopt;
        return "must have at most " + std::to_string(limit) + " characters, all of ASCII";
    };
}

config::Fields<Config>::Choices<Alphabet> alphabets() {
    config::Fields<Config>::Choices<Alphabet> out;
    for (const Alphabet alphabet : {Alphabet::Gsm7, Alphabet::Latin1, Alphabet::Ucs2, Alphabet::Ascii,
                                    Alphabet::Iso8859_5, Alphabet::Windows1251})
        out.emplace_back(to_string(alphabet), alphabet);
    return out;
}

void add_link(config::Fields<Config>& fields) {
    fields.field("host", &Config::host, "Name or address of the message centre.")
        .required()
        .check(config::check_host)
        .field("port", &Config::port, "Its port; often 3550 with TLS.")
        .range(1, 65'535)
        .field("tls", &Config::tls, "TLS from the first octet; SMPP has no STARTTLS.")
        .field("tls_ca", &Config::tls_ca, "Certificates (PEM) that are trusted besides the system's.")
        .field("tls_name", &Config::tls_name, "Name in the centre's certificate. Empty: host.")
        .field("system_id", &Config::system_id, "Account at the centre.")
        .required()
        .check(at_most(kMaxSystemId))
        .field("account", &Config::account,
               "Name of the account, part of the messages' identity. Instances of one account share it. Empty: the "
               "name of the instance.")
        .field("password", &Config::password,
               "Its password. The protocol has room for 8 characters, some centres take more.")
        .field("system_type", &Config::system_type, "Only if the operator gave one.")
        .check(at_most(12))
        .choice<BindMode>("bind", &Config::bind,
                          {{"transceiver", BindMode::Transceiver},
                           {"receiver", BindMode::Receiver},
                           {"transmitter", BindMode::Transmitter}},
                          "Both directions, or one of them.")
        .field("window", &Config::window, "Submits that may wait for their answers.")
        .range(1, 1'000)
        .field("enquire_link", &Config::enquire_link,
               "After this long without a word from the centre it is asked whether it is there.")
        .range(100ms, 1h)
        .field("enquire_limit", &Config::enquire_limit, "How long it may take to say so; then the link is made anew.")
        .range(100ms, 10min)
        .field("response_timeout", &Config::response_timeout,
               "After it the outcome of a submit is unknown; also the limit of the bind.")
        .range(100ms, 30s)
        .field("throttle_backoff", &Config::throttle_backoff,
               "How long nothing is submitted after the centre answered that it is too much.")
        .range(1ms, 10min)
        .field(
            "reconnect_first", &Config::reconnect_first,
            "Wait before the first attempt to connect again; it doubles with every failure. Some operators want 60s.")
        .range(1ms, 1h)
        .field("reconnect_limit", &Config::reconnect_limit, "It doubles up to this.")
        .range(1ms, 24h);
}

void add_texts(config::Fields<Config>& fields) {
    fields
        .choice<Alphabet>("default_alphabet", &Config::default_alphabet, alphabets(),
                          "What data_coding 0 means on this link.")
        .choice<Alphabet>("fallback_alphabet", &Config::fallback_alphabet, alphabets(),
                          "What a text with octets above 0x7F is read as that claims to be gsm7.")
        .field("packed", &Config::packed, "Texts in gsm7 are packed, eight septets in seven octets. Rare.")
        .choice<Sending>("alphabets", &Config::alphabets,
                         {{"default", Sending::Standard}, {"latin1", Sending::Latin1}, {"ucs2", Sending::Ucs2}},
                         "For sending: the first that holds the whole text is taken; default is default_alphabet.")
        .usually("[default, ucs2]")
        .choice<Concat>(
            "long_messages", &Config::long_messages,
            {{"udh8", Concat::Udh8}, {"udh16", Concat::Udh16}, {"sar", Concat::Sar}, {"payload", Concat::Payload}},
            "How a long text is sent: parts with a header of 8 or 16 bits, parts with sar TLVs, one PDU with "
            "message_payload.")
        .choice<IdForm>("message_id", &Config::message_id,
                        {{"text", IdForm::Text},
                         {"dec", IdForm::Decimal},
                         {"hex", IdForm::Hex},
                         {"hex-resp-dec-dlr", IdForm::HexThenDecimal},
                         {"dec-resp-hex-dlr", IdForm::DecimalThenHex}},
                        "How the centre writes message ids in answers to submits (resp) and in receipts (dlr).")
        .field("receipts", &Config::receipts, "Ask for delivery receipts.")
        .field("user_reference", &Config::user_reference,
               "Give every submit a user_message_reference. Some centres repeat it in receipts, which then settle a "
               "message in doubt; a few refuse it.")
        .field("service_type", &Config::service_type, "Only if the operator gave one.")
        .check(at_most(5))
        .field("source_address", &Config::source_address, "Sender of what goes out: a number, a short code or a name.")
        .check(at_most(20))
        .field("source_ton", &Config::source_ton, "Its type of number. -1: letters 5, up to six digits 3, others 1.")
        .range(-1, 6)
        .field("source_npi", &Config::source_npi, "Its numbering plan. -1: 1 for a number of type 1, else 0.")
        .range(-1, 18);
}

}  // namespace

const config::Fields<Config>& config_fields() {
    static const auto fields = [] {
        config::Fields<Config> out;
        add_link(out);
        add_texts(out);
        out.field("reassembly_timeout", &Config::reassembly_timeout,
                  "A long message whose parts have not all come by then is shown with its gaps.")
            .range(1s, 24h)
            .field("max_open_messages", &Config::max_open_messages, "Long messages that may wait for parts at once.")
            .range(1, 100'000)
            .choice<WhenFull>("when_full", &Config::when_full, {{"refuse", WhenFull::Refuse}, {"hold", WhenFull::Hold}},
                              "What the centre is answered while nothing can be stored: status 0x64, or nothing until "
                              "it can. For centres that end the session on any error.");
        return out;
    }();
    return fields;
}

Config read_config(const config::Node& options, const std::string& instance, config::Diagnostics& diagnostics) {
    Config config = config_fields().read(options, diagnostics);
    const auto wrong = [&](std::string_view name, std::string text) {
        const auto node = options.get(name);
        diagnostics.error(node.position(), node.path(), std::move(text));
    };
    for (const std::string_view name : {"tls_ca", "tls_name"}) {
        if (!config.tls && options.get(name))
            wrong(name, "has no meaning without `tls: true`: the link is not encrypted");
    }
    if (config.alphabets.empty()) wrong("alphabets", "must name at least one");
    if (config.packed && config.default_alphabet != Alphabet::Gsm7)
        wrong("packed",
              "only gsm7 can be packed, and default_alphabet is " + std::string(to_string(config.default_alphabet)));
    if (config.reconnect_first > config.reconnect_limit)
        wrong(options.get("reconnect_first") ? "reconnect_first" : "reconnect_limit",
              "reconnect_first must not be above reconnect_limit");
    if (config.account.empty()) config.account = instance;
    return config;
}

SessionOptions session_options(const Config& config) {
    SessionOptions out;
    out.mode = config.bind;
    out.system_id = config.system_id;
    out.password = config.password;
    out.system_type = config.system_type;
    out.window = static_cast<std::size_t>(config.window);
    out.enquire_after = config.enquire_link;
    out.enquire_limit = config.enquire_limit;
    out.response_limit = config.response_timeout;
    out.throttle_pause = config.throttle_backoff;
    return out;
}

Result<net::TlsContext> tls_context(const Config& config) {
    if (!config.tls) return net::TlsContext();
    return net::load_client_tls(config.tls_ca, net::TlsProtocol::Unnamed);
}

net::LinkTarget link_target(const Config& config, net::TlsContext tls) {
    return {.host = config.host,
            .port = static_cast<std::uint16_t>(config.port),
            .tls = std::move(tls),
            .certificate_name = config.tls_name.empty() ? config.host : config.tls_name};
}

}  // namespace tandem::smpp
