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
      touch_(database.prepare("UPDATE interaction SET version = ? WHERE row = ?")),
      place_(database.prepare("INSERT INTO timeline VALUES(?,?,?,?,?)")),
      unplace_(
          database.prepare("DELETE FROM timeline WHERE point = ? AND started_at = ? AND tie = ? AND interaction = ?")),
      customer_(database.prepare("SELECT customer FROM point WHERE row = ?")),
      add_watermark_(database.prepare("INSERT INTO watermark VALUES(?,?,?) ON CONFLICT DO NOTHING")),
      covering_(database.prepare("SELECT until FROM watermark WHERE thread = ? AND status = ? AND until >= ?"
                                 " ORDER BY until LIMIT 1")),
      previous_(database.prepare("SELECT max(until) FROM watermark WHERE thread = ? AND status = ? AND until < ?")),
      outbound_(
          database.prepare("SELECT row FROM interaction WHERE thread = ? AND started_at > ? AND started_at <= ?")),
      consent_(database.prepare(
          "INSERT INTO consent VALUES(?,?,?) ON CONFLICT DO UPDATE SET granted = excluded.granted,"
          " at = excluded.at WHERE excluded.at > at OR (excluded.at = at AND excluded.granted < granted)")),
      aliases_(database),
      media_(database, feed) {}

void InteractionWriter::observe(const Observation& observation, Instant now, ApplyReport& report) {
    const PointRow point = identity_.observe(observation.points, observation.started_at, now);
    if (observation.consent && point.row != 0) note_consent(observation, point.row);
    Register incoming = register_of(observation, point.row);
    std::int64_t row = 0;
    if (const auto alias = aliases_.find(observation.id)) {
        row = alias->interaction;
        incoming.document = observation.document;
        merge(load(row), std::move(incoming), now, report);
    } else if (row = insert_new(observation, incoming, point.customer, now); row != 0) {
        ++report.created;
    } else {
        auto known = find(observation.id);
        if (!known) throw sqlite::Failure(corrupt("an interaction that was found is missing"));
        row = known->row;
        incoming.document = observation.document;
        merge(std::move(*known), std::move(incoming), now, report);
    }
    if (!observation.media.empty()) media_.add(row, observation, now);
}

void InteractionWriter::note_consent(const Observation& observation, std::int64_t point) {
    consent_.bind_all(point, observation.consent->granted ? 1 : 0, to_micros(observation.consent->at)).run();
}

// The usual case, without reading or parsing anything: its row, 0 if the interaction is known already.
std::int64_t InteractionWriter::insert_new(const Observation& observation,
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
    if (database_.changes() == 0) return 0;
    const std::int64_t row = database_.last_insert_row();
    ++feed_.counts().interactions;
    move(row, observation.id, {}, {visible.point, to_micros(visible.started_at), visible.channel});
    feed_.append(FeedKind::InteractionCreated, row, customer, 1, now);
    return row;
}

void InteractionWriter::merge(Row row, Register incoming, Instant now, ApplyReport& report) {
    const Row before = row;
    if (!put_register(row.registers, std::move(incoming))) {
        ++report.unchanged;
        return;
    }
    store_merged(row, before, now, report);
}

// Writes what `before` has become, and says so in the feed when it shows.
void InteractionWriter::store_merged(Row& row, const Row& before, Instant now, ApplyReport& report) {
    const bool parked = before.registers.empty();
    const Visible visible_before = parked ? Visible{} : fold_header(before.registers);
    const Visible after = fold(row.registers);
    cover(row.receipts, after);
    const bool changed = parked || !same_header(visible_before, after) ||
                         row.receipts.view() != before.receipts.view() || !same_content(row.document, after.document);
    if (changed) ++row.version;
    update(row, after);
    const Place from =
        parked ? Place{} : Place{visible_before.point, to_micros(visible_before.started_at), visible_before.channel};
    move(row.row, row.id, from, {after.point, to_micros(after.started_at), after.channel});
    if (parked) ++feed_.counts().interactions;
    ++(parked ? report.created : changed ? report.changed : report.unchanged);
    if (!changed) return;
    announce(parked ? FeedKind::InteractionCreated : FeedKind::InteractionChanged, row.row, after.point, row.version,
             now);
}

