#include "connectors/smpp/config.hpp"

#include <gtest/gtest.h>

namespace tandem::smpp {
namespace {

Config read(const std::string& yaml, config::Diagnostics& diagnostics) {
    return read_config(config::parse_yaml(yaml, "gw.yaml", diagnostics), "operator", diagnostics);
}

TEST(SmppConfig, DefaultsAreThoseOfThisWorld) {
    config::Diagnostics diagnostics;
    const Config config = read("{ host: smsc.test, system_id: tandem }", diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    EXPECT_EQ(config.port, 2775);
    EXPECT_EQ(config.account, "operator");
    EXPECT_EQ(name_space(config), "smpp:operator");
    EXPECT_EQ(config.alphabets, (std::vector<Sending>{Sending::Standard, Sending::Ucs2}));
    const SessionOptions session = session_options(config);
    EXPECT_EQ(session.window, 10U);
    EXPECT_EQ(session.enquire_after, std::chrono::seconds(30));
}

TEST(SmppConfig, ReadsWhatAnOperatorHandsOut) {
    config::Diagnostics diagnostics;
    const Config config = read(
        "{ host: smsc.test, port: 3550, tls: true, system_id: acme, account: acme, password: '${env:P}', bind: "
        "receiver,\n"
        "  window: 50, enquire_link: 60s, default_alphabet: latin1, alphabets: [default, ucs2], long_messages: sar,\n"
        "  message_id: dec-resp-hex-dlr, source_address: Tandem, reassembly_timeout: 5m, when_full: hold }",
        diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    EXPECT_EQ(config.bind, BindMode::Receiver);
    EXPECT_EQ(config.message_id, IdForm::DecimalThenHex);
    EXPECT_EQ(config.long_messages, Concat::Sar);
    EXPECT_EQ(config.when_full, WhenFull::Hold);
    EXPECT_EQ(config.default_alphabet, Alphabet::Latin1);
    EXPECT_EQ(name_space(config), "smpp:acme");
    EXPECT_EQ(session_options(config).mode, BindMode::Receiver);
}

TEST(SmppConfig, RefusesWhatMakesNoSense) {
    for (const char* yaml :
         {"{ system_id: a }", "{ host: a }", "{ host: a, system_id: b, port: 0 }",
          "{ host: a, system_id: sixteen-letters-, window: 5 }", "{ host: a, system_id: b, window: 0 }",
          "{ host: a, system_id: b, bind: both }", "{ host: a, system_id: b, message_id: auto }",
          "{ host: a, system_id: b, windw: 5 }", "{ host: a, system_id: b, source_ton: 9 }",
          "{ host: '', system_id: b }", "{ host: 'smpp://h:2775', system_id: b }", "{ host: a, system_id: '' }",
          "{ host: a, system_id: b, tls_ca: ca.pem }", "{ host: a, system_id: b, tls: false, tls_name: c }",
          "{ host: a, system_id: b, alphabets: [] }", "{ host: a, system_id: b, source_address: привет }",
          "{ host: a, system_id: b, packed: true, default_alphabet: ucs2 }",
          "{ host: a, system_id: b, reconnect_first: 5m, reconnect_limit: 1s }",
          "{ host: a, system_id: b, reconnect_limit: 1s }"}) {
        SCOPED_TRACE(yaml);
        config::Diagnostics diagnostics;
        read(yaml, diagnostics);
        EXPECT_TRUE(diagnostics.has_errors());
    }
}

}  // namespace
}  // namespace tandem::smpp
