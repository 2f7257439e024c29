#include "core/mail/decode.hpp"

#include "core/mail/document.hpp"
#include "core/mail/mime.hpp"

#include <utility>

namespace tandem::mail {
namespace {

const Part* find_part(const Part& part, std::string_view number) {
    if (part.kind != PartKind::Multipart) return part.number == number ? &part : nullptr;
    for (const auto& child : part.parts) {
        if (const auto* found = find_part(child, number)) return found;
    }
    return nullptr;
}

std::optional<std::string> bytes_of(std::string_view raw, std::string_view number, std::size_t depth) {
    constexpr std::size_t kDeepest = 4;
    const auto slash = number.find('/');
    auto mail = parse(raw, {});
    if (!mail || depth > kDeepest) return std::nullopt;
    const auto* part = find_part(mail->body, number.substr(0, slash));
    if (part == nullptr) return std::nullopt;
    auto bytes = content(*part, part->body.size() + 1);
    if (slash == std::string_view::npos) return bytes;
    return bytes_of(bytes, number.substr(slash + 1), depth + 1);
}

}  // namespace

Result<data::Value> decode(std::string_view raw, const Limits& limits, data::Arena& arena) {
    auto mail = parse(raw, limits);
    if (!mail) return fail(std::move(mail.error()));
    return document(*mail, limits, arena);
}

std::optional<std::string> part_bytes(std::string_view raw, std::string_view part) {
    return bytes_of(raw, part, 0);
}

}  // namespace tandem::mail
