#include "core/obs/repeats.hpp"

#include <algorithm>

namespace tandem::obs {

bool Repeats::admit(const LineKind& kind, Time now) {
    auto found = windows_.find(kind);
    if (found == windows_.end()) {
        if (windows_.size() >= kMaxKinds) return true;
        found = windows_.emplace(kind, Window{now + window_}).first;
        next_end_ = std::min(next_end_, found->second.ends);
    }
    return ++found->second.seen <= allowed_;
}

std::vector<Repeated> Repeats::ended(Time now) {
    std::vector<Repeated> out;
    if (now < next_end_) return out;
    next_end_ = Time::max();
    for (auto at = windows_.begin(); at != windows_.end();) {
        if (now < at->second.ends) {
            next_end_ = std::min(next_end_, at->second.ends);
            ++at;
            continue;
        }
        if (at->second.seen > allowed_) out.push_back({at->first, at->second.seen - allowed_});
        at = windows_.erase(at);
    }
    return out;
}

}  // namespace tandem::obs
