#include "core/store/fold.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::store {
namespace {

struct Case {
    const char* name;
    std::vector<std::string_view> documents;  // best first
    const char* folded;
};

const Case kCases[] = {
    {"one source is itself", {R"({"b":1,"a":[]})"}, R"({"a":[],"b":1})"},
    {"the best source that has a field wins",
     {R"({"state":"closed","subject":null})", R"({"state":"active","subject":"s","queue":"q"})"},
     R"({"queue":"q","state":"closed","subject":"s"})"},
    {"times are the earliest, whatever their precision",
     {R"({"started_at":"2026-11-20T09:12:05.120Z"})", R"({"started_at":"2026-11-20T09:12:05Z"})"},
     R"({"started_at":"2026-11-20T09:12:05Z"})"},
    {"a time that only the worse source knows counts",
     {R"({"answered_at":null})", R"({"answered_at":"2026-11-20T09:00:00Z"})"},
     R"({"answered_at":"2026-11-20T09:00:00Z"})"},
    {"a time that is known to the minute is not earlier within that minute",
     {R"({"started_at":"2026-11-20T09:12:35Z","answered_at":"2026-11-20T09:14:00Z"})",
      R"({"copy":{"rank":2,"precision_ms":60000},"started_at":"2026-11-20T09:12:00Z","answered_at":"2026-11-20T09:12:00Z"})"},
     R"({"answered_at":"2026-11-20T09:12:00Z","copy":{"precision_ms":60000,"rank":2},"started_at":"2026-11-20T09:12:35Z"})"},
    {"a record that knows minutes does not end a call before it began",
     {R"({"copy":{"rank":0},"started_at":"2026-11-20T09:12:35Z","answered_at":"2026-11-20T09:12:40Z"})",
      R"({"copy":{"rank":2,"precision_ms":60000},"started_at":"2026-11-20T09:12:00Z","ended_at":"2026-11-20T09:12:00Z"})"},
     R"({"answered_at":"2026-11-20T09:12:40Z","copy":{"rank":0},"ended_at":"2026-11-20T09:12:40Z","started_at":"2026-11-20T09:12:35Z"})"},
    {"a record of a part does not end a call that goes on",
     {R"({"copy":{"rank":0},"state":"active"})",
      R"({"copy":{"rank":2},"state":"closed","end_reason":"completed","ended_at":"2026-11-20T09:12:00Z"})"},
     R"({"copy":{"rank":0},"state":"active"})"},
    {"a record ends a call whose end nobody saw",
     {R"({"copy":{"rank":0},"state":"closed"})",
      R"({"copy":{"rank":2},"end_reason":"completed","ended_at":"2026-11-20T09:12:00Z"})"},
     R"({"copy":{"rank":0},"end_reason":"completed","ended_at":"2026-11-20T09:12:00Z","state":"closed"})"},
    {"a customer of whom a record knows nothing is the customer",
     {R"({"parties":[{"no":0,"role":"customer"},{"no":1,"role":"agent","user_ref":"5001"}]})",
      R"({"parties":[{"no":0,"role":"customer","contact_points":[]},{"no":1,"role":"agent","user_ref":"5001"}]})"},
     R"({"parties":[{"no":0,"role":"customer"},{"no":1,"role":"agent","user_ref":"5001"}]})"},
    {"a record's events of a type that was seen live are not told again, reports are",
     {R"({"copy":{"rank":0},"events":[{"at":"2026-11-20T09:00:00Z","type":"a"}]})",
      R"({"copy":{"rank":2},"events":[{"at":"2026-11-20T09:00:01Z","type":"a"},{"at":"2026-11-20T09:00:02Z","type":"b"}]})",
      R"({"copy":{"rank":9},"events":[{"at":"2026-11-20T09:00:03Z","type":"a"}]})"},
     R"({"copy":{"rank":0},"events":[{"at":"2026-11-20T09:00:00Z","type":"a"},{"at":"2026-11-20T09:00:02Z","type":"b"},
                                     {"at":"2026-11-20T09:00:03Z","type":"a"}]})"},
    {"counters are the highest",
     {R"({"customer_msgs":2,"transfer_count":1})", R"({"customer_msgs":7})"},
     R"({"customer_msgs":7,"transfer_count":1})"},
    {"open data is joined key by key",
     {R"({"attributes":{"a":1,"b":null}})", R"({"attributes":{"a":2,"b":3,"c":4}})"},
     R"({"attributes":{"a":1,"b":3,"c":4}})"},
    {"only the best source deletes", {R"({"a":1})", R"({"deleted_at":"2026-11-20T09:00:00Z"})"}, R"({"a":1})"},
    {"the best source deletes",
     {R"({"deleted_at":"2026-11-20T09:00:00Z"})", R"({"a":1})"},
     R"({"a":1,"deleted_at":"2026-11-20T09:00:00Z"})"},
    {"messages are united by id and sorted by time, an edit beats the better source",
     {R"({"messages":[{"external_id":"2","sent_at":"2026-11-20T09:02:00Z","body":"b"},
                      {"external_id":"1","sent_at":"2026-11-20T09:01:00Z","body":"a"}]})",
      R"({"messages":[{"external_id":"3","sent_at":"2026-11-20T09:00:00Z","body":"c"},
                      {"external_id":"1","sent_at":"2026-11-20T09:01:00Z","body":"no"},
                      {"external_id":"2","sent_at":"2026-11-20T09:02:00Z","body":"edited","rev":2}]})"},
     R"({"messages":[{"body":"c","external_id":"3","sent_at":"2026-11-20T09:00:00Z"},
                     {"body":"a","external_id":"1","sent_at":"2026-11-20T09:01:00Z"},
                     {"body":"edited","external_id":"2","rev":2,"sent_at":"2026-11-20T09:02:00Z"}]})"},
    {"what a vendor echoes of our message is our message",
     {R"({"source":"chat","namespace":"v","messages":[{"external_id":"502","body":"hi","sent_at":"2026-11-20T09:02:01Z"}],
          "attachments":[{"external_id":"f1","kind":"image"}]})",
      R"({"source":"tandem","namespace":"tandem","messages":[{"external_id":"u1","sender":1,"body":"hi","sent_at":"2026-11-20T09:02:00Z"}],
          "attachments":[{"external_id":"u1:0","kind":"image"}]})"},
     R"({"attachments":[{"external_id":"u1:0","kind":"image"}],
         "messages":[{"body":"hi","external_id":"u1","sender":1,"sent_at":"2026-11-20T09:02:00Z"}],
         "namespace":"v","source":"chat"})"},
    {"an echo that was edited at the vendor changes our message",
     {R"({"source":"tandem","namespace":"tandem","messages":[{"external_id":"u1","sender":1,"body":"hi","sent_at":"2026-11-20T09:02:00Z"}]})",
      R"({"source":"zchat","namespace":"v","messages":[{"external_id":"502","body":"ho","sent_at":"2026-11-20T09:02:01Z",
          "edited_at":"2026-11-20T09:05:00Z"}]})"},
     R"({"messages":[{"body":"ho","edited_at":"2026-11-20T09:05:00Z","external_id":"u1","sender":1,"sent_at":"2026-11-20T09:02:01Z"}],
         "namespace":"tandem","source":"tandem"})"},
    {"events without an id are united by content",
     {R"({"events":[{"type":"party.held","at":"2026-11-20T09:00:00Z"}]})",
      R"({"events":[{"at":"2026-11-20T09:00:00Z","type":"party.held"},
                    {"at":"2026-11-20T09:01:00Z","type":"party.unheld"}]})"},
     R"({"events":[{"at":"2026-11-20T09:00:00Z","type":"party.held"},
                   {"at":"2026-11-20T09:01:00Z","type":"party.unheld"}]})"},
    {"party numbers of another source are translated, unknown parties added",
     {R"({"parties":[{"no":0,"role":"customer","contact_points":[{"scheme":"tel","value":"+1"}]},
                     {"no":1,"role":"agent","user_ref":"a:1"}]})",
      R"({"parties":[{"no":0,"role":"agent","user_ref":"a:1"},
                     {"no":1,"role":"customer","contact_points":[{"scheme":"tel","value":"+1"}]},
                     {"no":2,"role":"bot","name":"Helper"}],
          "messages":[{"external_id":"m","sender":1,"to":[0,2]}]})"},
     R"({"messages":[{"external_id":"m","sender":0,"to":[1,2]}],
         "parties":[{"contact_points":[{"scheme":"tel","value":"+1"}],"no":0,"role":"customer"},
                    {"no":1,"role":"agent","user_ref":"a:1"},
                    {"name":"Helper","no":2,"role":"bot"}]})"},
    {"a document that cannot be read does not hide the others", {"{broken", R"({"a":1})"}, R"({"a":1})"},
};

