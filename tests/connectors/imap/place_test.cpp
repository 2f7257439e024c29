#include "connectors/imap/place.hpp"

#include <gtest/gtest.h>

namespace tandem::imap {
namespace {

TEST(Place, CursorsComeBack) {
    LivePlace place{.uidvalidity = 4'294'967'295U,
                    .last = 17,
                    .modseq = 1ULL << 62U,
                    .seen = {11, 12, 17},
                    .skipped = {5},
                    .at = *parse_time("2026-11-02T06:14:05Z"),
                    .renumbered = *parse_time("2026-11-01T00:00:00Z")};
    EXPECT_EQ(parse_live_place(to_cursor(place)), place);
    const BackfillPlace old{.uidvalidity = 3, .below = 9, .since = *parse_time("2026-11-02T06:14:05Z"), .done = true};
    EXPECT_EQ(parse_backfill_place(to_cursor(old)), old);
    for (const char* bad : {"", "{}", "17", "[]", "{\"last_uid\":\"x\"}", "{\"below\":null}"}) {
        EXPECT_FALSE(parse_live_place(bad)) << bad;
        EXPECT_FALSE(parse_backfill_place(bad)) << bad;
    }
}

TEST(Place, RemembersOnlyTheHighestUids) {
    LivePlace place{.last = 1'000};
    for (Uid uid = 900; uid <= 1'000; ++uid)
        saw(place, uid);
    saw(place, 990);
    saw(place, 3);
    EXPECT_EQ(place.seen.size(), kLookBack);
    EXPECT_EQ(place.seen.front(), 951U);
}

TEST(Place, StreamsOfAFolderDiffer) {
    EXPECT_EQ(live_stream("a@b", "Sent"), "a@b/Sent");
    EXPECT_NE(live_stream("a@b", "Sent"), backfill_stream("a@b", "Sent"));
}

}  // namespace
}  // namespace tandem::imap
