// An instance of a connector of call records: listens for the switch or goes to it, keeps every line before anybody
// reads it, and hands on the calls that a book makes of them. On the instance's strand.
#pragma once

#include "connectors/avaya_records/book.hpp"
#include "connectors/avaya_records/config.hpp"
#include "connectors/avaya_records/interpreter.hpp"
#include "core/async/backoff.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"
#include "core/net/link.hpp"
#include "core/net/public_url.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tandem::avaya_records {

inline constexpr std::string_view kLineStream = "lines";
inline constexpr std::string_view kCallStream = "calls";

struct LineKind {
    std::string content_type;  // of lines
    std::string binary{};      // what to say of a peer that does not send text; empty: such octets are lines as well
};

class LineInstance final : public connector::Instance {
public:
    // `host` outlives it.
    LineInstance(LineOptions options, LineKind kind, std::unique_ptr<Book> book, connector::Host& host);
    ~LineInstance() override;

    async::Task<Result<void>> start() override;
    async::Task<void> stop() override;

    // Where the switch is awaited; 0 if it is not.
    std::uint16_t port() const { return listener_ ? listener_->port() : 0; }

private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    struct Guest {
        net::Link* link = nullptr;
        SteadyTime heard{};
        std::uint64_t connection = 0;
        std::size_t lines = 0;
        std::size_t waiting = 0;  // lines that are being stored
    };

    async::Task<void> recall();
    std::size_t read_again(const std::vector<journal::Event>& lines, const std::vector<journal::Event>& unreadable);
    async::Task<void> accept_all();
    async::Task<void> keep_connected();
    async::Task<void> welcome(std::unique_ptr<net::Link> link);
    // Until the connection ends. False: nothing came.
    async::Task<bool> serve(net::Link& link);
    // False: these are no lines.
    async::Task<bool> converse(Guest& guest);
    async::Task<void> take(Guest& guest, std::vector<std::string> lines, bool cut);
    std::vector<journal::Event> interpret(const std::vector<StoredLine>& lines);
    async::Task<void> tell_calls();
    bool is_news(const Call& call);
    async::Task<void> store(std::string_view stream, std::vector<journal::Event> events);
    bool may_connect(const std::string& address) const;
    void clear_binary();
    void show();

    const LineOptions options_;
    const LineKind kind_;
    const std::unique_ptr<Book> book_;
    Interpreter interpreter_;
    connector::Host& host_;
    std::vector<net::AddressBlock> networks_;
    std::unique_ptr<net::Listener> listener_;
    std::unique_ptr<async::TaskGroup> group_;
    std::list<Guest> guests_;
    std::uint64_t last_connection_ = 0;
    std::map<std::string, std::uint64_t> told_;  // revisions of an earlier run
    std::vector<journal::Event> left_over_;      // of an earlier run
    std::string trouble_;                        // empty: all is well
    bool warned_ = false;                        // of records that are odd
    bool stopping_ = false;
    async::Backoff backoff_;
    async::Jitter jitter_;
    async::Event changed_;
};

}  // namespace tandem::avaya_records
