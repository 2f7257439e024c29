#include "core/connector/supervisor.hpp"

#include "core/async/run_on.hpp"
#include "core/async/wait.hpp"
#include "core/connector/supervised.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>

namespace tandem::connector {

namespace asio = boost::asio;
using async::Task;

namespace {

Task<net::HttpReply> unknown_instance() {
    co_return net::problem(404, "there is no connector instance of this name");
}

}  // namespace

// Members run on strand_ unless they say otherwise.
class Supervisor::Impl : public std::enable_shared_from_this<Impl> {
public:
    using Instances = std::map<std::string, std::shared_ptr<Supervised>, std::less<>>;

    Impl(async::Io& io, const Registry& registry, journal::Journal& journal, SupervisorOptions options)
        : io_(io),
          registry_(registry),
          strand_(io.strand()),
          context_(std::make_shared<SupervisorContext>(journal, std::move(options))),
          instances_(std::make_shared<const Instances>()) {}

    Task<void> apply(std::vector<InstanceSpec> specs);
    Task<bool> wait_started(std::chrono::milliseconds limit);
    Task<std::vector<std::string>> stop();

    const async::Executor& strand() const { return strand_; }

    // Any thread.
    std::string metrics() const { return context_->metrics.exposition(); }
    std::shared_ptr<const Instances> instances() const {
        const std::lock_guard lock(mutex_);
        return instances_;
    }
    std::shared_ptr<Supervised> find(std::string_view name) const;
    Task<net::HttpReply> hook(net::HttpRequest request, net::PathParameters parameters) const;

private:
    std::shared_ptr<Supervised> launch(InstanceSpec spec);
    Task<void> stop_all(std::vector<std::shared_ptr<Supervised>> leaving);
    Task<void> replace(std::vector<std::shared_ptr<Supervised>> leaving,
                       std::vector<InstanceSpec> arriving,
                       Instances next);
    void publish(Instances instances);

    async::Io& io_;
    const Registry& registry_;
    const async::Executor strand_;
    const std::shared_ptr<const SupervisorContext> context_;
    async::Event changed_;  // an instance ended or made its first attempt, or apply() is done
    bool busy_ = false;     // apply() or stop() runs
    std::vector<std::string> abandoned_;

    mutable std::mutex mutex_;
    std::shared_ptr<const Instances> instances_;
};

void Supervisor::Impl::publish(Instances instances) {
    auto next = std::make_shared<const Instances>(std::move(instances));
    const std::lock_guard lock(mutex_);
    instances_.swap(next);
}

std::shared_ptr<Supervised> Supervisor::Impl::find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = instances_->find(name);
    return found == instances_->end() ? nullptr : found->second;
}

std::shared_ptr<Supervised> Supervisor::Impl::launch(InstanceSpec spec) {
    const Connector* connector = registry_.find(spec.connector);
    if (connector == nullptr) throw std::invalid_argument("no connector type '" + spec.connector + "'");
    auto instance = std::make_shared<Supervised>(context_, io_.strand(), *connector, std::move(spec));
    auto note = [self = shared_from_this(), instance](bool Supervised::* what) {
        instance.get()->*what = true;
        self->changed_.notify_all();
    };
    auto attempted = [self = shared_from_this(), note] {
        asio::post(self->strand_, [note] { note(&Supervised::attempted); });
    };
    auto ended = [note](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
        note(&Supervised::attempted);
        note(&Supervised::ended);
    };
    asio::co_spawn(instance->strand(), instance->run(std::move(attempted)),
                   asio::bind_executor(strand_, std::move(ended)));
    return instance;
}

Task<void> Supervisor::Impl::stop_all(std::vector<std::shared_ptr<Supervised>> leaving) {
    for (const auto& instance : leaving) {
        asio::post(instance->strand(), [instance] { instance->request_stop(); });
    }
    const auto running = [](const auto& instance) { return !instance->ended; };
    while (std::ranges::any_of(leaving, running))
        co_await changed_.wait();
    for (const auto& instance : leaving) {
        if (instance->abandoned()) abandoned_.push_back(instance->spec().name);
    }
}

// Each instance starts when its own predecessor is gone, whatever others still wait for. The leaving ones stay in the
// table until then: their hooks get 503, not 404.
Task<void> Supervisor::Impl::replace(std::vector<std::shared_ptr<Supervised>> leaving,
                                     std::vector<InstanceSpec> arriving,
                                     Instances next) {
    for (const auto& instance : leaving) {
        asio::post(instance->strand(), [instance] { instance->request_stop(); });
    }
    for (;;) {
        std::erase_if(leaving, [this](const auto& instance) {
            if (instance->ended && instance->abandoned()) abandoned_.push_back(instance->spec().name);
            return instance->ended;
        });
        const auto waits = [&](const InstanceSpec& spec) {
            return std::ranges::any_of(leaving, [&](const auto& old) { return old->spec().name == spec.name; });
        };
        std::vector<InstanceSpec> still;
        for (InstanceSpec& spec : arriving) {
            if (waits(spec)) {
                still.push_back(std::move(spec));
            } else {
                std::string name = spec.name;
                next.insert_or_assign(std::move(name), launch(std::move(spec)));
            }
        }
        arriving = std::move(still);
        auto table = next;
        for (const auto& instance : leaving)
            table.emplace(instance->spec().name, instance);
        publish(std::move(table));
        if (leaving.empty()) co_return;
        co_await changed_.wait();
    }
}

