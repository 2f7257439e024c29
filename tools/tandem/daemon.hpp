// The running gateway: owns every part, starts them in the order that keeps data safe and stops them in reverse
// (docs/architecture.md, "Start and stop").
#pragma once

#include "core/api/api.hpp"
#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/async/task_group.hpp"
#include "core/base/time.hpp"
#include "core/connector/supervisor.hpp"
#include "core/journal/journal.hpp"
#include "core/media/fetcher.hpp"
#include "core/media/folder.hpp"
#include "core/net/http_client.hpp"
#include "core/net/http_server.hpp"
#include "core/obs/log.hpp"
#include "core/outbox/dispatcher.hpp"
#include "core/outbox/messages.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/store/store.hpp"
#include "tools/tandem/archive.hpp"
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/store_cursors.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tandem::tool {

class Daemon {
public:
    Daemon(std::string config_file, connector::Registry registry, Assembly assembly, obs::Log log);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Opens data folder, store, journal, pipeline and listeners. Nothing is accepted yet. Failure says what and why.
    Result<void> open();

    // Serves until SIGINT or SIGTERM; SIGHUP reloads. Returns the exit code. A second SIGINT or SIGTERM ends at once.
    int serve();

private:
    Result<void> lock_data_folder();
    Result<void> open_store();
    Result<void> open_journal();
    Result<void> open_media();
    Result<void> open_client();
    Result<void> open_outbox(const Secret& key);
    Result<void> open_server(const Secret& key);
    api::ApiOptions api_options(const Secret& key, const Secret& session_key) const;
    api::ApiSources api_sources();
    std::vector<api::ReadinessCheck> readiness() const;
    std::vector<api::ConnectorStatus> connectors() const;
    std::string metrics() const;

    async::Task<void> main();
    async::Task<void> until_stopped();
    async::Task<void> reload();
    async::Task<void> stop();
    void announce() const;

    const std::string config_file_;
    connector::Registry registry_;
    Assembly assembly_;
    obs::Log log_;
    SystemClock clock_;
    int lock_ = -1;
    int exit_code_ = 0;

    std::unique_ptr<store::Store> store_;
    async::Io io_;
    async::Pool readers_;
    async::Pool files_;
    async::Pool names_;
    async::Pool sending_;
    async::Pool media_pool_;
    std::unique_ptr<journal::Journal> journal_;
    std::unique_ptr<pipeline::Pipeline> pipeline_;
    std::optional<net::HttpClient> client_;
    std::unique_ptr<StoreCursors> cursors_;
    std::unique_ptr<JournalArchive> archive_;
    std::unique_ptr<connector::Supervisor> supervisor_;
    std::unique_ptr<outbox::Dispatcher> dispatcher_;
    std::unique_ptr<media::Folder> media_folder_;
    std::unique_ptr<media::Fetcher> fetcher_;
    std::unique_ptr<outbox::Messages> messages_;
    std::unique_ptr<api::Api> api_;
    std::unique_ptr<net::HttpServer> server_;
    std::unique_ptr<async::TaskGroup> tasks_;
};

}  // namespace tandem::tool
