#include "core/media/folder.hpp"

#include "core/base/crypto.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

namespace tandem::media {
namespace {

constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;

class FolderTest : public ::testing::Test {
protected:
    void SetUp() override {
        const auto opened = folder_.open();
        ASSERT_TRUE(opened) << opened.error().text;
    }
    std::filesystem::path root() const { return dir_.path() / "media"; }
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root()))
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    }
    std::string all_of(std::string_view sha512) const {
        const auto reader = folder_.read(sha512);
        EXPECT_TRUE(reader) << reader.error().text;
        std::string out;
        for (;;) {
            auto part = (*reader)->read(7).value();
            if (part.empty()) return out;
            out += part;
        }
    }

    test::TempDir dir_;
    Folder folder_{root(), {.max_total = kMuch, .reserve = 0}};
};

TEST_F(FolderTest, KeepsBytesOnceUnderTheirHash) {
    const auto one = folder_.keep("hello world").value();
    EXPECT_EQ(folder_.keep("hello world").value(), one);
    EXPECT_NE(folder_.keep("other").value(), one);
    EXPECT_EQ(files(), 2U);
    EXPECT_EQ(one.size(), 64U);
    const auto name = folder_.path_of(one).filename().string();
    EXPECT_EQ(name.substr(0, 16), "309ecc489c12d6eb");
    EXPECT_EQ(folder_.path_of(one).parent_path().filename(), "30");
    EXPECT_EQ(all_of(one), "hello world");
    struct stat status{};
    ASSERT_EQ(::stat(folder_.path_of(one).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FolderTest, MendsAFileOfAnotherSize) {
    const auto one = folder_.keep("hello world").value();
    std::ofstream(folder_.path_of(one), std::ios::trunc) << "hel";
    EXPECT_EQ(folder_.keep("hello world").value(), one);
    EXPECT_EQ(all_of(one), "hello world");
}

TEST_F(FolderTest, ForgetsWhatAnEarlierProcessLeftUnfinished) {
    std::ofstream(root() / "unfinished" / "abc") << "half";
    const auto one = folder_.keep("whole").value();
    ASSERT_TRUE(folder_.open());
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(all_of(one), "whole");
}

TEST_F(FolderTest, TellsWhatIsNotThere) {
    EXPECT_EQ(folder_.read(std::string(64, 'x')).error().kind, ErrorKind::NotFound);
}

TEST_F(FolderTest, LeavesRoomForOthers) {
    EXPECT_TRUE(folder_.room_for(10, 0));
    const Folder small(root(), {.max_total = 100, .reserve = 0});
    EXPECT_TRUE(small.room_for(60, 40));
    EXPECT_EQ(small.room_for(61, 40).error().kind, ErrorKind::Full);
    const Folder modest(root(), {.max_total = kMuch, .reserve = kMuch * 1024});
    const auto refused = modest.room_for(1, 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Full);
    EXPECT_NE(refused.error().text.find("kept for other data"), std::string::npos) << refused.error().text;
}

// The limit of a file's size stands for a disk that is full in the middle of a file.
TEST_F(FolderTest, AFileThatCannotBeWrittenLeavesNothing) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{10'000, before.rlim_max};
    std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto refused = folder_.keep(std::string(20'000, 'x'));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Full);
    EXPECT_EQ(files(), 0U);
    EXPECT_TRUE(folder_.keep(std::string(20'000, 'x')));
}

TEST_F(FolderTest, AFolderThatCannotBeMadeIsAnErrorOfTheConfiguration) {
    std::ofstream(dir_.path() / "file") << "x";
    Folder other(dir_.path() / "file" / "media", {});
    EXPECT_EQ(other.open().error().kind, ErrorKind::Config);
}

}  // namespace
}  // namespace tandem::media