Task<void> Supervisor::Impl::apply(std::vector<InstanceSpec> specs) {
    while (busy_)
        co_await changed_.wait();
    busy_ = true;
    const auto old = instances();
    Instances next;
    std::vector<std::shared_ptr<Supervised>> leaving;
    std::vector<InstanceSpec> arriving;
    for (InstanceSpec& spec : specs) {
        const auto found = old->find(spec.name);
        const bool same = found != old->end() && found->second->spec().connector == spec.connector &&
                          found->second->spec().fingerprint == spec.fingerprint;
        if (same) {
            next.emplace(spec.name, found->second);
        } else {
            arriving.push_back(std::move(spec));
        }
    }
    for (const auto& [name, instance] : *old) {
        if (!next.contains(name)) leaving.push_back(instance);
    }
    co_await replace(std::move(leaving), std::move(arriving), std::move(next));
    busy_ = false;
    changed_.notify_all();
}

Task<bool> Supervisor::Impl::wait_started(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const auto waiting = [](const auto& entry) { return !entry.second->attempted; };
    while (std::ranges::any_of(*instances(), waiting)) {
        if (std::chrono::steady_clock::now() >= deadline) co_return false;
        co_await changed_.wait_until(deadline);
    }
    co_return true;
}

Task<std::vector<std::string>> Supervisor::Impl::stop() {
    while (busy_)
        co_await changed_.wait();
    busy_ = true;
    std::vector<std::shared_ptr<Supervised>> leaving;
    for (const auto& [name, instance] : *instances())
        leaving.push_back(instance);
    co_await stop_all(std::move(leaving));
    publish({});
    busy_ = false;
    changed_.notify_all();
    co_return abandoned_;
}

Task<net::HttpReply> Supervisor::Impl::hook(net::HttpRequest request, net::PathParameters parameters) const {
    const auto instance = find(parameters.front().second);
    if (instance == nullptr) return unknown_instance();
    // With one io thread everything is on one strand: the plain task saves two coroutine frames per webhook.
    if (instance->strand() == io_.executor()) return instance->hook(std::move(request));
    return async::run_on(instance->strand(), instance->hook(std::move(request)));
}

Supervisor::Supervisor(async::Io& io, const Registry& registry, journal::Journal& journal, SupervisorOptions options)
    : impl_(std::make_shared<Impl>(io, registry, journal, std::move(options))) {}

Supervisor::~Supervisor() = default;

Task<void> Supervisor::apply(std::vector<InstanceSpec> specs) {
    const auto impl = impl_;
    co_await async::run_on(impl->strand(), impl->apply(std::move(specs)));
}

Task<bool> Supervisor::wait_started(std::chrono::milliseconds limit) {
    const auto impl = impl_;
    co_return co_await async::run_on(impl->strand(), impl->wait_started(limit));
}

Task<std::vector<std::string>> Supervisor::stop() {
    const auto impl = impl_;
    co_return co_await async::run_on(impl->strand(), impl->stop());
}

Task<Result<std::vector<SentId>>> Supervisor::send(std::string instance, Outgoing outgoing) {
    const auto found = impl_->find(instance);
    if (found == nullptr) co_return fail(transient("there is no connector instance '" + instance + "'"));
    if (!found->connector().manifest().capabilities.send) {
        co_return fail(config_error(found->spec().connector + " cannot send"));
    }
    co_return co_await async::run_on(found->strand(), found->send(std::move(outgoing)));
}

Task<Result<Resolution>> Supervisor::resolve(std::string instance, Outgoing outgoing) {
    const auto found = impl_->find(instance);
    if (found == nullptr) co_return fail(transient("there is no connector instance '" + instance + "'"));
    co_return co_await async::run_on(found->strand(), found->resolve(std::move(outgoing)));
}

Task<Result<MediaBytes>> Supervisor::fetch(std::string instance, MediaWanted wanted) {
    const auto found = impl_->find(instance);
    if (found == nullptr) {
        Error error = transient("there is no connector instance '" + instance + "'");
        error.code = kNotReady;
        co_return fail(std::move(error));
    }
    co_return co_await async::run_on(found->strand(), found->fetch(std::move(wanted)));
}

std::vector<net::Route> Supervisor::routes() {
    return {{.method = "*",
             .pattern = "/hooks/{instance}",
             .handler = [impl = impl_](net::HttpRequest request, net::PathParameters parameters) {
                 return impl->hook(std::move(request), std::move(parameters));
             }}};
}

std::vector<InstanceStatus> Supervisor::status() const {
    std::vector<InstanceStatus> all;
    const auto instances = impl_->instances();
    all.reserve(instances->size());
    for (const auto& [name, instance] : *instances)
        all.push_back(instance->status());
    return all;
}

std::string Supervisor::metrics() const {
    return impl_->metrics();
}

}  // namespace tandem::connector
