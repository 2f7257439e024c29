#include "core/sqlite/database.hpp"

#include <sqlite3.h>

namespace tandem::sqlite {
namespace {

// Every I/O error counts as "no room now": on a failing write nothing was committed, and trying again later is all that
// a caller can do (a full quota, for one, is reported as a plain write error).
ErrorKind kind_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
            return ErrorKind::Full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
        case SQLITE_INTERRUPT:
            return ErrorKind::Transient;
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return ErrorKind::Config;
        case SQLITE_CONSTRAINT:
        case SQLITE_TOOBIG:
            return ErrorKind::Rejected;
        default:
            return ErrorKind::Corrupt;
    }
}

[[noreturn]] void throw_failure(sqlite3* handle, int code) {
    const int extended = handle != nullptr ? sqlite3_extended_errcode(handle) : code;
    std::string text = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    throw Failure(Error{.kind = kind_of(code), .text = std::move(text), .code = std::to_string(extended)});
}

constexpr int kBusyTimeoutMs = 5'000;

// The library counts every allocation under one lock shared by all threads, for figures that nobody here reads. Too
// late once it is in use, and then no harm.
void use_no_statistics() {
    static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(once);
}

}  // namespace

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

// Binding fails only for wrong parameter numbers or sizes above SQLite's limit.
static void check_bind(sqlite3_stmt* statement, int code) {
    if (code != SQLITE_OK) throw_failure(sqlite3_db_handle(statement), code);
}

Statement& Statement::bind(int index, std::int64_t value) {
    check_bind(statement_, sqlite3_bind_int64(statement_, index, value));
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    const char* data = text.data() != nullptr ? text.data() : "";
    check_bind(statement_, sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int index, Blob blob) {
    const void* data = blob.data() != nullptr ? static_cast<const void*>(blob.data()) : "";
    check_bind(statement_, sqlite3_bind_blob64(statement_, index, data, blob.size(), SQLITE_STATIC));
    return *this;
}

Statement& Statement::bind_null(int index) {
    check_bind(statement_, sqlite3_bind_null(statement_, index));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    const int final_code = sqlite3_reset(statement_);
    if (code == SQLITE_DONE) return false;
    throw_failure(sqlite3_db_handle(statement_), final_code != SQLITE_OK ? final_code : code);
}

void Statement::run() {
    while (step()) {
    }
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data != nullptr ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Blob Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Database(const std::filesystem::path& file, Access access) {
    use_no_statistics();
    const int flags = SQLITE_OPEN_NOMUTEX |
                      (access == Access::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    const int code = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
    if (code != SQLITE_OK) {
        Failure failure(Error{.kind = kind_of(code), .text = file.string() + ": " + sqlite3_errmsg(handle_)});
        sqlite3_close_v2(std::exchange(handle_, nullptr));
        throw failure;
    }
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
}

Database::~Database() {
    sqlite3_close_v2(handle_);
}

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) throw_failure(handle_, code);
    return Statement(statement);
}

void Database::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_failure(handle_, code);
}

std::int64_t Database::query_integer(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::last_insert_row() const {
    return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

void Database::checkpoint() noexcept {
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
    database_.execute(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (!database_.in_transaction()) return;  // committed, or rolled back by SQLite itself (disk full)
    try {
        database_.execute("ROLLBACK");
    } catch (const Failure&) {
        // The connection stays in the transaction; the next BEGIN reports it.
    }
}

void Transaction::commit() {
    database_.execute("COMMIT");
}

}  // namespace tandem::sqlite
