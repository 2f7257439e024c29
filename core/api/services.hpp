// What the handlers of the API share. Everything here is thread-safe; made once by Api.
#pragma once

#include "core/api/api.hpp"
#include "core/api/endpoint.hpp"
#include "core/api/feed.hpp"
#include "core/api/session.hpp"
#include "core/api/tokens.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::api {

struct Services {
    Services(ApiOptions new_options,
             ApiSources new_sources,
             store::Store& new_store,
             const async::Pool& new_pool,
             const Clock& new_clock,
             obs::Log new_log);

    const ApiOptions options;
    const ApiSources sources;
    store::Store& store;
    const async::Pool& pool;
    const Clock& clock;
    obs::Log log;
    TokenBook tokens;
    SessionSigner sessions;
    std::shared_ptr<Feed> feed;
};

// The bearer token of a request, checked; 401 says what is wrong.
std::expected<Principal, Problem> bearer(Services& services, const net::HttpRequest& request);

// A point as people and consoles write it, normalised, with its id; Rejected with a sentence otherwise.
Result<store::PartyPoint> read_point(const Services& services, std::string_view text);

// Where a reader of the feed starts: Last-Event-ID, `after`, else now.
std::expected<std::uint64_t, Problem> feed_start(Services& services, const Call& call);
Parameter last_event_id();  // how /openapi.json tells of that header

// A file of an attachment by its hash in hex. `inline_images`: a plain picture may be shown inside a page; everything
// else is for saving only.
Answer media_file(Services& services, std::string_view sha512, bool inline_images);

// One group of endpoints each. The handlers refer to `services`.
void add_customers(std::vector<Endpoint>& endpoints, Services& services);
void add_interactions(std::vector<Endpoint>& endpoints, Services& services);
void add_media(std::vector<Endpoint>& endpoints, Services& services);
void add_messages(std::vector<Endpoint>& endpoints, Services& services);
void add_operations(std::vector<Endpoint>& endpoints, Services& services);
void add_page(std::vector<Endpoint>& endpoints, Services& services);
void add_openapi(std::vector<Endpoint>& endpoints, Services& services);

}  // namespace tandem::api
