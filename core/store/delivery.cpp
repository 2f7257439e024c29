#include "core/store/delivery.hpp"

#include "core/store/codec.hpp"

#include <algorithm>
#include <utility>

namespace tandem::store {
namespace {

constexpr std::size_t kSent = 1;
constexpr std::size_t kDelivered = 2;
constexpr std::size_t kRead = 3;

std::optional<Instant> earliest(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
    if (!a) a = b;
    if (!a) return std::nullopt;
    return from_micros(b ? std::min(*a, *b) : *a);
}

void encode_optional(Encoder& out, std::optional<std::int64_t> value) {
    out.number(value ? 1 : 0);
    if (value) out.signed_number(*value);
}

std::optional<std::int64_t> decode_optional(Decoder& in) {
    if (in.number() == 0) return std::nullopt;
    return in.signed_number();
}

}  // namespace

std::optional<model::ReceiptStatus> Delivery::status() const {
    using enum model::ReceiptStatus;
    if (read_at) return Read;
    if (delivered_at) return Delivered;
    if (failed_at) return Failed;
    if (expired_at) return Expired;
    if (sent_at) return Sent;
    if (queued_at) return Queued;
    return std::nullopt;
}

bool Receipts::add(model::ReceiptStatus status, Instant at, std::string_view code, std::string_view reason) {
    const auto index = static_cast<std::size_t>(status);
    if (index >= kStatuses) return false;
    auto& known = at_[index];
    const std::int64_t micros = to_micros(at);
    if (index < kFailed) {
        if (known && *known <= micros) return false;
        known = micros;
        return true;
    }
    // Of two failures at one time the one that says more wins, whichever came first.
    using Text = std::pair<std::string_view, std::string_view>;
    Failure& failure = failures_[index - kFailed];
    if (known && *known < micros) return false;
    if (known && *known == micros && Text(code, reason) <= Text(failure.code, failure.reason)) return false;
    known = micros;
    failure = {std::string(code), std::string(reason)};
    return true;
}

bool Receipts::set_watermark(model::ReceiptStatus status, std::optional<Instant> until) {
    auto& known = status == model::ReceiptStatus::Read ? watermark_read_ : watermark_delivered_;
    const auto micros = until ? std::optional(to_micros(*until)) : std::nullopt;
    if (known == micros) return false;
    known = micros;
    return true;
}

bool Receipts::join(const Receipts& other) {
    bool moved = false;
    for (std::size_t index = 0; index < kStatuses; ++index) {
        if (!other.at_[index]) continue;
        const Failure failure = index < kFailed ? Failure{} : other.failures_[index - kFailed];
        moved = add(static_cast<model::ReceiptStatus>(index), from_micros(*other.at_[index]), failure.code,
                    failure.reason) ||
                moved;
    }
    return moved;
}

void Receipts::retract_attempt() {
    at_[kSent].reset();
    at_[kFailed].reset();
    at_[kFailed + 1].reset();
    failures_ = {};
}

Delivery Receipts::view() const {
    const auto instant = [&](std::size_t index) { return earliest(at_[index], std::nullopt); };
    Delivery out{.queued_at = instant(0),
                 .sent_at = instant(kSent),
                 .delivered_at = earliest(at_[kDelivered], watermark_delivered_),
                 .read_at = earliest(at_[kRead], watermark_read_),
                 .failed_at = instant(kFailed),
                 .expired_at = instant(kFailed + 1),
                 .code = {},
                 .reason = {}};
    const Failure& failure = failures_[at_[kFailed] ? 0 : 1];
    out.code = failure.code;
    out.reason = failure.reason;
    return out;
}

bool Receipts::empty() const {
    return view() == Delivery{};
}

std::string Receipts::encode() const {
    Encoder out;
    for (const auto& at : at_)
        encode_optional(out, at);
    encode_optional(out, watermark_delivered_);
    encode_optional(out, watermark_read_);
    for (const Failure& failure : failures_) {
        out.text(failure.code);
        out.text(failure.reason);
    }
    return out.take();
}

Receipts Receipts::decode(std::string_view text) {
    Receipts receipts;
    if (text.empty()) return receipts;
    Decoder in(text);
    for (auto& at : receipts.at_)
        at = decode_optional(in);
    receipts.watermark_delivered_ = decode_optional(in);
    receipts.watermark_read_ = decode_optional(in);
    for (Failure& failure : receipts.failures_) {
        failure.code = in.text();
        failure.reason = in.text();
    }
    return in.ok() ? receipts : Receipts{};
}

namespace {

using Moment = std::optional<Instant> Delivery::*;

// The moment at which the last of the parts got there; nullopt unless all did. What is read was delivered and sent.
std::optional<Instant> all_reached(std::span<const Delivery> parts, std::span<const Moment> any_of) {
    std::optional<Instant> latest;
    for (const Delivery& part : parts) {
        const auto reached = std::ranges::find_if(any_of, [&](Moment moment) { return (part.*moment).has_value(); });
        if (reached == any_of.end()) return std::nullopt;
        latest = latest ? std::max(*latest, *(part.**reached)) : *(part.**reached);
    }
    return latest;
}

}  // namespace

bool fold_parts(std::span<const Delivery> parts, Receipts& whole) {
    using enum model::ReceiptStatus;
    constexpr std::array kReached = {&Delivery::read_at, &Delivery::delivered_at, &Delivery::sent_at};
    bool moved = false;
    const auto all = [&](model::ReceiptStatus status, std::size_t count) {
        std::array<Moment, kReached.size()> moments{};
        // From the weakest that counts to the strongest, so that a part's own moment is taken where it is known.
        std::reverse_copy(kReached.begin(), kReached.begin() + static_cast<std::ptrdiff_t>(count), moments.begin());
        const auto at = all_reached(parts, std::span(moments).first(count));
        if (at) moved = whole.add(status, *at, {}, {}) || moved;
    };
    all(Read, 1);
    all(Delivered, 2);
    all(Sent, 3);
    for (const Delivery& part : parts) {
        const auto status = part.status();
        if (status == Failed) moved = whole.add(Failed, *part.failed_at, part.code, part.reason) || moved;
        if (status == Expired) moved = whole.add(Expired, *part.expired_at, part.code, part.reason) || moved;
    }
    return moved;
}

}  // namespace tandem::store
