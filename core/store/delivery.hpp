// Delivery receipts of one message as minimum registers: every order and repetition gives the same result, and a late
// "sent" never moves a delivered message backwards (docs/architecture.md, "Store").
#pragma once

#include "core/store/store.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem::store {

class Receipts {
public:
    // Unknown statuses change nothing. Returns whether a register moved.
    bool add(model::ReceiptStatus status, Instant at, std::string_view code, std::string_view reason);

    // What the thread's watermarks say about the message: the earliest one that covers it, or nullopt. Kept apart from
    // the receipts proper, because it is computed anew when the message's time changes.
    bool set_watermark(model::ReceiptStatus status, std::optional<Instant> until);

    // Takes in what the same message's receipts say elsewhere. Returns whether a register moved.
    bool join(const Receipts& other);

    // An operator sends a message again: that it was sent before, or failed, no longer speaks for it.
    void retract_attempt();

    Delivery view() const;
    bool empty() const;

    // The stored form; decode gives no receipts for text that was not made by encode.
    std::string encode() const;
    static Receipts decode(std::string_view text);

private:
    struct Failure {
        std::string code;
        std::string reason;
    };
    static constexpr std::size_t kStatuses = 6;  // queued .. expired in the order of model::ReceiptStatus
    static constexpr std::size_t kFailed = 4;

    std::array<std::optional<std::int64_t>, kStatuses> at_;
    std::array<Failure, 2> failures_;  // of failed and expired
    std::optional<std::int64_t> watermark_delivered_;
    std::optional<std::int64_t> watermark_read_;
};

// What the parts of one message say about the whole, put into `whole`: delivered or read when all of them are, failed
// or expired when one is and was not delivered after all. Returns whether a register moved.
bool fold_parts(std::span<const Delivery> parts, Receipts& whole);

}  // namespace tandem::store
