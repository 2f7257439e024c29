#include "connectors/smtp/domain_limits.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::smtp {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kBusy{500};
constexpr double kMinute = 60'000;

}  // namespace

DomainLimits::Domain& DomainLimits::find(std::string_view domain, Time now) {
    const std::string name = to_lower_ascii(domain);
    const auto known = domains_.find(name);
    if (known != domains_.end()) return known->second;
    if (domains_.size() >= options_.domains) forget_quiet(now);
    return domains_.emplace(name, Domain{.tokens = static_cast<double>(options_.per_minute), .seen = now})
        .first->second;
}

// Who was quiet for a minute has all its tokens again, as a newcomer has.
void DomainLimits::forget_quiet(Time now) {
    std::erase_if(domains_, [&](const auto& one) {
        return one.second.busy == 0 && now - one.second.seen >= std::chrono::minutes(1);
    });
}

milliseconds DomainLimits::take(std::string_view name, Time now) {
    Domain& domain = find(name, now);
    if (options_.per_minute > 0) {
        const auto most = static_cast<double>(options_.per_minute);
        const auto passed = std::chrono::duration<double, std::milli>(std::max(now - domain.seen, Time::duration(0)));
        domain.tokens = std::min(most, domain.tokens + passed.count() * most / kMinute);
        domain.seen = std::max(domain.seen, now);
        if (domain.tokens < 1) return milliseconds(static_cast<std::int64_t>((1 - domain.tokens) * kMinute / most) + 1);
    }
    domain.seen = std::max(domain.seen, now);
    if (options_.at_once > 0 && domain.busy >= options_.at_once) return kBusy;
    ++domain.busy;
    if (options_.per_minute > 0) domain.tokens -= 1;
    return milliseconds(0);
}

void DomainLimits::release(std::string_view name) {
    const auto known = domains_.find(to_lower_ascii(name));
    if (known != domains_.end() && known->second.busy > 0) --known->second.busy;
}

}  // namespace tandem::smtp
