// From a stored event to records. Runs for every event, so nothing here allocates but the arena, the list of records
// and the reasons of what went wrong.
#include "core/data/decode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/bound.hpp"
#include "core/model/snapshot.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace tandem::mapping {

using data::Value;

namespace {

constexpr std::size_t kMaxItems = 10'000;
constexpr std::string_view kPollEnvelope = R"({"poll":)";
constexpr std::int64_t kVersions = 256;
constexpr std::int64_t kMaxRevision = INT64_MAX / kVersions - 1;

class Mapper final : private RequestMaker {
public:
    Mapper(const BoundPack::State& state, const StoredRequest& event, data::Arena& arena, SchemaCheck check)
        : state_(state), program_(state.program()), event_(event), arena_(arena), check_(check) {}

    Mapped run() {
        find_poll();
        auto body = decode();
        if (!body) {
            failed({body.error().text, "decode"});
            return std::move(out_);
        }
        frame_.emplace(make_frame(state_, *body, {}, arena_));
        frame_->request = this;
        if (program_.uses_envelope) {
            read_envelope();
            frame_->values[kEnvelope] = envelope_;
        }
        if (!declare(program_.let, *body, *frame_, failure_)) {
            failed(std::exchange(failure_, {}));
            return std::move(out_);
        }
        for (const auto& group : poll_ != nullptr && poll_->own_groups ? poll_->groups : program_.groups) {
            if (!walk(group, 0, *body)) return overflow();
        }
        if (out_.records.empty() && out_.errors.empty()) ignored("the body holds no records", {});
        return std::move(out_);
    }

private:
    // Whether the event is a page that we asked for. Envelopes of webhooks are not read for this.
    void find_poll() {
        if (program_.polls.empty() || !event_.envelope.starts_with(kPollEnvelope)) return;
        read_envelope();
        poll_ = program_.find_poll(source_.poll);
    }

    // The envelope is read only when something asks for it.
    void read_envelope() {
        if (std::exchange(envelope_read_, true)) return;
        auto envelope = data::parse_json(event_.envelope, arena_);
        if (!envelope) return;
        envelope_ = *envelope;
        source_.method = envelope->string_at("method").value_or("");
        source_.url = envelope->string_at("url").value_or("");
        source_.poll = envelope->string_at("poll").value_or("");
        source_.page = envelope->get("page");
        if (const auto headers = envelope->get("headers"); headers.is_object()) source_.headers = headers.members();
    }

    Result<Value> decode() {
        if (poll_ != nullptr) return data::decode(poll_->response.decoder, event_.content_type, event_.raw, arena_);
        auto charset = std::string_view(program_.charset);
        if (event_.raw.empty() || program_.decoder == "mail") read_envelope();
        // The mailbox knows what its correspondents write in better than the pack does.
        if (program_.decoder == "mail") charset = envelope_.string_at("default_charset").value_or(charset);
        return decode_body(program_, source_.method, source_.url, event_.content_type, event_.raw, charset, arena_);
    }

    Value make_request() override {
        const auto mask = program_.map_members;
        if ((mask & ~(kContentType | kReceivedAt)) != 0) read_envelope();
        source_.content_type = event_.content_type;
        source_.received_at = event_.received_at;
        return request_value(source_, mask, arena_);
    }

    // Takes the body apart along the steps of the group. False when the event is larger than an event may be.
    bool walk(const Group& group, std::size_t depth, Value current) {
        if (depth == group.steps.size()) return item(group, current);
        const auto& step = group.steps[depth];
        Value elements;
        if (!evaluate(step.items, current, *frame_, elements, failure_)) {
            failed(std::exchange(failure_, {}));
            return true;
        }
        if (elements.is_null()) return true;
        const auto list = elements.is_array() ? elements.items() : std::span<const Value>(&elements, 1);
        if (depth + 1 == group.steps.size()) position_ = 0;
        for (const auto& element : list) {
            if (step.slot) bind(*step.slot, element);
            if (!walk(group, depth + 1, element)) return false;
        }
        return true;
    }

    // Slots of neighbouring scopes overlap: what waits to be computed there belongs to a name that has gone.
    void bind(std::size_t slot, Value element) {
        frame_->values[slot] = element;
        frame_->pending[slot] = {};
    }

    bool item(const Group& group, Value current) {
        if (++items_ > kMaxItems || arena_.used() > frame_->memory) return false;
        frame_->values[kItem] = current;
        index_ = Value::integer(static_cast<std::int64_t>(position_++));
        frame_->values[kIndex] = index_;
        if (!declare(group.let, current, *frame_, failure_)) {
            failed(std::exchange(failure_, {}));
            return true;
        }
        bool matched = false;
        for (const auto& rule : group.rules) {
            if (!applies(rule, current)) {
                if (failure_.reason.empty()) continue;
                failed(std::exchange(failure_, {}));
                return true;
            }
            matched = true;
            make(rule, current);
            if (!rule.go_on) break;
        }
        if (!matched) unmatched(group);
        return true;
    }

