#include "core/async/io.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <thread>
#include <vector>

namespace tandem::async {

Io::Io(unsigned threads, OnException on_exception)
    : threads_(threads == 0 ? 1 : threads),
      on_exception_(std::move(on_exception)),
      context_(std::make_unique<boost::asio::io_context>(static_cast<int>(threads_))) {}

Io::~Io() = default;

Executor Io::executor() const {
    return context_->get_executor();
}

Executor Io::strand() const {
    if (threads_ == 1) return context_->get_executor();
    return boost::asio::make_strand(context_->get_executor());
}

void Io::post(std::move_only_function<void()> work) const {
    boost::asio::post(context_->get_executor(), [work = std::move(work)]() mutable { work(); });
}

void Io::run() {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads_; ++i)
        others.emplace_back([this] { run_one_thread(); });
    run_one_thread();
}

// An exception leaves io_context::run(); the loop must be entered again or every connection hangs.
void Io::run_one_thread() {
    for (;;) {
        try {
            context_->run();
            return;
        } catch (...) {
            if (!on_exception_) throw;
            on_exception_(std::current_exception());
        }
    }
}

void Io::stop() {
    context_->stop();
}

}  // namespace tandem::async
