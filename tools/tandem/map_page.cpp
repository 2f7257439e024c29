#include "tools/tandem/map_page.hpp"

#include "core/data/json.hpp"
#include "core/mapping/outcome.hpp"
#include "core/mapping/poll.hpp"
#include "tools/tandem/terminal.hpp"

#include <optional>

namespace tandem::tool {
namespace {

using data::Member;
using data::Value;

Value json_or_null(const std::optional<std::string>& json, data::Arena& arena) {
    if (!json) return {};
    const auto value = data::parse_json(*json, arena);
    return value ? *value : Value();
}

}  // namespace

int show_page(const PageArguments& arguments,
              const mapping::BoundPack& pack,
              const std::function<void(mapping::Mapped&, data::Arena&)>& normalise) {
    const auto names = mapping::poll_names(pack.pack());
    if (names.empty()) return complain("the pack '" + pack.pack().name() + "' polls nothing");
    const auto poll = arguments.poll.empty() ? names.front() : arguments.poll;
    auto body = read_input(arguments.file);
    if (!body) return complain(body.error().text);
    data::Arena arena;
    mapping::PollPlace place{.now = arguments.received_at};
    if (!arguments.cursor.empty()) {
        const auto cursor = data::parse_json(arguments.cursor, arena);
        if (!cursor) return complain("--cursor: " + cursor.error().text, 2);
        place.cursor = arguments.cursor;
    }
    const auto request = mapping::poll_request(pack, poll, place, mapping::Reveal::Nothing, arena);
    if (!request) return complain(request.error().text);
    const auto page = mapping::poll_page(pack, poll, place, {.status = 200, .headers = {}, .body = *body}, arena);
    if (page.error) return complain(std::string(to_string(page.error->kind)) + ": " + page.error->text);
    mapping::RequestOutcome outcome;
    if (auto clean = mapping::without_secrets(pack, *body, {})) *body = std::move(*clean);
    outcome.mapped = pack.map({page.envelope, {}, *body, arguments.received_at}, arena);
    normalise(outcome.mapped, arena);
    data::ArenaList<Member> members(arena, 9);
    members.push_back({"poll", Value::string(poll)});
    members.push_back({"request", data::make_object(arena, {{"method", data::make_string(arena, request->method)},
                                                            {"url", data::make_string(arena, request->url)}})});
    members.push_back({"keep", Value::boolean(page.keep)});
    members.push_back({"more", Value::boolean(page.more)});
    members.push_back({"next", json_or_null(page.next, arena)});
    members.push_back({"cursor", json_or_null(page.cursor, arena)});
    for (const auto& member : mapping::map_result(outcome, arena).members()) {
        if (member.key == "records" || member.key == "ignored" || member.key == "errors") members.push_back(member);
    }
    print_json(Value::object(members.items()));
    return 0;
}

}  // namespace tandem::tool
