#include "core/connector/session.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tandem::connector {

namespace asio = boost::asio;
using async::Task;

namespace {

// Resumes inside the journal's dispatched closure when that runs on this strand already: one trip through the loop per
// commit, not per event. Nothing is connected to the caller's cancellation: the answer always comes.
auto append(journal::Journal& journal, std::vector<journal::Event> events) {
    auto start = [&journal](auto handler, std::vector<journal::Event> batch) {
        journal.append(std::move(batch), [handler = std::move(handler)](Result<journal::Position> result) mutable {
            auto executor = asio::get_associated_executor(handler);
            asio::dispatch(executor, [handler = std::move(handler), result = std::move(result)]() mutable {
                std::move(handler)(std::move(result));
            });
        });
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<journal::Position>)>(
        start, asio::use_awaitable, std::move(events));
}

bool stands_for(std::string_view declared, std::string_view stream) {
    if (declared.ends_with('*')) return stream.starts_with(declared.substr(0, declared.size() - 1));
    return declared == stream;
}

}  // namespace

Session::Session(std::shared_ptr<Supervised> owner) : owner_(std::move(owner)) {}

Result<void> Session::check_allowed(const Batch& batch) const {
    const Manifest& manifest = owner_->connector_.manifest();
    if (!manifest.capabilities.receive)
        return fail(config_error(manifest.name + " may not emit: no receive capability"));
    if (std::ranges::none_of(manifest.streams, [&](const auto& name) { return stands_for(name, batch.stream); })) {
        return fail(config_error(manifest.name + " has no stream '" + batch.stream + "'"));
    }
    if (batch.after && owner_->context_->options.cursors == nullptr) {
        return fail(config_error("there is no place to keep the cursor of stream '" + batch.stream + "'"));
    }
    return {};
}

Task<Result<void>> Session::emit(Batch batch) {
    if (auto allowed = check_allowed(batch); !allowed) {
        count("errors", to_string(allowed.error().kind), 1);
        co_return allowed;
    }
    const std::size_t events = batch.events.size();
    for (journal::Event& event : batch.events) {
        event.instance = owner_->spec_.name;
        event.stream = batch.stream;
    }
    Result<journal::Position> position = 0;
    if (events > 0) {
        position = co_await append(owner_->context_->journal, std::move(batch.events));
    } else if (batch.after) {
        position = owner_->context_->journal.stats().last;  // such a cursor waits for all that was emitted before it
    }
    if (!position) {
        count("errors", to_string(position.error().kind), 1);
        co_return fail(std::move(position.error()));
    }
    Counters& counters = owner_->counters_;
    counters.emitted.add(events);
    counters.last_event_micros.store(to_micros(clock().now()), std::memory_order_relaxed);
    if (batch.after) {
        owner_->context_->options.cursors->advance(owner_->spec_.name, batch.stream, std::move(*batch.after),
                                                   *position);
    }
    co_return Result<void>();
}

Task<Result<std::optional<Cursor>>> Session::resume(StreamName stream) {
    Cursors* cursors = owner_->context_->options.cursors;
    if (cursors == nullptr) co_return Result<std::optional<Cursor>>(std::nullopt);
    co_return co_await cursors->load(owner_->spec_.name, std::move(stream));
}

Task<Result<std::vector<journal::Event>>> Session::recall(Recall what) {
    Archive* archive = owner_->context_->options.archive;
    if (archive == nullptr) co_return Result<std::vector<journal::Event>>();
    co_return co_await archive->recall(owner_->spec_.name, std::move(what));
}

void Session::state(State state, std::string detail) {
    if (!closed) owner_->set_state(state, std::move(detail));
}

void Session::failed(Error error) {
    if (closed || failure) return;
    failure = std::move(error);
    owner_->changed_.notify_all();
}

std::string Session::public_url(const net::HttpRequest& request) const {
    return owner_->context_->options.public_url.of(request);
}

void Session::count(std::string_view counter, std::string_view label, std::uint64_t by) {
    owner_->counters_.add(counter, label, by);
}

}  // namespace tandem::connector
