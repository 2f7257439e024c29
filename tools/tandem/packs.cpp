#include "tools/tandem/packs.hpp"

#include "core/base/embedded_file.hpp"
#include "core/base/text.hpp"
#include "core/config/node.hpp"
#include "tools/tandem/terminal.hpp"

#include <algorithm>
#include <set>

namespace tandem::embedded {
std::span<const EmbeddedFile> mappings();
}

namespace tandem::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTests = ".tests.yaml";
constexpr std::string_view kPack = ".yaml";

bool is_pack_file(std::string_view file) {
    return file.ends_with(kPack) && !file.ends_with(kTests);
}

std::string stem(std::string_view file) {
    auto slash = file.rfind('/');
    if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
    file.remove_suffix(kPack.size());
    return std::string(file);
}

std::string tests_name(std::string_view file) {
    return std::string(file.substr(0, file.size() - kPack.size())) + std::string(kTests);
}

std::vector<fs::path> pack_files(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code error;
    if (folder.empty()) return out;
    auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator it(folder, options, error), end; !error && it != end; it.increment(error)) {
        if (it->is_regular_file(error) && is_pack_file(it->path().string())) out.push_back(it->path());
    }
    std::ranges::sort(out);
    return out;
}

Result<PackText> from_file(const fs::path& path) {
    auto text = read_input(path.string());
    if (!text) return fail(std::move(text.error()));
    PackText out{stem(path.string()), path.string(), std::move(*text), std::nullopt, tests_name(path.string())};
    if (auto tests = read_input(out.tests_file)) out.tests = std::move(*tests);
    return out;
}

PackText from_embedded(const EmbeddedFile& file) {
    PackText out{stem(file.name), "built-in: " + std::string(file.name), std::string(file.bytes), std::nullopt,
                 "built-in: " + tests_name(file.name)};
    for (const auto& other : embedded::mappings()) {
        if (other.name == tests_name(file.name)) out.tests = std::string(other.bytes);
    }
    return out;
}

}  // namespace

PackLibrary::PackLibrary(fs::path folder) : folder_(std::move(folder)) {}

std::vector<std::string> PackLibrary::names() const {
    std::set<std::string> names;
    for (const auto& path : pack_files(folder_))
        names.insert(stem(path.string()));
    for (const auto& file : embedded::mappings()) {
        if (is_pack_file(file.name)) names.insert(stem(file.name));
    }
    return {names.begin(), names.end()};
}

Result<PackText> PackLibrary::find(const std::string& name) const {
    if (name.ends_with(kPack) || name.find('/') != std::string::npos) return from_file(name);
    for (const auto& path : pack_files(folder_)) {
        if (stem(path.string()) == name) return from_file(path);
    }
    for (const auto& file : embedded::mappings()) {
        if (is_pack_file(file.name) && stem(file.name) == name) return from_embedded(file);
    }
    auto known = names();
    auto meant = did_you_mean(name, known);
    return fail(not_found("no pack '" + name + "'" + (meant ? "; did you mean '" + *meant + "'?" : "") +
                          " (tandem list packs shows all)"));
}

std::shared_ptr<const mapping::Pack> PackLibrary::load(const std::string& name,
                                                       const config::Position& where,
                                                       config::Diagnostics& diagnostics,
                                                       const std::string& path) const {
    auto found = find(name);
    if (!found) {
        diagnostics.error(where, path, found.error().text);
        return nullptr;
    }
    auto root = config::parse_yaml(found->text, found->file, diagnostics);
    if (diagnostics.has_errors()) return nullptr;
    return mapping::Pack::compile(root, diagnostics);
}

}  // namespace tandem::tool
