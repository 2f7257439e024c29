#include "tools/tandem/daemon.hpp"

#include "core/net/public_address.hpp"
#include "tools/tandem/exposition.hpp"
#include "tools/tandem/key_file.hpp"
#include "tools/tandem/store_options.hpp"
#include "tools/tandem/terminal.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <sys/file.h>
#include <unistd.h>

namespace tandem::tool {
namespace {

using namespace std::chrono_literals;

constexpr auto kStopLimit = 10s;
constexpr auto kStartLimit = 30s;
// Older unapplied events mean that the pipeline does not get on: not ready.
constexpr auto kLagLimit = 5min;
constexpr auto kFailureShown = 30s;

std::chrono::seconds whole_seconds(std::chrono::milliseconds value) {
    return std::chrono::duration_cast<std::chrono::seconds>(value);
}

std::uint64_t count(config::Bytes bytes) {
    return static_cast<std::uint64_t>(bytes.count);
}

net::ServerOptions server_options(const config::GatewayOptions& gateway) {
    net::ServerOptions options;
    bool secure = gateway.tls.has_value();
    bool apart = secure && !gateway.tls->listen.empty();
    for (const auto& address : gateway.listen)
        options.listen.push_back({address.host, address.port, secure && !apart});
    if (apart) {
        for (const auto& address : gateway.tls->listen)
            options.listen.push_back({address.host, address.port, true});
    }
    if (secure) options.tls = net::TlsFiles{gateway.tls->certificate.string(), gateway.tls->key.string()};
    options.limits.body_bytes = count(gateway.body_limit);
    options.timeouts.header = gateway.header_timeout;
    options.timeouts.body = gateway.body_timeout;
    options.timeouts.idle = gateway.idle_timeout;
    options.max_connections = static_cast<std::size_t>(gateway.max_connections);
    return options;
}

// The public internet and the operator's exceptions.
Result<std::function<bool(std::string_view)>> allowed_addresses(const std::vector<std::string>& networks) {
    std::vector<net::AddressBlock> blocks;
    for (const auto& text : networks) {
        auto block = net::AddressBlock::parse(text);
        if (!block) return fail(std::move(block.error()).with_context("gateway.media.allow"));
        blocks.push_back(std::move(*block));
    }
    return [blocks = std::move(blocks)](std::string_view address) {
        return net::is_public_address(address) ||
               std::ranges::any_of(blocks, [&](const auto& block) { return block.contains(address); });
    };
}

Result<net::PublicUrl> public_url(const config::GatewayOptions& gateway) {
    net::PublicUrlRules rules;
    rules.base = gateway.public_url;
    for (const auto& text : gateway.trusted_proxies) {
        auto block = net::AddressBlock::parse(text);
        if (!block) return fail(std::move(block.error()));
        rules.trusted.push_back(std::move(*block));
    }
    return net::PublicUrl(std::move(rules));
}

}  // namespace

Daemon::Daemon(std::string config_file, connector::Registry registry, Assembly assembly, obs::Log log)
    : config_file_(std::move(config_file)),
      registry_(std::move(registry)),
      assembly_(std::move(assembly)),
      log_(std::move(log)),
      io_(static_cast<unsigned>(assembly_.config.gateway.threads)),
      readers_("reader", 4),
      files_("files", 1),
      names_("names", 2),
      sending_("outbox", 1),
      media_pool_("media", 1) {}

Daemon::~Daemon() {
    if (pipeline_) pipeline_->stop();
    if (journal_) journal_->close();
    if (lock_ >= 0) ::close(lock_);
}

Result<void> Daemon::open() {
    if (auto ok = prepare_data_folder(assembly_); !ok) return ok;
    if (auto ok = lock_data_folder(); !ok) return ok;
    auto key = point_key(assembly_);
    if (!key) return fail(std::move(key.error()));
    if (auto ok = open_store(); !ok) return ok;
    if (auto ok = open_journal(); !ok) return ok;
    if (auto ok = open_client(); !ok) return ok;
    if (auto ok = open_media(); !ok) return ok;
    pipeline::PipelineOptions options;
    options.node = assembly_.config.gateway.node;
    options.on_files = [this] { fetcher_->wake(); };
    pipeline_ = std::make_unique<pipeline::Pipeline>(*journal_, *store_, assembly_.sources,
                                                     identity_context(assembly_, *key), clock_, log_, options);
    if (auto ok = pipeline_->start(); !ok) return ok;
    if (auto ok = open_outbox(*key); !ok) return ok;
    return open_server(*key);
}

Result<void> Daemon::open_client() {
    net::HttpClientOptions options{.user_agent = "Tandem/" TANDEM_VERSION};
    auto allowed = allowed_addresses(assembly_.config.gateway.media.allow);
    if (!allowed) return fail(std::move(allowed.error()));
    options.address_allowed = std::move(*allowed);
    auto client = net::HttpClient::open(io_.executor(), names_, std::move(options));
    if (!client) return fail(std::move(client.error()).with_context("calls to vendors"));
    client_ = std::move(*client);
    return {};
}

Result<void> Daemon::open_media() {
    const auto& limits = assembly_.config.gateway.media;
    media_folder_ = std::make_unique<media::Folder>(
        assembly_.media_folder(),
        media::FolderLimits{.max_total = count(limits.max_total), .reserve = count(limits.reserve)});
    if (auto ok = media_folder_->open(); !ok) return ok;
    media::FetcherOptions options;
    options.max_bytes = count(limits.max_size);
    options.timeout = limits.timeout;
    options.at_once = static_cast<std::size_t>(limits.at_once);
    auto fetch = [this](std::string instance, connector::MediaWanted wanted) {
        return supervisor_->fetch(std::move(instance), std::move(wanted));
    };
    fetcher_ = std::make_unique<media::Fetcher>(io_, media_pool_, store_->media(), *media_folder_, std::move(fetch),
                                                clock_, log_, options);
    return {};
}

Result<void> Daemon::open_outbox(const Secret& key) {
    outbox::Vendors vendors{.send =
                                [this](std::string instance, connector::Outgoing outgoing) {
                                    return supervisor_->send(std::move(instance), std::move(outgoing));
                                },
                            .resolve =
                                [this](std::string instance, connector::Outgoing outgoing) {
                                    return supervisor_->resolve(std::move(instance), std::move(outgoing));
                                }};
    dispatcher_ =
        std::make_unique<outbox::Dispatcher>(io_, sending_, store_->outbox(), std::move(vendors), clock_, log_);
    messages_ = std::make_unique<outbox::Messages>(
        *store_, identity_context(assembly_, key), assembly_.config.identity.region, clock_,
        [this](const std::string& instance) { dispatcher_->wake(instance); });
    messages_->use(assembly_.sending);
    return {};
}

Result<void> Daemon::lock_data_folder() {
    auto file = assembly_.config.gateway.data / "lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) return fail(config_error("cannot open " + file.string() + ": " + std::strerror(errno)));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        return fail(config_error("another gateway runs on " +
                                 std::filesystem::absolute(assembly_.config.gateway.data).string()));
    }
    return {};
}

