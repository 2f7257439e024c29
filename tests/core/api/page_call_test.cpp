// The agent's page opened by a console on a call: whom it finds by what consoles give, and the call on top.
#include "tests/core/api/page_fixture.hpp"

#include <optional>

namespace tandem {
namespace {

using test::FakeStore;
using test::has;
using test::kConsole;

constexpr auto* kUcid = "00001043211754041200";

class PageCall : public test::Page {
protected:
    PageCall() { gateway_.clock.advance(parse_time("2026-11-20T12:00:00Z").value() - gateway_.clock.now()); }

    // A call of one of the customers, the newest of what they have.
    void ring(std::uint8_t customer, const std::string& state, const std::string& started = "2026-11-20T11:59:50Z") {
        store::InteractionView call;
        call.id = interaction_id("ucid", kUcid);
        call.channel = "voice";
        call.started_at = parse_time(started).value();
        call.customer = FakeStore::customer_id(customer);
        call.document = R"({"channel":"voice","direction":"inbound","state":")" + state +
                        R"(","queue":"7200","parties":[{"no":0,"role":"customer"},)"
                        R"({"no":1,"role":"agent","name":"Vera"}]})";
        auto& items = gateway_.store.timelines[FakeStore::customer_id(customer)];
        items.insert(items.begin(), std::move(call));
    }
    // What stands before the history of the page.
    static std::string on_top(const std::string& html) {
        const auto begin = html.find("<section class=\"calls\">");
        if (begin == std::string::npos) return {};
        return html.substr(begin, html.find("<header class=\"who\">") - begin);
    }
};

TEST_F(PageCall, ShowsARingingCallAboveTheHistory) {
    ring(1, "offered");

    const auto html = page("point=tel:+74951234567");

    EXPECT_TRUE(has(on_top(html), "inbound, ringing")) << html;
    EXPECT_TRUE(has(on_top(html), "<dd>7200</dd>"));
    EXPECT_TRUE(has(on_top(html), "<dd>Vera</dd>"));
    EXPECT_TRUE(has(html, "<h1>Alice Brown</h1>"));
    EXPECT_FALSE(has(html, "id=\"c-" + interaction_id("ucid", kUcid).text())) << "not in the history as well";
    EXPECT_TRUE(has(html, "3 messages")) << "the history is there";
}

TEST_F(PageCall, AnEndedCallIsHistory) {
    ring(1, "closed");
    const auto html = page("point=tel:+74951234567&ucid=" + std::string(kUcid));
    EXPECT_EQ(on_top(html), "");
    EXPECT_TRUE(has(html, "id=\"c-" + interaction_id("ucid", kUcid).text()));
}

TEST_F(PageCall, ACallWhoseEndWasNeverToldIsHistoryAfterADay) {
    ring(1, "active", "2026-11-19T11:59:00Z");
    EXPECT_EQ(on_top(page("point=tel:+74951234567")), "");
}

TEST_F(PageCall, FindsTheCustomerByTheCallAlone) {
    ring(1, "active");
    for (const std::string query :
         {"ucid=00001043211754041200", "ucid=000010432117540412%30%30", "point=&ucid=00001-04321-1754041200",
          "point=5001&ucid=00001043211754041200", "point=T21%233&ucid=0001%3A10E1%3A688C8B70"}) {
        SCOPED_TRACE(query);
        const auto html = page(query);
        EXPECT_TRUE(has(html, "<h1>Alice Brown</h1>"));
        EXPECT_TRUE(has(on_top(html), "inbound, going on"));
        EXPECT_TRUE(has(html, "ucid=00001043211754041200&amp;after=")) << "the live page asks for the same";
    }
}

TEST_F(PageCall, ACallOfNobodyIsThereAlsoWhenItHasEnded) {
    for (const auto* state : {"active", "closed"}) {
        SCOPED_TRACE(state);
        auto& of_nobody = gateway_.store.timelines[FakeStore::customer_id(99)];
        of_nobody.clear();
        ring(99, state);
        of_nobody.front().customer.reset();
        const auto html = page("point=T21%233&ucid=" + std::string(kUcid));
        EXPECT_EQ(has(on_top(html), "<dd>Vera</dd>"), std::string_view(state) == "active");
        EXPECT_TRUE(has(html, "<dd>Vera</dd>")) << html;
        EXPECT_FALSE(has(html, "No history yet"));
    }
    EXPECT_FALSE(has(page("point=tel:+74951234567&ucid=" + std::string(kUcid)), interaction_id("ucid", kUcid).text()))
        << "and in nobody else's history";
}

TEST_F(PageCall, TheNumberThatTheCallBeganWithCounts) {
    ring(1, "held");
    const auto html = page("point=tel:+74957654321&ucid=" + std::string(kUcid));
    EXPECT_TRUE(has(html, "<h1>Alice Brown</h1>")) << "and not the colleague's whose number the console shows";
    EXPECT_TRUE(has(on_top(html), "on hold"));
}

TEST_F(PageCall, ACallThatIsNotKnownYetLeavesTheNumber) {
    const auto html = page("point=tel:+74951234567&ucid=" + std::string(kUcid));
    EXPECT_TRUE(has(html, "<h1>Alice Brown</h1>"));
    EXPECT_EQ(on_top(html), "");

    EXPECT_TRUE(has(page("ucid=" + std::string(kUcid)), "No history yet")) << "it may come, the page is live";
}

// Numbers as consoles and trunks write them, in an installation whose region is RU.
TEST_F(PageCall, TakesNumbersAsConsolesWriteThem) {
    for (const std::string point :
         {"+74951234567", "%2B74951234567", "%2074951234567", "tel:+7-495-123-45-67", "84951234567",
          "8%20(495)%20123-45-67", "8107%20495%201234567", "sip:+74951234567@10.0.0.1",
          "sip:84951234567@pbx.example.com;user=phone", "sip%3A84951234567%40pbx.example.com", "84951234567@10.0.0.1",
          "+74951234567@pbx.example.com", "74951234567:CM1:10.0.0.1:0", "84951234567:ADACs8300::0",
          "tel:+74951234567;ext=12", "+74951234567%20x12", "+7%20495%20123%2045%2067%20ext.%2012"}) {
        SCOPED_TRACE(point);
        EXPECT_TRUE(has(page("point=" + point), "<h1>Alice Brown</h1>"));
    }
}

TEST_F(PageCall, WithoutCallAndNumberItSaysWhatIsWrong) {
    EXPECT_EQ(gateway_.get("/pop?point=5001", kConsole).status, 400);
    EXPECT_EQ(gateway_.get("/pop?point=1234567", kConsole).status, 200) << "a number of the same town";
    EXPECT_EQ(gateway_.get("/pop?ucid=12345", kConsole).status, 400) << "no UCID, no point";
    EXPECT_EQ(gateway_.get("/pop?ucid=00000000000000000000", kConsole).status, 400);
    EXPECT_EQ(gateway_.get("/pop?point=tel:+74951234567&ucid=12345", kConsole).status, 200);
}

}  // namespace
}  // namespace tandem
