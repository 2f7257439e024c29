// Files of a mail, from the addresses that the message names.
#pragma once

#include "connectors/smtp/document.hpp"
#include "core/async/task.hpp"
#include "core/mail/compose.hpp"
#include "core/net/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace tandem::smtp {

// Together at most `max_bytes`, only from places of the public internet (and those that gateway.media.allow names).
// Failure: Rejected (too large, gone, refused), Transient (not now), Config (`http` is nullptr).
async::Task<Result<std::vector<mail::File>>> fetch_files(const net::HttpClient* http,
                                                         const std::vector<FileWanted>& wanted,
                                                         std::uint64_t max_bytes,
                                                         std::chrono::steady_clock::time_point deadline);

}  // namespace tandem::smtp
