#include "core/mail/decode.hpp"

#include "core/mail/attachments.hpp"
#include "core/mail/body.hpp"
#include "core/mail/cms.hpp"
#include "core/mail/document.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/text/tnef.hpp"

#include <charconv>
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

std::optional<std::string> tnef_bytes(std::string_view packed, std::string_view number) {
    std::size_t index = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), index);
    const auto tnef = read_tnef(packed);
    if (!tnef || read.ptr != number.data() + number.size() || index == 0 || index > tnef->attachments.size()) {
        return std::nullopt;
    }
    return std::string(tnef->attachments[index - 1].bytes);
}

std::optional<std::string> bytes_of(std::string_view raw, std::string_view number, std::size_t depth) {
    constexpr std::size_t kDeepest = 8;
    if (depth > kDeepest) return std::nullopt;
    const auto slash = number.find('/');
    const auto mail = parse(raw, {});
    if (!mail) return std::nullopt;
    const auto* part = find_part(mail->body, number.substr(0, slash));
    if (part == nullptr) return std::nullopt;
    auto bytes = content(*part, part->body.size() + 1);
    if (slash == std::string_view::npos) return bytes;
    const auto rest = number.substr(slash + 1);
    if (part->kind == PartKind::Message) return bytes_of(bytes, rest, depth + 1);
    if (is_tnef(part->media_type, part_name(*part, {}))) return tnef_bytes(bytes, rest);
    const auto inner = unwrap_signed(bytes);
    return inner ? bytes_of(*inner, rest, depth + 1) : std::nullopt;
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
