#include "core/outbox/dispatcher.hpp"

#include "core/async/run_on.hpp"
#include "core/outbox/lane_runner.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace tandem::outbox {

using async::Task;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

Dispatcher::Dispatcher(async::Io& io,
                       const async::Pool& pool,
                       store::Outbox& outbox,
                       Vendors vendors,
                       const Clock& clock,
                       obs::Log log,
                       DispatcherOptions options)
    : strand_(io.strand()),
      context_(std::make_shared<LaneContext>(pool, outbox, std::move(vendors), clock, std::move(log), options)) {}

Dispatcher::~Dispatcher() = default;

Task<void> Dispatcher::apply(std::vector<Lane> lanes) {
    co_await async::run_on(strand_, [](Dispatcher& self, std::vector<Lane> wanted) -> Task<void> {
        std::map<std::string, std::shared_ptr<LaneRunner>> leaving;
        {
            const std::lock_guard lock(self.mutex_);
            leaving = self.runners_;
        }
        for (auto& lane : wanted) {
            const auto known = leaving.find(lane.instance);
            if (known != leaving.end()) {
                known->second->use(std::move(lane));
                leaving.erase(known);
                continue;
            }
            auto name = lane.instance;
            auto runner = std::make_shared<LaneRunner>(self.context_, self.strand_, std::move(lane));
            runner->start();
            const std::lock_guard lock(self.mutex_);
            self.runners_.emplace(std::move(name), std::move(runner));
        }
        for (auto& [name, runner] : leaving) {
            runner->request_stop();
            co_await runner->join(SteadyClock::time_point::max());
            const std::lock_guard lock(self.mutex_);
            self.runners_.erase(name);
        }
    }(*this, std::move(lanes)));
}

Task<void> Dispatcher::stop(milliseconds limit) {
    co_await async::run_on(strand_, [](Dispatcher& self, milliseconds patience) -> Task<void> {
        const auto deadline = SteadyClock::now() + patience;
        std::map<std::string, std::shared_ptr<LaneRunner>> leaving;
        {
            const std::lock_guard lock(self.mutex_);
            leaving.swap(self.runners_);
        }
        for (auto& [name, runner] : leaving)
            runner->request_stop();
        for (auto& [name, runner] : leaving)
            co_await runner->join(deadline);
    }(*this, limit));
}

void Dispatcher::wake(const std::string& instance) {
    std::shared_ptr<LaneRunner> runner;
    {
        const std::lock_guard lock(mutex_);
        const auto found = runners_.find(instance);
        if (found == runners_.end()) return;
        runner = found->second;
    }
    boost::asio::post(strand_, [runner] { runner->wake(); });
}

std::vector<LaneStatus> Dispatcher::status() const {
    const std::lock_guard lock(mutex_);
    std::vector<LaneStatus> out;
    for (const auto& [name, runner] : runners_)
        out.push_back(runner->status());
    return out;
}

}  // namespace tandem::outbox
