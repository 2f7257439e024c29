#include "core/mapping/poll.hpp"

#include "core/data/json.hpp"
#include "core/mapping/call.hpp"
#include "core/mapping/verify.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace tandem::mapping {

using data::Value;

namespace {

constexpr std::int64_t kMostDays = 3650;
constexpr std::chrono::milliseconds kUsualLifetime = std::chrono::minutes(5);
constexpr double kLongestLifetime = 30.0 * 24 * 3600;  // seconds
constexpr std::size_t kLongestShown = 200;             // bytes
constexpr std::size_t kLongestPlace = 64 * 1024;       // bytes of a cursor or page

Value parsed(const std::optional<std::string>& json, data::Arena& arena) {
    if (!json) return {};
    const auto value = data::parse_json(*json, arena);
    return value ? without_marks(*value, arena) : Value();
}

Value time_value(const std::optional<Instant>& at, data::Arena& arena) {
    return at ? data::make_string(arena, format_time(*at)) : Value();
}

// The names of a poll; its expressions are about the same values as an object.
class PollNames {
public:
    PollNames(const BoundPack::State& state, const PollProgram& poll, const PollPlace& place, data::Arena& arena)
        : given_(values(place, arena)), call_{state, poll.let, given_, about(arena), arena} {}
    PollNames(const PollNames&) = delete;
    PollNames& operator=(const PollNames&) = delete;

    const Call& call() const { return call_; }

private:
    static std::array<Given, kPollNames> values(const PollPlace& place, data::Arena& arena) {
        const auto at = [](PollName name) { return std::size_t{kFixedSlots} + std::size_t{name}; };
        return {Given{at(kCursor), parsed(place.cursor, arena)},   Given{at(kPage), parsed(place.page, arena)},
                Given{at(kNow), time_value(place.now, arena)},     Given{at(kSince), time_value(place.since, arena)},
                Given{at(kUntil), time_value(place.until, arena)}, Given{at(kFound), parsed(place.found, arena)}};
    }

    Value about(data::Arena& arena) const {
        data::ArenaList<data::Member> members(arena, kPollNames);
        for (std::size_t i = 0; i < kPollNames; ++i)
            members.push_back({kPollNameTexts[i], given_[i].value});
        return Value::object(members.items());
    }

    const std::array<Given, kPollNames> given_;
    const Call call_;
};

Call plain_call(const BoundPack::State& state, std::span<const Binding> let, data::Arena& arena) {
    return {state, let, {}, Value::object({}), arena};
}

PollInfo info(const PollProgram& poll) {
    PollInfo out;
    out.name = poll.name;
    out.every = poll.every;
    out.timeout = poll.timeout;
    out.requests = poll.requests;
    out.pages = poll.pages;
    out.keeps_cursor = poll.cursor.has_value();
    if (poll.overlap.count() >= 0) out.window_overlap = poll.overlap;
    out.window_first = poll.first;
    out.window_longest = poll.longest;
    out.backfill = poll.backfill;
    out.backfill_step = poll.backfill_step;
    out.backfill_oldest_first = poll.backfill_oldest_first;
    return out;
}

std::string envelope(const BoundPack& pack, const PollProgram& poll, const PollPlace& place, data::Arena& arena) {
    const auto shown = poll_request(pack, poll.name, place, Reveal::Nothing, arena);
    std::string out = R"({"poll":)";
    data::write_json_string(poll.name, out);
    out += R"(,"method":)";
    data::write_json_string(shown ? shown->method : poll.request.method, out);
    out += R"(,"url":)";
    data::write_json_string(shown ? shown->url : std::string(), out);
    // It can be long, so it is stored for those who look at it only.
    const bool wanted = (pack.pack().program().map_members & kPolledPage) != 0;
    if (wanted && place.page) out += R"(,"page":)" + data::to_json(parsed(place.page, arena));
    return out + R"(,"headers":{}})";
}

std::optional<std::string> json_of(Value value) {
    return value.is_null() ? std::nullopt : std::optional(data::to_json(value));
}

bool too_long(const std::optional<std::string>& json) {
    return json && json->size() > kLongestPlace;
}

}  // namespace

std::vector<std::string> poll_names(const Pack& pack) {
    std::vector<std::string> out;
    for (const auto& poll : pack.program().polls)
        out.push_back(poll.name);
    return out;
}

