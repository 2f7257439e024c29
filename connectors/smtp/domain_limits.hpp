// How many mails one recipient domain gets at once and per minute: big providers punish those who hurry. Pure: the time
// comes from the caller.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace tandem::smtp {

struct DomainLimitOptions {
    std::size_t at_once = 2;       // 0: no limit
    std::size_t per_minute = 0;    // 0: no limit
    std::size_t domains = 10'000;  // that are remembered
};

class DomainLimits {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit DomainLimits(DomainLimitOptions options) : options_(options) {}

    // Zero: the mail may go and release() follows; else when to ask again.
    std::chrono::milliseconds take(std::string_view domain, Time now);
    void release(std::string_view domain);

    std::size_t size() const { return domains_.size(); }

private:
    struct Domain {
        std::size_t busy = 0;
        double tokens = 0;
        Time seen{};
    };

    Domain& find(std::string_view domain, Time now);
    void forget_quiet(Time now);

    const DomainLimitOptions options_;
    std::map<std::string, Domain, std::less<>> domains_;
};

}  // namespace tandem::smtp