std::string canonical(std::string_view text) {
    data::Arena arena;
    const auto value = data::parse_json(text, arena);
    return value ? data::to_canonical_json(*value) : "not JSON: " + std::string(text);
}

class FoldCases : public ::testing::TestWithParam<Case> {};

TEST_P(FoldCases, Folds) {
    EXPECT_EQ(canonical(fold_documents(GetParam().documents)), canonical(GetParam().folded)) << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(All, FoldCases, ::testing::ValuesIn(kCases));

struct SlotCase {
    const char* name;
    std::vector<SlotDocument> documents;
    const char* folded;
};

const SlotCase kSlotCases[] = {
    {"a whole message makes its parts superfluous",
     {{kWhole, R"({"messages":[{"body":"ab","external_id":"m"}]})"},
      {1, R"({"part":{"total":2},"messages":[{"body":"a","external_id":"1"}]})"}},
     R"({"messages":[{"body":"ab","external_id":"m"}]})"},
    {"attachments and attributes of all parts are kept",
     {{1, R"({"part":{"total":2},"messages":[{"body":"a","external_id":"1"}],"attributes":{"x":1},
              "attachments":[{"external_id":"f1"}]})"},
      {2, R"({"part":{"total":2},"messages":[{"body":"b","external_id":"2"}],"attributes":{"x":2,"y":2},
              "attachments":[{"external_id":"f2"}]})"}},
     R"({"attachments":[{"external_id":"f1"},{"external_id":"f2"}],"attributes":{"x":1,"y":2},
         "messages":[{"body":"ab","external_id":"1"}]})"},
    {"a part without a text is there",
     {{1, R"({"part":{"total":2}})"}, {2, R"({"part":{"total":2},"messages":[{"body":"b","external_id":"2"}]})"}},
     R"({"messages":[{"body":"b","external_id":"2"}]})"},
    {"a patch changes a message, not when and by whom it was sent",
     {{kWhole, R"({"channel":"chat","direction":"inbound","started_at":"2026-11-20T09:00:00Z","subject":"s",
                   "parties":[{"no":0,"role":"customer","name":"Ann"}],
                   "messages":[{"external_id":"m","sender":0,"author_kind":"customer","body":"a","in_reply_to":"l",
                                "sent_at":"2026-11-20T09:00:00Z"}],
                   "attachments":[{"external_id":"f"}]})"},
      {kPatch, R"({"patch":true,"channel":"other","direction":"unknown","started_at":"2026-11-20T10:00:00Z",
                   "parties":[{"no":5,"role":"queue","name":"q"},{"no":7,"role":"customer","name":"Ann"}],
                   "messages":[{"external_id":"m","sender":7,"author_kind":"system","body":"b",
                                "sent_at":"2026-11-20T10:00:00Z","edited_at":"2026-11-20T10:00:00Z"}],
                   "attributes":{"edited":true}})"}},
     R"({"attachments":[{"external_id":"f"}],"attributes":{"edited":true},"channel":"chat","direction":"inbound",
         "messages":[{"author_kind":"customer","body":"b","edited_at":"2026-11-20T10:00:00Z","external_id":"m",
                      "in_reply_to":"l","sender":0,"sent_at":"2026-11-20T09:00:00Z"}],
         "parties":[{"name":"Ann","no":0,"role":"customer"},{"name":"q","no":1,"role":"queue"}],
         "started_at":"2026-11-20T09:00:00Z","subject":"s"})"},
    {"a patch that deletes leaves nothing that was said",
     {{kWhole,
       R"({"direction":"inbound","started_at":"2026-11-20T09:00:00Z","messages":[{"external_id":"m","body":"a"}],
                   "attachments":[{"external_id":"f"}],"events":[{"type":"a.b"}]})"},
      {kPatch, R"({"patch":true,"direction":"unknown","started_at":"2026-11-20T10:00:00Z",
                   "deleted_at":"2026-11-20T10:00:00Z"})"}},
     R"({"deleted_at":"2026-11-20T10:00:00Z","direction":"inbound","events":[{"type":"a.b"}],
         "started_at":"2026-11-20T09:00:00Z"})"},
    {"a patch alone is what there is", {{kPatch, R"({"patch":true,"a":1})"}}, R"({"a":1})"},
};