Result<void> Daemon::open_store() {
    auto store = store::open_sqlite_store(store_options(assembly_.config));
    if (!store) return fail(std::move(store.error()).with_context("store"));
    store_ = std::move(*store);
    return {};
}

Result<void> Daemon::open_journal() {
    auto position = store_->position(assembly_.consumer());
    if (!position) return fail(std::move(position.error()).with_context("store"));
    const auto& limits = assembly_.config.journal;
    journal::JournalOptions options;
    options.file = assembly_.journal_file();
    options.max_unsettled_bytes = count(limits.max_backlog);
    options.max_unsettled_age = whole_seconds(limits.max_backlog_age);
    options.max_total_bytes = count(limits.max_size);
    options.retain = whole_seconds(limits.retain);
    options.start_above = *position;
    auto journal = journal::Journal::open(options, [this](auto work) { io_.post(std::move(work)); }, clock_);
    if (!journal) return fail(std::move(journal.error()).with_context("journal"));
    journal_ = std::move(*journal);
    auto stats = journal_->stats();
    if (!stats.set_aside.empty()) {
        log_.error("the journal was damaged; it is kept under another name and what can be read was carried over",
                   {{"kept", stats.set_aside}, {"events", std::to_string(stats.salvaged)}});
    }
    return {};
}

