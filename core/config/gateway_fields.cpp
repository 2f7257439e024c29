#include "core/config/gateway_fields.hpp"

#include <algorithm>

namespace tandem::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

std::optional<std::string> check_region(std::string_view text) {
    auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.size() == 2 && std::ranges::all_of(text, upper)) return std::nullopt;
    return "must be a country of ISO 3166 in two capital letters such as RU";
}

std::optional<std::string> check_store_url(std::string_view text) {
    if (text.starts_with("sqlite:") && text.size() > 7) return std::nullopt;
    return "must be sqlite:PATH";
}

// Content Security Policy 3, 2.3.1: an origin or 'self'; anything that could end the directive is refused.
std::optional<std::string> check_frame_ancestor(std::string_view text) {
    if (text == "'self'") return std::nullopt;
    auto host = text.starts_with("https://") ? text.substr(8) : text.starts_with("http://") ? text.substr(7) : "";
    auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view(".-:*[]").contains(c);
    };
    if (!host.empty() && std::ranges::all_of(host, good)) return std::nullopt;
    return "must be an origin such as https://console.example.test or 'self'";
}

std::optional<std::string> check_short_name(std::string_view text) {
    auto printable = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7f'; };
    if (!text.empty() && text.size() <= 64 && std::ranges::all_of(text, printable)) return std::nullopt;
    return "must be a text of 1 to 64 bytes";
}

const Fields<LogOptions>& log_fields() {
    static const auto fields =
        Fields<LogOptions>()
            .choice<std::string>(
                "level", &LogOptions::level,
                {{"error", "error"}, {"warn", "warn"}, {"info", "info"}, {"debug", "debug"}, {"trace", "trace"}},
                "How much is logged; trace shows telephone numbers and mailboxes.")
            .choice<bool>("format", &LogOptions::json, {{"text", false}, {"json", true}},
                          "Lines for people or one JSON object per line.");
    return fields;
}

const Fields<TlsOptions>& tls_fields() {
    static const auto fields =
        Fields<TlsOptions>()
            .field("certificate", &TlsOptions::certificate, "Certificate chain, PEM; read again when it changes.")
            .required()
            .field("key", &TlsOptions::key, "Private key, PEM.")
            .required()
            .field("listen", &TlsOptions::listen,
                   "Addresses that speak TLS besides the plain ones of gateway.listen; without it those speak TLS.");
    return fields;
}

