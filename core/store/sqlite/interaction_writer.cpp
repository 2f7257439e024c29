#include "core/store/sqlite/interaction_writer.hpp"

#include "core/store/sqlite/interaction_row.hpp"

#include <algorithm>

namespace tandem::store {
namespace {

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
    const std::int64_t slot = observation.patch ? kPatch : observation.part ? observation.part->number : kWhole;
    return {.source = observation.copy ? source_of_copy(observation) : observation.source,
            .slot = slot,
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
            .document = slot == kWhole ? std::string() : observation.document};
}

bool has_slot(std::span<const Register> registers, std::int64_t slot) {
    return std::ranges::find(registers, slot, &Register::slot) != registers.end();
}

bool has_all_parts(std::span<const Register> registers, std::int64_t total) {
    for (std::int64_t number = 1; number <= total; ++number) {
        if (!has_slot(registers, number)) return false;
    }
    return true;
}

bool knows_best(std::span<const Register> registers) {
    return std::ranges::any_of(registers, [](const Register& one) { return rank_of(one) == 0; });
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
      groups_(database),
      copies_(database),
      threads_(database),
      media_(database, feed) {}

void InteractionWriter::observe(const Observation& observation, Instant now, ApplyReport& report) {
    const PointRow point = identity_.observe(observation.points, observation.started_at, now);
    if (observation.consent && point.row != 0) note_consent(observation, point.row);
    Register incoming = register_of(observation, point.row);
    const bool alone = observation.copy && !follow_copy(observation);
    if (observation.thread && observation.thread_names.any()) {
        incoming.thread = threads_.join(observation, meant_by(observation));
    }
    std::int64_t row = 0;
    if (const auto alias = aliases_.find(observation.id)) {
        row = alias->interaction;
        witnessed_.push_back(row);
        incoming.document = observation.document;
        merge(load(row), std::move(incoming), observation.anew, now, report);
    } else if (observation.part && join_group(observation, incoming, now, report)) {
        row = aliases_.find(observation.id)->interaction;
    } else if (row = insert_new(observation, incoming, point.customer, now); row != 0) {
        ++report.created;
        if (observation.part) groups_.open(observation, row);
    } else {
        auto known = find(observation.id);
        if (!known) throw sqlite::Failure(corrupt("an interaction that was found is missing"));
        row = known->row;
        incoming.document = observation.document;
        merge(std::move(*known), std::move(incoming), observation.anew, now, report);
    }
    if (observation.copy) {
        if (!alone) row = meet_copies(observation, row, now, report);
        copies_.add(observation, row);
    }
    if (!observation.aliases.empty()) take_aliases(observation, row, now, report);
    if (!observation.media.empty()) media_.add(row, observation, now);
}

// A copy that is called differently becomes one more name of its interaction. False if it is new and belongs to none.
bool InteractionWriter::follow_copy(const Observation& observation) {
    if (aliases_.find(observation.id) || row_of(observation.id) != 0) return true;
    auto row = original_of(observation);
    if (row == 0) row = copies_.find(observation);
    if (row != 0) aliases_.add(observation.id, row, 1);
    return row != 0;
}

// Copies that stood alone until this one came, or told its names: they become part of the interaction that is the
// contact itself (rank 0). Two that are that both stay. Row of the interaction that there is then.
std::int64_t InteractionWriter::meet_copies(const Observation& observation,
                                            std::int64_t row,
                                            Instant now,
                                            ApplyReport& report) {
    for (std::size_t i = 0; i < observation.copy->names.size(); ++i) {
        const auto met = copies_.find(observation, row);
        if (met == 0) return row;
        Row here = load(row);
        Row there = load(met);
        const bool there_itself = knows_best(there.registers);
        if (here.registers.empty() || there.registers.empty()) return row;
        if (there_itself && knows_best(here.registers)) return row;
        if (there_itself) std::swap(here, there);
        absorb_contact(std::move(there), here, now, report);
        row = here.row;
    }
    return row;
}

// The message of ours that this is the first copy of. Copies do not meet by aliases, which vendors use again.
std::int64_t InteractionWriter::original_of(const Observation& observation) {
    for (const InteractionId& name : observation.aliases) {
        const auto alias = aliases_.find(name);
        if (!alias) continue;
        auto registers = load(alias->interaction).registers;
        std::erase_if(registers, is_report);
        if (!registers.empty() && std::ranges::none_of(registers, is_copy)) return alias->interaction;
    }
    return 0;
}

InteractionId InteractionWriter::meant_by(const Observation& observation) {
    const auto alias = aliases_.find(observation.id);
    return alias ? load(alias->interaction).id : observation.id;
}

// A part whose message waits for it is one more name of that message. A reference that is used again finds its number
// taken, and begins a message of its own.
bool InteractionWriter::join_group(const Observation& observation,
                                   Register& incoming,
                                   Instant now,
                                   ApplyReport& report) {
    if (row_of(observation.id) != 0) return false;
    const auto group = groups_.find(observation);
    if (!group) return false;
    Row row = load(group->interaction);
    if (has_slot(row.registers, incoming.slot)) return false;
    aliases_.add(observation.id, group->interaction, 1);
    Row before = row;
    put_register(row.registers, std::move(incoming));
    store_merged(row, before, now, report);
    if (has_all_parts(row.registers, observation.part->total)) groups_.close(observation);
    return true;
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
    const std::string joined = first.slot == kWhole ? std::string() : fold({&first, 1}).document;
    insert_.bind_all(blob_of(observation.id), 1, sqlite::as_blob(registers),
                     std::string_view(first.slot == kWhole ? observation.document : joined));
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

void InteractionWriter::merge(Row row, Register incoming, bool anew, Instant now, ApplyReport& report) {
    const Row before = row;
    if (!put_register(row.registers, std::move(incoming), anew)) {
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

void InteractionWriter::update(const Row& row, const Visible& visible) {
    const std::string registers = encode_registers(row.registers);
    const std::string delivery = row.receipts.empty() ? std::string() : row.receipts.encode();
    update_.bind_all(row.version, sqlite::as_blob(registers), std::string_view(visible.document));
    bind_optional(update_, 4, delivery);
    bind_outbound(update_, 5, visible);
    update_.bind(7, row.row).run();
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
