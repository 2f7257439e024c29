// PGP inside of a text (RFC 9580, 6.2 and 7). Nothing is verified. Private to core/mail.
#pragma once

#include <string>
#include <string_view>

namespace tandem::mail {

struct PgpText {
    std::string text;  // of a signed text without its armour; of an encrypted one nothing; else as it was
    bool is_signed = false;
    bool encrypted = false;  // it begins with an encrypted message
};

PgpText strip_pgp(std::string_view text);

}  // namespace tandem::mail
