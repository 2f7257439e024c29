#include "core/mapping/send.hpp"

#include "core/data/json.hpp"
#include "core/mapping/call.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/split.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tandem::mapping {

using data::Value;

namespace {

// The names of a message's request and of its answer.
struct MessageCall {
    MessageCall(const BoundPack::State& state, Value message, Instant now, data::Arena& arena)
        : given{Given{kMessage, message},
                Given{kCallbackUrl, state.callback_url.empty() ? Value() : Value::string(state.callback_url)},
                Given{kSentAt, data::make_string(arena, format_time(now))}},
          call{state, state.program().send->let, given, message, arena} {}
    MessageCall(const MessageCall&) = delete;
    MessageCall& operator=(const MessageCall&) = delete;

    const std::array<Given, kSendNames> given;
    const Call call;
};

std::vector<SendOutcome::Id> read_ids(AnswerReader& reader,
                                      const std::optional<Code>& ids,
                                      const std::optional<Code>& space) {
    std::vector<SendOutcome::Id> out;
    const auto given = reader.value(ids);
    const auto name_space = text_of(reader.value(space));
    const auto add = [&](Value id) {
        if (auto text = text_of(id); !text.empty()) out.push_back({name_space, std::move(text)});
    };
    if (!given.is_array()) {
        add(given);
        return out;
    }
    for (const auto& item : given.items())
        add(item);
    return out;
}

std::int64_t longest_text(const SendProgram& send) {
    if (!send.split || send.max_text > INT64_MAX / static_cast<std::int64_t>(kMaxParts)) return send.max_text;
    return send.max_text * static_cast<std::int64_t>(kMaxParts);
}

// A piece of a message: a text, files, or both.
struct Piece {
    std::string_view text;
    Value media;
};

// The first part keeps the id: it is what a message that fits would have.
Value part_of(Value message, const Piece& piece, std::size_t number, std::size_t total, data::Arena& arena) {
    data::ArenaList<data::Member> members(arena, message.size() + 1);
    for (const auto& [key, value] : message.members()) {
        if (key == "text") {
            if (!piece.text.empty()) members.push_back({key, data::make_string(arena, piece.text)});
        } else if (key == "media") {
            if (piece.media.is_array()) members.push_back({key, piece.media});
        } else if (key == "id" && number > 1) {
            members.push_back(
                {key, data::make_string(arena, std::string(ScalarText(value).view()) + "-" + std::to_string(number))});
        } else if (number == 1 || (key != "reply_to" && key != "answered")) {
            members.push_back({key, value});
        }
    }
    members.push_back({"part", data::make_object(arena, {{"number", Value::unsigned_integer(number)},
                                                         {"total", Value::unsigned_integer(total)}})});
    return Value::object(members.items());
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// Texts first, so that files come after what explains them; a text that fits stands beside the first file.
std::vector<Piece> pieces_of(const SendProgram& send, Value message) {
    const auto text = message.string_at("text").value_or("");
    const auto media = message.get("media");
    const std::size_t files = media.is_array() ? media.size() : 0;
    std::vector<Piece> out;
    if (send.split) {
        for (const auto part : split_text(text, static_cast<std::size_t>(send.max_text)))
            out.push_back({part, {}});
    } else {
        out.push_back({text, {}});
    }
    if (files == 0) return out;
    if (send.caption < 0) {
        out.front().media = media;
        return out;
    }
    const bool beside = out.size() == 1 && characters(text) <= static_cast<std::size_t>(send.caption);
    if (text.empty()) out.clear();
    for (std::size_t i = 0; i < files; ++i) {
        const auto file = Value::array(media.items().subspan(i, 1));
        if (i == 0 && beside && !out.empty()) {
            out.front().media = file;
        } else {
            out.push_back({{}, file});
        }
    }
    return out;
}

Result<void> wrong(std::string_view place, std::string_view what) {
    return fail(rejected(std::string(place) + ": " + std::string(what)));
}

Result<void> check_texts(Value object, std::string_view place, std::span<const std::string_view> known) {
    if (!object.is_object()) return wrong(place, "an object is needed");
    for (const auto& [key, value] : object.members()) {
        const auto path = std::string(place) + "." + std::string(key);
        if (std::ranges::find(known, key) == known.end()) return wrong(path, "there is no such member");
        if (!value.is_string() && !value.is_null()) return wrong(path, "a text is needed");
    }
    return {};
}

// {id, at, to: {scheme, scope, value}, subject, text, thread, reply_to, answered, media, part}
Result<void> check_shape(Value message) {
    constexpr std::array<std::string_view, 3> kPoint = {"scheme", "scope", "value"};
    constexpr std::array<std::string_view, 2> kThread = {"namespace", "external_id"};
    constexpr std::array<std::string_view, 3> kMedia = {"url", "media_type", "filename"};
    for (const auto& [key, value] : message.members()) {
        Result<void> good;
        if (key == "to") {
            good = check_texts(value, key, kPoint);
        } else if (key == "thread" || key == "reply_to") {
            good = check_texts(value, key, kThread);
        } else if (key == "media") {
            if (!value.is_array()) return wrong(key, "a list is needed");
            for (const auto& file : value.items()) {
                if (good) good = check_texts(file, key, kMedia);
            }
        } else if (key == "id" || key == "at" || key == "subject" || key == "text") {
            if (!value.is_string()) return wrong(key, "a text is needed");
        } else if (key == "answered") {
            if (!value.is_object()) return wrong(key, "an object is needed");
        } else if (key != "part") {
            return wrong(key, "there is no such member");
        }
        if (!good) return good;
    }
    if (!message.get("to").is_object()) return wrong("to", "is missing");
    return {};
}

Result<void> check_limits(const SendProgram& send, Value message) {
    const auto to = message.get("to");
    const auto scheme = to.string_at("scheme").value_or("");
    if (std::ranges::find(send.to, scheme) == send.to.end()) {
        return wrong("to.scheme", "this pack cannot write to '" + std::string(scheme) + "'");
    }
    if (to.string_at("value").value_or("").empty()) return wrong("to.value", "is missing");
    const auto text = message.string_at("text").value_or("");
    const auto media = message.get("media");
    const std::size_t files = media.is_array() ? media.size() : 0;
    if (text.empty() && files == 0) return wrong("text", "there is neither text nor media");
    if (std::cmp_greater(characters(text), longest_text(send))) {
        return wrong("text", "has more than " + std::to_string(longest_text(send)) + " characters");
    }
    if (std::cmp_greater(files, send.max_media)) {
        return wrong("media", "more than " + std::to_string(send.max_media) + " files");
    }
    return {};
}

// `needs` and `refuse`.
Result<void> check_rules(const BoundPack::State& state, Value message, data::Arena& arena) {
    const auto& send = state.program().send;
    for (const auto& name : send->needs) {
        const auto value = state.settings_value.get(name);
        const bool empty = value.is_null() || (value.is_string() && value.size() == 0);
        if (empty && state.secrets(name).empty()) {
            return fail(config_error("the setting '" + name + "' is needed for sending"));
        }
    }
    const MessageCall names(state, message, Instant{}, arena);
    Evaluation evaluation(names.call, message);
    for (const auto& rule : send->refusals) {
        if (!truthy(evaluation.value(rule.when))) continue;
        const auto reason = text_of(evaluation.value(rule.reason));
        return fail(rejected(reason.empty() ? "the pack refuses this message" : reason));
    }
    if (evaluation.failed()) return fail(rejected(evaluation.failure().path + ": " + evaluation.failure().reason));
    return {};
}

}  // namespace

std::optional<SendAbilities> send_abilities(const Pack& pack) {
    const auto& send = pack.program().send;
    if (!send) return std::nullopt;
    return SendAbilities{.channel = send->channel,
                         .channels = send->channels,
                         .provider = send->provider,
                         .to = send->to,
                         .max_text = longest_text(*send),
                         .max_media = send->max_media,
                         .repeatable = send->repeatable,
                         .resolvable = send->query.has_value(),
                         .gives_ids = send->ids.has_value(),
                         .by_http = send->by_http};
}

std::vector<Value> message_parts(const Pack& pack, Value message, data::Arena& arena) {
    const auto& send = pack.program().send;
    if (!send) return {message};
    const auto pieces = pieces_of(*send, message);
    if (pieces.size() <= 1) return {message};
    std::vector<Value> parts;
    for (const auto& piece : pieces)
        parts.push_back(part_of(message, piece, parts.size() + 1, pieces.size(), arena));
    return parts;
}

Result<void> check_message(const BoundPack& pack, Value message, data::Arena& arena) {
    const auto& send = pack.state().program().send;
    if (!send) return fail(config_error("the pack '" + pack.pack().name() + "' cannot send"));
    if (auto good = check_shape(message); !good) return good;
    if (auto good = check_limits(*send, message); !good) return good;
    return check_rules(pack.state(), message, arena);
}

Result<OutgoingRequest> outgoing_request(
    const BoundPack& pack, Value message, Reveal reveal, Instant now, data::Arena& arena) {
    const auto plain = without_marks(message, arena);
    if (!pack.state().program().send) return fail(config_error("the pack '" + pack.pack().name() + "' cannot send"));
    if (auto good = check_rules(pack.state(), plain, arena); !good) return fail(std::move(good.error()));
    const auto& send = *pack.state().program().send;
    if (!send.by_http && send.requests.empty()) {
        return OutgoingRequest{.method = {}, .url = {}, .headers = {}, .body = data::to_json(message)};
    }
    const MessageCall names(pack.state(), plain, now, arena);
    Evaluation conditions(names.call, plain);
    for (const auto& [when, request] : send.requests) {
        if (!when || truthy(conditions.value(*when))) return write_request(names.call, plain, request, reveal);
    }
    if (conditions.failed()) return fail(rejected(conditions.failure().path + ": " + conditions.failure().reason));
    return fail(rejected("no request of the pack fits this message"));
}

Result<OutgoingRequest> query_request(
    const BoundPack& pack, Value message, Reveal reveal, Instant now, data::Arena& arena) {
    const auto& send = pack.state().program().send;
    if (!send || !send->query) return fail(config_error("the vendor cannot be asked about messages"));
    const auto plain = without_marks(message, arena);
    if (message_parts(pack.pack(), plain, arena).size() > 1) {
        return fail(rejected("the message went out in several parts"));
    }
    const MessageCall names(pack.state(), plain, now, arena);
    return write_request(names.call, plain, send->query->request, reveal);
}

Result<std::optional<std::vector<SendOutcome::Id>>> query_outcome(const BoundPack& pack,
                                                                  Value message,
                                                                  const VendorAnswer& answer,
                                                                  data::Arena& arena) {
    const auto& query = *pack.state().program().send->query;
    const MessageCall names(pack.state(), message, Instant{}, arena);
    AnswerReader reader(names.call, query.response, answer);
    if (auto error = reader.error(ErrorKind::Transient)) return fail(std::move(*error));
    std::optional<std::vector<SendOutcome::Id>> out;
    if (truthy(reader.value(query.found))) out = read_ids(reader, query.ids, query.name_space);
    if (reader.failed()) return fail(transient(reader.failure()));
    return out;
}

std::optional<SendOutcome::Id> message_reference(const BoundPack& pack, Value message, data::Arena& arena) {
    const auto& send = pack.state().program().send;
    if (!send || !send->reference) return std::nullopt;
    const MessageCall names(pack.state(), message, Instant{}, arena);
    Evaluation evaluation(names.call, message);
    SendOutcome::Id out{.name_space = text_of(evaluation.value(send->reference_space)),
                        .external_id = text_of(evaluation.value(send->reference))};
    if (evaluation.failed() || out.external_id.empty()) return std::nullopt;
    return out;
}

SendOutcome send_outcome(const BoundPack& pack, Value message, const VendorAnswer& answer, data::Arena& arena) {
    const auto& send = *pack.state().program().send;
    const MessageCall names(pack.state(), message, Instant{}, arena);
    AnswerReader reader(names.call, send.response, answer);
    SendOutcome out{.ids = {}, .error = reader.error(ErrorKind::UnknownOutcome)};
    if (!out.error) out.ids = read_ids(reader, send.ids, send.name_space);
    if (reader.failed()) {
        out.ids.clear();
        out.error = unknown_outcome(reader.failure());
    }
    return out;
}

}  // namespace tandem::mapping
