#include "tools/tandem/outcomes.hpp"

#include <utility>

namespace tandem::tool {

async::Task<Result<void>> StoreOutcomes::confirm(connector::Confirmation what) {
    const auto id = InteractionId::parse(what.id);
    if (!id) co_return fail(config_error("'" + what.id + "' names no message"));
    std::vector<store::VendorId> ids;
    for (auto& one : what.ids)
        ids.push_back({std::move(one.name_space), std::move(one.external_id)});
    const auto written = co_await async::offload(
        pool_, [this, id = *id, ids = std::move(ids)] { return outbox_.confirm(id, ids, clock_.now()); });
    if (!written) co_return fail(written.error());
    co_return Result<void>();
}

}  // namespace tandem::tool
