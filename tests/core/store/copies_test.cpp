// Copies of one contact at several places, and dialogues with several names. Every case in every order of arrival.
#include "tests/core/store/store_fixture.hpp"

#include <algorithm>
#include <set>

namespace tandem::store {
namespace {

using namespace std::chrono_literals;

class CopiesTest : public StoreTest {
protected:
    struct Mail {
        std::string id;
        std::string place;
        std::string name{};  // shared by copies within ten minutes
        std::int64_t at = 1'800'000'000;
        std::int64_t rank = 1;
        std::string party = "irina@customer.test";
    };

    static Observation copy(const Mail& mail) {
        auto out = test::message({.external_id = mail.id, .source = "mail", .at = mail.at});
        out.points = {test::party_point({"mailto", "", "irina@customer.test"})};
        out.copy = Copy{.place = mail.place, .rank = mail.rank, .names = {}};
        if (!mail.name.empty()) {
            out.copy->names.push_back(
                {.id = interaction_id("test", mail.name), .at = out.started_at, .within = 10min, .place = mail.place});
        }
        out.document = R"({"external_id":")" + mail.id + R"(","source":"mail","started_at":")" +
                       format_time(out.started_at) + R"(","copy":{"place":")" + mail.place +
                       R"("},"parties":[{"no":0,"role":"customer","contact_points":[{"scheme":"mailto","value":")" +
                       mail.party + R"("}]}],"messages":[{"external_id":")" + mail.id + R"(","body":"hello"}]})";
        out.rev_hash = std::hash<std::string>()(out.document);
        return out;
    }
};

TEST_F(CopiesTest, CopiesOfOneIdAreOneInteraction) {
    in_every_order({copy({.id = "M1", .place = "Inbox"}), copy({.id = "M1", .place = "Sent", .rank = 0}),
                    copy({.id = "M1", .place = "journal", .rank = 2, .party = "audit@example.test"})},
                   [&] {
                       EXPECT_EQ(interactions(), 1U);
                       EXPECT_EQ(view("M1")->sources, std::vector<std::string>{"mail"});
                       EXPECT_EQ(document("M1").get("copy").string_at("place"), "Sent") << "the best rank speaks first";
                       EXPECT_EQ(document("M1").get("parties").size(), 2U) << "what only one copy knows is added";
                       EXPECT_EQ(document("M1").get("messages").size(), 1U);
                   });
}