void InteractionWriter::receive(const ReceiptUpdate& receipt, Instant now, ApplyReport& report) {
    if (const auto alias = aliases_.find(receipt.id)) return receive_part(*alias, receipt, now, report);
    auto row = find(receipt.id);
    if (!row) {
        park(receipt);
        ++report.unchanged;
        return;
    }
    change_delivery(std::move(*row), now, report, [&](Receipts& receipts) {
        return receipts.add(receipt.status, receipt.at, receipt.code, receipt.reason);
    });
}

void InteractionWriter::receive_part(const Alias& alias,
                                     const ReceiptUpdate& receipt,
                                     Instant now,
                                     ApplyReport& report) {
    change_delivery(load(alias.interaction), now, report, [&](Receipts& whole) {
        if (alias.parts == 1) return whole.add(receipt.status, receipt.at, receipt.code, receipt.reason);
        Receipts part = aliases_.part(receipt.id);
        if (!part.add(receipt.status, receipt.at, receipt.code, receipt.reason)) return false;
        aliases_.keep_part(receipt.id, part);
        return fold_parts(aliases_.parts(alias.interaction), whole);
    });
}

template <class Change>
void InteractionWriter::change_delivery(Row row, Instant now, ApplyReport& report, Change change) {
    const Delivery before = row.receipts.view();
    if (!change(row.receipts)) {
        ++report.unchanged;
        return;
    }
    const bool visible = !row.registers.empty() && row.receipts.view() != before;
    if (visible) ++row.version;
    update_delivery(row);
    ++(visible ? report.changed : report.unchanged);
    if (visible) {
        announce(FeedKind::InteractionChanged, row.row, fold_header(row.registers).point, row.version, now);
    }
}

void InteractionWriter::adopt(const InteractionId& id,
                              std::span<const VendorId> ids,
                              Instant now,
                              ApplyReport& report) {
    const std::int64_t row = row_of(id);
    for (const VendorId& vendor : ids) {
        const InteractionId vendor_id = interaction_id(vendor.name_space, vendor.external_id);
        if (vendor_id == id || !aliases_.add(vendor_id, row, static_cast<std::int64_t>(ids.size()))) continue;
        if (auto stray = find(vendor_id)) absorb(std::move(*stray), id, ids.size(), now, report);
    }
}

// A receipt or an echo was faster than the vendor's answer to us. The row stays, empty, because the feed names it.
void InteractionWriter::absorb(
    Row stray, const InteractionId& whole, std::size_t parts, Instant now, ApplyReport& report) {
    Row row = *find(whole);
    const Row before = row;
    if (parts == 1) {
        row.receipts.join(stray.receipts);
    } else {
        aliases_.keep_part(stray.id, stray.receipts);
        fold_parts(aliases_.parts(row.row), row.receipts);
    }
    if (!stray.registers.empty()) {
        const Visible visible = fold_header(stray.registers);
        move(stray.row, stray.id, {visible.point, to_micros(visible.started_at), visible.channel}, {});
        --feed_.counts().interactions;
    }
    for (Register& one : stray.registers)
        put_register(row.registers, std::move(one));
    stray.registers.clear();
    stray.receipts = {};
    update(stray, {});
    media_.move(stray.row, row.row);
    store_merged(row, before, now, report);
}

void InteractionWriter::retract_failures(const InteractionId& id, Instant now) {
    auto row = find(id);
    if (!row) return;
    ApplyReport report;
    change_delivery(std::move(*row), now, report, [](Receipts& receipts) {
        receipts.retract_failures();
        return true;
    });
}

std::int64_t InteractionWriter::row_of(const InteractionId& id) {
    const sqlite::Resetting guard(find_);
    return find_.bind_all(blob_of(id)).step() ? find_.integer(0) : 0;
}

void InteractionWriter::touch(std::int64_t row, Instant now) {
    const Row found = load(row);
    if (found.registers.empty()) return;
    touch_.bind_all(found.version + 1, row).run();
    announce(FeedKind::InteractionChanged, row, fold_header(found.registers).point, found.version + 1, now);
}

InteractionWriter::Row InteractionWriter::load(std::int64_t row) {
    if (!find_row_.bind_all(row).step())
        throw sqlite::Failure(corrupt("an interaction that another table names is missing"));
    return read_row(find_row_);
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
