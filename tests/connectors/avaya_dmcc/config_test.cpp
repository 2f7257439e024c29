#include "connectors/avaya_dmcc/config.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tandem::avaya_dmcc::test {
namespace {

using namespace std::chrono_literals;

Config read(const std::string& yaml, config::Diagnostics& diagnostics) {
    return read_config(config::parse_yaml(yaml, "gw.yaml", diagnostics), diagnostics);
}

TEST(DmccConfig, AShortOne) {
    config::Diagnostics diagnostics;
    const Config config = read(
        "{ hosts: [aes.test], user: tandem, password: '${env:P}', switches: [ { name: CM1, vdns: [7100-7101], splits: "
        "['7200'], stations: ['5000'], recorders: [5990-5999] } ] }",
        diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    EXPECT_EQ(config.connect_port(), 4722);
    const auto devices = targets(config);
    ASSERT_TRUE(devices);
    EXPECT_EQ(devices->size(), 4U);
    const Plan plan = call_plan(config, *devices);
    EXPECT_EQ(plan.vdns, (std::unordered_set<std::string>{"7100", "7101"}));
    EXPECT_EQ(plan.queues, std::unordered_set<std::string>{"7200"});
    EXPECT_EQ(plan.stations, std::unordered_set<std::string>{"5000"});
    EXPECT_EQ(plan.recorders.size(), 10U);
    const SessionOptions session = session_options(config);
    EXPECT_EQ(session.login.duration, 180s);
    EXPECT_EQ(session.login.cleanup, 60s);
    EXPECT_EQ(session.login.protocols.front(), "ed3/privE");
    EXPECT_EQ(work_options(config, *devices).switches, std::vector<std::string>{"CM1"});
}

TEST(DmccConfig, PlainTcpHasItsOwnPort) {
    config::Diagnostics diagnostics;
    const Config config = read(
        "{ hosts: [10.0.0.5, 10.0.0.6], tls: false, user: t, password: '${env:P}', switches: [ { name: A, stations: "
        "[5000-5001] }, { name: B, stations: [5000-5001] } ] }",
        diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    EXPECT_EQ(config.connect_port(), 4721);
    EXPECT_EQ(targets(config)->size(), 4U);
}

TEST(DmccConfig, RefusesWhatMakesNoSense) {
    const std::string good = "hosts: [a], user: u, password: '${env:P}', switches: [ { name: C, vdns: ['1'] } ]";
    for (const std::string& yaml : std::vector<std::string>{
             "{ user: u, password: '${env:P}', switches: [ { name: C, vdns: ['1'] } ] }",
             "{ hosts: [a], password: '${env:P}', switches: [ { name: C, vdns: ['1'] } ] }",
             "{ hosts: [a], user: u, switches: [ { name: C, vdns: ['1'] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}' }",
             "{ hosts: [], user: u, password: '${env:P}', switches: [ { name: C, vdns: ['1'] } ] }",
             "{ hosts: ['https://a'], user: u, password: '${env:P}', switches: [ { name: C, vdns: ['1'] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: C } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { vdns: ['1'] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: 'C:1', vdns: ['1'] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: C, vdns: [5000-4000] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: C, stations: [abc] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: C, vdns: ['1'], recorders: [x] } ] }",
             "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: C, vdns: ['1'] }, { name: C, vdns: "
             "['2'] } ] }",
             "{ " + good + ", protocol_versions: [] }",
             "{ " + good + ", protocol_versions: [privE] }",
             "{ " + good + ", tls: false, tls_ca: ca.pem }",
             "{ " + good + ", tls: false, tls_insecure: true }",
             "{ " + good + ", tls_insecure: true, tls_ca: ca.pem }",
             "{ " + good + ", reconnect_first: 5m, reconnect_limit: 1s }",
             "{ " + good + ", request_rate: 0 }",
             "{ " + good + ", outstanding: 0 }",
             "{ " + good + ", sesion_duration: 5m }"}) {
        SCOPED_TRACE(yaml);
        config::Diagnostics diagnostics;
        read(yaml, diagnostics);
        EXPECT_TRUE(diagnostics.has_errors());
    }
    config::Diagnostics diagnostics;
    read("{ " + good + " }", diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
}

TEST(DmccConfig, WhatIsWrongIsNamedWithItsPlace) {
    config::Diagnostics diagnostics;
    read("hosts: [a]\nuser: u\npassword: '${env:P}'\nswitches:\n  - name: C\n    stations: ['5000', 50-x]\n",
         diagnostics);
    EXPECT_TRUE(diagnostics.to_text().contains("gw.yaml:6:")) << diagnostics.to_text();
    EXPECT_TRUE(diagnostics.to_text().contains("range of extensions")) << diagnostics.to_text();
}

// Files are read when the instance opens; a wrong line is said with its place.
TEST(DmccConfig, FilesOfDevicesAreRelativeToTheConfiguration) {
    const tandem::test::TempDir folder;
    std::ofstream(folder.path() / "agents.txt") << "station 5000-5009\nvdn 71x0\n";
    config::Diagnostics diagnostics;
    const auto node = config::parse_yaml(
        "{ hosts: [a], user: u, password: '${env:P}', switches: [ { name: C, device_files: [agents.txt] } ] }",
        (folder.path() / "gw.yaml").string(), diagnostics);
    const Config config = read_config(node, diagnostics);
    ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    const auto devices = targets(config);
    ASSERT_FALSE(devices);
    EXPECT_TRUE(devices.error().text.contains("switch C: ")) << devices.error().text;
    EXPECT_TRUE(devices.error().text.contains("agents.txt: line 2: ")) << devices.error().text;
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
