#include "core/config/diagnostics.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tandem::config {

std::string to_text(const Diagnostic& diagnostic) {
    std::string out = diagnostic.position.file;
    if (diagnostic.position.line > 0) {
        out += ':' + std::to_string(diagnostic.position.line) + ':' + std::to_string(diagnostic.position.column);
    }
    if (!out.empty()) out += ": ";
    out += diagnostic.severity == Severity::Error ? "error: " : "warning: ";
    if (!diagnostic.path.empty()) out += diagnostic.path + ": ";
    return out + diagnostic.text;
}

void Diagnostics::error(Position position, std::string path, std::string text) {
    all_.push_back({Severity::Error, std::move(position), std::move(path), std::move(text)});
}

void Diagnostics::warning(Position position, std::string path, std::string text) {
    all_.push_back({Severity::Warning, std::move(position), std::move(path), std::move(text)});
}

bool Diagnostics::has_errors() const {
    return std::ranges::any_of(all_, [](const Diagnostic& one) { return one.severity == Severity::Error; });
}

void Diagnostics::append(const Diagnostics& other) {
    all_.insert(all_.end(), other.all_.begin(), other.all_.end());
}

void Diagnostics::sort() {
    std::ranges::sort(all_, {}, [](const Diagnostic& one) {
        return std::tie(one.position.file, one.position.line, one.position.column, one.path, one.text);
    });
}

std::string Diagnostics::to_text() const {
    std::string out;
    for (const auto& one : all_)
        out += config::to_text(one) + '\n';
    return out;
}

}  // namespace tandem::config
