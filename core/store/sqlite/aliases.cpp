#include "core/store/sqlite/aliases.hpp"

#include "core/store/sqlite/schema.hpp"

namespace tandem::store {

Aliases::Aliases(sqlite::Database& database)
    : database_(database),
      find_(database.prepare("SELECT interaction, parts FROM alias WHERE id = ?")),
      add_(database.prepare("INSERT INTO alias VALUES(?,?,?,NULL) ON CONFLICT DO NOTHING")),
      part_(database.prepare("SELECT delivery FROM alias WHERE id = ?")),
      keep_part_(database.prepare("UPDATE alias SET delivery = ? WHERE id = ?")),
      parts_(database.prepare("SELECT delivery, parts FROM alias WHERE interaction = ? AND parts > 1")),
      move_(database.prepare("UPDATE alias SET interaction = ? WHERE interaction = ?")) {
    forget();
}

std::optional<Alias> Aliases::find(const InteractionId& vendor_id) {
    if (!any_) return std::nullopt;
    const sqlite::Resetting guard(find_);
    if (!find_.bind_all(blob_of(vendor_id)).step()) return std::nullopt;
    return Alias{.interaction = find_.integer(0), .parts = find_.integer(1)};
}

bool Aliases::add(const InteractionId& vendor_id, std::int64_t interaction, std::int64_t parts) {
    add_.bind_all(blob_of(vendor_id), interaction, parts).run();
    any_ = true;
    return database_.changes() > 0;
}

Receipts Aliases::part(const InteractionId& vendor_id) {
    const sqlite::Resetting guard(part_);
    return part_.bind_all(blob_of(vendor_id)).step() ? Receipts::decode(sqlite::as_text(part_.blob(0))) : Receipts{};
}

void Aliases::keep_part(const InteractionId& vendor_id, const Receipts& receipts) {
    const std::string delivery = receipts.encode();
    keep_part_.bind_all(sqlite::as_blob(delivery), blob_of(vendor_id)).run();
}

std::vector<Delivery> Aliases::parts(std::int64_t interaction) {
    std::vector<Delivery> out;
    const sqlite::Resetting guard(parts_);
    parts_.bind_all(interaction);
    std::size_t total = 0;
    while (parts_.step()) {
        out.push_back(Receipts::decode(sqlite::as_text(parts_.blob(0))).view());
        total = static_cast<std::size_t>(parts_.integer(1));
    }
    if (out.size() < total) out.resize(total);
    return out;
}

void Aliases::move(std::int64_t from, std::int64_t to) {
    move_.bind_all(to, from).run();
}

void Aliases::forget() {
    any_ = database_.query_integer("SELECT EXISTS(SELECT 1 FROM alias)") != 0;
}

}  // namespace tandem::store
