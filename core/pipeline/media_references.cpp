#include "core/pipeline/media_references.hpp"

namespace tandem::pipeline {
namespace {

constexpr std::size_t kMost = 100;

std::string text_at(data::Value object, std::string_view key) {
    return std::string(object.string_at(key).value_or(""));
}

}  // namespace

std::vector<store::MediaReference> media_references(data::Value snapshot, const mapping::MediaAbilities& abilities) {
    std::vector<store::MediaReference> out;
    const auto* attachments = snapshot.find("attachments");
    if (attachments == nullptr || !attachments->is_array()) return out;
    for (const auto& attachment : attachments->items()) {
        if (!mapping::is_fetched(abilities, attachment.string_at("url").value_or(""))) continue;
        out.push_back({.attachment = text_at(attachment, "external_id"),
                       .url = text_at(attachment, "url"),
                       .kind = text_at(attachment, "kind"),
                       .media_type = text_at(attachment, "media_type"),
                       .filename = text_at(attachment, "filename")});
        if (out.size() == kMost) break;
    }
    return out;
}

}  // namespace tandem::pipeline
