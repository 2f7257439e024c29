#include "core/mail/text/keys.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <cstddef>
#include <unordered_set>

namespace tandem::mail {
namespace {

constexpr std::size_t kTextBytes = 8 * 1024;
constexpr std::size_t kMaxIds = 1'000;
constexpr std::size_t kShortestSubject = 5;  // characters; below, unrelated mails meet ("Hi")

// Fields with their length before them, so that no two lists of fields give the same bytes.
class Hash {
public:
    explicit Hash(std::string_view kind) { add(kind); }

    Hash& add(std::string_view field) {
        bytes_ += std::to_string(field.size());
        bytes_ += ':';
        bytes_ += field;
        return *this;
    }
    Hash& add_sorted(std::span<const std::string> fields) {
        std::vector<std::string_view> sorted(fields.begin(), fields.end());
        std::ranges::sort(sorted);
        const auto repeated = std::ranges::unique(sorted);
        sorted.erase(repeated.begin(), repeated.end());
        add(std::to_string(sorted.size()));
        for (const auto field : sorted)
            add(field);
        return *this;
    }
    std::string hex_digest() const { return hex(sha256(bytes_)); }

private:
    std::string bytes_;
};

std::string seconds(std::optional<Instant> date) {
    return date ? std::to_string(std::chrono::floor<std::chrono::seconds>(*date).time_since_epoch().count()) : "";
}

// Each id once. Of too many the first and the newest: what a long conversation is still answered to.
std::vector<std::string> each_once(std::span<const std::string> older,
                                   std::span<const std::string> newer,
                                   std::string_view own) {
    std::vector<std::string> ids;
    std::unordered_set<std::string_view> seen;
    const auto add = [&](std::string_view id) {
        if (!id.empty() && seen.insert(id).second) ids.emplace_back(id);
    };
    for (const auto& id : older)
        add(id);
    for (const auto& id : newer)
        add(id);
    add(own);
    if (ids.size() > kMaxIds) ids.erase(ids.begin() + 1, ids.end() - (kMaxIds - 1));
    return ids;
}

}  // namespace

Keys keys(const KeyParts& parts) {
    const std::string subject = fold_case(parts.base_subject);
    Keys out;
    if (!parts.message_id.empty()) {
        out.id = Hash("id").add(parts.message_id).add(parts.from).add(subject).add(seconds(parts.date)).hex_digest();
        out.id_any_date = Hash("id, any date").add(parts.message_id).add(parts.from).add(subject).hex_digest();
    }
    out.content = Hash("content")
                      .add(parts.from)
                      .add_sorted(parts.recipients)
                      .add(subject)
                      .add(squeeze(parts.text, kTextBytes))
                      .add_sorted(parts.attachment_hashes)
                      .hex_digest();
    out.delivery = Hash("delivery")
                       .add(out.content)
                       .add(seconds(parts.date))
                       .add(collapse_blanks(parts.newest_received))
                       .hex_digest();
    return out;
}

Thread thread_of(std::string_view message_id,
                 std::span<const std::string> references,
                 std::span<const std::string> in_reply_to,
                 std::string_view base_subject) {
    Thread out;
    out.ids = each_once(references, in_reply_to, message_id);
    if (!out.ids.empty()) out.root = out.ids.front();
    if (count_characters(base_subject) >= kShortestSubject) {
        out.subject_key = Hash("subject").add(fold_case(base_subject)).hex_digest();
    }
    return out;
}

}  // namespace tandem::mail
