// Thin layer over SQLite, shared by journal and store; with database.cpp the only user of sqlite3.h. One Database is
// one connection and belongs to one thread at a time.
//
// Failures travel as the exception Failure: between a statement and the owner of the transaction nobody can act on
// them. The owner (the public functions of journal and store) turns them into a Result with `guarded`.
#pragma once

#include "core/base/result.hpp"

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace tandem::sqlite {

// Kinds: Full (disk full, quota, failed write: nothing was committed, works again when there is room), Transient
// (busy), Corrupt (not a database, damaged), Config (cannot be opened, read-only), Rejected (constraint, too big).
class Failure : public std::runtime_error {
public:
    explicit Failure(Error error) : std::runtime_error(error.text), error_(std::move(error)) {}
    const Error& error() const { return error_; }

private:
    Error error_;
};

using Blob = std::span<const std::uint8_t>;
inline std::string_view as_text(Blob blob) {
    return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}
inline Blob as_blob(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Statement {
public:
    Statement() = default;
    Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Statement& operator=(Statement&& other) noexcept {
        std::swap(statement_, other.statement_);
        return *this;
    }
    ~Statement();

    // Parameters count from 1. Text and blobs are not copied: they must live until the statement is reset.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::integral auto value) { return bind(index, static_cast<std::int64_t>(value)); }
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, Blob blob);
    Statement& bind_null(int index);
    template <class... Values>
    Statement& bind_all(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }

    bool step();  // true: there is a row; after false the statement is reset
    void run();   // for statements without rows
    void reset() noexcept;

    // Columns count from 0; views live until the next step or reset.
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    Blob blob(int column) const;
    bool is_null(int column) const;

private:
    friend class Database;
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    sqlite3_stmt* statement_ = nullptr;
};

// Resets a statement at the end of the scope, so that a half-read select never holds its snapshot open.
class Resetting {
public:
    explicit Resetting(Statement& statement) : statement_(statement) {}
    ~Resetting() { statement_.reset(); }
    Resetting(const Resetting&) = delete;
    Resetting& operator=(const Resetting&) = delete;

private:
    Statement& statement_;
};

enum class Access { ReadWrite, ReadOnly };

class Database {
public:
    Database() = default;
    // Throws Failure. Creates the file when it is missing and access is ReadWrite.
    Database(const std::filesystem::path& file, Access access);
    Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Database& operator=(Database&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Database();

    Statement prepare(std::string_view sql);
    void execute(const std::string& sql);  // any number of statements, rows are ignored
    std::int64_t query_integer(std::string_view sql);
    std::int64_t last_insert_row() const;
    std::int64_t changes() const;
    bool in_transaction() const;
    // Copies what the log holds into the database file as far as readers allow; failures are left to the next commit.
    void checkpoint() noexcept;

private:
    sqlite3* handle_ = nullptr;
};

// Rolled back by the destructor unless committed.
class Transaction {
public:
    enum class Kind { Read, Write };
    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& database_;
};

// Runs `body` and turns a Failure into its Error with context; not what `body` itself refused or missed: that sentence
// is for whoever asked, and which part of us noticed tells them nothing.
template <class Body>
auto guarded(std::string_view context, Body&& body) -> Result<std::invoke_result_t<Body>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
            body();
            return {};
        } else {
            return body();
        }
    } catch (const Failure& failure) {
        const Error& error = failure.error();
        const bool asked_wrongly = error.kind == ErrorKind::Rejected || error.kind == ErrorKind::NotFound;
        if (asked_wrongly && error.code.empty()) return fail(error);  // the database's own failures have codes
        return fail(Error(error).with_context(context));
    }
}

}  // namespace tandem::sqlite
