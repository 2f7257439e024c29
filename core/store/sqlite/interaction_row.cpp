#include "core/store/sqlite/interaction_row.hpp"

#include "core/sqlite/database.hpp"
#include "core/store/codec.hpp"

#include <cstring>

namespace tandem::store {
namespace {

constexpr std::uint64_t kOutbound = 1;
constexpr std::uint64_t kThread = 2;
constexpr std::uint64_t kSlot = 4;

std::string_view thread_text(const ThreadId& thread) {
    return {reinterpret_cast<const char*>(thread.bytes.data()), thread.bytes.size()};
}

// The shown document is the register's own.
bool shown_as_it_is(std::span<const Register> registers) {
    return registers.size() == 1 && registers.front().slot == kWhole;
}

}  // namespace

std::string encode_registers(std::span<const Register> registers) {
    Encoder out;
    for (const Register& one : registers) {
        out.text(one.source);
        out.signed_number(one.precedence);
        out.signed_number(one.rev);
        out.number(one.rev_hash);
        out.number(one.event);
        out.signed_number(to_micros(one.started_at));
        out.text(one.channel);
        out.number((one.outbound ? kOutbound : 0) | (one.thread ? kThread : 0) | (one.slot != kWhole ? kSlot : 0));
        if (one.slot != kWhole) out.signed_number(one.slot);
        if (one.thread) out.text(thread_text(*one.thread));
        out.signed_number(one.point);
        out.signed_number(one.point_rank);
        out.text(shown_as_it_is(registers) ? std::string_view{} : std::string_view(one.document));
    }
    return out.take();
}

std::vector<Register> decode_registers(std::string_view column, std::string_view document) {
    std::vector<Register> registers;
    Decoder in(column);
    while (!in.at_end() && in.ok()) {
        Register& one = registers.emplace_back();
        one.source = in.text();
        one.precedence = static_cast<int>(in.signed_number());
        one.rev = in.signed_number();
        one.rev_hash = in.number();
        one.event = in.number();
        one.started_at = from_micros(in.signed_number());
        one.channel = in.text();
        const std::uint64_t flags = in.number();
        one.outbound = (flags & kOutbound) != 0;
        if ((flags & kSlot) != 0) one.slot = in.signed_number();
        if ((flags & kThread) != 0) {
            const auto text = in.text();
            ThreadId thread;
            if (text.size() == thread.bytes.size()) std::memcpy(thread.bytes.data(), text.data(), text.size());
            one.thread = thread;
        }
        one.point = in.signed_number();
        one.point_rank = static_cast<int>(in.signed_number());
        one.document = in.text();
    }
    if (!in.ok()) throw sqlite::Failure(corrupt("an interaction's registers are damaged"));
    if (shown_as_it_is(registers)) registers.front().document = document;
    return registers;
}

}  // namespace tandem::store
