#include "connectors/avaya_smdr/config.hpp"

#include "tests/connectors/avaya_records/problems.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_smdr {
namespace {

using namespace std::chrono_literals;

std::string problems(const std::string& yaml, Config* config = nullptr) {
    return avaya_records::test::problems(read_config, yaml, config);
}

TEST(SmdrConfig, TakesBothModes) {
    Config config;
    EXPECT_EQ(problems("{mode: connect, address: '192.0.2.20:1150', zone: Europe/Berlin}", &config), "");
    EXPECT_TRUE(config.connects);
    EXPECT_EQ(config.address.port, 1150);
    EXPECT_EQ(config.hold, 30s);
    EXPECT_EQ(problems("{mode: listen, address: ':1150', peers: [192.0.2.0/24], zone: '+03:00', hold: 5s, "
                       "encoding: windows-1251, mask_account: true, unfinished: 2h, connections: 3}",
                       &config),
              "");
    EXPECT_FALSE(config.connects);
    EXPECT_EQ(config.peers, std::vector<std::string>{"192.0.2.0/24"});
    const BookOptions options = book_options(config);
    EXPECT_EQ(options.shelf.hold, 5s);
    EXPECT_EQ(options.shelf.unfinished, 2h);
    EXPECT_TRUE(options.mask_account);
}

TEST(SmdrConfig, SaysWhatIsWrong) {
    EXPECT_EQ(problems("{address: '192.0.2.20:1150', zone: UTC}").find(": 'mode' is missing: "), 0U);
    EXPECT_EQ(problems("{mode: connect, address: ':1150', zone: UTC}"),
              "address: name the IP Office and its port, as 192.0.2.20:1150\n");
    EXPECT_EQ(problems("{mode: connect, address: 'a.test:1150', zone: UTC, peers: ['::1']}"),
              "peers: has no meaning with `mode: connect`\n");
    EXPECT_EQ(problems("{mode: listen, address: 'a.test:1150', zone: UTC}"),
              "address: is no address of this machine: write it in numbers\n");
    EXPECT_EQ(problems("{mode: listen, address: ':1150', zone: Europe/Nowhere}"),
              "zone: is no time zone: write it as Europe/Berlin or +03:00, not 'Europe/Nowhere'\n");
}

}  // namespace
}  // namespace tandem::avaya_smdr
