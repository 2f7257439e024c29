// What instances learn of messages in doubt, written to the outbox on a pool.
#pragma once

#include "core/async/offload.hpp"
#include "core/base/time.hpp"
#include "core/connector/supervisor.hpp"
#include "core/store/outbox.hpp"

namespace tandem::tool {

class StoreOutcomes final : public connector::Outcomes {
public:
    // All of them outlive this.
    StoreOutcomes(store::Outbox& outbox, const async::Pool& pool, const Clock& clock)
        : outbox_(outbox), pool_(pool), clock_(clock) {}

    async::Task<Result<void>> confirm(connector::Confirmation what) override;

private:
    store::Outbox& outbox_;
    const async::Pool& pool_;
    const Clock& clock_;
};

}  // namespace tandem::tool
