#include "core/store/sqlite/outbox_writer.hpp"

#include "core/store/sqlite/schema.hpp"

#include <algorithm>
#include <bit>

namespace tandem::store {
namespace {

constexpr std::string_view kUnwanted = "the recipient does not want messages";
constexpr std::string_view kLost = "the process ended during the attempt";

std::int64_t number_of(OutboxState state) {
    return static_cast<std::int64_t>(state);
}

std::optional<model::ReceiptStatus> receipt_of(OutboxState state) {
    switch (state) {
        case OutboxState::Queued:
            return model::ReceiptStatus::Queued;
        case OutboxState::Sent:
            return model::ReceiptStatus::Sent;
        case OutboxState::Failed:
            return model::ReceiptStatus::Failed;
        case OutboxState::Expired:
            return model::ReceiptStatus::Expired;
        case OutboxState::Sending:
        case OutboxState::Unknown:
            break;
    }
    return std::nullopt;
}

}  // namespace

OutboxWriter::OutboxWriter(sqlite::Database& database, InteractionWriter& interactions)
    : database_(database),
      interactions_(interactions),
      insert_(
          database.prepare("INSERT INTO outbox(interaction, key, request_hash, instance, state, attempt, accepted_at,"
                           " due, expires_at, needs_consent, request) VALUES(?,?,?,?,?,0,?,?,?,?,?)")),
      by_key_(database.prepare("SELECT i.id, o.request_hash, o.state FROM outbox o"
                               " JOIN interaction i ON i.row = o.interaction WHERE o.key = ?")),
      find_(database.prepare("SELECT o.row, o.state, o.attempt FROM outbox o"
                             " JOIN interaction i ON i.row = o.interaction WHERE i.id = ?")),
      due_(database.prepare("SELECT o.row, i.id, o.attempt, o.request, o.expires_at FROM outbox o"
                            " JOIN interaction i ON i.row = o.interaction"
                            " WHERE o.instance = ? AND o.state = 0 AND o.due <= ? ORDER BY o.due, o.row LIMIT ?")),
      late_(database.prepare("SELECT o.row, i.id, o.attempt FROM outbox o JOIN interaction i ON i.row = o.interaction"
                             " WHERE o.instance = ? AND o.state = 0 AND o.expires_at <= ?")),
      unwanted_(database.prepare("SELECT o.row, i.id, o.attempt FROM outbox o"
                                 " JOIN interaction i ON i.row = o.interaction"
                                 " JOIN timeline t ON t.interaction = i.row JOIN consent c ON c.point = t.point"
                                 " WHERE o.instance = ? AND o.state = 0 AND o.needs_consent AND NOT c.granted")),
      refused_(database.prepare("SELECT 1 FROM outbox o JOIN timeline t ON t.interaction = o.interaction"
                                " JOIN consent c ON c.point = t.point"
                                " WHERE o.row = ? AND o.needs_consent AND NOT c.granted")),
      sending_(database.prepare("SELECT o.row, i.id, o.attempt FROM outbox o"
                                " JOIN interaction i ON i.row = o.interaction WHERE o.instance = ? AND o.state = 1")),
      change_(database.prepare("UPDATE outbox SET state = ?, attempt = ?, due = ? WHERE row = ?")),
      renew_(database.prepare("UPDATE outbox SET expires_at = ? WHERE row = ?")),
      log_(database.prepare("INSERT INTO outbox_log(outbox, at, state, attempt, code, reason) VALUES(?,?,?,?,?,?)")),
      next_due_(database.prepare("SELECT min(due) FROM outbox WHERE instance = ? AND state = 0")),
      next_doubt_(database.prepare("SELECT min(due) FROM outbox WHERE instance = ? AND state = 5 AND due > 0")),
      doubtful_(database.prepare("SELECT i.id, o.attempt, o.request, o.expires_at FROM outbox o"
                                 " JOIN interaction i ON i.row = o.interaction"
                                 " WHERE o.instance = ? AND o.state = 5 AND o.due > 0 AND o.due <= ?"
                                 " ORDER BY o.due LIMIT ?")),
      consent_(database.prepare("SELECT c.granted FROM consent c JOIN point p ON p.row = c.point WHERE p.id = ?")),
      withdraw_(database.prepare(
          "INSERT INTO consent SELECT t.point, 0, ?2 FROM interaction i JOIN timeline t ON t.interaction = i.row"
          " WHERE i.id = ?1 ON CONFLICT DO UPDATE SET granted = 0, at = excluded.at WHERE excluded.at >= at")),
      in_doubt_(
          database.prepare("SELECT o.row, i.id, o.state, o.attempt FROM outbox o"
                           " JOIN interaction i ON i.row = o.interaction"
                           " WHERE o.interaction = ? AND (o.state = 1 OR (o.doubted = o.attempt AND o.doubted > 0))")),
      witness_(database.prepare("UPDATE outbox SET witnessed = attempt WHERE row = ?")),
      doubt_(database.prepare("UPDATE outbox SET doubted = ?2 WHERE row = ?1 RETURNING witnessed = attempt")),
      begun_(database.prepare("SELECT max(at) FROM outbox_log WHERE outbox = ? AND attempt = ? AND state = 1")) {}

AcceptedMessage OutboxWriter::accept(const OutgoingMessage& message, Instant now) {
    if (auto before = known(message.key, message.request_hash)) return *before;
    if (message.needs_consent && withdrawn(message)) {
        throw sqlite::Failure(Error{.kind = ErrorKind::OptedOut, .text = std::string(kUnwanted)});
    }
    ApplyReport report;
    interactions_.observe(message.observation, now, report);
    const std::int64_t interaction = interactions_.row_of(message.observation.id);
    insert_
        .bind_all(interaction, std::string_view(message.key), std::bit_cast<std::int64_t>(message.request_hash),
                  std::string_view(message.instance), number_of(OutboxState::Queued), to_micros(now), to_micros(now),
                  to_micros(message.expires_at), std::int64_t{message.needs_consent}, std::string_view(message.request))
        .run();
    const Row row{.row = database_.last_insert_row(), .id = message.observation.id};
    change(row, OutboxState::Queued, now, {}, {}, now);
    return {.id = message.observation.id};
}

std::optional<AcceptedMessage> OutboxWriter::known(std::string_view key, std::uint64_t request_hash) {
    const sqlite::Resetting guard(by_key_);
    if (!by_key_.bind_all(key).step()) return std::nullopt;
    if (std::bit_cast<std::uint64_t>(by_key_.integer(1)) != request_hash) {
        throw sqlite::Failure(rejected("the idempotency key was used for another message", std::string(kKeyConflict)));
    }
    return AcceptedMessage{.id = id_of<InteractionId>(by_key_.blob(0)),
                           .repeated = true,
                           .state = static_cast<OutboxState>(by_key_.integer(2))};
}

bool OutboxWriter::withdrawn(const OutgoingMessage& message) {
    if (message.observation.points.empty()) return false;
    const sqlite::Resetting guard(consent_);
    return consent_.bind_all(blob_of(message.observation.points.front().id)).step() && consent_.integer(0) == 0;
}

std::vector<ClaimedMessage> OutboxWriter::claim(std::string_view instance,
                                                std::size_t limit,
                                                Instant now,
                                                const ExpectedNames& names) {
    expire(instance, now);
    drop_unwanted(instance, now);
    std::vector<ClaimedMessage> out;
    std::vector<Row> rows;
    {
        const sqlite::Resetting guard(due_);
        due_.bind_all(instance, to_micros(now), limit);
        while (due_.step()) {
            rows.push_back({.row = due_.integer(0),
                            .id = id_of<InteractionId>(due_.blob(1)),
                            .attempt = static_cast<std::uint32_t>(due_.integer(2)) + 1});
            out.push_back({.id = rows.back().id,
                           .attempt = rows.back().attempt,
                           .request = std::string(due_.text(3)),
                           .expires_at = from_micros(due_.integer(4))});
        }
    }
    ApplyReport report;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        change(rows[i], OutboxState::Sending, now, {}, {}, now);
        if (!names) continue;
        for (const VendorId& name : names(out[i]))
            interactions_.adopt(rows[i].id, {&name, 1}, now, report);
    }
    return out;
}

