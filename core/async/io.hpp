// The event loop and its threads. Everything that waits runs here; nothing that blocks may (use offload.hpp).
//
// With one thread (the default) the loop itself keeps handlers in order, so strand() costs nothing; with more threads
// strand() makes a real one. Code asks for strand() and is correct in both cases.
#pragma once

#include "core/async/task.hpp"

#include <exception>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace tandem::async {

class Io {
public:
    // Called for an exception that left a handler; the loop goes on. Any io thread. Usually logs and asks for a stop.
    using OnException = std::function<void(std::exception_ptr)>;

    explicit Io(unsigned threads = 1, OnException on_exception = {});
    ~Io();
    Io(const Io&) = delete;
    Io& operator=(const Io&) = delete;

    Executor executor() const;  // no order between handlers when there are several threads
    Executor strand() const;    // handlers one after another

    // Thread-safe; runs `work` on an io thread, never inside this call. The shape of journal::Journal::Dispatch.
    void post(std::move_only_function<void()> work) const;

    // Runs the calling thread and `threads - 1` more until stop() or until nothing is left to wait for.
    void run();
    // Thread-safe. Abandons what still waits: only after the groups are joined.
    void stop();

    boost::asio::io_context& context() { return *context_; }

private:
    void run_one_thread();

    unsigned threads_;
    OnException on_exception_;
    std::unique_ptr<boost::asio::io_context> context_;
};

}  // namespace tandem::async
