// Regular expressions by RE2: linear time whatever the pattern and the text, so a customer's message cannot stop the
// gateway.
#include "core/mapping/formats.hpp"
#include "core/mapping/functions_impl.hpp"

#include <map>
#include <memory>
#include <re2/re2.h>
#include <vector>

namespace tandem::mapping {

using data::Value;
using expr::Call;
using expr::Outcome;

namespace {

constexpr std::size_t kCachedPatterns = 256;
constexpr std::int64_t kPatternMemory = 1 << 20;

// Compiled patterns of this thread. Patterns are constants of packs, so the cache fills once; a pack that builds
// patterns from data only makes it start again.
const RE2& compiled(std::string_view pattern) {
    static thread_local std::map<std::string, std::unique_ptr<RE2>, std::less<>> cache;
    if (auto found = cache.find(pattern); found != cache.end()) return *found->second;
    if (cache.size() >= kCachedPatterns) cache.clear();
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    auto made = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
    return *cache.emplace(std::string(pattern), std::move(made)).first->second;
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

constexpr std::size_t kBytesPerStep = 64;

}  // namespace

std::optional<std::string> regex_fault(std::string_view pattern) {
    const auto& made = compiled(pattern);
    if (made.ok()) return std::nullopt;
    // RE2 quotes the pattern, which may have come from ${env:...}.
    const auto quoted = ": " + made.error_arg();
    std::string_view reason = made.error();
    if (reason.ends_with(quoted)) reason.remove_suffix(quoted.size());
    return "is no pattern (RE2): " + std::string(reason);
}

Outcome regex_match_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto& pattern = compiled(call.text(1));
    if (!pattern.ok()) return call.invalid_value(1, pattern.error());
    if (!call.spend(call.text(0).size() / kBytesPerStep)) return call.too_much_work();
    return Value::boolean(RE2::PartialMatch(piece(call.text(0)), pattern));
}

Outcome regex_capture_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto& pattern = compiled(call.text(1));
    if (!pattern.ok()) return call.invalid_value(1, pattern.error());
    if (!call.spend(call.text(0).size() / kBytesPerStep)) return call.too_much_work();
    const auto text = call.text(0);
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) + 1);
    if (!pattern.Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
        return Value();
    }
    auto out = call.arena().array<Value>(groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto& group = groups[i];
        out[i] = group.data() == nullptr ? Value() : Value::string({group.data(), group.size()});
    }
    return Value::array(out);
}

Outcome regex_replace_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto& pattern = compiled(call.text(1));
    if (!pattern.ok()) return call.invalid_value(1, pattern.error());
    std::string problem;
    if (!pattern.CheckRewriteString(piece(call.text(2)), &problem)) return call.invalid_value(2, problem);
    const auto text = call.text(0);
    if (!call.spend(text.size() / kBytesPerStep)) return call.too_much_work();
    if (!call.afford((text.size() + 1) * (call.text(2).size() + 1))) return call.too_large();
    std::string out(text);
    RE2::GlobalReplace(&out, pattern, piece(call.text(2)));
    return text_value(call, out);
}

}  // namespace tandem::mapping
