#include "core/mapping/bound.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/mail/decode.hpp"
#include "core/mapping/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::mapping {

using data::Member;
using data::Value;

BoundPack::BoundPack(std::shared_ptr<const Pack> pack,
                     Settings settings,
                     std::string instance,
                     std::string region,
                     std::string callback_url) {
    auto state = std::make_unique<State>();
    state->pack = std::move(pack);
    state->settings = std::move(settings);
    state->instance = std::move(instance);
    state->region = std::move(region);
    state->callback_url = std::move(callback_url);
    if (!state->settings.arena) state->settings.arena = std::make_shared<data::Arena>(1024);
    data::ArenaList<Member> members(*state->settings.arena, state->settings.values.size());
    for (const auto& [name, value] : state->settings.values)
        members.push_back({name, value});
    state->settings_value = Value::object(members.items());
    state->host = {&state->pack->program(), &state->settings.secrets, state->region};
    state->consent.emplace(state->settings);
    state_ = std::move(state);
}

BoundPack::~BoundPack() = default;
BoundPack::BoundPack(BoundPack&&) noexcept = default;

const Pack& BoundPack::pack() const {
    return *state_->pack;
}
const std::string& BoundPack::instance() const {
    return state_->instance;
}

namespace {

// True when a condition is a plain chain of && with a boolean setting in it that is off, so that it never holds.
bool switched_off(std::string_view condition, const Settings& settings) {
    constexpr std::string_view kSettings = "$settings.";
    if (condition.find_first_of("|(?`\"") != std::string_view::npos) return false;
    bool quoted = false;
    for (const char c : condition) {
        if (c == '\'') quoted = !quoted;
        if (quoted && c == '&') return false;
    }
    while (!condition.empty()) {
        const auto end = std::min(condition.find("&&"), condition.size());
        const auto part = trim_ascii(condition.substr(0, end));
        condition.remove_prefix(std::min(end + 2, condition.size()));
        if (!part.starts_with(kSettings)) continue;
        const auto found = settings.values.find(std::string(part.substr(kSettings.size())));
        if (found != settings.values.end() && found->second.is_bool() && !found->second.as_bool()) return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> BoundPack::warnings() const {
    constexpr std::string_view kOpen = "anybody who knows the URL can post";
    const auto& entries = state_->program().verifications;
    if (state_->program().methods.empty()) return {};  // nothing is posted to it
    if (entries.empty()) return {fmt::format("the vendor signs nothing: {}", kOpen)};
    std::vector<std::string> out;
    std::vector<std::string_view> unset;
    bool set = false;
    for (const auto& entry : entries) {
        if (entry.kind == SchemeKind::None) {
            const auto condition = entry.when->expression.text();
            if (!switched_off(condition, state_->settings)) {
                out.push_back(fmt::format("requests with {} pass unsigned: {}", condition, kOpen));
            }
            continue;
        }
        set |= !state_->secrets(entry.secret).empty();
        const bool told = std::ranges::find(unset, entry.secret) != unset.end();
        if (entry.optional && !told) unset.push_back(entry.secret);
    }
    if (!set && !unset.empty()) out.insert(out.begin(), fmt::format("no {}: {}", fmt::join(unset, " and no "), kOpen));
    return out;
}

std::span<const Secret> BoundPack::State::secrets(std::string_view setting) const {
    const auto found = settings.secrets.find(std::string(setting));
    return found == settings.secrets.end() ? std::span<const Secret>() : std::span<const Secret>(found->second);
}

Value request_value(const RequestSource& source, RequestMembers mask, data::Arena& arena) {
    if (mask == 0) return {};
    data::ArenaList<Member> members(arena, 9);
    const auto parts = split_url(source.url);
    if ((mask & kMethod) != 0) members.push_back({"method", Value::string(source.method)});
    if ((mask & kUrl) != 0) members.push_back({"url", Value::string(source.url)});
    if ((mask & kPath) != 0) members.push_back({"path", Value::string(parts.path)});
    if ((mask & kQuery) != 0) {
        auto query = data::decode_form(parts.query, arena);
        members.push_back({"query", query ? *query : Value::object({})});
    }
    if ((mask & kHeaders) != 0) members.push_back({"headers", Value::object(source.headers)});
    if ((mask & kContentType) != 0) members.push_back({"content_type", Value::string(source.content_type)});
    if ((mask & kReceivedAt) != 0) {
        members.push_back({"received_at", data::make_string(arena, format_time(source.received_at))});
    }
    if ((mask & kPoll) != 0 && !source.poll.empty()) members.push_back({"poll", Value::string(source.poll)});
    if ((mask & kPolledPage) != 0) members.push_back({"page", source.page});
    return Value::object(members.items());
}

Result<Value> decode_body(const Program& program,
                          std::string_view method,
                          std::string_view url,
                          std::string_view content_type,
                          std::string_view body,
                          std::string_view charset,
                          data::Arena& arena) {
    if (program.decoder == "mail") {
        mail::Limits limits;
        limits.default_charset = charset;
        return mail::decode(body, limits, arena);
    }
    const bool reads_query = program.decoder == "form" || program.decoder == "auto";
    if (method == "GET" && body.empty() && reads_query)
        return data::decode_form(split_url(url).query, arena, {}, charset);
    return data::decode(program.decoder, content_type, body, arena, {}, charset);
}

Frame make_frame(const BoundPack::State& state, Value body, Value request, data::Arena& arena) {
    auto values = arena.array<Value>(state.program().slots);
    std::uninitialized_fill(values.begin(), values.end(), Value());
    values[kBody] = body;
    values[kItem] = body;
    values[kIndex] = Value::integer(0);
    values[kSettings] = state.settings_value;
    values[kInstance] = Value::string(state.instance);
    values[kRequest] = request;
    auto pending = arena.array<Pending>(values.size());
    std::uninitialized_fill(pending.begin(), pending.end(), Pending());
    Frame frame{.arena = arena,
                .values = values,
                .pending = pending,
                .context = {.arena = arena, .host = &state.host, .values = values},
                .root = body};
    frame.memory += arena.used();
    return frame;
}

}  // namespace tandem::mapping
