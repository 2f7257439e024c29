#include "core/store/sqlite/interaction_writer.hpp"

#include "core/store/sqlite/interaction_row.hpp"

#include <limits>

namespace tandem::store {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

// Lower is stronger: how surely the customer is known first, then what kind of point it is.
int rank_of(const PartyPoint& point) {
    using enum identity::PointClass;
    int kind = 5;
    switch (point.point_class) {
        case Strong:
            kind = 0;
            break;
        case Personal:
            kind = 1;
            break;
        case Ephemeral:
            kind = 2;
            break;
        case Shared:
            kind = 3;
            break;
        case Trunk:
            kind = 4;
            break;
        case Placeholder:
            kind = 5;
            break;
    }
    return (identity::kOperatorStrength - identity::strength(point.verification)) * 8 + kind;
}

Register register_of(const Observation& observation, std::int64_t point) {
    return {.source = observation.source,
            .precedence = observation.precedence,
            .rev = observation.rev,
            .rev_hash = observation.rev_hash,
            .event = observation.event,
            .started_at = observation.started_at,
            .channel = observation.channel,
            .outbound = observation.direction == "outbound",
            .thread = observation.thread,
            .point = point,
            .point_rank = observation.points.empty() ? 0 : rank_of(observation.points.front()),
            .document = {}};
}

bool has_watermarks(const Visible& visible) {
    return visible.outbound && visible.thread.has_value();
}

bool same_header(const Visible& a, const Visible& b) {
    return a.started_at == b.started_at && a.channel == b.channel && a.outbound == b.outbound && a.thread == b.thread &&
           a.point == b.point;
}

void bind_optional(sqlite::Statement& statement, int index, std::string_view bytes) {
    bytes.empty() ? statement.bind_null(index) : statement.bind(index, sqlite::as_blob(bytes));
}

void bind_outbound(sqlite::Statement& statement, int index, const Visible& visible) {
    if (has_watermarks(visible)) {
        statement.bind(index, blob_of(*visible.thread)).bind(index + 1, to_micros(visible.started_at));
    } else {
        statement.bind_null(index).bind_null(index + 1);
    }
}

}  // namespace

InteractionWriter::InteractionWriter(sqlite::Database& database, IdentityWriter& identity, FeedWriter& feed)
    : database_(database),
      identity_(identity),
      feed_(feed),
      insert_(database.prepare("INSERT INTO interaction(id, version, registers, document, delivery, thread, started_at)"
                               " VALUES(?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")),
      find_(database.prepare("SELECT row, id, version, registers, document, delivery FROM interaction WHERE id = ?")),
      find_row_(
          database.prepare("SELECT row, id, version, registers, document, delivery FROM interaction WHERE row = ?")),
      update_(database.prepare("UPDATE interaction SET version = ?, registers = ?, document = ?, delivery = ?,"
                               " thread = ?, started_at = ? WHERE row = ?")),
      update_delivery_(database.prepare("UPDATE interaction SET version = ?, delivery = ? WHERE row = ?")),
      place_(database.prepare("INSERT INTO timeline VALUES(?,?,?,?,?)")),
      unplace_(
          database.prepare("DELETE FROM timeline WHERE point = ? AND started_at = ? AND tie = ? AND interaction = ?")),
      customer_(database.prepare("SELECT customer FROM point WHERE row = ?")),
      add_watermark_(database.prepare("INSERT INTO watermark VALUES(?,?,?) ON CONFLICT DO NOTHING")),
      covering_(database.prepare("SELECT until FROM watermark WHERE thread = ? AND status = ? AND until >= ?"
                                 " ORDER BY until LIMIT 1")),
      previous_(database.prepare("SELECT max(until) FROM watermark WHERE thread = ? AND status = ? AND until < ?")),
      outbound_(
          database.prepare("SELECT row FROM interaction WHERE thread = ? AND started_at > ? AND started_at <= ?")) {}

void InteractionWriter::observe(const Observation& observation, Instant now, ApplyReport& report) {
    const PointRow point = identity_.observe(observation.points, observation.started_at, now);
    Register incoming = register_of(observation, point.row);
    if (insert_new(observation, incoming, point.customer, now)) {
        ++report.created;
    } else {
        merge(observation, std::move(incoming), now, report);
    }
}