TEST(FoldSlots, Folds) {
    for (const auto& one : kSlotCases)
        EXPECT_EQ(canonical(fold_slots(one.documents)), canonical(one.folded)) << one.name;
}

TEST(PutRegister, KeepsTheHighestRevisionOfEachSourceInEveryOrder) {
    std::vector<Register> input = {{.source = "b", .precedence = 50, .rev = 1, .rev_hash = 9},
                                   {.source = "b", .precedence = 50, .rev = 2, .rev_hash = 3},
                                   {.source = "b", .precedence = 50, .rev = 2, .rev_hash = 7},
                                   {.source = "a", .precedence = 100, .rev = 1, .rev_hash = 1},
                                   {.source = "c", .precedence = 50, .rev = 1, .rev_hash = 1}};
    const auto less = [](const Register& x, const Register& y) {
        return std::tie(x.source, x.rev, x.rev_hash) < std::tie(y.source, y.rev, y.rev_hash);
    };
    std::ranges::sort(input, less);
    do {
        std::vector<Register> registers;
        for (const Register& one : input)
            put_register(registers, one);
        ASSERT_EQ(registers.size(), 3U);
        EXPECT_EQ(registers[0].source, "b");
        EXPECT_EQ(registers[0].rev_hash, 7U);
        EXPECT_EQ(registers[1].source, "c");
        EXPECT_EQ(registers[2].source, "a");
        EXPECT_FALSE(put_register(registers, input.front())) << "a repeat changes nothing";
    } while (std::next_permutation(input.begin(), input.end(), less));
}

