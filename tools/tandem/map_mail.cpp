#include "tools/tandem/map_mail.hpp"

#include "core/data/json.hpp"
#include "core/mail/decode.hpp"
#include "core/mapping/outcome.hpp"
#include "tools/tandem/terminal.hpp"

namespace tandem::tool {

using data::Value;

int show_mail(const MailArguments& arguments,
              const mapping::BoundPack& pack,
              const std::function<void(mapping::Mapped&, data::Arena&)>& normalise) {
    const auto raw = read_input(arguments.file);
    if (!raw) return complain(raw.error().text);
    data::Arena arena;
    Value envelope;
    if (!arguments.envelope.empty()) {
        const auto read = data::parse_json(arguments.envelope, arena);
        if (!read || !read->is_object()) return complain("--envelope: a JSON object is needed", 2);
        envelope = *read;
    }
    data::ArenaList<data::Member> members(arena, 6);
    if (arguments.document) {
        mail::Limits limits;
        limits.default_charset = envelope.string_at("default_charset").value_or("");
        const auto document = mail::decode(*raw, limits, arena);
        if (!document) return complain(arguments.file + ": " + document.error().text);
        members.push_back({"document", *document});
    }
    mapping::RequestOutcome outcome;
    outcome.mapped = pack.map({arguments.envelope, "message/rfc822", *raw, arguments.received_at}, arena);
    normalise(outcome.mapped, arena);
    for (const auto& member : mapping::map_result(outcome, arena).members()) {
        if (member.key == "records" || member.key == "ignored" || member.key == "errors") members.push_back(member);
    }
    print_json(Value::object(members.items()));
    return 0;
}

}  // namespace tandem::tool
