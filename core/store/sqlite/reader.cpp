#include "core/store/sqlite/reader.hpp"

#include "core/base/text.hpp"
#include "core/store/delivery.hpp"
#include "core/store/sqlite/copies.hpp"
#include "core/store/sqlite/interaction_row.hpp"
#include "core/store/sqlite/schema.hpp"

#include <algorithm>
#include <limits>

namespace tandem::store {
namespace {

constexpr std::int64_t kMaxSuggestions = 50;
constexpr std::string_view kQuarantineColumns =
    "SELECT row, node, event, item, instance, pack, reason, path, at, content_type, envelope";

// Columns id, scheme, scope, value, class, display, first_seen from `first` on.
PointView point_view(const sqlite::Statement& row, int first = 0) {
    return {.id = id_of<PointId>(row.blob(first)),
            .point = {.scheme = std::string(row.text(first + 1)),
                      .scope = std::string(row.text(first + 2)),
                      .value = std::string(row.text(first + 3))},
            .point_class = static_cast<identity::PointClass>(row.integer(first + 4)),
            .display = std::string(row.text(first + 5)),
            .first_seen = from_micros(row.integer(first + 6))};
}

std::string basis_of(int strength) {
    if (strength >= identity::kOperatorStrength) return "operator";
    if (strength >= identity::strength(identity::Verification::Login)) return "verified";
    if (strength >= identity::strength(identity::Verification::Vendor)) return "vendor";
    return "self_declared";
}

QuarantineEntry quarantine_entry(const sqlite::Statement& row) {
    return {.id = static_cast<std::uint64_t>(row.integer(0)),
            .node = std::string(row.text(1)),
            .event = static_cast<std::uint64_t>(row.integer(2)),
            .item = static_cast<std::uint32_t>(row.integer(3)),
            .instance = std::string(row.text(4)),
            .pack = std::string(row.text(5)),
            .reason = std::string(row.text(6)),
            .path = std::string(row.text(7)),
            .at = from_micros(row.integer(8)),
            .content_type = std::string(row.text(9)),
            .envelope = std::string(row.text(10)),
            .raw = {}};
}

constexpr std::string_view kOutboxColumns =
    "SELECT o.row, i.id, o.instance, o.state, o.attempt, o.accepted_at, o.due, o.expires_at, o.request"
    " FROM outbox o JOIN interaction i ON i.row = o.interaction";

// Of kOutboxColumns, without the request.
OutboxView outbox_view(const sqlite::Statement& row) {
    return {.id = id_of<InteractionId>(row.blob(1)),
            .instance = std::string(row.text(2)),
            .state = static_cast<OutboxState>(row.integer(3)),
            .attempts = static_cast<std::uint32_t>(row.integer(4)),
            .accepted_at = from_micros(row.integer(5)),
            .due = from_micros(row.integer(6)),
            .expires_at = from_micros(row.integer(7)),
            .request = {},
            .history = {}};
}

OutboxEvent outbox_event(const sqlite::Statement& row) {
    return {.at = from_micros(row.integer(0)),
            .state = static_cast<OutboxState>(row.integer(1)),
            .attempt = static_cast<std::uint32_t>(row.integer(2)),
            .code = std::string(row.text(3)),
            .reason = std::string(row.text(4))};
}

// One state for all selects of a question.
class Snapshot {
public:
    explicit Snapshot(sqlite::Database& database) : transaction_(database, sqlite::Transaction::Kind::Read) {}

private:
    sqlite::Transaction transaction_;
};

}  // namespace

Reader::Reader(const std::filesystem::path& file)
    : database_(open_for_reading(file)),
      point_(database_.prepare("SELECT customer FROM point WHERE id = ?")),
      founder_(database_.prepare("SELECT customer FROM point WHERE id = ? AND founder = 1")),
      points_(database_.prepare("SELECT id, scheme, scope, value, class, display, first_seen, row FROM point"
                                " WHERE customer = ? ORDER BY first_seen, id")),
      merged_(database_.prepare("SELECT id FROM point WHERE customer = ? AND founder = 1 AND row <> customer")),
      suggestions_(database_.prepare(
          "SELECT m.row, o.row, e.strength FROM point m CROSS JOIN edge e ON e.a = m.row JOIN point o ON o.row = e.b"
          " WHERE m.customer = ?1 AND o.customer <> ?1 AND e.cut = 0"
          " UNION ALL "
          "SELECT m.row, o.row, e.strength FROM point m CROSS JOIN edge e ON e.b = m.row JOIN point o ON o.row = e.a"
          " WHERE m.customer = ?1 AND o.customer <> ?1 AND e.cut = 0 ORDER BY 3 DESC, 1, 2 LIMIT ?2")),
      suggested_(database_.prepare("SELECT p.id, p.scheme, p.scope, p.value, p.class, p.display, p.first_seen, f.id"
                                   " FROM point p JOIN point f ON f.row = p.customer WHERE p.row = ?")),
      interaction_(
          database_.prepare("SELECT id, version, registers, document, delivery, row FROM interaction WHERE id = ?")),
      interaction_row_(
          database_.prepare("SELECT id, version, registers, document, delivery, row FROM interaction WHERE row = ?")),
      alias_(database_.prepare("SELECT i.id, i.version, i.registers, i.document, i.delivery, i.row FROM alias a"
                               " JOIN interaction i ON i.row = a.interaction WHERE a.id = ?")),
      interaction_point_(database_.prepare("SELECT p.id, f.id FROM point p JOIN point f ON f.row = p.customer"
                                           " WHERE p.row = ?")),
      timeline_(database_.prepare("SELECT started_at, tie, interaction, channel FROM timeline WHERE point = ?"
                                  " AND (started_at, tie) < (?, ?) ORDER BY started_at DESC, tie DESC")),
      feed_(database_.prepare(
          "SELECT f.position, f.kind, f.version, f.at, i.id, s.id, c.id FROM feed f"
          " LEFT JOIN interaction i ON f.kind < 2 AND i.row = f.subject"
          " LEFT JOIN point s ON f.kind >= 2 AND s.row = f.subject"
          " LEFT JOIN point c ON c.row = f.customer WHERE f.position > ? ORDER BY f.position LIMIT ?")),
      quarantine_(database_.prepare(std::string(kQuarantineColumns) +
                                    " FROM quarantine WHERE row < ?1 AND (?2 = '' OR instance = ?2)"
                                    " ORDER BY row DESC LIMIT ?3")),
      quarantined_(database_.prepare(std::string(kQuarantineColumns) + ", raw FROM quarantine WHERE row = ?")),
      counts_(database_.prepare("SELECT value FROM counter WHERE name = ?")),
      feed_position_(database_.prepare("SELECT max(position) FROM feed")),
      outbox_(database_.prepare(std::string(kOutboxColumns) +
                                " WHERE i.id = ?1"
                                " OR i.row = (SELECT interaction FROM alias WHERE id = ?1)")),
      outbox_log_(
          database_.prepare("SELECT at, state, attempt, code, reason FROM outbox_log WHERE outbox = ? ORDER BY row")),
      outbox_list_(database_.prepare(std::string(kOutboxColumns) + " WHERE o.row < ?1 AND (?2 = '' OR o.instance = ?2)"
                                                                   " ORDER BY o.row DESC LIMIT ?3")),
      outbox_in_state_(database_.prepare(std::string(kOutboxColumns) +
                                         " WHERE o.row < ?1 AND (?2 = '' OR o.instance = ?2) AND o.state = ?4"
                                         " ORDER BY o.row DESC LIMIT ?3")),
      outbox_last_(database_.prepare("SELECT at, state, attempt, code, reason FROM outbox_log WHERE outbox = ?"
                                     " ORDER BY row DESC LIMIT 1")),
      media_(database_.prepare("SELECT m.attachment, m.url, m.state, m.code, m.reason, f.sha512, f.size, f.media_type"
                               " FROM media_job m LEFT JOIN media_file f ON f.row = m.file"
                               " WHERE m.interaction = ? ORDER BY m.row")),
      dialogue_(database_.prepare("SELECT thread FROM thread_name WHERE id = ?")),
      media_file_(database_.prepare("SELECT f.size, f.media_type, max(m.filename) FROM media_file f"
                                    " LEFT JOIN media_job m ON m.file = f.row WHERE f.sha512 = ? GROUP BY f.row")) {}

std::optional<CustomerView> Reader::customer_of(const PointId& point) {
    const Snapshot snapshot(database_);
    const sqlite::Resetting guard(point_);
    if (!point_.bind_all(blob_of(point)).step()) return std::nullopt;
    return view_customer(point_.integer(0));
}

std::optional<CustomerView> Reader::customer(const CustomerId& id) {
    const Snapshot snapshot(database_);
    const std::int64_t row = customer_row(id);
    return row != 0 ? std::optional(view_customer(row)) : std::nullopt;
}

std::int64_t Reader::customer_row(const CustomerId& id) {
    const PointId founder = founder_of(id);
    const sqlite::Resetting guard(founder_);
    return founder_.bind_all(blob_of(founder)).step() ? founder_.integer(0) : 0;
}

CustomerView Reader::view_customer(std::int64_t row) {
    CustomerView view;
    {
        const sqlite::Resetting guard(points_);
        points_.bind_all(row);
        while (points_.step()) {
            const PointView& point = view.points.emplace_back(point_view(points_));
            if (points_.integer(7) != row) continue;
            view.id = customer_id(point.id);
            view.created_at = point.first_seen;
        }
    }
    const sqlite::Resetting guard(merged_);
    merged_.bind_all(row);
    while (merged_.step())
        view.merged_ids.push_back(customer_id(id_of<PointId>(merged_.blob(0))));
    std::ranges::sort(view.merged_ids);
    view.suggestions = suggestions(row);
    return view;
}

std::vector<Suggestion> Reader::suggestions(std::int64_t customer) {
    std::vector<Suggestion> out;
    const sqlite::Resetting guard(suggestions_);
    suggestions_.bind_all(customer, kMaxSuggestions);
    const auto view = [&](std::int64_t row, CustomerId* other) {
        const sqlite::Resetting inner(suggested_);
        if (!suggested_.bind_all(row).step()) return PointView{};
        if (other != nullptr) *other = customer_id(id_of<PointId>(suggested_.blob(7)));
        return point_view(suggested_);
    };
    while (suggestions_.step()) {
        Suggestion& suggestion = out.emplace_back();
        suggestion.strength = static_cast<int>(suggestions_.integer(2));
        suggestion.basis = basis_of(suggestion.strength);
        suggestion.mine = view(suggestions_.integer(0), nullptr);
        suggestion.other = view(suggestions_.integer(1), &suggestion.other_customer);
    }
    return out;
}

std::optional<InteractionView> Reader::interaction(const InteractionId& id) {
    const Snapshot snapshot(database_);
    const sqlite::Resetting guard(interaction_);
    if (interaction_.bind_all(blob_of(id)).step() && !interaction_.blob(2).empty()) {
        return view_interaction(interaction_);
    }
    // What a vendor calls a message of ours.
    const sqlite::Resetting other(alias_);
    if (!alias_.bind_all(blob_of(id)).step()) return std::nullopt;
    return view_interaction(alias_);
}

// Columns id, version, registers, document, delivery, row.
InteractionView Reader::view_interaction(sqlite::Statement& row) {
    InteractionView view;
    view.id = id_of<InteractionId>(row.blob(0));
    view.document = row.text(3);
    view.delivery = Receipts::decode(sqlite::as_text(row.blob(4))).view();
    view.version = static_cast<std::uint64_t>(row.integer(1));
    const auto registers = decode_registers(sqlite::as_text(row.blob(2)), {});
    for (const Register& one : registers) {
        auto source = source_of_register(one.source);
        if (std::ranges::find(view.sources, source) == view.sources.end()) view.sources.push_back(std::move(source));
    }
    const Visible visible = fold_header(registers);
    view.started_at = visible.started_at;
    view.channel = visible.channel;
    if (visible.thread) view.thread = dialogue(*visible.thread);
    view.event = visible.event;
    view_media(row.integer(5), view.media);
    const sqlite::Resetting guard(interaction_point_);
    if (visible.point != 0 && interaction_point_.bind_all(visible.point).step()) {
        view.point = id_of<PointId>(interaction_point_.blob(0));
        view.customer = customer_id(id_of<PointId>(interaction_point_.blob(1)));
    }
    return view;
}

// What a thread is called since it met others.
ThreadId Reader::dialogue(const ThreadId& name) {
    const sqlite::Resetting guard(dialogue_);
    return dialogue_.bind_all(blob_of(name)).step() ? id_of<ThreadId>(dialogue_.blob(0)) : name;
}

void Reader::view_media(std::int64_t interaction, std::vector<MediaView>& out) {
    const sqlite::Resetting guard(media_);
    media_.bind_all(interaction);
    while (media_.step()) {
        out.push_back({.attachment = std::string(media_.text(0)),
                       .url = std::string(media_.text(1)),
                       .state = static_cast<MediaState>(media_.integer(2)),
                       .sha512 = hex(media_.blob(5)),
                       .size = static_cast<std::uint64_t>(media_.integer(6)),
                       .media_type = std::string(media_.text(7)),
                       .code = std::string(media_.text(3)),
                       .reason = std::string(media_.text(4))});
    }
}

std::optional<MediaFile> Reader::media_file(std::string_view sha512) {
    const sqlite::Resetting guard(media_file_);
    if (!media_file_.bind_all(sqlite::as_blob(sha512)).step()) return std::nullopt;
    return MediaFile{.size = static_cast<std::uint64_t>(media_file_.integer(0)),
                     .media_type = std::string(media_file_.text(1)),
                     .filename = std::string(media_file_.text(2))};
}

MediaStats Reader::media_stats() {
    const Snapshot snapshot(database_);
    const auto number = [&](std::string_view name) { return static_cast<std::uint64_t>(count(name)); };
    return {.queued = number("media_queued"),
            .stored = number("media_stored"),
            .failed = number("media_failed"),
            .files = number("media_files"),
            .bytes = number("media_bytes")};
}

std::vector<FeedEntry> Reader::feed(std::uint64_t after, std::size_t limit) {
    std::vector<FeedEntry> out;
    const sqlite::Resetting guard(feed_);
    feed_.bind_all(after, limit);
    while (feed_.step()) {
        FeedEntry& entry = out.emplace_back();
        entry.position = static_cast<std::uint64_t>(feed_.integer(0));
        entry.kind = static_cast<FeedKind>(feed_.integer(1));
        entry.version = static_cast<std::uint64_t>(feed_.integer(2));
        entry.at = from_micros(feed_.integer(3));
        entry.subject = feed_.is_null(4) ? customer_id(id_of<PointId>(feed_.blob(5))).text()
                                         : id_of<InteractionId>(feed_.blob(4)).text();
        if (!feed_.is_null(6)) entry.customer = customer_id(id_of<PointId>(feed_.blob(6)));
    }
    return out;
}

std::vector<QuarantineEntry> Reader::quarantine(const QuarantineQuery& query) {
    std::vector<QuarantineEntry> out;
    const sqlite::Resetting guard(quarantine_);
    const std::int64_t before =
        query.before == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(query.before);
    quarantine_.bind_all(before, std::string_view(query.instance), query.limit);
    while (quarantine_.step())
        out.push_back(quarantine_entry(quarantine_));
    return out;
}

std::optional<QuarantineEntry> Reader::quarantined(std::uint64_t id) {
    const sqlite::Resetting guard(quarantined_);
    if (!quarantined_.bind_all(id).step()) return std::nullopt;
    QuarantineEntry entry = quarantine_entry(quarantined_);
    entry.raw = sqlite::as_text(quarantined_.blob(11));
    return entry;
}

std::optional<OutboxView> Reader::message(const InteractionId& id) {
    const Snapshot snapshot(database_);
    const sqlite::Resetting guard(outbox_);
    if (!outbox_.bind_all(blob_of(id)).step()) return std::nullopt;
    auto view = outbox_view(outbox_);
    view.request = outbox_.text(8);
    const sqlite::Resetting log_guard(outbox_log_);
    outbox_log_.bind_all(outbox_.integer(0));
    while (outbox_log_.step())
        view.history.push_back(outbox_event(outbox_log_));
    return view;
}

OutboxPage Reader::messages(const OutboxQuery& query) {
    const Snapshot snapshot(database_);
    auto& list = query.state ? outbox_in_state_ : outbox_list_;
    const sqlite::Resetting guard(list);
    list.bind_all(query.before.value_or(std::numeric_limits<std::int64_t>::max()), std::string_view(query.instance),
                  query.limit + 1);
    if (query.state) list.bind(4, static_cast<std::int64_t>(*query.state));
    OutboxPage page;
    std::int64_t row = 0;
    while (list.step()) {
        if (page.items.size() == query.limit) {
            page.next = row;
            break;
        }
        row = list.integer(0);
        page.items.push_back(outbox_view(list));
        const sqlite::Resetting log_guard(outbox_last_);
        if (outbox_last_.bind_all(row).step()) page.items.back().history.push_back(outbox_event(outbox_last_));
    }
    return page;
}

std::int64_t Reader::count(std::string_view name) {
    const sqlite::Resetting guard(counts_);
    return counts_.bind_all(name).step() ? counts_.integer(0) : 0;
}

StoreStats Reader::stats() {
    const Snapshot snapshot(database_);
    const auto number = [&](std::string_view name) { return static_cast<std::uint64_t>(count(name)); };
    const sqlite::Resetting guard(feed_position_);
    feed_position_.step();
    return {.interactions = number("interactions"),
            .points = number("points"),
            .customers = number("customers"),
            .quarantined = number("quarantined"),
            .feed_position = static_cast<std::uint64_t>(feed_position_.integer(0))};
}

ReaderPool::ReaderPool(const std::filesystem::path& file, std::size_t size) {
    for (std::size_t i = 0; i < std::max<std::size_t>(size, 1); ++i)
        idle_.push_back(std::make_unique<Reader>(file));
}

std::unique_ptr<Reader> ReaderPool::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty(); });
    auto reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
}

void ReaderPool::give(std::unique_ptr<Reader> reader) {
    {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(reader));
    }
    returned_.notify_one();
}

}  // namespace tandem::store
