// The gateway's own numbers in Prometheus' text exposition format 0.0.4.
#pragma once

#include "core/journal/journal.hpp"
#include "core/media/fetcher.hpp"
#include "core/net/http_server.hpp"
#include "core/outbox/dispatcher.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/store/media.hpp"
#include "core/store/store.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tandem::tool {

struct GatewayNumbers {
    journal::JournalStats journal;
    pipeline::PipelineStats pipeline;
    std::map<std::pair<std::string, std::string>, std::uint64_t> ignored;  // by (instance, reason)
    store::StoreStats store;
    net::ServerStats server;
    Instant now;
    store::MediaStats media;
    media::FetcherStatus fetcher;
    std::vector<outbox::LaneStatus> lanes;
};

std::string exposition(const GatewayNumbers& numbers);

}  // namespace tandem::tool
