// What becomes of messages: receipts, watermarks, and the names that vendors give to what we sent.
#include "core/store/sqlite/interaction_writer.hpp"

#include <algorithm>
#include <limits>

namespace tandem::store {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

}  // namespace

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

void InteractionWriter::receive(const ReceiptUpdate& receipt, Instant now, ApplyReport& report) {
    const auto alias = aliases_.find(receipt.id);
    if (alias && receipt.status != model::ReceiptStatus::Unknown) witnessed_.push_back(alias->interaction);
    if (receipt.part > 0 && (!alias || alias->parts == 1)) return receive_numbered(alias, receipt, now, report);
    if (alias) return receive_part(*alias, receipt.id, receipt, now, report);
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

// Parts that share the message's id are told apart by their number, as if it were an id of its own.
void InteractionWriter::receive_numbered(const std::optional<Alias>& alias,
                                         const ReceiptUpdate& receipt,
                                         Instant now,
                                         ApplyReport& report) {
    std::int64_t row = alias ? alias->interaction : row_of(receipt.id);
    if (row == 0) {
        insert_.bind_all(blob_of(receipt.id), 0, sqlite::Blob{}, std::string_view{});
        insert_.bind_null(5).bind_null(6).bind_null(7).run();
        row = row_of(receipt.id);
    }
    const InteractionId part = interaction_id("part:" + receipt.id.text(), std::to_string(receipt.part));
    aliases_.add(part, row, receipt.parts);
    receive_part({.interaction = row, .parts = receipt.parts}, part, receipt, now, report);
}

void InteractionWriter::receive_part(
    const Alias& alias, const InteractionId& id, const ReceiptUpdate& receipt, Instant now, ApplyReport& report) {
    change_delivery(load(alias.interaction), now, report, [&](Receipts& whole) {
        if (alias.parts == 1) return whole.add(receipt.status, receipt.at, receipt.code, receipt.reason);
        Receipts part = aliases_.part(id);
        if (!part.add(receipt.status, receipt.at, receipt.code, receipt.reason)) return false;
        aliases_.keep_part(id, part);
        return fold_parts(aliases_.parts(alias.interaction), whole);
    });
}

void InteractionWriter::adopt(const InteractionId& id,
                              std::span<const VendorId> ids,
                              Instant now,
                              ApplyReport& report) {
    const std::int64_t row = row_of(id);
    for (const VendorId& vendor : ids) {
        const InteractionId vendor_id = interaction_id(vendor.name_space, vendor.external_id);
        if (vendor_id == id) continue;
        if (!aliases_.add(vendor_id, row, static_cast<std::int64_t>(ids.size()))) {
            absorb_copies(vendor_id, row, now, report);
        } else if (auto stray = find(vendor_id)) {
            absorb(std::move(*stray), id, ids.size(), now, report);
        }
    }
}

// Copies of what we sent were faster than the answer to us. Somebody else's message that has the id keeps it.
void InteractionWriter::absorb_copies(const InteractionId& name, std::int64_t row, Instant now, ApplyReport& report) {
    const auto alias = aliases_.find(name);
    if (alias->interaction == row) return;
    Row other = load(alias->interaction);
    if (other.registers.empty() || !std::ranges::all_of(other.registers, is_copy)) return;
    absorb_contact(std::move(other), load(row), now, report);
}

void InteractionWriter::absorb_contact(Row stray, const Row& whole, Instant now, ApplyReport& report) {
    aliases_.add(stray.id, whole.row, 1);
    copies_.move(stray.row, whole.row);
    absorb(std::move(stray), whole.id, 1, now, report);
}

void InteractionWriter::take_aliases(const Observation& observation,
                                     std::int64_t row,
                                     Instant now,
                                     ApplyReport& report) {
    for (const InteractionId& alias : observation.aliases) {
        if (alias == observation.id || !aliases_.add(alias, row, 1)) continue;
        auto stray = find(alias);
        if (stray && stray->row != row) absorb(std::move(*stray), load(row).id, 1, now, report);
    }
}

// A receipt or an echo was faster than the vendor's answer to us. The row stays, empty, because the feed names it.
void InteractionWriter::absorb(
    Row stray, const InteractionId& whole, std::size_t parts, Instant now, ApplyReport& report) {
    Row row = *find(whole);
    const Row before = row;
    aliases_.move(stray.row, row.row);
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

void InteractionWriter::retract_attempt(const InteractionId& id, Instant now) {
    auto row = find(id);
    if (!row) return;
    ApplyReport report;
    change_delivery(std::move(*row), now, report, [](Receipts& receipts) {
        receipts.retract_attempt();
        return true;
    });
}

Delivery InteractionWriter::delivery(const InteractionId& id) {
    const auto row = find(id);
    return row ? row->receipts.view() : Delivery{};
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

void InteractionWriter::park(const ReceiptUpdate& receipt) {
    Receipts receipts;
    if (!receipts.add(receipt.status, receipt.at, receipt.code, receipt.reason)) return;
    const std::string delivery = receipts.encode();
    insert_.bind_all(blob_of(receipt.id), 0, sqlite::Blob{}, std::string_view{}, sqlite::as_blob(delivery));
    insert_.bind_null(6).bind_null(7).run();
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

}  // namespace tandem::store