void OutboxWriter::expire(std::string_view instance, Instant now) {
    std::vector<Row> rows;
    {
        const sqlite::Resetting guard(late_);
        late_.bind_all(instance, to_micros(now));
        while (late_.step()) {
            rows.push_back({.row = late_.integer(0),
                            .id = id_of<InteractionId>(late_.blob(1)),
                            .attempt = static_cast<std::uint32_t>(late_.integer(2))});
        }
    }
    for (const Row& row : rows)
        change(row, OutboxState::Expired, now, {}, "not sent in time", now);
}

// Who opts out while messages wait must not get them.
void OutboxWriter::drop_unwanted(std::string_view instance, Instant now) {
    std::vector<Row> rows;
    {
        const sqlite::Resetting guard(unwanted_);
        unwanted_.bind_all(instance);
        while (unwanted_.step()) {
            rows.push_back({.row = unwanted_.integer(0),
                            .id = id_of<InteractionId>(unwanted_.blob(1)),
                            .attempt = static_cast<std::uint32_t>(unwanted_.integer(2))});
        }
    }
    for (const Row& row : rows)
        change(row, OutboxState::Failed, now, "opted_out", std::string(kUnwanted), now);
}

void OutboxWriter::settle(const Settlement& settlement, Instant now) {
    const auto row = find(settlement.id);
    const auto from = settlement.resolves ? OutboxState::Unknown : OutboxState::Sending;
    if (!row || row->state != from || row->attempt != settlement.attempt) return;
    // Asked in vain: nothing has happened that the history should tell.
    if (settlement.resolves && settlement.state == OutboxState::Unknown) {
        change_.bind_all(number_of(row->state), row->attempt, to_micros(settlement.due), row->row).run();
        return;
    }
    ApplyReport report;
    interactions_.adopt(settlement.id, settlement.ids, now, report);
    if (settlement.opted_out) withdraw_.bind_all(blob_of(settlement.id), to_micros(now)).run();
    if (settlement.state == OutboxState::Unknown) {
        return doubt(*row, settlement.due, settlement.code, settlement.reason, now);
    }
    change(*row, settlement.state, settlement.due, settlement.code, settlement.reason, now);
    if (settlement.resolves) mark_doubt(*row, 0);
}

