#include "core/mail/text/unicode.hpp"

#include "core/base/text.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace tandem::mail {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;

template <class Visit>
void each_character(std::string_view text, Visit visit) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto size = static_cast<std::int64_t>(text.size());
    for (std::int64_t at = 0; at < size;) {
        UChar32 character = 0;
        U8_NEXT(bytes, at, size, character);
        visit(character < 0 ? kReplacement : character);
    }
}

void append(std::string& out, UChar32 character) {
    char buffer[U8_MAX_LENGTH];
    std::size_t length = 0;
    U8_APPEND_UNSAFE(buffer, length, character);
    out.append(buffer, length);
}

const icu::Normalizer2& nfkc() {
    static const icu::Normalizer2& normalizer = [] -> const icu::Normalizer2& {
        UErrorCode status = U_ZERO_ERROR;
        const auto* instance = icu::Normalizer2::getNFKCInstance(status);
        if (instance == nullptr || U_FAILURE(status)) throw std::runtime_error("ICU has no data for NFKC");
        return *instance;
    }();
    return normalizer;
}

bool skipped(UChar32 character) {
    return u_isUWhiteSpace(character) || u_charType(character) == U_FORMAT_CHAR || u_iscntrl(character);
}

}  // namespace

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    each_character(text, [&](UChar32 character) { append(out, u_foldCase(character, U_FOLD_CASE_DEFAULT)); });
    return out;
}

std::string squeeze(std::string_view text, std::size_t bytes) {
    // NFKC makes at most four bytes into one (mathematical letters), so this much is enough, and bounds the work.
    std::string kept;
    const std::size_t wanted = bytes * 4;
    each_character(text, [&](UChar32 character) {
        if (kept.size() < wanted && !skipped(character)) append(kept, character);
    });
    std::string normal;
    icu::StringByteSink<std::string> sink(&normal);
    UErrorCode status = U_ZERO_ERROR;
    nfkc().normalizeUTF8(0, icu::StringPiece(kept.data(), static_cast<std::int32_t>(kept.size())), sink, nullptr,
                         status);
    if (U_FAILURE(status)) throw std::runtime_error("ICU cannot normalise");
    // Normalising makes blanks of its own (U+00A8 and its like).
    std::string out;
    each_character(normal, [&](UChar32 character) {
        const auto length = static_cast<std::size_t>(U8_LENGTH(character));
        if (out.size() + length <= bytes && !skipped(character)) append(out, character);
    });
    return out;
}

std::string collapse_blanks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool blank = false;
    each_character(text, [&](UChar32 character) {
        if (u_isUWhiteSpace(character) || character == 0) {
            blank = true;
            return;
        }
        if (blank && !out.empty()) out += ' ';
        blank = false;
        append(out, character);
    });
    return out;
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    each_character(text, [&](UChar32) { ++count; });
    return count;
}

}  // namespace tandem::mail