Result<void> Daemon::open_server(const Secret& key) {
    const auto& gateway = assembly_.config.gateway;
    auto url = public_url(gateway);
    if (!url) return fail(std::move(url.error()));
    auto session_key = key_in(assembly_.session_key_file());
    if (!session_key) return fail(std::move(session_key.error()).with_context("the key of the page's sessions"));
    cursors_ = std::make_unique<StoreCursors>(*store_, *pipeline_, readers_);
    connector::SupervisorOptions options{
        .public_url = std::move(*url), .clock = clock_, .log = log_, .http = &*client_, .cursors = cursors_.get()};
    archive_ = std::make_unique<JournalArchive>(assembly_.journal_file(), readers_);
    options.archive = archive_.get();
    supervisor_ = std::make_unique<connector::Supervisor>(io_, registry_, *journal_, std::move(options));
    api_ = std::make_unique<api::Api>(api_options(key, *session_key), api_sources(), *store_, readers_, clock_, log_);
    net::Router router;
    for (auto& route : supervisor_->routes())
        router.add(std::move(route));
    for (auto& route : api_->routes())
        router.add(std::move(route));
    auto server = net::HttpServer::open(io_, files_, server_options(gateway), std::move(router), log_);
    if (!server) return fail(std::move(server.error()));
    server_ = std::move(*server);
    return {};
}

api::ApiOptions Daemon::api_options(const Secret& key, const Secret& session_key) const {
    const auto& config = assembly_.config;
    api::ApiOptions options;
    for (const auto& token : config.api.tokens) {
        api::Scopes scopes;
        for (const auto& name : token.scopes) {
            if (auto scope = api::parse_scope(name)) scopes.add(*scope);
        }
        options.tokens.push_back({token.name, token.secret, scopes});
    }
    options.token_file = assembly_.token_file();
    options.region = config.identity.region;
    options.point_key = key;
    options.session_key = session_key;
    options.public_url = config.gateway.public_url;
    options.frame_ancestors = config.api.pop.frame_ancestors;
    options.conversation_gap = whole_seconds(config.identity.conversation_gap);
    options.open_metrics = config.api.open_metrics;
    options.version = TANDEM_VERSION;
    return options;
}

api::ApiSources Daemon::api_sources() {
    return {[this] { return connectors(); }, [this] { return readiness(); }, [this] { return metrics(); },
            messages_.get(), media_folder_.get()};
}

std::vector<api::ReadinessCheck> Daemon::readiness() const {
    auto pipeline = pipeline_->stats();
    auto journal = journal_->stats();
    auto lag = journal.oldest_unsettled ? clock_.now() - *journal.oldest_unsettled : Instant::duration(0);
    bool in_time = lag < kLagLimit;
    std::string trouble = !pipeline.running ? "stopped" : pipeline.trouble;
    if (trouble.empty() && !in_time) trouble = "the oldest event has waited longer than five minutes";
    std::string refusing;
    if (journal.unsettled_bytes >= count(assembly_.config.journal.max_backlog))
        refusing = "the backlog limit is reached";
    // Only for a while: without traffic nothing would show that the disk takes writes again.
    bool failing = journal.last_failure && clock_.now() - *journal.last_failure < kFailureShown;
    if (failing) refusing = "events could not be written; see the log";
    // Files wait, messages go on: the gateway is ready all the same.
    return {{"journal", refusing.empty(), refusing},
            {"pipeline", trouble.empty(), trouble},
            {"media", true, fetcher_->status().trouble}};
}

std::vector<api::ConnectorStatus> Daemon::connectors() const {
    std::map<std::string, outbox::LaneStatus> lanes;
    for (auto& lane : dispatcher_->status())
        lanes[lane.instance] = std::move(lane);
    std::vector<api::ConnectorStatus> out;
    for (auto& status : supervisor_->status()) {
        const auto& lane = lanes[status.name];
        auto state = status.state;
        if (lane.paused_until && *lane.paused_until > clock_.now()) {
            if (state == connector::State::Ready) state = connector::State::Degraded;
            if (!status.detail.empty()) status.detail += "; ";
            status.detail += "sending pauses until " + format_time(*lane.paused_until) + ": " + lane.trouble;
        }
        out.push_back({status.name, status.pack, status.connector, std::string(connector::to_string(state)),
                       status.detail, status.since, std::move(status.counters)});
    }
    return out;
}