TEST(PutRegister, LetsAnEventSayAnewWhatItSaid) {
    std::vector<Register> registers;
    put_register(registers, {.source = "a", .rev = 2, .rev_hash = 7, .event = 5});
    EXPECT_FALSE(put_register(registers, {.source = "a", .rev = 2, .rev_hash = 7, .event = 5}, true)) << "the same";
    EXPECT_FALSE(put_register(registers, {.source = "a", .rev = 2, .rev_hash = 6, .event = 4}, true)) << "an older one";
    EXPECT_FALSE(put_register(registers, {.source = "a", .rev = 2, .rev_hash = 6, .event = 5})) << "no replay";
    EXPECT_TRUE(put_register(registers, {.source = "a", .rev = 1, .rev_hash = 6, .event = 5}, true));
    EXPECT_EQ(registers[0].rev_hash, 6U);
}

TEST(SameContent, OverlooksTheRevisionOnly) {
    EXPECT_TRUE(same_content(R"({"a":1,"rev":1})", R"({"rev":2,"a":1})"));
    EXPECT_FALSE(same_content(R"({"a":1,"rev":1})", R"({"a":2,"rev":1})"));
    EXPECT_FALSE(same_content(R"({"a":1})", R"({"a":1,"b":2})"));
    EXPECT_FALSE(same_content(R"({"a":1,"b":2})", R"({"a":1})"));
    EXPECT_FALSE(same_content("{broken", R"({"a":1})"));
}

}  // namespace
}  // namespace tandem::store
