#include "core/mapping/template.hpp"

#include "core/mapping/scalar_text.hpp"

#include <utility>

namespace tandem::mapping {

using data::Value;

bool truthy(Value value) {
    switch (value.kind()) {
        case data::Kind::Null:
            return false;
        case data::Kind::Bool:
            return value.as_bool();
        case data::Kind::String:
        case data::Kind::Array:
        case data::Kind::Object:
            return value.size() > 0;
        default:
            return true;
    }
}

namespace {

// Recursion ends: a name can only ask for names declared before it, and their number is bounded.
bool provide(std::uint32_t slot, Frame& frame, Failure& failure) {
    if (slot == kRequest) {
        if (frame.request != nullptr) frame.values[kRequest] = std::exchange(frame.request, nullptr)->make_request();
        return true;
    }
    auto& pending = frame.pending[slot];
    if (pending.binding == nullptr) return true;
    if (!evaluate(pending.binding->value, pending.current, frame, frame.values[slot], failure)) return false;
    pending.binding = nullptr;
    return true;
}

}  // namespace

bool evaluate(const Code& code, Value current, Frame& frame, Value& out, Failure& failure) {
    for (const auto slot : code.needs) {
        if (!provide(slot, frame, failure)) return false;
    }
    if (code.direct) {
        out = frame.values[*code.direct];
        return true;
    }
    auto result = code.expression.evaluate(frame.root, current, frame.context);
    if (!result) {
        failure.reason = std::string(expr::to_string(result.error().kind)) + ": " + result.error().text;
        failure.path = code.path;
        return false;
    }
    out = *result;
    return true;
}

bool declare(std::span<const Binding> bindings, Value current, Frame& frame, Failure& failure) {
    for (const auto& binding : bindings) {
        frame.pending[binding.slot] = {&binding, current};
        if (binding.at_once && !provide(static_cast<std::uint32_t>(binding.slot), frame, failure)) return false;
    }
    return true;
}

namespace {

// Depth is bounded when the template is compiled.
class Renderer {
public:
    Renderer(const Template& source, Frame& frame, Failure& failure)
        : template_(source), frame_(frame), failure_(failure) {}

    Rendered node(const TemplateNode& node, Value current, std::size_t spare, Value& out) {
        switch (node.kind) {
            case TemplateNode::Kind::Constant:
                out = node.constant;
                return out.is_null() ? Rendered::Nothing : Rendered::Value;
            case TemplateNode::Kind::Expression:
                if (!evaluate(template_.codes[node.first], current, frame_, out, failure_)) return Rendered::Failed;
                if (node.text && out.is_number()) out = data::make_string(frame_.arena, ScalarText(out).view());
                return out.is_null() ? Rendered::Nothing : Rendered::Value;
            case TemplateNode::Kind::Object:
                return controlled(node, current, spare, out);
            case TemplateNode::Kind::List:
                return list(node, current, out);
        }
        std::unreachable();
    }

private:
    Rendered controlled(const TemplateNode& node, Value current, std::size_t spare, Value& out) {
        if (node.control >= 0) {
            const auto& control = template_.controls[static_cast<std::size_t>(node.control)];
            if (!declare(control.let, current, frame_, failure_)) return Rendered::Failed;
            if (control.condition >= 0) {
                Value condition;
                const auto& code = template_.codes[static_cast<std::size_t>(control.condition)];
                if (!evaluate(code, current, frame_, condition, failure_)) return Rendered::Failed;
                if (!truthy(condition)) return Rendered::Nothing;
            }
        }
        return object(node, current, spare, out);
    }

    Rendered object(const TemplateNode& node, Value current, std::size_t spare, Value& out) {
        auto storage = frame_.arena.array<data::Member>(node.count + spare);
        std::size_t size = 0;
        for (std::uint32_t i = 0; i < node.count; ++i) {
            const auto& member = template_.members[node.first + i];
            Value value;
            auto rendered = this->node(template_.nodes[member.node], current, 0, value);
            if (rendered == Rendered::Failed) return rendered;
            if (rendered == Rendered::Value) storage[size++] = data::Member{member.key, value};
        }
        if (size == 0) return Rendered::Nothing;
        out = Value::object(storage.first(size));
        return Rendered::Value;
    }

    Rendered list(const TemplateNode& node, Value current, Value& out) {
        data::ArenaList<Value> values(frame_.arena, node.count);
        for (std::uint32_t i = 0; i < node.count; ++i) {
            const auto& item = template_.nodes[template_.items[node.first + i]];
            if (!append(item, current, values)) return Rendered::Failed;
        }
        if (values.size() == 0) return Rendered::Nothing;
        out = Value::array(values.items());
        return Rendered::Value;
    }

    bool append(const TemplateNode& item, Value current, data::ArenaList<Value>& values) {
        const TemplateControl* control =
            item.control >= 0 ? &template_.controls[static_cast<std::size_t>(item.control)] : nullptr;
        if (control == nullptr || control->each < 0) return append_one(item, current, values);
        Value elements;
        const auto& each = template_.codes[static_cast<std::size_t>(control->each)];
        if (!evaluate(each, current, frame_, elements, failure_)) return false;
        if (elements.is_null()) return true;
        const Value outer_index = frame_.values[kIndex];
        const auto list = elements.is_array() ? elements.items() : std::span<const Value>(&elements, 1);
        for (std::size_t i = 0; i < list.size(); ++i) {
            frame_.values[kIndex] = Value::integer(static_cast<std::int64_t>(i));
            if (!append_one(item, list[i], values)) return false;
        }
        frame_.values[kIndex] = outer_index;
        return true;
    }

    bool append_one(const TemplateNode& item, Value current, data::ArenaList<Value>& values) {
        if (frame_.arena.used() > frame_.memory) {
            failure_ = {"the event needs more memory than one event may take", {}};
            return false;
        }
        Value value;
        auto rendered = node(item, current, 0, value);
        if (rendered == Rendered::Value) values.push_back(value);
        return rendered != Rendered::Failed;
    }

    const Template& template_;
    Frame& frame_;
    Failure& failure_;
};

}  // namespace

Rendered render(const Template& source, Value item, Frame& frame, std::size_t spare, Value& out, Failure& failure) {
    return Renderer(source, frame, failure).node(source.nodes[source.root], item, spare, out);
}

}  // namespace tandem::mapping
