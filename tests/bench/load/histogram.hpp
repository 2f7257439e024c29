// Durations in nanoseconds, counted in buckets as wide as 1/64 of their value (the idea of HdrHistogram): quantiles are
// right within 1.6 % in a few kilobytes, whatever the number of samples.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::bench {

class Histogram {
public:
    void add(std::uint64_t nanoseconds) {
        ++buckets_[index(nanoseconds)];
        ++count_;
        max_ = std::max(max_, nanoseconds);
    }

    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }

    // The value that the share `q` (0 to 1) of all samples does not exceed; 0 without samples.
    std::uint64_t quantile(double q) const {
        const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen > wanted || (seen == count_ && count_ > 0)) return std::min(highest(i), max_);
        }
        return 0;
    }

private:
    static constexpr unsigned kBits = 6;
    static constexpr std::uint64_t kStep = 1ULL << kBits;

    // Values below 64 have a bucket each; above, the first bit and the six after it name the bucket.
    static std::size_t index(std::uint64_t value) {
        if (value < kStep) return value;
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
        return ((shift + 1) << kBits) + ((value >> shift) - kStep);
    }

    static std::uint64_t highest(std::size_t index) {
        if (index < kStep) return index;
        const auto shift = (index >> kBits) - 1;
        return (((index & (kStep - 1)) + kStep + 1) << shift) - 1;
    }

    std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>((64 - kBits + 1) << kBits);
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace tandem::bench
