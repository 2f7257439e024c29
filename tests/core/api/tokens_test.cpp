#include "core/api/tokens.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tandem::api {
namespace {

const Instant kNow = parse_time("2026-11-20T12:00:00Z").value();

Scopes scopes_of(std::initializer_list<Scope> list) {
    Scopes scopes;
    for (const auto scope : list)
        scopes.add(scope);
    return scopes;
}

std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

class Tokens : public testing::Test {
protected:
    test::TempDir dir_;
    std::filesystem::path file_ = dir_.path() / "tokens.json";
};

TEST_F(Tokens, AreStoredHashedAndPrivate) {
    const auto token = create_token(file_, "ops", scopes_of({Scope::Read, Scope::Admin}), kNow);

    ASSERT_TRUE(token);
    EXPECT_EQ(token->reveal().size(), 4 + 43U);
    EXPECT_EQ(content(file_).find(token->reveal()), std::string::npos);
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(file_).permissions(), perms::owner_read | perms::owner_write);
    const auto loaded = load_tokens(file_);
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->size(), 1U);
    EXPECT_EQ(loaded->front().name, "ops");
    EXPECT_EQ(loaded->front().created_at, kNow);
    EXPECT_EQ(loaded->front().hash, hash_token(token->reveal()));
    EXPECT_EQ(loaded->front().scopes.names(), (std::vector<std::string>{"read", "admin"}));
}

TEST_F(Tokens, AreRefusedWithoutNameOrScopes) {
    ASSERT_TRUE(create_token(file_, "ops", scopes_of({Scope::Read}), kNow));

    EXPECT_EQ(create_token(file_, "ops", scopes_of({Scope::Read}), kNow).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(create_token(file_, "", scopes_of({Scope::Read}), kNow).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(create_token(file_, std::string(65, 'x'), scopes_of({Scope::Read}), kNow).error().kind,
              ErrorKind::Rejected);
    EXPECT_EQ(create_token(file_, "none", {}, kNow).error().kind, ErrorKind::Rejected);
}

TEST_F(Tokens, AreRevokedByName) {
    ASSERT_TRUE(create_token(file_, "a", scopes_of({Scope::Read}), kNow));
    const auto stays = create_token(file_, "b", scopes_of({Scope::Pop}), kNow);

    ASSERT_TRUE(revoke_token(file_, "a"));

    EXPECT_EQ(load_tokens(file_)->size(), 1U);
    EXPECT_EQ(revoke_token(file_, "a").error().kind, ErrorKind::NotFound);
    EXPECT_TRUE(TokenBook({}, file_).verify(stays->reveal()));
}

TEST_F(Tokens, ReportADamagedFile) {
    for (const auto* text : {"", "{", "[]", R"({"tokens":[{}]})",
                             R"({"tokens":[{"name":"a","sha256":"00","scopes":[]}]})", R"({"tokens":[1]})"}) {
        std::ofstream(file_) << text;
        EXPECT_EQ(load_tokens(file_).error().kind, ErrorKind::Corrupt) << text;
    }
}

TEST_F(Tokens, OfBothKindsAreVerified) {
    const auto stored = create_token(file_, "stored", scopes_of({Scope::Pop}), kNow);
    const ConfiguredToken configured[] = {{"configured", Secret("s3cret"), scopes_of({Scope::Read})},
                                          {"empty", Secret(), scopes_of({Scope::Admin})}};
    TokenBook book(configured, file_);

    EXPECT_EQ(book.verify("s3cret")->name, "configured");
    EXPECT_EQ(book.verify(stored->reveal())->name, "stored");
    EXPECT_FALSE(book.verify("s3creT"));
    EXPECT_FALSE(book.verify(""));
}

TEST_F(Tokens, AreFoundByFingerprint) {
    const ConfiguredToken configured[] = {{"a", Secret("one"), scopes_of({Scope::Pop})},
                                          {"b", Secret("two"), scopes_of({Scope::Pop})}};
    TokenBook book(configured, {});
    const auto fingerprint = book.verify("two")->fingerprint;

    EXPECT_EQ(book.by_fingerprint(fingerprint)->name, "b");
    EXPECT_FALSE(book.by_fingerprint(""));
    EXPECT_FALSE(book.by_fingerprint("00"));
}

TEST(Scope, HasNames) {
    for (const auto& name : scope_names())
        EXPECT_EQ(to_string(parse_scope(name).value()), name);
    EXPECT_FALSE(parse_scope("root"));
}

}  // namespace
}  // namespace tandem::api
