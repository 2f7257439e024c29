#include "connectors/xmpp/archive.hpp"

#include "connectors/xmpp/conditions.hpp"
#include "connectors/xmpp/names.hpp"

namespace tandem::xmpp {

namespace {

Element named(std::string_view name, std::string_view space, std::string_view text = {}) {
    return {.name = std::string(name), .ns = std::string(space), .text = std::string(text)};
}

Element field(std::string_view variable, std::string_view value) {
    Element out = named("field", ns::kForm);
    out.set("var", variable);
    if (variable == "FORM_TYPE") out.set("type", "hidden");
    out.add(named("value", ns::kForm, value));
    return out;
}

}  // namespace

std::string to_cursor(std::string_view archive_id, Instant at) {
    return format_time(at) + " " + std::string(archive_id);
}

std::optional<ArchivePlace> parse_cursor(std::string_view cursor) {
    const auto space = cursor.find(' ');
    const auto at = parse_time(cursor.substr(0, space));
    if (!at || space == std::string_view::npos || space + 1 == cursor.size()) return std::nullopt;
    return ArchivePlace{.after = std::string(cursor.substr(space + 1)), .since = *at};
}

Element archive_query(std::string_view query, const ArchivePlace& place, std::string_view with, unsigned max) {
    Element form = named("x", ns::kForm);
    form.set("type", "submit").add(field("FORM_TYPE", ns::kMam));
    if (place.after.empty()) form.add(field("start", format_time(place.since)));
    if (!with.empty()) form.add(field("with", with));
    Element set = named("set", ns::kRsm);
    set.add(named("max", ns::kRsm, std::to_string(max)));
    if (!place.after.empty()) set.add(named("after", ns::kRsm, place.after));
    Element ask = named("query", ns::kMam);
    ask.set("queryid", query).add(std::move(form)).add(std::move(set));
    Element iq = named("iq", ns::kClient);
    iq.set("type", "set").add(std::move(ask));
    return iq;
}

Result<ArchivePage> read_page(const Element& iq) {
    ArchivePage out;
    if (iq.attribute("type") == "error") {
        out.unknown_place = condition_of(iq).starts_with("item-not-found");
        if (out.unknown_place) return out;
        return fail(transient("the archive refuses: " + condition_of(iq)));
    }
    const Element* fin = iq.child("fin", ns::kMam);
    if (fin == nullptr) return fail(transient("the archive's answer has no <fin/>"));
    out.complete = fin->attribute("complete") == "true" || fin->attribute("complete") == "1";
    if (const Element* set = fin->child("set", ns::kRsm)) out.last = set->child_text("last", ns::kRsm);
    return out;
}

}  // namespace tandem::xmpp
