#include "core/config/gateway.hpp"

#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace tandem::config {
namespace {

const std::filesystem::path kRoot = TANDEM_SOURCE_DIR;
const std::filesystem::path kExamples = kRoot / "config";

// Everything that is asked for is there.
Environment rich_environment() {
    return {.variable = [](const std::string& name) { return std::optional("value of " + name); },
            .file = [](const std::string&) -> Result<std::string> { return "text of the file"; }};
}

GatewayConfig read_text(const std::string& yaml, Diagnostics& diagnostics) {
    auto root = parse_yaml(yaml, "etc/gw.yaml", diagnostics);
    return read_gateway(substitute(root, rich_environment(), diagnostics), diagnostics);
}

// The commented options of an example made real: a single # goes, lines behind ## are prose.
std::string uncommented(const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        static const std::regex option(R"(^( *)# ( *[a-z_]+:.*)$)");
        auto is_option = !line.contains("yaml-language-server");
        out += (is_option ? std::regex_replace(line, option, "$1$2") : line) + "\n";
    }
    return out;
}

void expect_names(const FieldTable& table, const std::string& text) {
    for (const auto& field : table.fields()) {
        EXPECT_TRUE(text.contains(field.name + ":") || text.contains("`" + field.name + "`"))
            << "config/tandem.yaml does not show " << field.name;
        if (field.table) expect_names(*field.table, text);
    }
}

TEST(Gateway, ExamplesHaveNoFindings) {
    for (const auto* name : {"tandem.yaml", "minimal.yaml", "smpp.yaml", "xmpp.yaml"}) {
        Diagnostics diagnostics;
        auto config = load_gateway((kExamples / name).string(), rich_environment(), diagnostics);
        EXPECT_EQ(diagnostics.to_text(), "") << name;
        EXPECT_FALSE(config.connectors.empty());
        EXPECT_EQ(config.gateway.data, kExamples / "data");
    }
}

TEST(Gateway, TheFullExampleShowsEveryOptionInAValidForm) {
    auto text = uncommented(testing::read_file(kExamples / "tandem.yaml"));
    Diagnostics diagnostics;

    auto config = read_text(text, diagnostics);

    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_TRUE(config.gateway.tls.has_value());
    EXPECT_TRUE(config.connectors.at(0).options.get("rate_limit").as_int().has_value());
    expect_names(gateway_table(), text);
}

// Whoever takes away a # to see what happens must see nothing happen.
TEST(Gateway, ValuesInTheFullExampleAreTheDefaults) {
    Diagnostics diagnostics;
    auto shown = read_text(uncommented(testing::read_file(kExamples / "tandem.yaml")), diagnostics);
    auto usual = read_text("", diagnostics);

    EXPECT_EQ(shown.gateway.listen, usual.gateway.listen);
    EXPECT_EQ(shown.gateway.data, usual.gateway.data);
    EXPECT_EQ(shown.gateway.body_limit, usual.gateway.body_limit);
    EXPECT_EQ(shown.gateway.header_timeout, usual.gateway.header_timeout);
    EXPECT_EQ(shown.gateway.body_timeout, usual.gateway.body_timeout);
    EXPECT_EQ(shown.gateway.idle_timeout, usual.gateway.idle_timeout);
    EXPECT_EQ(shown.gateway.max_connections, usual.gateway.max_connections);
    EXPECT_EQ(shown.gateway.threads, usual.gateway.threads);
    EXPECT_EQ(shown.gateway.packs, usual.gateway.packs);
    EXPECT_EQ(shown.gateway.log.level, usual.gateway.log.level);
    EXPECT_EQ(shown.journal.max_backlog, usual.journal.max_backlog);
    EXPECT_EQ(shown.journal.max_backlog_age, usual.journal.max_backlog_age);
    EXPECT_EQ(shown.journal.max_size, usual.journal.max_size);
    EXPECT_EQ(shown.journal.retain, usual.journal.retain);
    EXPECT_EQ(shown.store.file, usual.store.file);
    EXPECT_EQ(shown.store.keep_feed, usual.store.keep_feed);
    EXPECT_EQ(shown.identity.auto_link_min_strength, usual.identity.auto_link_min_strength);
    EXPECT_EQ(shown.identity.max_points, usual.identity.max_points);
    EXPECT_EQ(shown.identity.exclusive_schemes, usual.identity.exclusive_schemes);
    EXPECT_EQ(shown.identity.conversation_gap, usual.identity.conversation_gap);
    EXPECT_EQ(shown.api.open_metrics, usual.api.open_metrics);
    EXPECT_EQ(shown.api.pop.language, usual.api.pop.language);
    EXPECT_EQ(shown.connectors.at(0).precedence, ConnectorOptions().precedence);
}

