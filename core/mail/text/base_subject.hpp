// The subject of a conversation, without what programs put around it (RFC 5256 2.1, with the prefixes of other
// languages, counters as in "Re[2]:" and full-width colons).
#pragma once

#include <string>
#include <string_view>

namespace tandem::mail {

struct BaseSubject {
    std::string text;      // case as written, white space collapsed; may be empty
    bool reply = false;    // a reply prefix was there
    bool forward = false;  // a forward prefix or suffix was there
};

// `subject` is decoded UTF-8. Takes time linear in its length.
BaseSubject base_subject(std::string_view subject);

}  // namespace tandem::mail
