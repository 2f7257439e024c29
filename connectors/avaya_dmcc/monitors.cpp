#include "connectors/avaya_dmcc/monitors.hpp"

#include "connectors/avaya/device.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

using std::chrono::seconds;

constexpr seconds kBusyFirst{5}, kBusyLimit{300};
constexpr seconds kSlowFirst{30}, kSlowLimit{600};
constexpr seconds kOnce{10};
constexpr seconds kLicence{600};

std::string key_of(std::string_view switch_name, std::string_view extension) {
    return to_lower_ascii(switch_name) + "/" + std::string(extension);
}

seconds delay(seconds first, seconds limit, unsigned attempts) {
    for (; attempts > 1 && first < limit; --attempts)
        first *= 2;
    return std::min(first, limit);
}

}  // namespace

Monitors::Monitors(std::vector<Target> targets) {
    rows_.reserve(targets.size());
    for (Target& target : targets) {
        by_device_.emplace(key_of(target.switch_name, target.extension), rows_.size());
        rows_.push_back({.target = std::move(target)});
    }
}

void Monitors::begin() {
    retries_.clear();
    for (auto& one : queues_)
        one.clear();
    held_until_ = {};
    by_monitor_.clear();
    asking_ = 0;
    last_failure_.clear();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        rows_[i].monitor.clear();
        rows_[i].device_is_fresh = false;
        rows_[i].attempts = 0;
        rows_[i].listed = false;
        queue(i);
    }
}

std::vector<std::string> Monitors::listed(const MonitorList& list) {
    std::vector<std::string> strangers;
    for (const auto& [device, monitor] : list.rows) {
        const avaya::Device parsed = avaya::parse_device(device);
        const auto i = find_device(parsed.switch_name, parsed.number);
        // The second one of a device only doubles its events.
        if (!i || rows_[*i].listed) {
            strangers.push_back(monitor);
            continue;
        }
        Row& row = rows_[*i];
        row.device = device;
        row.listed = true;
        forget_monitor(row);
        row.monitor = monitor;
        by_monitor_.insert_or_assign(monitor, *i);
    }
    return strangers;
}

void Monitors::list_done(bool complete) {
    const auto keeps = [&](const Row& row) { return complete ? row.listed : !row.monitor.empty(); };
    std::vector<std::string> monitors(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (keeps(rows_[i])) monitors[i] = std::move(rows_[i].monitor);
    }
    begin();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (monitors[i].empty()) continue;
        rows_[i].state = State::Up;
        by_monitor_.insert_or_assign(monitors[i], i);
        rows_[i].monitor = std::move(monitors[i]);
    }
    for (auto& one : queues_)
        std::erase_if(one, [&](std::size_t i) { return rows_[i].state == State::Up; });
}

void Monitors::queue(std::size_t i, bool first) {
    rows_[i].state = State::Queued;
    auto& queue = queues_[static_cast<std::size_t>(rows_[i].target.kind)];
    first ? queue.push_front(i) : queue.push_back(i);
}

void Monitors::wake(Time now) {
    while (!retries_.empty() && retries_.begin()->first <= now) {
        queue(retries_.begin()->second);
        retries_.erase(retries_.begin());
    }
}

std::optional<std::size_t> Monitors::next(Time now) {
    wake(now);
    for (std::size_t kind = 0; kind < queues_.size(); ++kind) {
        if (queues_[kind].empty() || now < held_until_[kind]) continue;
        const std::size_t i = queues_[kind].front();
        queues_[kind].pop_front();
        rows_[i].state = State::Asking;
        ++asking_;
        return i;
    }
    return std::nullopt;
}

void Monitors::got_device(std::size_t i, std::string device) {
    rows_[i].device = std::move(device);
    rows_[i].device_is_fresh = true;
    --asking_;
    queue(i, true);
}