// The usual case, without reading or parsing anything: false if the interaction is known already.
bool InteractionWriter::insert_new(const Observation& observation,
                                   const Register& first,
                                   std::int64_t customer,
                                   Instant now) {
    Visible visible{.started_at = first.started_at,
                    .channel = first.channel,
                    .outbound = first.outbound,
                    .thread = first.thread,
                    .point = first.point,
                    .event = first.event,
                    .document = {}};
    Receipts receipts;
    cover(receipts, visible);
    const std::string registers = encode_registers({&first, 1});
    const std::string delivery = receipts.empty() ? std::string() : receipts.encode();
    insert_.bind_all(blob_of(observation.id), 1, sqlite::as_blob(registers), std::string_view(observation.document));
    bind_optional(insert_, 5, delivery);
    bind_outbound(insert_, 6, visible);
    insert_.run();
    if (database_.changes() == 0) return false;
    const std::int64_t row = database_.last_insert_row();
    ++feed_.counts().interactions;
    move(row, observation.id, {}, {visible.point, to_micros(visible.started_at), visible.channel});
    feed_.append(FeedKind::InteractionCreated, row, customer, 1, now);
    return true;
}

void InteractionWriter::merge(const Observation& observation, Register incoming, Instant now, ApplyReport& report) {
    auto row = find(observation.id);
    if (!row) throw sqlite::Failure(corrupt("an interaction that was found is missing"));
    const bool parked = row->registers.empty();
    const Visible before = parked ? Visible{} : fold_header(row->registers);
    const Delivery delivery_before = row->receipts.view();
    incoming.document = observation.document;
    if (!put_register(row->registers, std::move(incoming))) {
        ++report.unchanged;
        return;
    }
    const Visible after = fold(row->registers);
    cover(row->receipts, after);
    const bool changed = parked || !same_header(before, after) || row->receipts.view() != delivery_before ||
                         !same_content(row->document, after.document);
    if (changed) ++row->version;
    update(*row, after);
    const Place from = parked ? Place{} : Place{before.point, to_micros(before.started_at), before.channel};
    move(row->row, row->id, from, {after.point, to_micros(after.started_at), after.channel});
    if (parked) ++feed_.counts().interactions;
    ++(parked ? report.created : changed ? report.changed : report.unchanged);
    if (!changed) return;
    announce(parked ? FeedKind::InteractionCreated : FeedKind::InteractionChanged, row->row, after.point, row->version,
             now);
}

void InteractionWriter::receive(const ReceiptUpdate& receipt, Instant now, ApplyReport& report) {
    auto row = find(receipt.id);
    if (!row) {
        park(receipt);
        ++report.unchanged;
        return;
    }
    const Delivery before = row->receipts.view();
    if (!row->receipts.add(receipt.status, receipt.at, receipt.code, receipt.reason)) {
        ++report.unchanged;
        return;
    }
    const bool visible = !row->registers.empty() && row->receipts.view() != before;
    if (visible) ++row->version;
    update_delivery(*row);
    ++(visible ? report.changed : report.unchanged);
    if (visible) {
        announce(FeedKind::InteractionChanged, row->row, fold_header(row->registers).point, row->version, now);
    }
}

// Each message takes the earliest watermark that covers it, so a new one concerns only the messages between the
// watermark below it and itself.
void InteractionWriter::advance(const Watermark& watermark, Instant now, ApplyReport& report) {
    if (watermark.status != model::ReceiptStatus::Read && watermark.status != model::ReceiptStatus::Delivered) return;
    for (const std::int64_t number : newly_covered(watermark)) {
        find_row_.bind_all(number);
        if (!find_row_.step()) continue;
        Row row = read_row(find_row_);
        const Delivery before = row.receipts.view();
        if (!row.receipts.set_watermark(watermark.status, watermark.until)) continue;
        const bool visible = row.receipts.view() != before;
        if (visible) ++row.version;
        update_delivery(row);
        if (!visible) continue;
        ++report.changed;
        announce(FeedKind::InteractionChanged, row.row, fold_header(row.registers).point, row.version, now);
    }
}

