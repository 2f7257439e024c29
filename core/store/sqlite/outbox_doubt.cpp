// Messages of unknown outcome, and what settles them: copies, echoes and receipts that name them.
#include "core/store/sqlite/outbox_writer.hpp"
#include "core/store/sqlite/schema.hpp"

namespace tandem::store {
namespace {

constexpr std::string_view kWitnessed = "a copy or a report of the message says that it went out";

}  // namespace

// Witnesses may have been faster than whoever waited for the vendor's answer.
void OutboxWriter::doubt(Row row, Instant due, std::string_view code, std::string_view reason, Instant now) {
    row.state = OutboxState::Unknown;
    change(row, row.state, due, code, reason, now);
    if (mark_doubt(row, row.attempt)) follow_witnesses(row, now);
}

bool OutboxWriter::mark_doubt(const Row& row, std::uint32_t attempt) {
    const sqlite::Resetting guard(doubt_);
    return doubt_.bind_all(row.row, attempt).step() && doubt_.integer(0) != 0;
}

void OutboxWriter::hear(const std::vector<std::int64_t>& interactions, Instant now) {
    for (const std::int64_t interaction : interactions) {
        Row row;
        {
            const sqlite::Resetting guard(in_doubt_);
            if (!in_doubt_.bind_all(interaction).step()) continue;
            row = {.row = in_doubt_.integer(0),
                   .id = id_of<InteractionId>(in_doubt_.blob(1)),
                   .state = static_cast<OutboxState>(in_doubt_.integer(2)),
                   .attempt = static_cast<std::uint32_t>(in_doubt_.integer(3))};
        }
        if (row.state == OutboxState::Sending) {
            witness_.bind_all(row.row).run();
        } else if (row.state != OutboxState::Queued) {
            follow_witnesses(row, now);
        }
    }
}

// The same whichever witness comes first: the receipts decide, and where none tells of failure the message went out.
void OutboxWriter::follow_witnesses(const Row& row, Instant now) {
    ApplyReport report;
    interactions_.receive(
        {.id = row.id, .status = model::ReceiptStatus::Sent, .at = begun_at(row), .code = {}, .reason = {}}, now,
        report);
    const Delivery delivery = interactions_.delivery(row.id);
    const auto status = delivery.status();
    const bool failed = status == model::ReceiptStatus::Failed || status == model::ReceiptStatus::Expired;
    const auto state = failed ? OutboxState::Failed : OutboxState::Sent;
    if (state == row.state) return;
    move(row, state, {}, failed ? delivery.code : std::string(), failed ? delivery.reason : std::string(kWitnessed),
         now);
}

// When the attempt went to the vendor.
Instant OutboxWriter::begun_at(const Row& row) {
    const sqlite::Resetting guard(begun_);
    begun_.bind_all(row.row, row.attempt).step();
    return from_micros(begun_.integer(0));
}

}  // namespace tandem::store