    // False with `failure_` filled when the condition cannot be evaluated.
    bool applies(const Rule& rule, Value current) {
        if (!rule.when) return true;
        Value condition;
        return evaluate(*rule.when, current, *frame_, condition, failure_) && truthy(condition);
    }

    void make(const Rule& rule, Value current) {
        frame_->values[kIndex] = index_;
        if (!declare(rule.let, current, *frame_, failure_)) return failed(std::exchange(failure_, {}));
        if (rule.reason) return leave_out(rule, current);
        constexpr std::size_t kFilledIn = 3;
        Value document;
        const auto rendered = render(rule.body, current, *frame_, kFilledIn, document, failure_);
        if (rendered == Rendered::Failed) return failed(std::exchange(failure_, {}));
        if (rendered == Rendered::Nothing) return ignored("left out by its template", rule.name);
        if (rule.kind == RuleKind::Snapshot) {
            snapshot(rule, document);
        } else {
            receipt(rule, document);
        }
    }

    void leave_out(const Rule& rule, Value current) {
        Value value;
        if (!evaluate(*rule.reason, current, *frame_, value, failure_)) return failed(std::exchange(failure_, {}));
        std::string reason = value.is_string() ? std::string(value.as_string()) : rule.name;
        if (rule.kind == RuleKind::Ignore) return ignored(std::move(reason), rule.name);
        failed({std::move(reason), rule.path + ".quarantine"});
    }

    void snapshot(const Rule& rule, Value document) {
        if (!fill_in(document))
            return failed({"rev must be a whole number, not negative", rule.path + ".snapshot.rev"});
        document = state_.consent->add_event(document, arena_);
        static thread_local model::Snapshot checked;
        if (check_ == SchemaCheck::Here) {
            if (auto result = model::read_snapshot(document, checked); !result) {
                return failed({std::move(result).error().text, rule.path + ".snapshot"});
            }
        }
        record(RecordKind::Snapshot, document, rule);
    }

    void receipt(const Rule& rule, Value document) {
        static thread_local model::Receipt checked;
        if (check_ == SchemaCheck::Here) {
            if (auto result = model::read_receipt(document, checked); !result) {
                return failed({std::move(result).error().text, rule.path + ".receipt"});
            }
        }
        record(RecordKind::Receipt, document, rule);
    }

    // Adds what packs do not say, in the space that render() left behind the members.
    bool fill_in(Value& document) {
        const auto given = document.members();
        auto* members = const_cast<data::Member*>(given.data());
        std::size_t size = given.size();
        std::int64_t revision = 0;
        std::size_t at = size;
        for (std::size_t i = 0; i < size; ++i) {
            if (given[i].key == "rev") at = i;
        }
        if (at < size) {
            const auto value = given[at].value;
            if (value.kind() != data::Kind::Int || value.as_int() < 0 || value.as_int() > kMaxRevision) return false;
            revision = value.as_int();
        } else {
            ++size;
        }
        members[at] = {"rev", Value::integer(revision * kVersions + program_.version)};
        members[size++] = {"schema_version", Value::integer(model::kSchemaVersion)};
        members[size++] = {"source", Value::string(state_.instance)};
        document = Value::object({members, size});
        return true;
    }

    void unmatched(const Group& group) {
        if (group.quarantine_unmatched) return failed({"no rule takes this item", group.path});
        ignored("no rule takes this item", {});
    }

    void record(RecordKind kind, Value document, const Rule& rule) {
        out_.records.push_back({kind, document, rule.name, rule.path, {}, number_++});
    }
    void ignored(std::string reason, std::string_view rule) {
        out_.records.push_back({RecordKind::Ignored, {}, rule, {}, std::move(reason), number_++});
    }
    void failed(Failure failure) {
        out_.errors.push_back({number_++, std::move(failure.reason), std::move(failure.path)});
    }

    // An oversized event goes to quarantine whole, never half.
    Mapped overflow() {
        Mapped out;
        out.errors.push_back(
            {0, fmt::format("more than {} items, or more memory than one event may take", kMaxItems), "records"});
        return out;
    }

    const BoundPack::State& state_;
    const Program& program_;
    const StoredRequest& event_;
    data::Arena& arena_;
    SchemaCheck check_;
    const PollProgram* poll_ = nullptr;
    RequestSource source_{};
    bool envelope_read_ = false;
    Value envelope_;  // null until it was read, and without one
    std::optional<Frame> frame_;
    Failure failure_;
    Value index_;
    std::size_t position_ = 0;  // of the item in its list
    std::size_t items_ = 0;
    std::size_t number_ = 0;
    Mapped out_;
};

}  // namespace

Mapped BoundPack::map(const StoredRequest& event, data::Arena& arena, SchemaCheck check) const {
    return Mapper(*state_, event, arena, check).run();
}

}  // namespace tandem::mapping