std::vector<ClaimedMessage> OutboxWriter::doubtful(std::string_view instance, std::size_t limit, Instant now) {
    std::vector<ClaimedMessage> out;
    const sqlite::Resetting guard(doubtful_);
    doubtful_.bind_all(instance, to_micros(now), limit);
    while (doubtful_.step()) {
        out.push_back({.id = id_of<InteractionId>(doubtful_.blob(0)),
                       .attempt = static_cast<std::uint32_t>(doubtful_.integer(1)),
                       .request = std::string(doubtful_.text(2)),
                       .expires_at = from_micros(doubtful_.integer(3))});
    }
    return out;
}

std::size_t OutboxWriter::recover(std::string_view instance, Recovery recovery, Instant now) {
    std::vector<Row> rows;
    {
        const sqlite::Resetting guard(sending_);
        sending_.bind_all(instance);
        while (sending_.step()) {
            rows.push_back({.row = sending_.integer(0),
                            .id = id_of<InteractionId>(sending_.blob(1)),
                            .attempt = static_cast<std::uint32_t>(sending_.integer(2))});
        }
    }
    const Instant due = recovery == Recovery::Leave ? Instant{} : now;
    for (const Row& row : rows) {
        if (recovery == Recovery::Repeat) {
            change(row, OutboxState::Queued, due, {}, kLost, now);
        } else {
            doubt(row, due, {}, kLost, now);
        }
    }
    return rows.size();
}

void OutboxWriter::resend(const InteractionId& id, Instant expires_at, std::string_view actor, Instant now) {
    const auto row = find(id);
    if (!row) throw sqlite::Failure(not_found("no such message"));
    if (row->state != OutboxState::Failed && row->state != OutboxState::Expired && row->state != OutboxState::Unknown) {
        throw sqlite::Failure(rejected("the message is " + std::string(to_string(row->state))));
    }
    {
        const sqlite::Resetting guard(refused_);
        if (refused_.bind_all(row->row).step()) {
            throw sqlite::Failure(Error{.kind = ErrorKind::OptedOut, .text = std::string(kUnwanted)});
        }
    }
    interactions_.retract_attempt(id, now);
    renew_.bind_all(to_micros(expires_at), row->row).run();
    change(*row, OutboxState::Queued, now, {}, "sent again by " + std::string(actor), now);
}

std::optional<Instant> OutboxWriter::next_due(std::string_view instance, bool doubtful) {
    std::optional<Instant> out;
    for (auto* statement : {&next_due_, &next_doubt_}) {
        if (statement == &next_doubt_ && !doubtful) continue;
        const sqlite::Resetting guard(*statement);
        if (!statement->bind_all(instance).step() || statement->is_null(0)) continue;
        const auto due = from_micros(statement->integer(0));
        out = std::min(out.value_or(due), due);
    }
    return out;
}

std::optional<OutboxWriter::Row> OutboxWriter::find(const InteractionId& id) {
    const sqlite::Resetting guard(find_);
    if (!find_.bind_all(blob_of(id)).step()) return std::nullopt;
    return Row{.row = find_.integer(0),
               .id = id,
               .state = static_cast<OutboxState>(find_.integer(1)),
               .attempt = static_cast<std::uint32_t>(find_.integer(2))};
}

void OutboxWriter::change(
    const Row& row, OutboxState state, Instant due, std::string_view code, std::string_view reason, Instant now) {
    move(row, state, due, code, reason, now);
    const auto receipt = receipt_of(state);
    if (!receipt) return;
    ApplyReport report;
    interactions_.receive(
        {.id = row.id, .status = *receipt, .at = now, .code = std::string(code), .reason = std::string(reason)}, now,
        report);
}

void OutboxWriter::move(
    const Row& row, OutboxState state, Instant due, std::string_view code, std::string_view reason, Instant now) {
    change_.bind_all(number_of(state), row.attempt, to_micros(due), row.row).run();
    log_.bind_all(row.row, to_micros(now), number_of(state), row.attempt, code, reason).run();
}

}  // namespace tandem::store
