#include "core/net/client_exchange.hpp"

#include <boost/asio/error.hpp>

namespace tandem::net {

namespace asio = boost::asio;
using async::Task;
using Step = ResponseReader::Step;

namespace {

std::string_view code_of(Cause cause) {
    switch (cause) {
        case Cause::Cut:
            return "cut";
        case Cause::Timeout:
            return "timeout";
        case Cause::TooLarge:
            return "too_large";
        case Cause::Malformed:
            return "malformed";
    }
    return {};
}

std::string_view where(Stage stage) {
    switch (stage) {
        case Stage::Unsent:
            return "before the request was sent";
        case Stage::Sending:
            return "while the request was being sent";
        case Stage::Waiting:
            return "before an answer came";
        case Stage::Head:
            return "within the head of the answer";
        case Stage::Body:
            return "within the body of the answer";
    }
    return {};
}

ErrorKind kind_of(Stage stage, Cause cause, bool repeatable) {
    if (stage == Stage::Unsent) return ErrorKind::Transient;
    if (!repeatable) return ErrorKind::UnknownOutcome;
    if (cause == Cause::TooLarge) return ErrorKind::Rejected;
    return cause == Cause::Malformed ? ErrorKind::Corrupt : ErrorKind::Transient;
}

class Exchange {
public:
    Exchange(ClientStream& stream, ExchangeInput input, Watchdog& watchdog)
        : stream_(stream), input_(input), watchdog_(watchdog), reader_(input_.limits, input_.to_head) {}

    Task<ExchangeOutcome> run() {
        // A connection that took all the time there was: sending now would only make the outcome doubtful.
        if (ClientClock::now() >= input_.limit) {
            co_return failure(Stage::Unsent, Cause::Timeout, "the time limit passed");
        }
        watchdog_.guard(stream_.socket(), input_.limit);
        auto written = co_await stream_.write({asio::buffer(input_.head.data(), input_.head.size()),
                                               asio::buffer(input_.body.data(), input_.body.size())});
        const bool failed = static_cast<bool>(written.error);
        if (failed && stream_.nothing_left(written.size)) co_return lost(Stage::Unsent, written.error);
        if (failed && watchdog_.fired()) co_return lost(Stage::Sending, written.error);
        // A peer may refuse a long request before it has read all of it (413, 401) and close: its answer is worth
        // reading.
        unanswered_ = failed ? Stage::Sending : Stage::Waiting;
        co_return co_await read();
    }

private:
    Task<ExchangeOutcome> read() {
        for (;;) {
            Step step = reader_.step();
            if (step == Step::NeedMore) {
                auto got = co_await stream_.read_some(reader_.prepare());
                reader_.commit(got.size);
                if (!got.error) continue;
                if (got.error != asio::error::eof) co_return lost(stage(), got.error);
                step = reader_.finish();
            }
            watchdog_.release();
            if (step == Step::Failed) co_return refused();
            ExchangeOutcome outcome{.response = reader_.take(), .stage = Stage::Body};
            outcome.reusable = unanswered_ == Stage::Waiting && reader_.reusable();
            co_return outcome;
        }
    }

    Stage stage() const {
        if (!reader_.started()) return unanswered_;
        return reader_.header_done() ? Stage::Body : Stage::Head;
    }

    ExchangeOutcome lost(Stage at, const boost::system::error_code& error) {
        const Cause cause = watchdog_.fired() ? Cause::Timeout : Cause::Cut;
        watchdog_.release();
        return failure(at, cause,
                       cause == Cause::Timeout ? "the time limit passed" : "connection lost: " + error.message());
    }

    ExchangeOutcome refused() {
        switch (reader_.failure()) {
            case ResponseReader::Failure::TooLarge:
                return failure(stage(), Cause::TooLarge, reader_.failure_text());
            case ResponseReader::Failure::Malformed:
                return failure(stage(), Cause::Malformed, reader_.failure_text());
            default:
                return failure(stage(), Cause::Cut, "connection closed by the peer");
        }
    }

    ExchangeOutcome failure(Stage at, Cause cause, std::string_view detail) const {
        return {.response = fail(exchange_error(at, cause, input_.repeatable, detail)), .stage = at, .cause = cause};
    }

    ClientStream& stream_;
    const ExchangeInput input_;
    Watchdog& watchdog_;
    ResponseReader reader_;
    Stage unanswered_ = Stage::Unsent;
};

}  // namespace

Error exchange_error(Stage stage, Cause cause, bool repeatable, std::string_view detail) {
    Error error{.kind = kind_of(stage, cause, repeatable), .text = std::string(detail)};
    if (cause == Cause::Cut || cause == Cause::Timeout) error.text.append(" ").append(where(stage));
    error.code = code_of(cause);
    return error;
}

bool may_retry_pooled(Stage stage, Cause cause, bool repeatable) {
    if (cause != Cause::Cut) return false;
    return stage == Stage::Unsent || (repeatable && (stage == Stage::Sending || stage == Stage::Waiting));
}

Task<ExchangeOutcome> exchange(ClientStream& stream, ExchangeInput input, Watchdog& watchdog) {
    Exchange one(stream, input, watchdog);
    co_return co_await one.run();
}

}  // namespace tandem::net
