// winmail.dat: what Outlook packs its own format into (MS-OXTNEF, MS-OXRTFCP). Attachments, their names and the body.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct TnefAttachment {
    std::string name;  // without path; empty if none
    std::string media_type;
    std::string content_id;
    std::string_view bytes;  // inside what was read
};

struct Tnef {
    std::string message_class;  // "IPM.Microsoft Mail.Note"
    std::string subject;
    std::string message_id;  // without angle brackets
    std::string text;        // UTF-8
    std::string html;        // as stored: its charset is the document's own matter
    std::string rtf;         // decompressed
    std::vector<TnefAttachment> attachments;
    std::vector<std::string> problems;  // what was tolerated: cut, wrong checksum, too many
};

struct TnefLimits {
    std::size_t attachments = 1'000;
    std::size_t properties = 20'000;  // in all
    std::size_t rtf_bytes = 4 * 1024 * 1024;
};

// ErrorKind::Corrupt if it is no TNEF at all; what is damaged later ends the reading and is named in `problems`.
Result<Tnef> read_tnef(std::string_view bytes, TnefLimits limits = {});

}  // namespace tandem::mail
