#include "connectors/smtp/document.hpp"

#include "core/base/ids.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <utility>

namespace tandem::smtp {

namespace {

constexpr std::string_view kEnvelopeIds = "envid";  // name space

std::string text_at(data::Value object, std::string_view key) {
    return std::string(object.is_object() ? object.string_at(key).value_or("") : "");
}

// One text, or a list of them.
std::vector<std::string> texts_at(data::Value object, std::string_view key) {
    const auto value = object.get(key);
    std::vector<std::string> out;
    if (value.is_string() && value.size() > 0) out.emplace_back(value.as_string());
    if (!value.is_array()) return out;
    for (const auto& item : value.items()) {
        if (item.is_string() && item.size() > 0) out.emplace_back(item.as_string());
    }
    return out;
}

std::string bare_id(std::string_view id) {
    id = trim_ascii(id);
    if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
    return std::string(id);
}

std::string message_id_of(std::string_view id, const SubmissionConfig& config) {
    return std::string(id) + "@" + config.message_domain();
}

}  // namespace

std::vector<connector::SentId> names_of(std::string_view json, const SubmissionConfig& config, std::string_view id) {
    const auto document = read_document(json);
    if (!document) return {};
    return {{document->name_space, message_id_of(id, config)}, {std::string(kEnvelopeIds), std::string(id)}};
}

Result<Document> read_document(std::string_view json) {
    data::Arena arena;
    const auto value = data::parse_json(json, arena);
    if (!value || !value->is_object()) return fail(rejected("the pack's request is no JSON object"));
    Document out;
    out.to = texts_at(*value, "to");
    out.subject = text_at(*value, "subject");
    out.text = text_at(*value, "text");
    out.in_reply_to = bare_id(text_at(*value, "in_reply_to"));
    for (const std::string& id : texts_at(*value, "references"))
        out.references.push_back(bare_id(id));
    const auto files = value->get("files");
    if (files.is_array()) {
        for (const auto& file : files.items())
            out.files.push_back({text_at(file, "url"), text_at(file, "media_type"), text_at(file, "filename")});
    }
    out.at = parse_time(text_at(*value, "at"));
    if (auto name_space = text_at(*value, "namespace"); !name_space.empty()) out.name_space = std::move(name_space);
    const auto automatic = value->get("automatic");
    out.automatic = automatic.is_bool() && automatic.as_bool();
    if (out.to.empty()) return fail(rejected("the mail has no recipient"));
    if (out.text.empty() && out.files.empty()) return fail(rejected("there is nothing to say"));
    return out;
}

mail::Draft draft_of(const Document& document, const SubmissionConfig& config, std::string_view id, Instant now) {
    // What answers a mail of this gateway knows it by the message's id.
    const auto known = [&](const std::string& text) {
        return InteractionId::parse(text) ? message_id_of(text, config) : text;
    };
    std::vector<std::string> references;
    for (const std::string& one : document.references)
        references.push_back(known(one));
    const std::string parent = known(document.in_reply_to);
    mail::Draft out{.from = {config.from, config.from_name},
                    .to = {},
                    .reply_to = config.reply_to,
                    .subject = document.subject.empty() ? config.subject : document.subject,
                    .message_id = message_id_of(id, config),
                    .in_reply_to = parent,
                    .references = mail::reply_references(std::move(references), parent),
                    .date = document.at.value_or(now),
                    .text = document.text,
                    .files = {},
                    .automatic = document.automatic};
    for (const std::string& address : document.to)
        out.to.push_back({.address = address});
    if (!parent.empty()) out.subject = mail::reply_subject(out.subject);
    return out;
}

}  // namespace tandem::smtp
