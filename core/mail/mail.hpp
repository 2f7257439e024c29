// The structure of a mail (RFC 5322, RFC 2045/2046) as views into its bytes: nothing is decoded here, nothing copied
// but header fields. The bytes must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

// Name in lower case; value unfolded (RFC 5322, 2.2.3), its bytes as they came.
struct Field {
    std::string name;
    std::string value;
};

class Fields {
public:
    std::vector<Field> list;  // in the order of the mail

    // The first of that name (lower case), nullptr if there is none.
    const std::string* first(std::string_view name) const;
    std::string_view value(std::string_view name) const;  // like first, "" if there is none
    bool has(std::string_view name) const { return first(name) != nullptr; }
};

enum class PartKind : std::uint8_t {
    Leaf,       // has `body`
    Multipart,  // has `parts`
    Message,    // has `body`, a whole mail (message/rfc822)
};

struct Part {
    PartKind kind = PartKind::Leaf;
    std::string number;      // of IMAP (RFC 9051, 6.4.5), e.g. "2.1"; of the outermost multipart ""
    std::string media_type;  // lower case
    Fields fields;
    std::string_view body;    // still encoded
    std::vector<Part> parts;  // of a multipart
    Fields enclosed;          // of a Message: its header
};

struct Mail {
    Fields fields;
    Part body;                          // its fields are those of the mail that begin with Content-
    std::vector<std::string> problems;  // what was tolerated
};

}  // namespace tandem::mail