TEST(Gateway, SchemaFileIsTheGeneratedOne) {
    testing::expect_golden(kExamples / "tandem.schema.json", gateway_schema_json());
    data::Arena arena;
    EXPECT_TRUE(data::parse_json(gateway_schema_json(), arena).has_value());
}

TEST(Gateway, EveryOptionIsExplained) {
    std::vector<const FieldTable*> tables = {&gateway_table()};
    while (!tables.empty()) {
        const auto* table = tables.back();
        tables.pop_back();
        for (const auto& field : table->fields()) {
            EXPECT_TRUE(field.help.ends_with('.')) << field.name;
            if (field.table) tables.push_back(field.table.get());
        }
    }
}

TEST(Gateway, ReadsTheExampleOfTheIssue) {
    Diagnostics diagnostics;
    auto config = read_text(R"(
gateway: { listen: 127.0.0.1:8080, data: ./data, public_url: "https://gw.example.test" }
identity: { region: RU }
api: { tokens: [ { name: ops, secret: "${env:TANDEM_TOKEN}", scopes: [read, write] } ] }
connectors:
  - { name: sms,  pack: twilio,   settings: { auth_token: "${env:TWILIO_AUTH_TOKEN}" } }
  - { name: chat, pack: telegram, settings: { bot: support_bot, secret_token: "${env:TG_SECRET}" } }
)",
                            diagnostics);

    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(config.gateway.data, "etc/data");
    EXPECT_EQ(config.store.file, "etc/data/store.db");
    EXPECT_FALSE(config.gateway.node.empty());
    EXPECT_EQ(config.api.tokens.at(0).secret.reveal(), "value of TANDEM_TOKEN");
    EXPECT_EQ(config.api.tokens.at(0).scopes, (std::vector<std::string>{"read", "write"}));
    ASSERT_EQ(config.connectors.size(), 2U);
    const auto& chat = config.connectors[1];
    EXPECT_EQ(chat.pack, "telegram");
    EXPECT_EQ(chat.path, "connectors[1]");
    EXPECT_EQ(chat.position.line, 7);
    EXPECT_EQ(chat.settings.get("secret_token").text(), "value of TG_SECRET");
    EXPECT_EQ(chat.settings.get("secret_token").path(), "connectors[1].settings.secret_token");
}

TEST(Gateway, AnEmptyFileIsAllDefaults) {
    Diagnostics diagnostics;
    auto config = read_text("", diagnostics);

    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(config.gateway.listen, (std::vector<Address>{{"127.0.0.1", 8080}}));
    EXPECT_TRUE(config.connectors.empty());
}

TEST(Gateway, AFileWithoutADocumentIsAnError) {
    for (const std::string_view text : {"", "# nothing yet\n", "~"}) {
        const test::TempDir folder;
        const auto path = folder.path() / "tandem.yaml";
        std::ofstream(path) << text;
        Diagnostics diagnostics;
        load_gateway(path.string(), Environment::of_process(), diagnostics);
        EXPECT_TRUE(diagnostics.to_text().contains("tandem.yaml:1:1: error: the file is empty"))
            << diagnostics.to_text();
    }
}

TEST(Gateway, TrimsThePublicUrl) {
    Diagnostics diagnostics;
    EXPECT_EQ(read_text("gateway: { public_url: 'https://gw/base//' }", diagnostics).gateway.public_url,
              "https://gw/base");
}

TEST(Gateway, AbsoluteStoreStaysAbsolute) {
    Diagnostics diagnostics;
    EXPECT_EQ(read_text("store: { url: 'sqlite:/var/lib/t.db' }", diagnostics).store.file, "/var/lib/t.db");
    EXPECT_EQ(diagnostics.to_text(), "");
}

// Every folder of cases/ holds a wrong in.yaml and the findings it must give.
TEST(Gateway, WrongFilesGiveTheExpectedFindings) {
    for (const auto& folder : testing::case_folders(kRoot / "tests/core/config/cases")) {
        SCOPED_TRACE(folder.filename().string());
        Environment environment{.variable = [](const std::string& name) -> std::optional<std::string> {
                                    return name == "SET" ? std::optional<std::string>("hunter2") : std::nullopt;
                                },
                                .file = [](const std::string&) -> Result<std::string> {
                                    return fail(not_found("cannot read the file: No such file or directory"));
                                }};
        Diagnostics diagnostics;
        auto text = testing::read_file(folder / "in.yaml");
        auto root = parse_yaml(text, "config.yaml", diagnostics);
        if (root) read_gateway(substitute(root, environment, diagnostics), diagnostics);
        EXPECT_FALSE(diagnostics.all().empty());
        EXPECT_EQ(diagnostics.to_text().find("hunter2"), std::string::npos);
        testing::expect_golden(folder / "expected.txt", diagnostics.to_text());
    }
}

}  // namespace
}  // namespace tandem::config
