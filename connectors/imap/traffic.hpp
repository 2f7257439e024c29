// What all mailboxes of an instance share: the pace of logins, room in memory, places in the queue for old mail. On one
// strand; everything must outlive its waiters.
#pragma once

#include "core/async/task.hpp"
#include "core/async/wait.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace tandem::imap {

class Pace {
public:
    explicit Pace(std::int64_t per_second) : step_(std::chrono::microseconds(1'000'000 / per_second)) {}
    // Returns when it is the caller's turn.
    async::Task<void> turn();

private:
    const std::chrono::microseconds step_;
    std::chrono::steady_clock::time_point next_{};
};

// So many units are there; whoever holds some gives them back by its end.
class Room {
public:
    explicit Room(std::uint64_t units) : units_(units) {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    class Share {
    public:
        Share(Room& room, std::uint64_t units) : room_(&room), units_(units) {}
        Share(Share&& other) noexcept : room_(std::exchange(other.room_, nullptr)), units_(other.units_) {}
        Share& operator=(Share&&) = delete;
        ~Share() {
            if (room_ != nullptr) room_->give_back(units_);
        }

    private:
        Room* room_;
        std::uint64_t units_;
    };
    // One that wants more than there is waits for all of it.
    async::Task<Share> take(std::uint64_t units);

private:
    void give_back(std::uint64_t units);

    const std::uint64_t units_;
    std::uint64_t taken_ = 0;
    async::Event freed_;
};

}  // namespace tandem::imap
