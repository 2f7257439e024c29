// The server's side of one connection that brings copies of mails, without sockets and clocks (RFC 5321, 2033, 3207,
// 1870, 2920, 6152, 6531, 2034). It takes mails for its own recipients and never passes one on. A mail is confirmed
// only after stored() said that it is safe.
#pragma once

#include "connectors/smtp/data_reader.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::smtp {

struct SinkOptions {
    bool lmtp = false;
    std::string name = "tandem";
    std::vector<std::string> recipients;  // addresses, or @domain
    bool offer_tls = false;
    bool secure = false;  // TLS came first
    bool certified = false;
    bool require_tls = false;
    bool require_certificate = false;
    std::uint64_t max_size = 50 << 20;
    std::size_t max_recipients = 100;
    std::size_t max_mails = 10'000;
    unsigned max_errors = 10;
    std::chrono::milliseconds command_limit{300'000};
    std::chrono::milliseconds mail_limit{600'000};
};

struct SinkMail {
    std::string sender;  // of the envelope; empty: the null return path
    std::vector<std::string> recipients;
    std::string octets;
    std::string helo;
    bool secure = false;
};

// What all connections share.
class Allowance {
public:
    virtual ~Allowance() = default;
    virtual bool admit_mail() = 0;  // by the rate
    // Room for so many more octets.
    virtual bool take(std::size_t octets) = 0;
    virtual void give(std::size_t octets) = 0;
};

class SinkSession {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `allowance` outlives it.
    SinkSession(SinkOptions options, Allowance& allowance, Time now);
    ~SinkSession();
    SinkSession(const SinkSession&) = delete;
    SinkSession& operator=(const SinkSession&) = delete;

    void receive(std::string_view octets, Time now);
    void secured(bool certified, Time now);
    // Of the mail that was taken; Full and others: the peer is asked to come again.
    void stored(const Result<void>& result, Time now);
    void tick(Time now);
    Time next_tick() const { return deadline_; }
    // No further mails; closed() once the one that is being stored is.
    void say_goodbye();

    std::string take_output();
    bool wants_tls() const { return phase_ == Phase::Securing; }
    // Once for each mail; then stored() is due.
    std::optional<SinkMail> take_mail();
    bool storing() const { return phase_ == Phase::Storing; }
    bool closed() const { return phase_ == Phase::Closed; }
    // Of the last refusal, for a counter: a constant text; taken once.
    std::string_view reason() const { return reason_; }
    std::string_view take_reason() { return std::exchange(reason_, {}); }

private:
    enum class Phase { Command, Data, Storing, Securing, Closed };

    void proceed(Time now);
    bool read_line(Time now);
    void obey(std::string_view line, Time now);
    void hello(std::string_view verb, std::string_view argument);
    void start_tls(std::string_view argument);
    void mail(std::string_view argument);
    void rcpt(std::string_view argument);
    void data(std::string_view argument, Time now);
    void other(std::string_view verb);
    bool read_data(Time now);
    void end_of_data(Time now);
    std::optional<std::string> parameter_problem(std::string_view parameters);
    bool taken_here(std::string_view address) const;
    void reply(std::string_view text);
    void refuse(std::string_view text, std::string_view reason);
    void reset();
    void give_back();
    void listen(Time now);

    const SinkOptions options_;
    Allowance& allowance_;
    Phase phase_ = Phase::Command;
    std::string input_;
    std::string output_;
    Time deadline_;
    Time mail_deadline_{};
    std::string_view reason_;

    std::string helo_;
    bool greeted_ = false;
    bool secure_ = false;
    bool certified_ = false;
    bool leaving_ = false;
    bool skipping_ = false;  // the rest of a line that is too long
    unsigned errors_ = 0;
    std::size_t mails_ = 0;

    std::optional<SinkMail> mail_;  // from MAIL on
    DataReader reader_;
    std::size_t held_ = 0;  // octets that were asked for at the allowance
    bool too_large_ = false;
    bool no_room_ = false;
    std::size_t answers_ = 0;  // that are due when it is stored
};

}  // namespace tandem::smtp
