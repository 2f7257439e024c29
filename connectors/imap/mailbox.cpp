#include "connectors/imap/mailbox.hpp"

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr int kRefusedLogins = 3;
constexpr int kVisits = 3;                    // to other folders in a row, before the first one is watched again
constexpr std::chrono::minutes kGoodTime{5};  // a connection that held this long ends a series of failures

// Clears a flag however its scope ends.
class Flag {
public:
    explicit Flag(bool& flag) : flag_(flag) { flag_ = true; }
    ~Flag() { flag_ = false; }
    Flag(const Flag&) = delete;
    Flag& operator=(const Flag&) = delete;

private:
    bool& flag_;
};

}  // namespace

Mailbox::Mailbox(Shared& shared, const MailboxConfig& config, std::shared_ptr<net::OAuth2> tokens)
    : shared_(shared), config_(config), tokens_(std::move(tokens)), host_(shared.host) {}

Task<void> Mailbox::run() {
    co_await run_lane(Lane::Main);
}

Task<void> Mailbox::run_lane(Lane lane) {
    bool unused = false;
    const Flag running(lane == Lane::Sent ? sent_lane_ : lane == Lane::Backfill ? backfill_lane_ : unused);
    async::Backoff backoff({.first = shared_.config.reconnect_first,
                            .limit = std::max(shared_.config.reconnect_first, shared_.config.reconnect_limit),
                            .jitter = 1.0});
    for (;;) {
        const auto begun = SteadyClock::now();
        Error error = co_await one_connection(lane);
        if (lane == Lane::Backfill && !has_old_mail()) co_return;
        if (lane == Lane::Sent && boxes_of(lane).empty()) co_return;
        if (SteadyClock::now() - begun > kGoodTime) backoff.reset();
        co_await wait_again(lane, std::move(error), backoff);
    }
}

Task<void> Mailbox::wait_again(Lane lane, Error error, async::Backoff& backoff) {
    milliseconds wait = backoff.next(jitter_.next(), error.retry_after);
    wait = std::max(wait, shared_.config.reconnect_first / 2);
    if (error.kind == ErrorKind::Auth && ++refusals_ >= kRefusedLogins) wait = shared_.config.refused_retry;
    host_.count("disconnects", to_string(error.kind));
    if (error.kind == ErrorKind::Auth) {
        // The log hides addresses, so the entry of the configuration says which mailbox it is.
        const auto& all = shared_.config.mailboxes;
        const auto entry = std::ranges::find(all, config_.own_address(), &MailboxConfig::own_address) - all.begin();
        host_.log().warn("a login was refused", {{"mailbox", config_.own_address()},
                                                 {"entry", "mailboxes[" + std::to_string(entry) + "]"},
                                                 {"error", error.text}});
    } else {
        host_.log().debug("mailbox connection lost", {{"mailbox", config_.own_address()}, {"error", error.text}});
    }
    // A connection that is lost now and then is no trouble.
    if (lane == Lane::Main && (!well_ || backoff.attempts() > 1)) {
        shared_.board.trouble(config_.own_address(), std::move(error));
        shared_.changed.notify_all();
    }
    co_await async::sleep_for(wait);
}

Task<Error> Mailbox::one_connection(Lane lane) {
    std::optional<Room::Share> place;
    if (lane == Lane::Backfill) place.emplace(co_await shared_.old_places.take(1));
    auto line = co_await connect();
    if (!line) co_return std::move(line.error());
    const Closing closing(*line);
    if (lane == Lane::Backfill) co_return co_await import_all(*line);
    co_return co_await watch(*line, lane);
}

Task<Result<Mailbox::Line>> Mailbox::connect() {
    co_await shared_.logins.turn();
    Secret token;
    if (tokens_ != nullptr) {
        auto got = co_await tokens_->token();
        if (!got) co_return fail(std::move(got.error()));
        token = std::move(*got);
    }
    const Config& config = shared_.config;
    auto line = co_await Connection::open({.host = config_.host,
                                           .port = config.port_of(config_),
                                           .certificate_name = config.certificate_name(config_),
                                           .tls = shared_.tls,
                                           .session = session_options(config, config_, token),
                                           .limit = config.login_limit},
                                          shared_.spawn);
    if (!line && line.error().kind == ErrorKind::Auth && tokens_ != nullptr) tokens_->forget(token);
    host_.count("logins", line ? "good" : to_string(line.error().kind));
    if (line) refusals_ = 0;
    co_return line;
}

Mailbox::Boxes Mailbox::boxes_of(Lane lane) const {
    Boxes out;
    for (const auto& box : boxes_) {
        const bool sent = box->folder.role == Role::Sent && sent_lane_;
        if (lane == Lane::Backfill || sent == (lane == Lane::Sent)) out.push_back(box);
    }
    return out;
}