const Fields<MediaOptions>& media_fields() {
    static const auto fields =
        Fields<MediaOptions>()
            .field("max_size", &MediaOptions::max_size, "Largest file; a larger one is not kept.")
            .range(kibibytes(1), mebibytes(512))
            .field("max_total", &MediaOptions::max_total, "All files together; above it no more are fetched.")
            .range(mebibytes(1), gibibytes(65'536))
            .field("reserve", &MediaOptions::reserve,
                   "Free space of the disk that files leave to journal and store; below it none are fetched.")
            .range(Bytes{0}, gibibytes(65'536))
            .field("timeout", &MediaOptions::timeout, "For one file; then it is tried again later.")
            .range(1s, 1h)
            .field("at_once", &MediaOptions::at_once, "Files fetched at once; each is in memory while it comes.")
            .range(1, 64)
            .field("allow", &MediaOptions::allow,
                   "Networks of your own that files may come from, for vendors in your house; else only the public "
                   "internet.")
            .check(check_network);
    return fields;
}

const Fields<GatewayOptions>& process_fields() {
    static const auto fields =
        Fields<GatewayOptions>()
            .field("listen", &GatewayOptions::listen, "Where HTTP is served; :8080 means every address.")
            .field("data", &GatewayOptions::data, "Folder for journal, store, keys and tokens; made if absent.")
            .field("node", &GatewayOptions::node, "Name of this process among the nodes of one store.")
            .check(check_short_name)
            .usually("the host name")
            .field("public_url", &GatewayOptions::public_url,
                   "How vendors reach this gateway; signatures that cover the URL are checked against it.")
            .check(check_http_url)
            .field("trusted_proxies", &GatewayOptions::trusted_proxies,
                   "Networks of proxies whose Forwarded and X-Forwarded-* headers count.")
            .check(check_network)
            .table("tls", &GatewayOptions::tls, tls_fields(), "Serve HTTPS.")
            .field("body_limit", &GatewayOptions::body_limit, "Largest request body; above it 413.")
            .range(kibibytes(1), mebibytes(256))
            .field("header_timeout", &GatewayOptions::header_timeout, "For a whole request header; then 408.")
            .range(100ms, 10min)
            .field("body_timeout", &GatewayOptions::body_timeout, "For a whole request body; then 408.")
            .range(100ms, 1h)
            .field("idle_timeout", &GatewayOptions::idle_timeout, "How long a kept connection may be silent.")
            .range(100ms, 1h)
            .field("max_connections", &GatewayOptions::max_connections, "Open connections at once; above it 503.")
            .range(1, 1'000'000)
            .field("threads", &GatewayOptions::threads, "Threads for network and mapping.")
            .range(1, 256)
            .field("packs", &GatewayOptions::packs, "Folder of your own packs, searched before the built-in ones.")
            .table("log", &GatewayOptions::log, log_fields(), "The log on stderr.")
            .table("media", &GatewayOptions::media, media_fields(), "Files of attachments, fetched from vendors.");
    return fields;
}

const Fields<JournalLimits>& journal_fields() {
    static const auto fields =
        Fields<JournalLimits>()
            .field("max_backlog", &JournalLimits::max_backlog,
                   "Accepted but not yet processed events; above it vendors are told to come back later (503).")
            .range(mebibytes(1), gibibytes(16'384))
            .field("max_backlog_age", &JournalLimits::max_backlog_age,
                   "The same by the age of the oldest unprocessed event.")
            .range(1min, days(365))
            .field("max_size", &JournalLimits::max_size,
                   "Whole journal; above it the oldest processed events are dropped before their time.")
            .range(mebibytes(1), gibibytes(65'536))
            .field("retain", &JournalLimits::retain, "How long raw payloads are kept for a replay.")
            .range(0s, days(3650));
    return fields;
}

const Fields<StoreOptions>& store_fields() {
    static const auto fields =
        Fields<StoreOptions>()
            .field("url", &StoreOptions::url, "The database: sqlite:PATH.")
            .check(check_store_url)
            .usually("sqlite:store.db in the data folder")
            .field("keep_feed", &StoreOptions::keep_feed, "How long readers of the feed can resume.")
            .range(1h, days(3650));
    return fields;
}

const Fields<IdentityOptions>& identity_fields() {
    static const auto fields =
        Fields<IdentityOptions>()
            .field("region", &IdentityOptions::region, "Country of telephone numbers without a prefix.")
            .check(check_region)
            .field("key", &IdentityOptions::key,
                   "Secret behind the ids of contact points; the same on all nodes, never changed.")
            .usually("identity.key in the data folder, made at the first start")
            .field("auto_link_min_strength", &IdentityOptions::auto_link_min_strength,
                   "Evidence from this strength on joins contact points; weaker evidence is suggested.")
            .range(0, 100)
            .field("max_points", &IdentityOptions::max_points, "A customer never gets more contact points than this.")
            .range(2, 1'000)
            .field("exclusive_schemes", &IdentityOptions::exclusive_schemes,
                   "Schemes of which a customer has one value per scope; two never join.")
            .field("own_numbers", &IdentityOptions::own_numbers, "The contact centre's own numbers and mailboxes.")
            .field("trunks", &IdentityOptions::trunks, "Numbers that many people call from; they join nobody.")
            .field("shared_mailboxes", &IdentityOptions::shared_mailboxes,
                   "Mailboxes of many people; they join nobody.")
            .field("conversation_gap", &IdentityOptions::conversation_gap,
                   "Silence after which messages of a thread are shown as another conversation.")
            .range(1min, days(365));
    return fields;
}

const Fields<TokenOptions>& token_fields() {
    static const auto fields =
        Fields<TokenOptions>()
            .field("name", &TokenOptions::name, "Shown in logs; the token itself never is.")
            .required()
            .check(check_short_name)
            .field("secret", &TokenOptions::secret, "The bearer token.")
            .required()
            .choice<std::string>("scopes", &TokenOptions::scopes,
                                 {{"read", "read"}, {"write", "write"}, {"pop", "pop"}, {"admin", "admin"}},
                                 "What it may do.")
            .required();
    return fields;
}

const Fields<PopOptions>& pop_fields() {
    static const auto fields = Fields<PopOptions>()
                                   .field("frame_ancestors", &PopOptions::frame_ancestors,
                                          "Origins of agent consoles that may show the page in a frame.")
                                   .check(check_frame_ancestor)
                                   .choice<std::string>("language", &PopOptions::language, {{"en", "en"}, {"ru", "ru"}},
                                                        "Language when the browser asks for none that there is.");
    return fields;
}

const Fields<ApiOptions>& api_fields() {
    static const auto fields =
        Fields<ApiOptions>()
            .table("tokens", &ApiOptions::tokens, token_fields(), "Who may use the API.")
            .table("pop", &ApiOptions::pop, pop_fields(), "The agent's page.")
            .choice<bool>("metrics", &ApiOptions::open_metrics, {{"token", false}, {"open", true}},
                          "Whether /metrics asks for a token: the port faces vendors, and metrics name instances.");
    return fields;
}

const Fields<ConnectorOptions>& connector_fields() {
    static const auto fields =
        Fields<ConnectorOptions>()
            .field("name", &ConnectorOptions::name, "Unique; the webhook is /hooks/NAME.")
            .required()
            .check(check_instance_name)
            .field("pack", &ConnectorOptions::pack, "What reads the vendor's format: name of its pack (tandem list).")
            .field("type", &ConnectorOptions::type, "Name of the connector (tandem list); http unless given.")
            .any_of({"pack", "type"})
            .field("precedence", &ConnectorOptions::precedence,
                   "When sources disagree about one interaction, the lower one is shown.")
            .range(0, 1'000)
            .field("options", &ConnectorOptions::options,
                   "Options of the connector, e.g. rate_limit and burst of http (connectors/README.md).")
            .field("settings", &ConnectorOptions::settings, "Settings of the pack (tandem list, mappings/README.md).");
    return fields;
}

}  // namespace

const Fields<GatewayConfig>& gateway_fields() {
    static const auto fields =
        Fields<GatewayConfig>()
            .table("gateway", &GatewayConfig::gateway, process_fields(), "The process and its HTTP server.")
            .table("journal", &GatewayConfig::journal, journal_fields(), "The durable queue of accepted events.")
            .table("store", &GatewayConfig::store, store_fields(), "The shared history.")
            .table("identity", &GatewayConfig::identity, identity_fields(), "How contact points become customers.")
            .table("api", &GatewayConfig::api, api_fields(), "Who may read.")
            .table("connectors", &GatewayConfig::connectors, connector_fields(), "The vendors' accounts.");
    return fields;
}

}  // namespace tandem::config