void Monitors::started(std::size_t i, std::string monitor) {
    Row& row = rows_[i];
    --asking_;
    row.state = State::Up;
    row.attempts = 0;
    by_monitor_.insert_or_assign(monitor, i);
    row.monitor = std::move(monitor);
    held_until_[static_cast<std::size_t>(row.target.kind)] = {};
}

void Monitors::retry(std::size_t i, Time at, State state) {
    rows_[i].state = state;
    retries_.emplace(at, i);
}

void Monitors::refused(std::size_t i, const CstaError& error, Time now) {
    Row& row = rows_[i];
    --asking_;
    // An id that was kept from an earlier session may mean nothing in this one.
    if (error.category == Category::Operation && !row.device.empty() && !row.device_is_fresh) {
        row.device.clear();
        return queue(i, true);
    }
    ++row.attempts;
    last_failure_ = std::string(to_string(row.target.kind)) + " " + row.target.extension + ": " + to_error(error).text;
    switch (retry_of(error)) {
        case Retry::Never:
            row.state = State::Refused;
            return;
        case Retry::Once:
            if (row.attempts > 1) {
                row.state = State::Refused;
                return;
            }
            return retry(i, now + kOnce, State::Retried);
        case Retry::BackOff:
            return retry(i, now + delay(kBusyFirst, kBusyLimit, row.attempts), State::Retried);
        case Retry::Slower:
            return retry(i, now + delay(kSlowFirst, kSlowLimit, row.attempts), State::Retried);
        case Retry::Licence:
            // Further ones of this kind would be refused as well: they wait, unasked.
            held_until_[static_cast<std::size_t>(row.target.kind)] = now + kLicence;
            return retry(i, now + kLicence, State::Licence);
    }
}

void Monitors::unanswered(std::size_t i, Time now) {
    refused(i, {.category = Category::SystemResource, .value = "no answer", .message = {}}, now);
}

void Monitors::forget_monitor(Row& row) {
    by_monitor_.erase(row.monitor);
    row.monitor.clear();
}

std::optional<std::size_t> Monitors::ended(std::string_view monitor, Time now) {
    const auto i = find(monitor);
    if (!i) return std::nullopt;
    forget_monitor(rows_[*i]);
    last_failure_ = std::string(to_string(rows_[*i].target.kind)) + " " + rows_[*i].target.extension + ": AES ended it";
    ++rows_[*i].attempts;
    retry(*i, now + delay(kBusyFirst, kBusyLimit, rows_[*i].attempts), State::Retried);
    return i;
}

std::optional<std::size_t> Monitors::find(std::string_view monitor) const {
    const auto found = by_monitor_.find(std::string(monitor));
    return found == by_monitor_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Monitors::find_device(std::string_view switch_name, std::string_view extension) const {
    const auto found = by_device_.find(key_of(switch_name, extension));
    return found == by_device_.end() ? std::nullopt : std::optional(found->second);
}

bool Monitors::settled(Time now) const {
    if (asking_ > 0) return false;
    for (std::size_t kind = 0; kind < queues_.size(); ++kind) {
        if (!queues_[kind].empty() && now >= held_until_[kind]) return false;
    }
    return true;
}

MonitorCounts Monitors::counts() const {
    MonitorCounts out{.total = rows_.size()};
    for (const Row& row : rows_) {
        out.up += row.state == State::Up;
        out.waiting += row.state == State::Idle || row.state == State::Queued || row.state == State::Asking;
        out.retried += row.state == State::Retried;
        out.refused += row.state == State::Refused;
        out.licence += row.state == State::Licence;
    }
    return out;
}

Monitors::Time Monitors::next_time(Time now) const {
    Time out = retries_.empty() ? Time::max() : retries_.begin()->first;
    for (std::size_t kind = 0; kind < queues_.size(); ++kind) {
        if (!queues_[kind].empty()) out = std::min(out, std::max(now, held_until_[kind]));
    }
    return out;
}

}  // namespace tandem::avaya_dmcc
