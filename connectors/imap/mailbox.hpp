// One mailbox: its connections ("lanes"), its folders and how far they have been read. Only reads: EXAMINE and PEEK.
//
//   main      lists the folders, watches the Inbox by IDLE, looks at the others in turn
//   sent      watches the folder of sent mail, where the server cannot tell of it by NOTIFY
//   backfill  imports old mail, newest first, and ends
//
// With `connections: 1` the main lane does everything. A lane that loses its connection comes back with back-off.
#pragma once

#include "connectors/imap/board.hpp"
#include "connectors/imap/config.hpp"
#include "connectors/imap/connection.hpp"
#include "connectors/imap/mail.hpp"
#include "connectors/imap/part.hpp"
#include "connectors/imap/place.hpp"
#include "connectors/imap/traffic.hpp"
#include "core/async/backoff.hpp"
#include "core/connector/connector.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::imap {

// Of one instance; outlives its mailboxes.
struct Shared {
    const Config& config;
    const net::TlsContext& tls;
    connector::Host& host;
    std::function<void(async::Task<void>)> spawn;
    Board board;
    Pace logins;
    Room memory;        // octets of mails on their way
    Room old_places;    // mailboxes whose old mail is imported
    Room media_places;  // parts of mails that are fetched
    async::Event changed;
};

// One folder that is read.
struct Box {
    Folder folder;
    bool restored = false;                     // places are as they were stored
    std::optional<LivePlace> place;            // nullopt: never read before
    std::optional<BackfillPlace> old;          // nullopt: nothing to import
    std::optional<std::vector<Uid>> old_uids;  // rising; what the import has still to read, once it was asked for
    std::map<Uid, int> tries;                  // of mails that could not be read
    Uid singly_upto = 0;                       // somewhere up to here is a mail that cannot be read
    std::chrono::steady_clock::time_point paused_until{};
    bool gone = false;
};

class Mailbox {
public:
    using Time = std::chrono::steady_clock::time_point;

    Mailbox(Shared& shared, const MailboxConfig& config, std::shared_ptr<net::OAuth2> tokens);

    async::Task<void> run();
    // Failure: NotFound, Rejected (too large), or as of a connection.
    async::Task<Result<connector::MediaBytes>> fetch(PartPlace place, std::uint64_t max_octets);
    const MailboxConfig& config() const { return config_; }

private:
    enum class Lane { Main, Sent, Backfill };
    using Line = std::shared_ptr<Connection>;
    using Boxes = std::vector<std::shared_ptr<Box>>;
    struct Slice {
        std::shared_ptr<Box> box;
        BackfillPlace place;  // after it
    };
    struct Timetable {
        Time next_poll = Time::min();
        Time next_look = Time::min();
        int visits = 0;  // to other folders in a row
    };

    // mailbox.cpp
    async::Task<void> run_lane(Lane lane);
    async::Task<Error> one_connection(Lane lane);
    async::Task<Result<Line>> connect();
    async::Task<void> wait_again(Lane lane, Error error, async::Backoff& backoff);
    async::Task<Error> watch(Line line, Lane lane);
    async::Task<Result<void>> look_through(Line line, Lane lane, Timetable& times);
    async::Task<Result<void>> look_at_others(Line line, Lane lane, Timetable& times);
    async::Task<Result<void>> import_in_turn(Line line);
    async::Task<Result<void>> wait_for_news(Line line, Time until);
    void start_lanes(Line line);
    Boxes boxes_of(Lane lane) const;

    // mailbox_folders.cpp
    async::Task<Result<void>> list_folders(Line line);
    connector::Batch place_of(const LivePlace& place, const Box& box) const;
    connector::Batch place_of(const BackfillPlace& place, const Box& box) const;
    async::Task<Result<void>> restore(std::shared_ptr<Box> box);
    async::Task<Result<bool>> select(Line line, std::shared_ptr<Box> box, bool anew);
    async::Task<Result<void>> opened(std::shared_ptr<Box> box, FolderNumbers numbers);
    async::Task<Result<void>> begin(std::shared_ptr<Box> box, FolderNumbers numbers);
    async::Task<Result<void>> look_further_back(std::shared_ptr<Box> box);
    async::Task<Result<void>> renumbered(std::shared_ptr<Box> box, FolderNumbers numbers);
    async::Task<Result<std::vector<std::shared_ptr<Box>>>> poll(Line line, Boxes boxes);
    async::Task<Result<void>> ask_for_notices(Line line);

    // mailbox_read.cpp
    async::Task<Result<void>> pass(Line line, std::shared_ptr<Box> box, bool anew);
    async::Task<Result<void>> look_back(Line line, std::shared_ptr<Box> box);
    async::Task<Result<void>> read_new(Line line, std::shared_ptr<Box> box);
    async::Task<Result<void>> take(Line line, std::shared_ptr<Box> box, std::vector<MailInfo> infos);
    async::Task<Result<std::vector<Uid>>> search(Line line, std::string what);
    async::Task<Result<std::vector<MailInfo>>> list(Line line, std::string uids);
    async::Task<void> emit(connector::Batch batch);
    Result<void> same_epoch(const Line& line, const Box& box) const;

    // mailbox_fetch.cpp
    async::Task<Result<std::vector<journal::Event>>> fetch_group(Line line,
                                                                 std::shared_ptr<Box> box,
                                                                 std::vector<MailInfo> infos);
    async::Task<Result<std::optional<journal::Event>>> fetch_one(Line line, std::shared_ptr<Box> box, MailInfo info);
    async::Task<Result<std::optional<journal::Event>>> fetch_whole(Line line, std::shared_ptr<Box> box, MailInfo info);
    async::Task<Result<std::optional<journal::Event>>> fetch_head(Line line, std::shared_ptr<Box> box, MailInfo info);
    journal::Event event_of(const Box& box, const MailInfo& info, std::string raw, bool truncated) const;
    void give_up(Box& box, const MailInfo& info);

    // mailbox_media.cpp
    async::Task<Result<std::string>> fetch_octets(Line line, Uid uid, std::string command);

    // mailbox_backfill.cpp
    bool has_old_mail() const;
    async::Task<Error> import_all(Line line);
    async::Task<Result<void>> import_some(Line line, std::shared_ptr<Box> box);
    async::Task<void> let_follow(std::shared_ptr<Box> box);
    async::Task<void> keep_rate(std::size_t mails, std::uint64_t octets);

    Shared& shared_;
    const MailboxConfig config_;
    const std::shared_ptr<net::OAuth2> tokens_;  // nullptr: a password
    connector::Host& host_;
    Boxes boxes_;
    async::Jitter jitter_;
    int refusals_ = 0;                      // logins in a row
    std::optional<Instant> known_since_{};  // when all folders were last looked through, as far as is known
    bool well_ = false;                     // has been read since the start
    bool sent_lane_ = false;                // runs
    bool backfill_lane_ = false;
    bool can_notify_ = true;  // the server has not refused it
    bool can_idle_ = true;
    Slice last_slice_;              // of the import; without a box: none since the start
    std::uint64_t old_octets_ = 0;  // imported on that day
    std::chrono::sys_days old_day_{};
};

}  // namespace tandem::imap
