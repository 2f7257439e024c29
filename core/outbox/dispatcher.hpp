// Takes messages out of the outbox and hands them to their connector instances: one lane for each instance, so that a
// vendor that is slow, down or angry holds up nobody else's messages.
//
// What became of an attempt is written before the next one is thought of (store/outbox.hpp). An attempt that may have
// reached the vendor is repeated only if the vendor recognises repetitions; if it can be asked, its word decides. The
// names that a message will have are written when its attempt begins: what speaks of it later settles it too.
// Everything runs on the dispatcher's strand, but for the store, which is asked on a pool.
#pragma once

#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/base/time.hpp"
#include "core/obs/log.hpp"
#include "core/outbox/lane.hpp"
#include "core/store/outbox.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tandem::outbox {

class LaneRunner;
struct LaneContext;

class Dispatcher {
public:
    // All references must outlive it. The functions of `vendors` are called on the strand.
    Dispatcher(async::Io& io,
               const async::Pool& pool,
               store::Outbox& outbox,
               Vendors vendors,
               const Clock& clock,
               obs::Log log,
               DispatcherOptions options = {});
    // After stop().
    ~Dispatcher();

    // Makes the lanes those given: new ones first settle what an earlier process left in the air. A lane that is gone
    // finishes what it has begun. Any task.
    async::Task<void> apply(std::vector<Lane> lanes);
    // Ends all lanes; what is in a vendor's hands is waited for up to the limit, then becomes unknown. Idempotent.
    async::Task<void> stop(std::chrono::milliseconds limit);

    // A message was accepted for the instance. Any thread.
    void wake(const std::string& instance);

    std::vector<LaneStatus> status() const;  // any thread

private:
    const async::Executor strand_;
    const std::shared_ptr<const LaneContext> context_;
    std::map<std::string, std::shared_ptr<LaneRunner>> runners_;
    mutable std::mutex mutex_;  // of runners_
};

}  // namespace tandem::outbox
