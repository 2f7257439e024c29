#include "core/config/substitution.hpp"

#include "core/config/file.hpp"
#include "core/config/node_builder.hpp"

#include <cstdlib>
#include <filesystem>

namespace tandem::config {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024;

class Substitution {
public:
    Substitution(const Environment& environment, Diagnostics& diagnostics)
        : environment_(environment), diagnostics_(diagnostics) {}

    Node tree(const Node& node) {
        const auto& from = NodeBuilder::data(node);
        if (from.kind == NodeKind::Scalar) return from.text.contains("${") ? scalar(node) : node;
        if (from.items.empty() && from.entries.empty()) return node;
        auto data = from;
        for (auto& item : data.items)
            item = tree(item);
        for (auto& [key, value] : data.entries)
            value = tree(value);
        return NodeBuilder::make(std::move(data));
    }

private:
    Node scalar(const Node& node) {
        const auto& text = node.text();
        auto data = NodeBuilder::data(node);
        data.text.clear();
        std::size_t at = 0;
        while (at < text.size()) {
            if (text.compare(at, 3, "$${") == 0) {
                data.text += "${";
                at += 3;
            } else if (text.compare(at, 2, "${") == 0) {
                auto end = text.find('}', at);
                if (end == std::string::npos) {
                    complain(node, at, "a ${ without its }; write $${ for the two characters themselves");
                    return unresolved(node);
                }
                auto value = resolve(node, at, text.substr(at + 2, end - at - 2));
                if (!value) return unresolved(node);
                data.text += *value;
                data.substituted = true;
                at = end + 1;
            } else {
                data.text += text[at++];
            }
        }
        return NodeBuilder::make(std::move(data));
    }

    static Node unresolved(const Node& node) {
        auto data = NodeBuilder::data(node);
        data.unresolved = true;
        return NodeBuilder::make(std::move(data));
    }

    std::optional<std::string> resolve(const Node& node, std::size_t at, const std::string& reference) {
        auto colon = reference.find(':');
        auto kind = reference.substr(0, colon);
        auto name = colon == std::string::npos ? std::string() : reference.substr(colon + 1);
        if ((kind != "env" && kind != "file") || name.empty()) {
            complain(node, at, "unknown reference ${" + reference + "}; there are ${env:NAME} and ${file:path}");
            return std::nullopt;
        }
        if (kind == "file") return file(node, at, name);
        auto value = environment_.variable(name);
        if (!value) complain(node, at, "the environment variable " + name + " is not set");
        return value;
    }

    std::optional<std::string> file(const Node& node, std::size_t at, const std::string& name) {
        auto path = std::filesystem::path(node.position().file).parent_path() / name;
        auto text = environment_.file(path.string());
        if (!text) {
            complain(node, at, path.string() + ": " + text.error().text);
            return std::nullopt;
        }
        if (text->size() > kMaxFile) {
            complain(node, at, path.string() + ": the file is larger than 64 KiB");
            return std::nullopt;
        }
        if (text->ends_with('\n')) text->pop_back();
        if (text->ends_with('\r')) text->pop_back();
        return std::move(*text);
    }

    void complain(const Node& node, std::size_t offset, std::string text) {
        diagnostics_.error(node.position_in_text(offset), node.path(), std::move(text));
    }

    const Environment& environment_;
    Diagnostics& diagnostics_;
};

}  // namespace

Environment Environment::of_process() {
    return {.variable = [](const std::string& name) -> std::optional<std::string> {
                const char* value = std::getenv(name.c_str());
                if (value == nullptr) return std::nullopt;
                return std::string(value);
            },
            .file = [](const std::string& path) { return read_bounded(path, kMaxFile + 1); }};
}

Node substitute(const Node& node, const Environment& environment, Diagnostics& diagnostics) {
    return Substitution(environment, diagnostics).tree(node);
}

}  // namespace tandem::config
