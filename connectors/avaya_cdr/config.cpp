#include "connectors/avaya_cdr/config.hpp"

#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tandem::avaya_cdr {

using avaya_records::LineOptions;
using avaya_records::of;

namespace {

const config::Fields<ItemConfig>& item_fields() {
    static const auto fields =
        config::Fields<ItemConfig>()
            .field("item", &ItemConfig::item, "Name of the item as CM shows it: date, time, sec-dur, calling-num …")
            .required()
            .field("length", &ItemConfig::length, "Its length.")
            .required()
            .range(1, 500);
    return fields;
}

void check_items(const config::Node& layout, const Config& config, config::Diagnostics& diagnostics) {
    const auto items = layout.items();
    for (std::size_t i = 0; i < items.size() && i < config.layout.size(); ++i) {
        const std::string& name = config.layout[i].item;
        if (name.empty() || is_known_item(name)) continue;
        const auto at = items[i].get("item");
        const auto meant = did_you_mean(name, known_items());
        diagnostics.error(
            at.position(), at.path(),
            fmt::format("no item of CDR is called '{}'{}", name,
                        meant ? "; did you mean '" + *meant + "'?" : ": write `space` for what is not to be read"));
    }
    for (const std::string_view needed : {"time", "cond-code", "dialed-num"}) {
        if (std::ranges::find(config.layout, needed, &ItemConfig::item) == config.layout.end())
            diagnostics.error(layout.position(), layout.path(), fmt::format("the layout lacks `{}`", needed));
    }
    const auto has = [&](std::string_view name) {
        return std::ranges::find(config.layout, name, &ItemConfig::item) != config.layout.end();
    };
    if (!has("sec-dur") && !has("duration"))
        diagnostics.error(layout.position(), layout.path(), "the layout lacks `sec-dur` (or `duration`)");
    if (!has("ucid"))
        diagnostics.warning(layout.position(), layout.path(),
                            "without `ucid` records meet calls by time, numbers and duration only");
}

Layout layout_of(const Config& config) {
    if (config.format == Format::Teleseer) return teleseer_layout();
    if (config.format == Format::Expanded) return expanded_layout();
    Layout out;
    for (const ItemConfig& one : config.layout)
        out.add(one.item, static_cast<std::size_t>(one.length));
    return out;
}

}  // namespace

const config::Fields<Config>& config_fields() {
    static const auto fields = [] {
        config::Fields<Config> out;
        out.field("listen", of<Config>(&LineOptions::address),
                  "Where Communication Manager connects to, as 0.0.0.0:9000.")
            .required();
        avaya_records::add_listener_fields(out);
        out.choice<Format>("format", &Config::format,
                           {{"customized", Format::Customized},
                            {"teleseer", Format::Teleseer},
                            {"expanded", Format::Expanded},
                            {"unformatted", Format::Unformatted}},
                           "CDR format of the link. unformatted is not supported: its layout is not published.")
            .table("layout", &Config::layout, item_fields(),
                   "Of customized records: the items and lengths of `change system-parameters cdr`, in their order.")
            .choice<DateOrder>("date_order", &Config::date_order,
                               {{"month/day", DateOrder::MonthDay}, {"day/month", DateOrder::DayMonth}},
                               "CDR Date Format of the switch.")
            .field(
                "modified_circuit_ids", &Config::modified_circuit_ids,
                "Of TELESEER: Modified Circuit ID Display is on. Else circuits stand there as tens, units, hundreds.");
        avaya_records::add_record_fields(out);
        return out;
    }();
    return fields;
}

Config read_config(const config::Node& options, config::Diagnostics& diagnostics) {
    Config config = config_fields().read(options, diagnostics);
    const auto wrong = [&](std::string_view key, std::string text) {
        const auto at = options.get(key);
        diagnostics.error(at ? at.position() : options.position(), at ? at.path() : options.path(), std::move(text));
    };
    if (config.format == Format::Unformatted)
        wrong("format",
              "unformatted records are not supported: no public source says where their items stand. Set the link to "
              "customized (then write `layout`), teleseer or expanded");
    if (config.format == Format::Customized && config.layout.empty())
        wrong("layout", "customized records need the layout of your switch");
    if (config.format != Format::Customized && options.get("layout"))
        wrong("layout", "has a meaning with `format: customized` only");
    if (config.format != Format::Teleseer && options.get("modified_circuit_ids"))
        wrong("modified_circuit_ids", "has a meaning with `format: teleseer` only");
    if (config.format == Format::Customized && !config.layout.empty())
        check_items(options.get("layout"), config, diagnostics);
    if (config.unfinished < kLongCall)
        wrong("unfinished", "a call of more than ten hours is recorded every ten hours: write 11h or more");
    if (!config.address.host.empty() && !config::is_network_address(config.address.host))
        wrong("listen", "is no address of this machine: write it in numbers");
    return config;
}

BookOptions book_options(const Config& config) {
    return {.rules = {.format = config.format,
                      .layout = layout_of(config),
                      .order = config.date_order,
                      .plain_circuits = config.modified_circuit_ids},
            .zone = Zone::find(config.zone).value_or(Zone()),
            .shelf = {.hold = config.hold, .unfinished = config.unfinished},
            .mask_account = config.mask_account};
}

}  // namespace tandem::avaya_cdr
