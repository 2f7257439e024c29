#include "core/mapping/send.hpp"

#include "core/mapping/call.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/split.hpp"

#include <array>
#include <string>

namespace tandem::mapping {

using data::Value;

namespace {

// The names of a message's request and of its answer.
struct MessageCall {
    MessageCall(const BoundPack::State& state, Value message, data::Arena& arena)
        : given{Given{state.program().send->message_slot, message}},
          call{state, state.program().send->let, given, message, arena} {}
    MessageCall(const MessageCall&) = delete;
    MessageCall& operator=(const MessageCall&) = delete;

    const std::array<Given, 1> given;
    const Call call;
};

void read_ids(AnswerReader& reader, const SendProgram& program, SendOutcome& out) {
    const auto given = reader.value(program.ids);
    const auto name_space = text_of(reader.value(program.name_space));
    const auto add = [&](Value id) {
        if (auto text = text_of(id); !text.empty()) out.ids.push_back({name_space, std::move(text)});
    };
    if (!given.is_array()) return add(given);
    for (const auto& item : given.items())
        add(item);
}

std::int64_t longest_text(const SendProgram& send) {
    if (!send.split || send.max_text > INT64_MAX / static_cast<std::int64_t>(kMaxParts)) return send.max_text;
    return send.max_text * static_cast<std::int64_t>(kMaxParts);
}

// The first part keeps the id: it is what a message that fits would have.
Value part_of(Value message, std::string_view text, std::size_t number, std::size_t total, data::Arena& arena) {
    data::ArenaList<data::Member> members(arena, message.size() + 1);
    for (const auto& [key, value] : message.members()) {
        if (key == "text") {
            members.push_back({key, data::make_string(arena, text)});
        } else if (key == "id" && number > 1) {
            members.push_back(
                {key, data::make_string(arena, std::string(ScalarText(value).view()) + "-" + std::to_string(number))});
        } else if (number == 1 || (key != "media" && key != "reply_to")) {
            members.push_back({key, value});
        }
    }
    members.push_back({"part", data::make_object(arena, {{"number", Value::unsigned_integer(number)},
                                                         {"total", Value::unsigned_integer(total)}})});
    return Value::object(members.items());
}

}  // namespace

std::optional<SendAbilities> send_abilities(const Pack& pack) {
    const auto& send = pack.program().send;
    if (!send) return std::nullopt;
    return SendAbilities{.channel = send->channel,
                         .provider = send->provider,
                         .to = send->to,
                         .max_text = longest_text(*send),
                         .max_media = send->max_media,
                         .repeatable = send->repeatable};
}

std::vector<Value> message_parts(const Pack& pack, Value message, data::Arena& arena) {
    const auto& send = pack.program().send;
    const auto text = message.string_at("text");
    if (!send || !send->split || !text) return {message};
    const auto texts = split_text(*text, static_cast<std::size_t>(send->max_text));
    if (texts.size() == 1) return {message};
    std::vector<Value> parts;
    for (const auto part : texts)
        parts.push_back(part_of(message, part, parts.size() + 1, texts.size(), arena));
    return parts;
}

Result<OutgoingRequest> outgoing_request(const BoundPack& pack, Value message, Reveal reveal, data::Arena& arena) {
    const auto& send = pack.state().program().send;
    if (!send) return fail(config_error("the pack '" + pack.pack().name() + "' cannot send"));
    const MessageCall names(pack.state(), without_marks(message, arena), arena);
    return write_request(names.call, names.call.about, send->request, reveal);
}

SendOutcome send_outcome(const BoundPack& pack, Value message, const VendorAnswer& answer, data::Arena& arena) {
    const auto& send = *pack.state().program().send;
    const MessageCall names(pack.state(), message, arena);
    AnswerReader reader(names.call, send.response, answer);
    SendOutcome out{.ids = {}, .error = reader.error(ErrorKind::UnknownOutcome)};
    if (!out.error) read_ids(reader, send, out);
    if (reader.failed()) {
        out.ids.clear();
        out.error = unknown_outcome(reader.failure());
    }
    return out;
}

}  // namespace tandem::mapping
