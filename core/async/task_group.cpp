#include "core/async/task_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdlib>
#include <list>

namespace tandem::async {

namespace asio = boost::asio;

struct TaskGroup::State {
    State(Executor executor, OnError error) : strand(std::move(executor)), on_error(std::move(error)), left(strand) {}

    void finished(std::list<asio::cancellation_signal>::iterator child, const std::exception_ptr& error) {
        children.erase(child);
        if (error) report(error);
        if (children.empty()) left.cancel();
    }

    void report(const std::exception_ptr& error) const {
        try {
            std::rethrow_exception(error);
        } catch (const boost::system::system_error& e) {
            if (e.code() == asio::error::operation_aborted && cancelled) return;
            on_error(error);
        } catch (...) {
            on_error(error);
        }
    }

    Executor strand;
    OnError on_error;
    std::list<asio::cancellation_signal> children;
    asio::steady_timer left;  // never expires; cancelled when the last child ends
    bool cancelled = false;
};

TaskGroup::TaskGroup(Executor strand, OnError on_error)
    : state_(std::make_shared<State>(std::move(strand), std::move(on_error))) {}

TaskGroup::~TaskGroup() {
    if (!state_->children.empty()) std::abort();
}

void TaskGroup::spawn(Task<void> task) {
    auto child = state_->children.emplace(state_->children.end());
    asio::co_spawn(
        state_->strand, std::move(task),
        asio::bind_cancellation_slot(
            child->slot(), asio::bind_executor(state_->strand, [state = state_, child](std::exception_ptr error) {
                state->finished(child, error);
            })));
    if (state_->cancelled) cancel();
}

void TaskGroup::cancel() {
    state_->cancelled = true;
    // A task may end, and erase itself, inside emit().
    for (auto child = state_->children.begin(); child != state_->children.end();) {
        auto next = std::next(child);
        child->emit(asio::cancellation_type::terminal);
        child = next;
    }
}

Task<void> TaskGroup::join() {
    auto state = state_;
    while (!state->children.empty()) {
        state->left.expires_at(asio::steady_timer::time_point::max());
        // An empty slot: a cancelled caller still waits, or the children would outlive what they use.
        co_await state->left.async_wait(
            asio::bind_cancellation_slot(asio::cancellation_slot(), asio::as_tuple(asio::use_awaitable)));
    }
}

std::size_t TaskGroup::size() const {
    return state_->children.size();
}
const Executor& TaskGroup::strand() const {
    return state_->strand;
}

}  // namespace tandem::async
