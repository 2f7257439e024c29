// Work that blocks (files, getaddrinfo, libraries without an asynchronous face) runs on a named pool of threads.
#pragma once

#include "core/async/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace tandem::async {

class Pool {
public:
    // `name` becomes the name of its threads, cut to what the system allows (15 characters).
    Pool(std::string name, unsigned threads);
    // Finishes what has begun and drops the rest: join the groups first. Destroy it before the Io whose tasks use it: a
    // worker lets go of that loop a moment after its result has arrived there.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    Executor executor() const;

private:
    std::unique_ptr<boost::asio::io_context> context_;
    std::vector<std::jthread> threads_;
};

namespace detail {
template <class Work>
Task<std::invoke_result_t<Work&>> run_work(Work work) {
    co_return work();
}
}  // namespace detail

// Runs `work` on the pool and returns its result on the caller's strand; exceptions come back too. Not cancellable, and
// on purpose: Asio posts a cancellation to the other executor, where it may arrive after its target has gone
// (docs/async.md). `work` holds values, never references to an instance.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(const Pool& pool, Work work) {
    namespace asio = boost::asio;
    co_return co_await asio::co_spawn(pool.executor(), detail::run_work(std::move(work)),
                                      asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

}  // namespace tandem::async