TEST_F(CopiesTest, CopiesThatShareANameNearInTimeAreOne) {
    in_every_order({copy({.id = "A", .place = "Sent", .name = "content", .rank = 0}),
                    copy({.id = "B", .place = "Inbox", .name = "content", .at = 1'800'000'003})},
                   [&] {
                       EXPECT_EQ(interactions(), 1U);
                       EXPECT_EQ(view("A")->id, view("B")->id);
                       EXPECT_EQ(document("B").get("messages").size(), 1U) << "the same message under two ids";
                   });
}

TEST_F(CopiesTest, WhatDiffersStaysApart) {
    struct Pair {
        const char* why;
        Mail one, other;
    };
    const Pair pairs[] = {
        {"one place holds two equal mails",
         {.id = "A", .place = "Inbox", .name = "content"},
         {.id = "B", .place = "Inbox", .name = "content"}},
        {"too far apart",
         {.id = "A", .place = "Inbox", .name = "content"},
         {.id = "B", .place = "Sent", .name = "content", .at = 1'800'000'601}},
        {"another name",
         {.id = "A", .place = "Inbox", .name = "content"},
         {.id = "B", .place = "Sent", .name = "other"}},
    };
    for (const auto& pair : pairs) {
        SCOPED_TRACE(pair.why);
        in_every_order({copy(pair.one), copy(pair.other)}, [&] { EXPECT_EQ(interactions(), 2U); });
    }
}

TEST_F(CopiesTest, TwoEqualMailsAtTwoPlacesAreTwo) {
    in_every_order({copy({.id = "A-in", .place = "Inbox", .name = "content"}),
                    copy({.id = "A-sent", .place = "Sent", .name = "content", .at = 1'800'000'001}),
                    copy({.id = "B-in", .place = "Inbox", .name = "content", .at = 1'800'000'100}),
                    copy({.id = "B-sent", .place = "Sent", .name = "content", .at = 1'800'000'101})},
                   [&] { EXPECT_EQ(interactions(), 2U); });
}

TEST_F(CopiesTest, RepeatsChangeNothing) {
    const auto first = copy({.id = "A", .place = "Sent", .name = "content"});
    const auto second = copy({.id = "B", .place = "Inbox", .name = "content"});
    observe({first, second});
    open();
    EXPECT_EQ(observe({second, first}).unchanged, 2U);
    EXPECT_EQ(interactions(), 1U);
}

TEST_F(CopiesTest, ReceiptsForAnAliasComeHomeInAnyOrder) {
    auto mail = copy({.id = "key", .place = "Sent"});
    mail.aliases = {interaction_id("test", "message-id")};
    for (const bool receipt_first : {true, false}) {
        SCOPED_TRACE(receipt_first);
        test::TempDir dir;
        open(dir.path() / "store.db");
        if (!receipt_first) observe({mail});
        receive("message-id", model::ReceiptStatus::Failed, 1'800'000'100);
        if (receipt_first) observe({mail});

        EXPECT_EQ(view("key")->delivery.status(), model::ReceiptStatus::Failed);
        EXPECT_EQ(view("message-id")->id, view("key")->id);
        EXPECT_EQ(interactions(), 1U);

        auto other = copy({.id = "other", .place = "Sent", .at = 1'800'009'999});
        other.aliases = mail.aliases;
        observe({other});
        EXPECT_EQ(view("message-id")->id, view("key")->id) << "the first keeps the name";
        EXPECT_EQ(interactions(), 2U);
        store_.reset();
    }
}

// What a sender's system reports of a mail that it knows by its Message-ID.
Observation click(const std::string& mail, const std::string& link) {
    auto out = test::message({.external_id = mail, .source = "clicks", .at = 1'800'000'060});
    out.points = {test::party_point({"mailto", "", "irina@customer.test"})};
    out.copy = Copy{.place = link, .rank = 9, .names = {}};
    out.document = R"({"external_id":")" + mail + R"(","source":"clicks","started_at":")" +
                   format_time(out.started_at) + R"(","copy":{"place":")" + link +
                   R"("},"parties":[{"no":0,"role":"customer","contact_points":[{"scheme":"mailto","value":)"
                   R"("irina@customer.test"}]}],"events":[{"type":"link.clicked","at":")" +
                   format_time(out.started_at) + R"(","data":{"url":")" + link + R"("}}]})";
    out.rev_hash = std::hash<std::string>()(out.document);
    return out;
}

TEST_F(CopiesTest, ReportsJoinTheirMailInAnyOrderAndAllStay) {
    auto mail = copy({.id = "key", .place = "Sent", .rank = 0});
    mail.aliases = {interaction_id("test", "message-id")};
    in_every_order({mail, click("message-id", "a"), click("message-id", "b")}, [&] {
        EXPECT_EQ(interactions(), 1U);
        EXPECT_EQ(view("message-id")->id, view("key")->id);
        EXPECT_EQ(document("key").string_at("external_id"), "key") << "the mail speaks, not what is reported of it";
        EXPECT_EQ(document("key").get("messages").size(), 1U);
        EXPECT_EQ(document("key").get("events").size(), 2U);
        EXPECT_EQ(document("key").get("parties").size(), 1U) << "the customer of the mail clicked";
        EXPECT_EQ(view("key")->started_at, mail.started_at);
    });
}

TEST_F(CopiesTest, AClickDoesNotKeepACopyFromTheMessageThatWasSent) {
    auto sent = copy({.id = "key", .place = "Sent", .rank = 0});
    sent.aliases = {interaction_id("test", "message-id")};
    auto own = test::message({.external_id = "own", .source = "tandem"});
    own.aliases = {interaction_id("test", "message-id")};
    observe({own});
    observe({click("message-id", "a")});
    observe({sent});
    EXPECT_EQ(interactions(), 1U);
    EXPECT_EQ(view("own")->id, view("key")->id);
}

class DialoguesTest : public StoreTest {
protected:
    struct Mail {
        std::string id;
        std::string thread;
        std::vector<std::string> also{};
        std::string topic{};
        bool joins = false;
        std::int64_t at = 1'800'000'000;
    };
    static Observation mail(const Mail& given, const std::string& own) {
        auto out = test::message({.external_id = given.id, .source = "mail", .at = given.at, .thread = given.thread});
        out.points = {test::party_point({"mailto", "", "irina@customer.test"})};
        out.thread_names.own = thread_id("test", own);
        for (const auto& name : given.also)
            out.thread_names.also.push_back(thread_id("test", name));
        if (!given.topic.empty())
            out.thread_names.topic = {.id = thread_id("test", given.topic), .within = 24h * 14, .joins = given.joins};
        return out;
    }
    static Observation mail(const Mail& given) { return mail(given, given.id); }

    std::size_t dialogues(const std::vector<std::string>& ids) {
        std::set<ThreadId> out;
        for (const auto& id : ids)
            out.insert(view(id)->thread.value());
        return out.size();
    }
};

TEST_F(DialoguesTest, WhatSharesANameIsOneInAnyOrder) {
    const std::vector<Observation> mails = {
        mail({.id = "1", .thread = "1"}), mail({.id = "2", .thread = "1", .also = {"1"}}),
        mail({.id = "3", .thread = "2", .also = {"2"}}),        // cut references
        mail({.id = "4", .thread = "lost", .also = {"lost"}}),  // a parent that nobody has
        mail({.id = "5", .thread = "lost", .also = {"lost"}})};
    std::vector<std::size_t> order = {0, 1, 2, 3, 4};
    std::optional<ThreadId> named;
    do {
        SCOPED_TRACE(::testing::PrintToString(order));
        test::TempDir dir;
        open(dir.path() / "store.db");
        for (const auto i : order)
            observe({mails[i]});
        EXPECT_EQ(dialogues({"1", "2", "3"}), 1U);
        EXPECT_EQ(dialogues({"4", "5"}), 1U);
        EXPECT_EQ(dialogues({"1", "2", "3", "4", "5"}), 2U);
        EXPECT_EQ(view("1")->thread, named.value_or(*view("1")->thread)) << "its name depends on the order";
        named = view("1")->thread;
        store_.reset();
    } while (std::ranges::next_permutation(order).found);
}

TEST_F(DialoguesTest, ALateMailJoinsTwoDialogues) {
    observe({mail({.id = "1", .thread = "1"}), mail({.id = "2", .thread = "2"})});
    EXPECT_EQ(dialogues({"1", "2"}), 2U);

    observe({mail({.id = "3", .thread = "1", .also = {"1", "2"}})});
    open();

    EXPECT_EQ(dialogues({"1", "2", "3"}), 1U);
}

TEST_F(DialoguesTest, ANameThatTwoBringAlongNamesNothing) {
    observe({mail({.id = "1", .thread = "noreply"}, "noreply"), mail({.id = "2", .thread = "noreply"}, "noreply"),
             mail({.id = "3", .thread = "noreply"}, "noreply")});
    EXPECT_EQ(dialogues({"1", "2", "3"}), 3U);

    observe({mail({.id = "2", .thread = "noreply"}, "noreply")});
    EXPECT_EQ(dialogues({"1", "2", "3"}), 3U) << "a repeat";
}

TEST_F(DialoguesTest, ATopicJoinsTheLatestOfThatNameNearby) {
    constexpr std::int64_t kDay = 86'400;
    constexpr std::int64_t kStart = 1'800'000'000;
    observe({mail({.id = "1", .thread = "1", .topic = "bill", .at = kStart}),
             mail({.id = "2", .thread = "2", .topic = "bill", .at = kStart + kDay}),
             mail({.id = "3", .thread = "3", .topic = "bill", .joins = true, .at = kStart + 2 * kDay}),
             mail({.id = "4", .thread = "4", .topic = "bill", .joins = true, .at = kStart + 30 * kDay}),
             mail({.id = "5", .thread = "5", .topic = "other", .joins = true, .at = kStart + 2 * kDay})});

    EXPECT_EQ(dialogues({"2", "3"}), 1U);
    EXPECT_EQ(dialogues({"1", "2", "4", "5"}), 4U) << "the same subject alone joins nothing";
}

}  // namespace
}  // namespace tandem::store