std::string Daemon::metrics() const {
    auto stats = store_->stats();
    auto media_stats = store_->media().media_stats();
    GatewayNumbers numbers{journal_->stats(),
                           pipeline_->stats(),
                           pipeline_->ignored(),
                           stats ? *stats : store::StoreStats{},
                           server_->stats(),
                           clock_.now(),
                           media_stats ? *media_stats : store::MediaStats{},
                           fetcher_->status(),
                           dispatcher_->status()};
    return exposition(numbers) + supervisor_->metrics();
}

int Daemon::serve() {
    tasks_ = std::make_unique<async::TaskGroup>(io_.strand(), [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& broken) {
            log_.error("a task of the gateway ended", {{"reason", broken.what()}});
        }
        exit_code_ = 1;
    });
    tasks_->spawn(main());
    io_.run();
    pipeline_->stop();
    journal_->close();
    tasks_.reset();
    server_.reset();
    api_.reset();
    messages_.reset();
    dispatcher_.reset();
    fetcher_.reset();
    supervisor_.reset();
    client_.reset();
    log_.info("stopped");
    return exit_code_;
}

async::Task<void> Daemon::main() {
    co_await until_stopped();
    // The default action holds again: a second Ctrl-C ends at once.
    log_.info("stopping");
    co_await stop();
}

async::Task<void> Daemon::until_stopped() {
    namespace asio = boost::asio;
    // One that comes while instances start waits for its turn.
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM, SIGHUP);
    co_await supervisor_->apply(assembly_.instances);
    server_->start();
    co_await supervisor_->wait_started(kStartLimit);
    co_await dispatcher_->apply(assembly_.lanes);
    co_await fetcher_->apply(assembly_.media);
    announce();
    while (co_await signals.async_wait(asio::use_awaitable) == SIGHUP)
        co_await reload();
}

void Daemon::announce() const {
    bool secure = assembly_.config.gateway.tls.has_value() && assembly_.config.gateway.tls->listen.empty();
    const auto& listen = assembly_.config.gateway.listen.front();
    auto host = listen.host.empty() ? "127.0.0.1" : listen.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    auto url = std::string(secure ? "https" : "http") + "://" + host + ":" + std::to_string(server_->ports().front());
    log_.info("ready", {{"url", url}, {"connectors", std::to_string(assembly_.instances.size())}});
    // For scripts and tests: the first line of standard output.
    std::cout << "tandem: ready on " << url << std::endl;
}

async::Task<void> Daemon::reload() {
    struct Loaded {
        std::optional<Assembly> assembly;
        config::Diagnostics diagnostics;
    };
    auto loaded = co_await async::offload(files_, [file = config_file_, registry = &registry_] {
        Loaded out;
        out.assembly = assemble(file, *registry, out.diagnostics);
        return out;
    });
    for (const auto& finding : loaded.diagnostics.all()) {
        const auto text = config::to_text(finding);
        if (finding.severity == config::Severity::Error) {
            log_.error("configuration", {{"finding", text}});
        } else {
            log_.warn("configuration", {{"finding", text}});
        }
    }
    if (!loaded.assembly) {
        log_.error("the configuration has errors; everything goes on as before");
        co_return;
    }
    assembly_.sources = loaded.assembly->sources;
    assembly_.instances = loaded.assembly->instances;
    assembly_.config.connectors = loaded.assembly->config.connectors;
    pipeline_->use(assembly_.sources);
    messages_->use(loaded.assembly->sending);
    co_await supervisor_->apply(assembly_.instances);
    co_await dispatcher_->apply(loaded.assembly->lanes);
    co_await fetcher_->apply(loaded.assembly->media);
    if (auto ok = co_await server_->reload_tls(); !ok) {
        log_.error("the certificate could not be read; the old one stays", {{"reason", ok.error().text}});
    }
    log_.info("reloaded", {{"connectors", std::to_string(assembly_.instances.size())}});
}

async::Task<void> Daemon::stop() {
    api_->close();
    co_await server_->stop(kStopLimit);
    co_await dispatcher_->stop(kStopLimit);
    co_await fetcher_->stop(kStopLimit);
    for (const auto& name : co_await supervisor_->stop()) {
        log_.error("a connector did not stop in time and was abandoned", {{"instance", name}});
    }
    // They would keep the loop waiting for as long as vendors keep them open.
    client_->close_idle();
}

}  // namespace tandem::tool