void Mailbox::start_lanes(Line line) {
    if (shared_.config.connections < 2) return;
    const bool sent = std::ranges::any_of(boxes_, [](const auto& box) { return box->folder.role == Role::Sent; });
    const bool noticed = shared_.config.notify && can_notify_ && line->can("NOTIFY");
    if (sent && !noticed && !sent_lane_ && boxes_.size() > 1 && line->can("IDLE")) shared_.spawn(run_lane(Lane::Sent));
    if (has_old_mail() && !backfill_lane_) shared_.spawn(run_lane(Lane::Backfill));
}

// Until the connection is lost.
Task<Error> Mailbox::watch(Line line, Lane lane) {
    Timetable times;
    for (;;) {
        auto done = co_await look_through(line, lane, times);
        if (!done) co_return std::move(done.error());
        if (lane == Lane::Main) start_lanes(line);
        const Boxes mine = boxes_of(lane);
        if (mine.empty()) co_return transient("there is no folder to watch");
        // What is told of from here on is looked at in the next turn.
        if (line->session().take_news().others) times.next_poll = Time::min();
        done = co_await pass(line, mine.front(), false);
        const std::string open = line->selected;
        if (done) done = co_await look_at_others(line, lane, times);
        if (!done) co_return std::move(done.error());
        if (line->selected != open) continue;
        const bool in_turn = lane == Lane::Main && shared_.config.connections < 2 && has_old_mail();
        const Time until = std::min({times.next_poll, times.next_look, SteadyClock::now() + shared_.config.idle_renew});
        done = in_turn ? co_await import_in_turn(line) : co_await wait_for_news(line, until);
        if (!done) co_return std::move(done.error());
    }
}

// Now and then every folder is opened anew, and the folders are listed again.
Task<Result<void>> Mailbox::look_through(Line line, Lane lane, Timetable& times) {
    if (SteadyClock::now() < times.next_look) co_return Result<void>();
    if (lane == Lane::Main) {
        if (auto listed = co_await list_folders(line); !listed) co_return listed;
    }
    for (const auto& box : boxes_of(lane))
        if (auto passed = co_await pass(line, box, true); !passed) co_return passed;
    if (lane == Lane::Main) known_since_ = host_.clock().now();
    times.next_look = SteadyClock::now() + shared_.config.look_through;
    times.next_poll = SteadyClock::now() + shared_.config.poll;
    if (lane != Lane::Main) co_return Result<void>();
    well_ = true;
    shared_.board.well(config_.own_address());
    shared_.changed.notify_all();
    const bool noticed = line->notified;
    auto asked = co_await ask_for_notices(line);
    // Nobody told of what arrived after the folders were looked through and before the server took the request.
    if (line->notified && !noticed) times.next_poll = Time::min();
    co_return asked;
}

Task<Result<void>> Mailbox::look_at_others(Line line, Lane lane, Timetable& times) {
    if (SteadyClock::now() < times.next_poll) co_return Result<void>();
    auto changed = co_await poll(line, boxes_of(lane));
    if (!changed) co_return fail(std::move(changed.error()));
    for (const auto& box : *changed)
        if (auto passed = co_await pass(line, box, false); !passed) co_return passed;
    // What arrived in a folder after it was read, while it was still open, was told of as news of the open folder.
    const bool again = line->notified && !changed->empty() && times.visits < kVisits;
    times.visits = again ? times.visits + 1 : 0;
    const double spread = 0.75 + jitter_.next() / 2;
    times.next_poll = again
                          ? Time::min()
                          : SteadyClock::now() + std::chrono::duration_cast<milliseconds>(shared_.config.poll * spread);
    co_return Result<void>();
}

Task<Result<void>> Mailbox::import_in_turn(Line line) {
    for (const auto& box : boxes_of(Lane::Backfill))
        if (auto some = co_await import_some(line, box); !some) co_return some;
    co_return Result<void>();
}

Task<Result<void>> Mailbox::wait_for_news(Line line, Time until) {
    const News news = line->session().news();
    if (news.selected || news.others) co_return Result<void>();
    if (can_idle_ && line->can("IDLE")) {
        auto idled = co_await line->idle(until);
        if (!idled) co_return fail(std::move(idled.error()));
        if (*idled) co_return Result<void>();
        can_idle_ = false;
        host_.log().info("the server refuses IDLE: the mailbox is polled", {{"mailbox", config_.own_address()}});
    }
    const auto now = SteadyClock::now();
    if (until > now) co_await async::sleep_for(until - now);
    auto answer = co_await line->request("NOOP");
    if (!answer) co_return fail(std::move(answer.error()));
    co_return Result<void>();
}

}  // namespace tandem::imap
