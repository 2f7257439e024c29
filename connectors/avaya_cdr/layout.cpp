#include "connectors/avaya_cdr/layout.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_cdr {

namespace {

bool ends_lines(std::string_view name) {
    return name == "return" || name == "line-feed" || name == "null";
}

}  // namespace

void Layout::add(std::string name, std::size_t length) {
    if (ends_lines(name)) return;
    items_.push_back({.name = std::move(name), .begin = length_, .length = length});
    length_ += length;
}

const Item* Layout::find(std::string_view name) const {
    const auto found = std::ranges::find(items_, name, &Item::name);
    return found == items_.end() ? nullptr : &*found;
}

Layout teleseer_layout() {
    Layout out;
    for (const auto& [name, length] : std::initializer_list<std::pair<const char*, std::size_t>>{{"space", 3},
                                                                                                 {"time", 4},
                                                                                                 {"duration", 4},
                                                                                                 {"cond-code", 1},
                                                                                                 {"code-dial", 3},
                                                                                                 {"code-used", 3},
                                                                                                 {"dialed-num", 15},
                                                                                                 {"calling-num", 5},
                                                                                                 {"acct-code", 15},
                                                                                                 {"frl", 1},
                                                                                                 {"ixc-code", 1},
                                                                                                 {"in-crt-id", 3},
                                                                                                 {"out-crt-id", 3},
                                                                                                 {"feat-flag", 1},
                                                                                                 {"auth-code", 7},
                                                                                                 {"space", 7}})
        out.add(name, length);
    return out;
}

Layout expanded_layout() {
    Layout out;
    for (const auto& [name, length] : std::initializer_list<std::pair<const char*, std::size_t>>{{"time", 4},
                                                                                                 {"space", 1},
                                                                                                 {"duration", 4},
                                                                                                 {"space", 1},
                                                                                                 {"cond-code", 1},
                                                                                                 {"space", 1},
                                                                                                 {"code-dial", 4},
                                                                                                 {"space", 1},
                                                                                                 {"code-used", 4},
                                                                                                 {"space", 1},
                                                                                                 {"dialed-num", 15},
                                                                                                 {"space", 1},
                                                                                                 {"calling-num", 10},
                                                                                                 {"space", 1},
                                                                                                 {"acct-code", 15}})
        out.add(name, length);
    out.open_ended = true;
    return out;
}

const std::vector<std::string>& known_items() {
    // Avaya's "CDR feature description and implementation"; those that are not read have their length all the same.
    static const std::vector<std::string> names = {
        "acct-code",      "attd-console", "auth-code",  "bandwidth", "bcc",        "calling-num", "calltype",
        "clg-num/in-tac", "clg-pty-cat",  "code-dial",  "code-used", "cond-code",  "contact-uri", "country-from",
        "country-to",     "date",         "dialed-num", "duration",  "feat-flag",  "frl",         "from-uri",
        "in-crt-id",      "in-trk-code",  "ins",        "isdn-cc",   "ixc-code",   "line-feed",   "location-from",
        "location-to",    "ma-uui",       "node-num",   "null",      "out-crt-id", "ppm",         "request-uri",
        "res-flag",       "return",       "sec-dur",    "space",     "start-date", "start-time",  "time",
        "timezone-from",  "timezone-to",  "to-uri",     "tsc-ct",    "tsc-flg",    "ucid",        "vdn"};
    return names;
}

bool is_known_item(std::string_view name) {
    return std::ranges::find(known_items(), name) != known_items().end();
}

}  // namespace tandem::avaya_cdr
