#include "core/config/diagnostics.hpp"

#include <gtest/gtest.h>

namespace tandem::config {
namespace {

TEST(Diagnostics, ShowsWhatIsKnown) {
    const struct {
        Diagnostic diagnostic;
        std::string expected;
    } cases[] = {
        {{Severity::Error, {"a.yaml", 12, 5}, "connectors[0].pak", "unknown key"},
         "a.yaml:12:5: error: connectors[0].pak: unknown key"},
        {{Severity::Warning, {"a.yaml", 1, 1}, "", "odd"}, "a.yaml:1:1: warning: odd"},
        {{Severity::Error, {"a.yaml", 0, 0}, "", "cannot read the file"}, "a.yaml: error: cannot read the file"},
        {{Severity::Error, {}, "settings", "bad"}, "error: settings: bad"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(to_text(one.diagnostic), one.expected);
}

TEST(Diagnostics, WarningsAreNoErrors) {
    Diagnostics diagnostics;
    diagnostics.warning({}, {}, "careful");

    EXPECT_FALSE(diagnostics.has_errors());
}

TEST(Diagnostics, AppendKeepsOrder) {
    Diagnostics first;
    first.warning({}, {}, "one");
    Diagnostics second;
    second.error({}, {}, "two");

    first.append(second);

    EXPECT_TRUE(first.has_errors());
    EXPECT_EQ(first.to_text(), "warning: one\nerror: two\n");
}

}  // namespace
}  // namespace tandem::config
