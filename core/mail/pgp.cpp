#include "core/mail/pgp.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::mail {
namespace {

constexpr std::string_view kSigned = "-----BEGIN PGP SIGNED MESSAGE-----\n";
constexpr std::string_view kSignature = "\n-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view kEnd = "-----END PGP SIGNATURE-----";
constexpr std::string_view kMessage = "-----BEGIN PGP MESSAGE-----";

// Lines that begin with a dash were given "- " in front (7.2).
std::string undo_dashes(std::string_view text) {
    std::string out;
    bool begins = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (begins && text.substr(i, 2) == "- ") i += 2;
        if (i >= text.size()) break;
        begins = text[i] == '\n';
        out += text[i];
    }
    return out;
}

}  // namespace

PgpText strip_pgp(std::string_view text) {
    PgpText out{.text = std::string(text)};
    if (trim_ascii(text).starts_with(kMessage)) {
        out.encrypted = true;
        out.text.clear();
        return out;
    }
    const auto begin = text.starts_with(kSigned) ? 0 : text.find("\n-----BEGIN PGP SIGNED MESSAGE-----\n");
    if (begin == std::string_view::npos) return out;
    const auto blank = text.find("\n\n", begin);
    const auto signature = text.find(kSignature, begin);
    if (blank == std::string_view::npos || signature == std::string_view::npos || blank > signature) return out;
    const auto inner = text.substr(blank + 2, signature - std::min(signature, blank + 2));
    const auto end = text.find(kEnd, signature);
    out.is_signed = true;
    out.text = std::string(text.substr(0, begin)) + (begin > 0 ? "\n" : "") + undo_dashes(inner);
    if (end != std::string_view::npos) out.text += text.substr(end + kEnd.size());
    return out;
}

}  // namespace tandem::mail
