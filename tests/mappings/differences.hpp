// The table of differences between Tandem and the suites that the shared cases come from. Every row must be used, and
// no other difference is allowed.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::testing {

struct Difference {
    std::string provider;  // exact
    std::string number;    // of the case in its suite, or * for every case
    std::string field;
    std::string theirs;  // may hold * for any text
    std::string ours;    // may hold * for any text and {theirs} for the value of the suite
    std::string reason;
    int line = 0;
};

// True if `text` is what the pattern describes: * stands for any text, {theirs} for `theirs`.
bool matches(std::string_view pattern, std::string_view text, std::string_view theirs);

class Differences {
public:
    // Tab-separated: provider, case, field, theirs, ours, reason. A row without a reason is a test failure.
    explicit Differences(const std::string& path);

    // True, and the row counts as used, if a row explains that the suite says `theirs` and Tandem says `ours`.
    bool explain(std::string_view provider,
                 std::string_view number,
                 std::string_view field,
                 std::string_view theirs,
                 std::string_view ours);

    // Rows of `providers` that no case needed, one line each.
    std::string unused(const std::set<std::string>& providers) const;
    const std::vector<Difference>& rows() const { return rows_; }

private:
    std::vector<Difference> rows_;
    std::set<int> used_;
};

}  // namespace tandem::testing
