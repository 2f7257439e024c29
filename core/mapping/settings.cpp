#include "core/mapping/settings.hpp"

#include "core/config/units.hpp"
#include "core/mapping/formats.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/program.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::mapping {

using config::Node;
using config::NodeKind;
using data::Value;

namespace {

Result<Value> read_texts(const Node& node, data::Arena& arena) {
    if (node.kind() != NodeKind::Sequence) return fail(config_error("expected a list of texts"));
    data::ArenaList<Value> out(arena);
    for (const auto& item : node.items()) {
        if (item.kind() != NodeKind::Scalar) return fail(config_error("expected a list of texts"));
        out.push_back(data::make_string(arena, item.text()));
    }
    return Value::array(out.items());
}

Result<Value> read_text(const Node& node, const SettingInfo& info, data::Arena& arena) {
    if (node.kind() != NodeKind::Scalar) return fail(config_error("expected a text"));
    if (!info.values.empty() && std::ranges::find(info.values, node.text()) == info.values.end()) {
        return fail(config_error(fmt::format("must be one of {}{}", fmt::join(info.values, ", "),
                                             node.substituted() ? "" : suggestion(node.text(), info.values))));
    }
    return data::make_string(arena, node.text());
}

// The address of a vendor or of ourselves; a query is allowed, which some gateways are told apart by.
Result<Value> read_url(const Node& node, data::Arena& arena) {
    if (node.kind() != NodeKind::Scalar) return fail(config_error("expected a URL"));
    const auto query = node.text().find('?');
    if (auto wrong = config::check_http_url(std::string_view(node.text()).substr(0, query)))
        return fail(config_error(*wrong));
    if (query != std::string::npos && node.text().find_first_of("# \t\r\n\"<>\\", query) != std::string::npos)
        return fail(config_error("must be a URL without spaces and without a fragment"));
    return data::make_string(arena, node.text());
}

// One text, or several during rotation. Messages never repeat the value.
Result<std::vector<Secret>> read_secret(const Node& node) {
    std::vector<Secret> out;
    if (node.kind() == NodeKind::Scalar) out.emplace_back(node.text());
    if (node.kind() == NodeKind::Sequence) {
        for (const auto& item : node.items()) {
            if (item.kind() != NodeKind::Scalar) return fail(config_error("expected a text or a list of texts"));
            out.emplace_back(item.text());
        }
    }
    if (out.empty()) return fail(config_error("expected a text or a list of texts"));
    if (std::ranges::any_of(out, &Secret::empty)) return fail(config_error("the secret is empty"));
    return out;
}

class SettingsReader {
public:
    SettingsReader(const Pack& pack, std::string path, config::Diagnostics& diagnostics)
        : program_(pack.program()), path_(std::move(path)), diagnostics_(diagnostics) {
        out_.arena = std::make_shared<data::Arena>(1024);
    }

    Settings read(const Node& node) {
        if (node && node.kind() != NodeKind::Null && node.kind() != NodeKind::Mapping) {
            diagnostics_.error(node.position(), path_, "expected settings and their values");
            return std::move(out_);
        }
        if (node.kind() == NodeKind::Mapping) check_names(node);
        for (std::size_t i = 0; i < program_.settings.size(); ++i) {
            const auto& info = program_.settings[i];
            const auto value = node.kind() == NodeKind::Mapping ? node.get(info.name) : Node();
            if (!value || value.kind() == NodeKind::Null) {
                absent(node, info, program_.defaults[i]);
            } else {
                take(value, info);
            }
        }
        return std::move(out_);
    }

private:
    void check_names(const Node& node) {
        std::vector<std::string> names;
        for (const auto& info : program_.settings)
            names.push_back(info.name);
        for (const auto& [key, value] : node.entries()) {
            if (std::ranges::find(names, key.text()) != names.end()) continue;
            report(
                key, key.text(),
                fmt::format("pack {} has no setting '{}'{}", program_.name, key.text(), suggestion(key.text(), names)));
        }
    }

    void absent(const Node& node, const SettingInfo& info, Value fallback) {
        if (info.required) report(node, info.name, fmt::format("setting '{}' is required: {}", info.name, info.help));
        if (!info.secret()) out_.values[info.name] = deep_copy(fallback, *out_.arena);
    }

    void take(const Node& value, const SettingInfo& info) {
        if (info.secret()) {
            auto secret = read_secret(value);
            if (!secret) return report(value, info.name, secret.error().text);
            out_.secrets[info.name] = std::move(*secret);
            return;
        }
        auto read = read_setting(value, info, *out_.arena);
        if (!read) return report(value, info.name, read.error().text);
        for (const auto& fault : format_faults(value, info))
            report(fault.place, info.name + fault.below, fault.text);
        out_.values[info.name] = *read;
    }

    void report(const Node& node, const std::string& name, std::string text) {
        diagnostics_.error(node.position(), path_.empty() ? name : path_ + "." + name, std::move(text));
    }

    const Program& program_;
    std::string path_;
    config::Diagnostics& diagnostics_;
    Settings out_;
};

}  // namespace

Result<Value> read_setting(const Node& node, const SettingInfo& info, data::Arena& arena) {
    if (info.type == "list") return read_texts(node, arena);
    if (info.type == "url") return read_url(node, arena);
    if (info.type == "integer") {
        if (auto number = node.as_int()) return Value::integer(*number);
        return fail(config_error("expected a whole number"));
    }
    if (info.type == "number") {
        if (auto number = node.as_int()) return Value::integer(*number);
        if (auto number = node.as_double()) return Value::real(*number);
        return fail(config_error("expected a number"));
    }
    if (info.type == "boolean") {
        if (auto flag = node.as_bool()) return Value::boolean(*flag);
        return fail(config_error("expected true or false"));
    }
    return read_text(node, info, arena);
}

std::vector<FormatFault> format_faults(const Node& node, const SettingInfo& info) {
    std::vector<FormatFault> out;
    const auto look = [&](const Node& text, std::string below) {
        if (auto fault = format_fault(info.format, text.text())) out.push_back({text, std::move(below), *fault});
    };
    if (node.kind() == NodeKind::Scalar) look(node, {});
    const auto items = node.items();
    for (std::size_t i = 0; i < items.size(); ++i)
        look(items[i], fmt::format("[{}]", i));
    return out;
}

Settings read_settings(const Pack& pack, const Node& node, const std::string& path, config::Diagnostics& diagnostics) {
    return SettingsReader(pack, path, diagnostics).read(node);
}

}  // namespace tandem::mapping