std::vector<std::int64_t> InteractionWriter::newly_covered(const Watermark& watermark) {
    const auto status = static_cast<std::int64_t>(watermark.status);
    const std::int64_t until = to_micros(watermark.until);
    add_watermark_.bind_all(blob_of(watermark.thread), status, until).run();
    std::vector<std::int64_t> rows;
    if (database_.changes() == 0) return rows;
    std::int64_t from = kBeforeAll;
    {
        const sqlite::Resetting guard(previous_);
        if (previous_.bind_all(blob_of(watermark.thread), status, until).step() && !previous_.is_null(0)) {
            from = previous_.integer(0);
        }
    }
    const sqlite::Resetting guard(outbound_);
    outbound_.bind_all(blob_of(watermark.thread), from, until);
    while (outbound_.step())
        rows.push_back(outbound_.integer(0));
    return rows;
}

std::optional<InteractionWriter::Row> InteractionWriter::find(const InteractionId& id) {
    find_.bind_all(blob_of(id));
    return find_.step() ? std::optional(read_row(find_)) : std::nullopt;
}

InteractionWriter::Row InteractionWriter::read_row(sqlite::Statement& statement) {
    const sqlite::Resetting guard(statement);
    Row row{.row = statement.integer(0),
            .id = id_of<InteractionId>(statement.blob(1)),
            .version = static_cast<std::uint64_t>(statement.integer(2)),
            .registers = {},
            .document = std::string(statement.text(4)),
            .receipts = Receipts::decode(sqlite::as_text(statement.blob(5)))};
    row.registers = decode_registers(sqlite::as_text(statement.blob(3)), row.document);
    return row;
}

void InteractionWriter::park(const ReceiptUpdate& receipt) {
    Receipts receipts;
    if (!receipts.add(receipt.status, receipt.at, receipt.code, receipt.reason)) return;
    const std::string delivery = receipts.encode();
    insert_.bind_all(blob_of(receipt.id), 0, sqlite::Blob{}, std::string_view{}, sqlite::as_blob(delivery));
    insert_.bind_null(6).bind_null(7).run();
}

void InteractionWriter::update(const Row& row, const Visible& visible) {
    const std::string registers = encode_registers(row.registers);
    const std::string delivery = row.receipts.empty() ? std::string() : row.receipts.encode();
    update_.bind_all(row.version, sqlite::as_blob(registers), std::string_view(visible.document));
    bind_optional(update_, 4, delivery);
    bind_outbound(update_, 5, visible);
    update_.bind(7, row.row).run();
}

void InteractionWriter::update_delivery(const Row& row) {
    const std::string delivery = row.receipts.encode();
    update_delivery_.bind_all(row.version, sqlite::as_blob(delivery), row.row).run();
}

void InteractionWriter::cover(Receipts& receipts, const Visible& visible) {
    using enum model::ReceiptStatus;
    for (const auto status : {Delivered, Read}) {
        receipts.set_watermark(
            status, has_watermarks(visible) ? covering(*visible.thread, status, visible.started_at) : std::nullopt);
    }
}

std::optional<Instant> InteractionWriter::covering(const ThreadId& thread, model::ReceiptStatus status, Instant at) {
    const sqlite::Resetting guard(covering_);
    covering_.bind_all(blob_of(thread), static_cast<std::int64_t>(status), to_micros(at));
    return covering_.step() ? std::optional(from_micros(covering_.integer(0))) : std::nullopt;
}

void InteractionWriter::move(std::int64_t row, const InteractionId& id, const Place& from, const Place& to) {
    if (from == to) return;
    const std::int64_t tie = tie_of(id);
    if (from.point != 0) unplace_.bind_all(from.point, from.started_at, tie, row).run();
    if (to.point != 0) place_.bind_all(to.point, to.started_at, tie, row, to.channel).run();
}

void InteractionWriter::announce(
    FeedKind kind, std::int64_t row, std::int64_t point, std::uint64_t version, Instant now) {
    feed_.append(kind, row, customer_of(point), version, now);
}

std::int64_t InteractionWriter::customer_of(std::int64_t point) {
    if (point == 0) return 0;
    const sqlite::Resetting guard(customer_);
    return customer_.bind_all(point).step() ? customer_.integer(0) : 0;
}

}  // namespace tandem::store
