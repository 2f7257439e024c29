#include "core/store/fold.hpp"

#include "core/data/json.hpp"
#include "core/data/value.hpp"

#include <algorithm>
#include <tuple>

namespace tandem::store {
namespace {

using data::Arena;
using data::Member;
using data::Value;

constexpr int kLastRank = 9;

// Most documents tell no precision: those are not read.
Instant begun_by(const Register& one) {
    if (!one.document.contains("\"precision_ms\"")) return one.started_at;
    Arena arena;
    const auto document = data::parse_json(one.document, arena);
    return document ? one.started_at + precision_of(*document) : one.started_at;
}

bool said_before(std::span<const Register> registers, std::string_view source) {
    return std::ranges::find(registers, source, &Register::source) != registers.end();
}

// What the source of the first register says in all its slots. Its registers may be of several precedences.
std::string of_source(std::span<const Register> registers) {
    std::vector<SlotDocument> documents;
    for (const Register& one : registers) {
        if (one.source == registers.front().source) documents.push_back({one.slot, one.document});
    }
    if (documents.size() == 1 && documents.front().slot == kWhole) return std::string(documents.front().document);
    std::ranges::sort(documents, {}, &SlotDocument::slot);
    return fold_slots(documents);
}

}  // namespace

int rank_of(const Register& one) {
    const auto mark = one.source.find(kPlaceMark);
    return mark == std::string::npos ? 0 : one.source[mark + 1] - '0';
}

bool is_report(const Register& one) {
    return rank_of(one) == kLastRank;
}

bool put_register(std::vector<Register>& registers, Register incoming, bool anew) {
    const auto known = std::ranges::find_if(registers, [&](const Register& other) {
        return other.source == incoming.source && other.slot == incoming.slot;
    });
    if (known != registers.end()) {
        const auto order = std::tie(incoming.rev, incoming.rev_hash) <=> std::tie(known->rev, known->rev_hash);
        const bool replaces = anew && incoming.event == known->event ? order != 0 : order > 0;
        if (!replaces) return false;
        *known = std::move(incoming);
    } else {
        registers.push_back(std::move(incoming));
    }
    std::ranges::sort(registers, {}, [](const Register& r) {
        return std::tuple(is_report(r), r.precedence, rank_of(r), std::string_view(r.source), r.slot);
    });
    return true;
}

Visible fold_header(std::span<const Register> registers) {
    const Register& best = registers.front();
    Visible out{.started_at = best.started_at,
                .channel = best.channel,
                .outbound = best.outbound,
                .thread = best.thread,
                .point = best.point,
                .event = best.event,
                .document = {}};
    int rank = best.point_rank;
    Instant begun = registers.size() == 1 ? best.started_at : begun_by(best);
    for (const Register& one : registers.subspan(1)) {
        if (const auto by = begun_by(one); by < begun) {
            begun = by;
            out.started_at = one.started_at;
        }
        out.event = std::max(out.event, one.event);
        if (!out.thread) out.thread = one.thread;
        if (one.point != 0 && (out.point == 0 || one.point_rank < rank)) {
            out.point = one.point;
            rank = one.point_rank;
        }
    }
    return out;
}

Visible fold(std::span<const Register> registers) {
    Visible out = fold_header(registers);
    if (registers.size() == 1 && registers.front().slot == kWhole) {
        out.document = registers.front().document;
        return out;
    }
    std::vector<std::string> documents;
    std::vector<std::string_view> said;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (said_before(registers.first(i), registers[i].source)) continue;
        documents.push_back(of_source(registers.subspan(i)));
    }
    said.assign(documents.begin(), documents.end());
    out.document = said.size() == 1 ? std::move(documents.front()) : fold_documents(said);
    return out;
}

bool same_content(std::string_view a, std::string_view b) {
    if (a == b) return true;
    Arena arena;
    const auto first = data::parse_json(a, arena);
    const auto second = data::parse_json(b, arena);
    if (!first || !second || !first->is_object() || !second->is_object()) return false;
    const auto covered = [](Value one, Value other) {
        return std::ranges::all_of(one.members(), [&](const Member& member) {
            if (member.key == "rev") return true;
            const Value* counterpart = other.find(member.key);
            return counterpart != nullptr && *counterpart == member.value;
        });
    };
    return covered(*first, *second) && covered(*second, *first);
}

}  // namespace tandem::store
