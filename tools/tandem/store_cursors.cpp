#include "tools/tandem/store_cursors.hpp"

namespace tandem::tool {

async::Task<Result<std::optional<connector::Cursor>>> StoreCursors::load(std::string instance,
                                                                         connector::StreamName stream) {
    co_return co_await async::offload(readers_,
                                      [store = &store_, instance = std::move(instance), stream = std::move(stream)] {
                                          return store->cursor(instance, stream);
                                      });
}

void StoreCursors::advance(const std::string& instance,
                           const connector::StreamName& stream,
                           connector::Cursor cursor,
                           journal::Position position) {
    pipeline_.keep_cursor({instance, stream, std::move(cursor)}, position);
}

}  // namespace tandem::tool
