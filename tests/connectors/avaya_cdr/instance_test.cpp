// The whole instance over loopback.
#include "tests/connectors/avaya_cdr/layouts.hpp"
#include "tests/connectors/avaya_records/instance_fixture.hpp"

namespace tandem::avaya_cdr {
namespace {

using avaya_records::test::Switch;
using namespace std::string_literals;

constexpr const char* kRecord =
    "092126 1405   240      4930123456                    5001                721003              9 ";

class ACommunicationManager : public avaya_records::test::AnInstance {
protected:
    ACommunicationManager()
        : AnInstance({.content_type = "text/x-cdr", .binary = "this is RSP"}, [] {
              BookOptions options;
              options.rules = test::rules_of("plain");
              options.shelf.hold = std::chrono::milliseconds(0);
              return std::make_unique<Book>(options);
          }) {}
};

TEST_F(ACommunicationManager, SendsRecordsWithFilling) {
    ASSERT_TRUE(begin(listening()));
    Switch cm(port());
    cm.send_in_pieces("09 21\r\n\0\0\0"s + kRecord + "\r\n\0\0\0"s, 1);
    EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
    EXPECT_EQ(lines(), (std::vector<std::string>{"09 21", "\0\0\0"s + kRecord}));
    EXPECT_EQ(counter("lines:note"), 1U);
    EXPECT_EQ(counter("lines:record"), 1U);
    cm.close();
    EXPECT_TRUE(becomes([&] { return detail() == "0 connected to 127.0.0.1:0"; }));
    EXPECT_EQ(counter("lines:cut"), 0U);
}

TEST_F(ACommunicationManager, ReliableProtocolIsRefusedAndSaid) {
    ASSERT_TRUE(begin(listening()));
    {
        Switch cm(port());
        cm.send("\x00\x01\x00\x10\n\x02"s);
        EXPECT_TRUE(cm.closed());
    }
    EXPECT_TRUE(becomes([&] { return counter("refused:binary") == 1; }));
    EXPECT_EQ(detail(), "this is RSP (127.0.0.1)");
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::Degraded);
    EXPECT_TRUE(lines().empty());
    Switch again(port());
    again.send(kRecord + "\r\n"s);
    EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::Ready);
}

TEST_F(ACommunicationManager, NothingButFillingIsNoReasonToRefuse) {
    ASSERT_TRUE(begin(listening()));
    Switch cm(port());
    cm.send(std::string(10'000, '\0'));
    cm.send(kRecord + "\r\n"s);
    EXPECT_TRUE(becomes([&] { return lines().size() >= 1; }));
    EXPECT_EQ(counter("refused:binary"), 0U);
}

TEST_F(ACommunicationManager, ARestartTellsTheSameCalls) {
    ASSERT_TRUE(begin(listening()));
    {
        Switch cm(port());
        cm.send(kRecord + "\r\n"s + kRecord + "\r\n");
        EXPECT_TRUE(becomes([&] { return calls().size() == 2; }));
    }
    restart(listening());
    Switch again(port());
    again.send(kRecord + "\r\n"s + kRecord + "\r\n");
    EXPECT_TRUE(becomes([&] { return counter("lines:repeat") == 2; }));
    EXPECT_TRUE(calls().empty());
}

TEST_F(ACommunicationManager, AStopKeepsWhatHasArrived) {
    ASSERT_TRUE(begin(listening()));
    Switch cm(port());
    cm.send(kRecord + "\r\n"s);
    EXPECT_TRUE(becomes([&] { return lines().size() == 1; }));
    std::string burst;
    for (int i = 0; i < 300; ++i)
        burst += kRecord + "\r\n"s;
    ASSERT_TRUE(cm.send(burst + "092126 14"));
    shut_down();
    EXPECT_EQ(lines().size(), 302U);
}

TEST_F(ACommunicationManager, AWholeRecordNeedsNoLineEnd) {
    ASSERT_TRUE(begin(listening()));
    {
        Switch cm(port());
        cm.send(kRecord);
    }
    EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
}

}  // namespace
}  // namespace tandem::avaya_cdr
