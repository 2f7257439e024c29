#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/mapping/bound.hpp"
#include "core/mapping/url.hpp"
#include "core/mapping/verify.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace tandem::mapping {

using data::Value;

namespace {

// Whether a text can stand in a header as it is.
bool is_header_value(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

class Receiver final : public Texts {
public:
    Receiver(const BoundPack::State& state, const Request& request, data::Arena& arena)
        : state_(state), program_(state.program()), request_(request), arena_(arena) {
        content_type_ = find_header(request.headers, "content-type").value_or("");
    }

    Reception run() {
        if (std::ranges::find(program_.methods, request_.method) == program_.methods.end()) {
            return reject(405, "method not allowed");
        }
        if (auto reception = challenge()) return std::move(*reception);
        if (!verified()) return reject(403, "the request does not prove that it comes from the vendor");
        if (!document()) return reject(400, document().error().text);
        if (auto reception = guard()) return std::move(*reception);
        Reception out{.store = true, .answer = answer(program_.answer), .reason = {}, .envelope = envelope()};
        return out;
    }

    // The entry exists for this request.
    bool applies(const Verification& entry) {
        return !entry.when || truthy(value_of(*entry.when, program_.guard_members));
    }

    std::optional<std::string_view> text(const Code& code) override {
        const auto value = value_of(code, program_.guard_members);
        return value.is_string() ? std::optional(value.as_string()) : std::nullopt;
    }

private:
    static Reception reject(int status, std::string reason) {
        Reception out{.verdict = Verdict::Rejected,
                      .answer = {status, "text/plain; charset=utf-8", reason},
                      .reason = {},
                      .envelope = {}};
        out.reason = std::move(reason);
        return out;
    }

    const Result<Value>& document() {
        if (!document_) {
            document_ = decode_body(program_, request_.method, request_.url, content_type_, request_.body,
                                    program_.charset, arena_);
        }
        return *document_;
    }

    // Names and values for expressions over the body; null stands for a body that cannot be read.
    Frame& frame(RequestMembers members) {
        if (!frame_) {
            frame_.emplace(make_frame(state_, document() ? *document() : Value(), {}, arena_));
            Failure failure;  // a name that cannot be computed stays null
            if (program_.let_before) std::ignore = declare(program_.let, frame_->root, *frame_, failure);
        }
        if ((members & ~built_) != 0) {
            built_ |= members;
            frame_->values[kRequest] = request_value(
                {request_.method, request_.url, headers(), content_type_, request_.received_at}, built_, arena_);
        }
        return *frame_;
    }

    std::span<const data::Member> headers() {
        data::ArenaList<data::Member> out(arena_, request_.headers.size());
        for (const auto& header : request_.headers) {
            out.push_back({arena_.copy(to_lower_ascii(header.name)), Value::string(header.value)});
        }
        return out.items();
    }

    // An expression that fails counts as null: an odd body must not turn into a refused one here.
    Value value_of(const Code& code, RequestMembers members) {
        auto& names = frame(members);
        Value out;
        Failure failure;
        if (!evaluate(code, names.root, names, out, failure)) return {};
        return out;
    }

    std::optional<Reception> challenge() {
        for (const auto& challenge : program_.challenges) {
            if (!truthy(value_of(challenge.when, program_.challenge_members))) continue;
            const bool accepted = (!challenge.accept || truthy(value_of(*challenge.accept, kAllMembers))) &&
                                  (!challenge.verify || verified());
            Reception out{.answer = {}, .reason = accepted ? "handshake" : "handshake refused", .envelope = {}};
            if (!accepted) out.verdict = Verdict::Rejected;
            out.answer = answer(accepted ? challenge.answer : challenge.refuse, kAllMembers);
            return out;
        }
        return std::nullopt;
    }

    bool verified() {
        bool optional = program_.verifications.empty();
        bool usable = false;
        for (const auto& entry : program_.verifications) {
            if (!applies(entry)) continue;
            const auto secrets = state_.secrets(entry.secret);
            optional |= entry.optional;
            usable |= !secrets.empty();
            if (secrets.empty() && entry.kind != SchemeKind::None) continue;
            if (holds(entry, request_, {secrets, this})) return true;
        }
        return optional && !usable;
    }

    std::optional<Reception> guard() {
        for (const auto& guard : program_.guards) {
            if (!truthy(value_of(guard.when, program_.guard_members))) continue;
            Reception out;
            if (guard.reason) out.reason = text(*guard.reason).value_or("");
            if (guard.verdict == Verdict::Rejected) {
                out = reject(guard.status, out.reason.empty() ? "refused" : std::move(out.reason));
                if (guard.answer) out.answer = answer(*guard.answer);
                return out;
            }
            out.verdict = Verdict::Ignored;
            out.answer = answer(guard.answer ? *guard.answer : program_.answer);
            return out;
        }
        return std::nullopt;
    }

    Answer answer(const AnswerProgram& program) { return answer(program, program_.guard_members); }
    Answer answer(const AnswerProgram& program, RequestMembers members) {
        Answer out{.status = program.status, .content_type = program.content_type, .body = {}};
        if (program.type) {
            const auto type = value_of(*program.type, members);
            if (type.is_string() && is_header_value(type.as_string())) out.content_type = type.as_string();
        }
        if (!program.body) return out;
        const auto value = value_of(*program.body, members);
        if (value.is_null()) return out;
        out.body = value.is_string() ? std::string(value.as_string()) : data::to_json(value);
        if (out.content_type.empty()) {
            out.content_type = value.is_string() ? "text/plain; charset=utf-8" : "application/json";
        }
        return out;
    }

    std::string envelope() const {
        std::string out = R"({"method":)";
        data::write_json_string(request_.method, out);
        out += R"(,"url":)";
        data::write_json_string(without_parameters(request_.url, program_.secret_query), out);
        out += R"(,"headers":{)";
        bool first = true;
        for (const auto& name : program_.keep_headers) {
            const auto value = find_header(request_.headers, name);
            if (!value) continue;
            if (!std::exchange(first, false)) out += ',';
            data::write_json_string(name, out);
            out += ':';
            data::write_json_string(*value, out);
        }
        out += "}}";
        return out;
    }

    const BoundPack::State& state_;
    const Program& program_;
    const Request& request_;
    data::Arena& arena_;
    std::string_view content_type_;
    std::optional<Result<Value>> document_;
    std::optional<Frame> frame_;
    RequestMembers built_ = 0;
};

}  // namespace

const Verification* signing_entry(const BoundPack& pack, const Request& request) {
    data::Arena arena;
    Receiver receiver(pack.state(), request, arena);
    for (const auto& entry : pack.state().program().verifications) {
        const bool signs = entry.kind != SchemeKind::None && !pack.state().secrets(entry.secret).empty();
        if (signs && receiver.applies(entry)) return &entry;
    }
    return nullptr;
}

Result<Proof> sign_as_vendor(const BoundPack& pack, const Verification& verification, const Request& request) {
    data::Arena arena;
    Receiver receiver(pack.state(), request, arena);
    return sign(verification, request, {pack.state().secrets(verification.secret), &receiver});
}

Reception BoundPack::receive(const Request& request, data::Arena& arena) const {
    return Receiver(*state_, request, arena).run();
}

}  // namespace tandem::mapping
