#include "tests/mappings/differences.hpp"

#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

namespace tandem::testing {

namespace {

// Glob with * only; patterns are a few characters long.
bool glob(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() != '*') {
        return !text.empty() && text.front() == pattern.front() && glob(pattern.substr(1), text.substr(1));
    }
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        if (glob(pattern.substr(1), text.substr(cut))) return true;
    }
    return false;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text, std::string_view theirs) {
    constexpr std::string_view kTheirs = "{theirs}";
    std::string filled(pattern);
    if (const auto at = filled.find(kTheirs); at != std::string::npos) filled.replace(at, kTheirs.size(), theirs);
    return glob(filled, text);
}

Differences::Differences(const std::string& path) {
    int line = 1;
    for (auto& row : read_table(path)) {
        rows_.push_back(
            {row["provider"], row["case"], row["field"], row["theirs"], row["ours"], row["reason"], ++line});
        EXPECT_FALSE(rows_.back().reason.empty()) << path << ":" << line << ": a difference without a reason";
    }
}

bool Differences::explain(std::string_view provider,
                          std::string_view number,
                          std::string_view field,
                          std::string_view theirs,
                          std::string_view ours) {
    for (const auto& row : rows_) {
        if (row.provider != provider || row.field != field) continue;
        if (row.number != "*" && row.number != number) continue;
        if (!matches(row.theirs, theirs, theirs)) continue;
        if (!matches(row.ours, ours, theirs)) continue;
        used_.insert(row.line);
        return true;
    }
    return false;
}

std::string Differences::unused(const std::set<std::string>& providers) const {
    std::string out;
    for (const auto& row : rows_) {
        if (!providers.contains(row.provider) || used_.contains(row.line)) continue;
        out += "line " + std::to_string(row.line) + ": " + row.provider + " " + row.number + " " + row.field + "\n";
    }
    return out;
}

}  // namespace tandem::testing