std::vector<PollInfo> polls(const BoundPack& pack) {
    std::vector<PollInfo> out;
    for (const auto& poll : pack.state().program().polls) {
        data::Arena arena;
        const PollNames names(pack.state(), poll, {}, arena);
        Evaluation evaluation(names.call(), names.call().about);
        if (poll.when && !truthy(evaluation.value(*poll.when))) continue;
        out.push_back(info(poll));
        const auto days = std::strtol(text_of(evaluation.value(poll.backfill_days)).c_str(), nullptr, 10);
        out.back().backfill_days = std::clamp<std::int64_t>(days, 0, kMostDays);
    }
    return out;
}

Result<OutgoingRequest> poll_request(
    const BoundPack& pack, std::string_view poll, const PollPlace& place, Reveal reveal, data::Arena& arena) {
    const auto* program = pack.state().program().find_poll(poll);
    if (program == nullptr) return fail(config_error("the pack has no poll '" + std::string(poll) + "'"));
    const PollNames names(pack.state(), *program, place, arena);
    return write_request(names.call(), names.call().about, program->request, reveal);
}

PollPage poll_page(const BoundPack& pack,
                   std::string_view poll,
                   const PollPlace& place,
                   const VendorAnswer& answer,
                   data::Arena& arena) {
    PollPage out;
    const auto* program = pack.state().program().find_poll(poll);
    if (program == nullptr) {
        out.error = config_error("the pack has no poll '" + std::string(poll) + "'");
        return out;
    }
    const PollNames names(pack.state(), *program, place, arena);
    AnswerReader reader(names.call(), program->response, answer);
    out.error = reader.error(ErrorKind::Transient);
    if (!out.error) {
        out.keep = !program->keep || truthy(reader.value(program->keep));
        out.more = program->more && truthy(reader.value(program->more));
        out.next = json_of(reader.value(program->next));
        out.cursor = json_of(reader.value(program->cursor));
        out.envelope = envelope(pack, *program, place, arena);
        out.content_type = find_header(answer.headers, "content-type").value_or("");
    }
    if (reader.failed()) out.error = rejected(reader.failure());
    if (too_long(out.next) || too_long(out.cursor)) out.error = rejected("the place in the list is longer than 64 KiB");
    if (out.cursor && without_secrets(pack, *out.cursor, {})) {
        out.error =
            config_error("the pack's `cursor` of '" + program->name + "' holds a secret, and a cursor is stored");
    }
    return out;
}

bool has_oauth2(const Pack& pack) {
    return pack.program().oauth2.has_value();
}

Result<OutgoingRequest> token_request(const BoundPack& pack, Reveal reveal, data::Arena& arena) {
    const auto& program = pack.state().program().oauth2;
    if (!program) return fail(config_error("the pack has no section oauth2"));
    return write_request(plain_call(pack.state(), {}, arena), Value::object({}), program->request, reveal);
}

Result<Token> token_answer(const BoundPack& pack, const VendorAnswer& answer, data::Arena& arena) {
    const auto& program = *pack.state().program().oauth2;
    AnswerReader reader(plain_call(pack.state(), {}, arena), program.response, answer);
    if (auto error = reader.error(ErrorKind::Transient)) {
        if (error->kind == ErrorKind::Rejected) error->kind = ErrorKind::Auth;
        return fail(std::move(*error).with_context("asking for a token"));
    }
    auto text = text_of(reader.value(program.token));
    const double seconds = std::strtod(text_of(reader.value(program.expires_in)).c_str(), nullptr);
    if (reader.failed()) return fail(config_error("asking for a token: " + reader.failure()));
    if (text.empty()) return fail(auth_error("asking for a token: the answer holds none"));
    const bool known = seconds > 0 && seconds <= kLongestLifetime;
    const auto lifetime = known ? std::chrono::milliseconds(std::llround(seconds * 1000)) : kUsualLifetime;
    return Token{Secret(std::move(text)), lifetime};
}

bool has_probe(const Pack& pack) {
    return pack.program().probe.has_value();
}

Result<OutgoingRequest> probe_request(const BoundPack& pack, Reveal reveal, data::Arena& arena) {
    const auto& program = pack.state().program().probe;
    if (!program) return fail(config_error("the pack has no section probe"));
    return write_request(plain_call(pack.state(), program->let, arena), Value::object({}), program->request, reveal);
}

Result<std::string> probe_answer(const BoundPack& pack, const VendorAnswer& answer, data::Arena& arena) {
    const auto& program = *pack.state().program().probe;
    AnswerReader reader(plain_call(pack.state(), program.let, arena), program.response, answer);
    if (auto error = reader.error(ErrorKind::Transient)) return fail(std::move(*error));
    auto shown = reader.presentable(text_of(reader.value(program.shows)), kLongestShown);
    if (reader.failed()) return fail(config_error(reader.failure()));
    return shown;
}

}  // namespace tandem::mapping
