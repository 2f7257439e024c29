// Something that is done by one task while others wait for its end.
#pragma once

#include "core/async/wait.hpp"

namespace tandem::async {

// The flag is set for as long as this lives. Those who wait are woken however it ends, also when the task is cancelled:
// they must not wait for ever. On the event's strand; flag and event outlive it.
class UnderWay {
public:
    UnderWay(bool& flag, Event& ended) : flag_(flag), ended_(ended) { flag_ = true; }
    ~UnderWay() {
        flag_ = false;
        ended_.notify_all();
    }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

private:
    bool& flag_;
    Event& ended_;
};

}  // namespace tandem::async
