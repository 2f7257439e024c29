#include "core/config/substitution.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

namespace tandem::config {
namespace {

Environment test_environment() {
    return {.variable = [](const std::string& name) -> std::optional<std::string> {
                if (name == "PORT") return "8080";
                if (name == "WORD") return "two: words # \"x\" ${env:PORT}";
                if (name == "EMPTY") return "";
                return std::nullopt;
            },
            .file = [](const std::string& path) -> Result<std::string> {
                if (path == "folder/token.txt") return "s3cret\r\n";
                if (path == "/run/key") return "line 1\nline 2\n\n";
                if (path == "folder/big") return std::string(64 * 1024 + 1, 'x');
                return fail(not_found("cannot read the file: No such file or directory"));
            }};
}

struct Substituted {
    Node root;
    Diagnostics diagnostics;
};

Substituted run(const std::string& text) {
    Substituted out;
    auto parsed = parse_yaml(text, "folder/f.yaml", out.diagnostics);
    out.root = substitute(parsed, test_environment(), out.diagnostics);
    return out;
}

TEST(Substitution, PutsInText) {
    const struct {
        std::string_view yaml;
        std::string_view text;
    } cases[] = {
        {"v: ${env:PORT}", "8080"},
        {"v: '127.0.0.1:${env:PORT}/x${env:PORT}'", "127.0.0.1:8080/x8080"},
        {"v: ${env:WORD}", "two: words # \"x\" ${env:PORT}"},
        {"v: a${env:EMPTY}b", "ab"},
        {"v: ${file:token.txt}", "s3cret"},
        {"v: ${file:/run/key}", "line 1\nline 2\n"},
        {"v: $${env:PORT}", "${env:PORT}"},
        {"v: $5 $ {x} $$", "$5 $ {x} $$"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.yaml);
        auto [root, diagnostics] = run(std::string(one.yaml));
        EXPECT_EQ(diagnostics.to_text(), "");
        EXPECT_EQ(root.get("v").text(), one.text);
    }
}

TEST(Substitution, ReachesEveryLeafAndNoKey) {
    auto [root, diagnostics] = run("a: [ { b: \"${env:PORT}\" } ]\n${env:PORT}: 1\n");

    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(root.get("a").items()[0].get("b").text(), "8080");
    EXPECT_EQ(root.get("a").items()[0].get("b").path(), "a[0].b");
    EXPECT_EQ(root.get("${env:PORT}").text(), "1");
}

TEST(Substitution, MakesTypedScalarsButStringValues) {
    auto root = run("a: ${env:PORT}\nb: \"${env:PORT}\"\nc: $${x}\n").root;
    data::Arena arena;

    EXPECT_EQ(root.get("a").as_int(), 8080);
    EXPECT_EQ(root.get("b").as_int(), 8080);
    EXPECT_TRUE(root.get("a").substituted());
    EXPECT_FALSE(root.get("c").substituted());
    EXPECT_EQ(data::to_json(root.get("a").to_value(arena)), "\"8080\"");
}

TEST(Substitution, ReportsWhatIsMissing) {
    const struct {
        std::string_view yaml;
        std::string_view expected;
    } cases[] = {
        {"v: \"x ${env:NONE}\"", "folder/f.yaml:1:7: error: v: the environment variable NONE is not set\n"},
        {"v: ${file:gone}",
         "folder/f.yaml:1:4: error: v: folder/gone: cannot read the file: No such file or directory\n"},
        {"v: ${file:big}", "folder/f.yaml:1:4: error: v: folder/big: the file is larger than 64 KiB\n"},
        {"v: ${ENV:PORT}",
         "folder/f.yaml:1:4: error: v: unknown reference ${ENV:PORT}; there are ${env:NAME} and ${file:path}\n"},
        {"v: ${env:}",
         "folder/f.yaml:1:4: error: v: unknown reference ${env:}; there are ${env:NAME} and ${file:path}\n"},
        {"v: ab${env:PORT",
         "folder/f.yaml:1:6: error: v: a ${ without its }; write $${ for the two characters themselves\n"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.yaml);
        auto [root, diagnostics] = run(std::string(one.yaml));
        EXPECT_EQ(diagnostics.to_text(), one.expected);
        EXPECT_TRUE(root.get("v").unresolved());
    }
}

TEST(Substitution, TheProcessHasItsVariables) {
    auto environment = Environment::of_process();

    EXPECT_TRUE(environment.variable("PATH").has_value());
    EXPECT_FALSE(environment.variable("TANDEM_NO_SUCH_VARIABLE").has_value());
    EXPECT_EQ(environment.file("/nonexistent").error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace tandem::config
