// Asking the archive (XEP-0313 1.1, XEP-0059): one page after another, by ids, never by time, because several messages
// share a second. Pure.
#pragma once

#include "connectors/xmpp/element.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::xmpp {

// Everything after an archive id, else everything since a moment.
struct ArchivePlace {
    std::string after;
    Instant since{};
};

// How far the archive has been read, as the host keeps it: the id and the time of the last message.
std::string to_cursor(std::string_view archive_id, Instant at);
// nullopt when the text is none.
std::optional<ArchivePlace> parse_cursor(std::string_view cursor);

// `query` names the results; `with`: only what was said with that address, if not empty. The request still needs an id.
Element archive_query(std::string_view query, const ArchivePlace& place, std::string_view with, unsigned max);

struct ArchivePage {
    bool complete = false;
    bool unknown_place = false;  // the archive no longer has the id
    std::string last;            // id of the page's last message; empty: the page is empty
};
// The answer to archive_query(). Failure: what the server says.
Result<ArchivePage> read_page(const Element& iq);

}  // namespace tandem::xmpp
