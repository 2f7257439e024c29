#include "tools/tandem/archive.hpp"

#include "core/journal/reader.hpp"

#include <utility>

namespace tandem::tool {

namespace {

Result<std::vector<journal::Event>> read_recent(const std::filesystem::path& file, const journal::Recent& wanted) {
    auto reader = journal::Reader::open(file);
    if (!reader) return fail(std::move(reader.error()));
    return (*reader)->recent(wanted);
}

}  // namespace

async::Task<Result<std::vector<journal::Event>>> JournalArchive::recall(std::string instance, connector::Recall what) {
    journal::Recent wanted{.instance = std::move(instance),
                           .content_type = std::move(what.content_type),
                           .since = what.since,
                           .until = what.until,
                           .limit = what.limit};
    co_return co_await async::offload(readers_,
                                      [file = file_, wanted = std::move(wanted)] { return read_recent(file, wanted); });
}

}  // namespace tandem::tool
