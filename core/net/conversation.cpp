#include "core/net/conversation.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace tandem::net {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::hours kLongestWait{1};

}  // namespace

Task<void> Protocol::room() {
    co_return;
}

Conversation::Conversation(std::unique_ptr<Link> link, Protocol& protocol, std::chrono::milliseconds last_words)
    : link_(std::move(link)), protocol_(protocol), last_words_(last_words) {}

Task<Error> Conversation::run() {
    async::TaskGroup tasks(co_await boost::asio::this_coro::executor,
                           [this](const std::exception_ptr& error) { broken(error); });
    std::exception_ptr thrown;
    try {
        advance();
        tasks.spawn(read_all());
        tasks.spawn(write_all());
        tasks.spawn(keep_time());
        co_await until_over(tasks);
    } catch (...) {
        thrown = std::current_exception();
    }
    hang_up(thrown);
    tasks.cancel();
    // Who was cancelled waits all the same: the tasks use what the caller destroys next.
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await tasks.join();
    co_await boost::asio::this_coro::throw_if_cancelled(true);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*ended_);
}

Task<void> Conversation::until_over(async::TaskGroup& tasks) {
    while (!ended_ && !broken_) {
        if (spawned_.empty()) {
            co_await news_.wait();
            continue;
        }
        for (Task<void>& task : std::exchange(spawned_, {}))
            tasks.spawn(std::move(task));
    }
    const auto deadline = SteadyClock::now() + last_words_;
    const auto speaking = [this] { return !securing_ && (!output_.empty() || !writing_.empty()); };
    while (speaking() && SteadyClock::now() < deadline)
        co_await written_.wait_until(deadline);
}

Task<void> Conversation::read_all() {
    std::string octets;
    while (!ended_ && !broken_) {
        co_await protocol_.room();
        octets.clear();
        const auto read = co_await link_->read(octets);
        if (ended_) co_return;
        if (read) {
            protocol_.receive(octets, SteadyClock::now());
            advance();
        } else {
            lose(read.error());
        }
        if (auto wanted = protocol_.wants_tls(); wanted && !ended_) co_await secure(std::move(*wanted));
    }
}

Task<void> Conversation::write_all() {
    for (;;) {
        while (output_.empty() || securing_)
            co_await wake_.wait();
        writing_ = std::exchange(output_, {});
        const auto written = co_await link_->write(writing_);
        writing_.clear();
        if (!written) {
            lose(written.error());
            output_.clear();
        }
        written_.notify_all();
    }
}

Task<void> Conversation::keep_time() {
    while (!ended_ && !broken_) {
        timer_at_ = std::min(protocol_.next_tick(), SteadyClock::now() + kLongestWait);
        co_await wake_.wait_until(timer_at_);
        if (ended_) co_return;
        protocol_.tick(SteadyClock::now());
        advance();
    }
}

Task<void> Conversation::secure(Protocol::StartTls wanted) {
    while (!output_.empty() || !writing_.empty())
        co_await written_.wait();
    securing_ = true;
    const auto secured = co_await link_->start_tls(std::move(wanted.context), std::move(wanted.name));
    if (!secured) {
        // The protocol knows only that the link has ended. Nothing is said in the clear.
        if (!ended_) ended_ = secured.error();
        co_return lose(secured.error());
    }
    securing_ = false;
    wake_.notify_all();
    if (ended_) co_return;
    protocol_.secured(SteadyClock::now());
    advance();
}

void Conversation::advance() {
    protocol_.handle();
    const std::string output = protocol_.take_output();
    output_ += output;
    if (!ended_) ended_ = protocol_.ended();
    if (!output.empty() || protocol_.next_tick() < timer_at_) wake_.notify_all();
    if (ended_ || !spawned_.empty()) news_.notify_all();
}

void Conversation::lose(const Error& error) {
    protocol_.lost(error.text);
    advance();
    if (!ended_) ended_ = error;
    news_.notify_all();
}

void Conversation::broken(const std::exception_ptr& error) {
    broken_ = true;
    news_.notify_all();
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& caught) {
        protocol_.lost(caught.what());
    } catch (...) {
        protocol_.lost("an unknown exception");
    }
}

// Whoever waits for the session hears of the end here at the latest.
void Conversation::hang_up(std::exception_ptr& thrown) {
    try {
        lose(transient("the connection has ended"));
    } catch (...) {
        if (!thrown) thrown = std::current_exception();
    }
    over_ = true;
    spawned_.clear();
    link_->close();
}

void Conversation::spawn(Task<void> task) {
    if (over_) return;
    spawned_.push_back(std::move(task));
    news_.notify_all();
}

}  // namespace tandem::net
