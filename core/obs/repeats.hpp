// Keeps one noisy place from filling the log: within a window the first lines of a kind pass, the rest are counted, and
// the count is told when the window has ended. Pure: time is given. Not thread-safe.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem::obs {

// Lines of the same level, message and instance are repeats of each other.
struct LineKind {
    int level = 0;
    std::string message;
    std::string instance;
    friend auto operator<=>(const LineKind&, const LineKind&) = default;
};

struct Repeated {
    LineKind kind;
    std::uint64_t count = 0;  // lines that were not written
};

class Repeats {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Repeats(std::uint64_t allowed = 20, std::chrono::seconds window = std::chrono::seconds(10))
        : allowed_(allowed), window_(window) {}

    // Whether this line may be written. More kinds at once than fit are not limited.
    bool admit(const LineKind& kind, Time now);
    // Kinds whose window has ended and that had lines held back; each is told once.
    std::vector<Repeated> ended(Time now);
    // The same for all kinds, as if all windows had ended.
    std::vector<Repeated> finish() { return ended(Time::max()); }

private:
    struct Window {
        Time ends;
        std::uint64_t seen = 0;
    };
    static constexpr std::size_t kMaxKinds = 1024;

    std::uint64_t allowed_;
    std::chrono::seconds window_;
    std::map<LineKind, Window> windows_;
    Time next_end_ = Time::max();
};

}  // namespace tandem::obs
