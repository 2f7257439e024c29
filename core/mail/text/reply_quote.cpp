#include "core/mail/text/reply_quote.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/reply_intro.hpp"
#include "core/mail/text/reply_markers.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tandem::mail {
namespace {

constexpr std::size_t kBlockLines = 12;

// The text of a separator: "-----Original Message-----" gives "original message". Empty if there are no dashes; with
// `colon` a colon at the end stands for them.
std::string_view inside_dashes(std::string_view folded, bool colon) {
    constexpr std::string_view kSigns = "-_=#* <>";
    std::size_t begin = std::min(folded.find_first_not_of(kSigns), folded.size());
    const auto dashes = folded.substr(0, begin);
    const bool ruled = std::ranges::count_if(dashes, [](char c) { return std::string_view("-_=#").contains(c); }) >= 2;
    auto inside = folded.substr(begin);
    const bool ends_so = inside.ends_with(':');
    inside = inside.substr(0, inside.find_last_not_of("-_=#* <>:.") + 1);
    return ruled || (colon && ends_so) ? inside : std::string_view();
}

bool matches(MarkerKind kind, std::string_view inside, std::size_t& work) {
    return std::ranges::any_of(Markers::get().of(kind), [&](const Marker& marker) {
        ++work;
        if (!inside.starts_with(marker.begin)) return false;
        // "Forwarded by Irina on 5 May" carries more; any other separator is just its words.
        return inside.size() == marker.begin.size() || (marker.begin.ends_with(" by") && inside.size() < 120);
    });
}

std::optional<QuoteMark> separator(const Line& line, std::size_t& work) {
    if (line.folded.empty()) return std::nullopt;
    // fold_line() took leading stars and underscores away, so the line as written decides about dashes.
    const std::string folded = fold_line(trim_ascii(line.text));
    const bool ruled = trim_ascii(line.text).starts_with("__");
    const auto with_colon = inside_dashes(folded, true);
    if (!with_colon.empty() && matches(MarkerKind::Forward, with_colon, work)) return QuoteMark::Forward;
    const auto dashed = ruled ? std::string_view(folded) : inside_dashes(folded, false);
    if (!dashed.empty() && matches(MarkerKind::Original, dashed, work)) return QuoteMark::Header;
    return std::nullopt;
}

struct HeaderLine {
    MarkerKind role;
    std::string_view value;
};

// "*From:* Bob", "发件人：Bob": which header it is, and its value as written.
std::optional<HeaderLine> header_line(const Line& line, std::size_t& work) {
    constexpr std::string_view kWide = "：";
    const std::size_t narrow = line.folded.find(':');
    const std::size_t wide = line.folded.find(kWide);
    const std::size_t colon = std::min(narrow, wide);
    if (colon == std::string::npos || colon == 0 || colon > 60) return std::nullopt;
    auto name = std::string_view(line.folded).substr(0, colon);
    name = name.substr(0, name.find_last_not_of("* ") + 1);
    for (const auto role : {MarkerKind::From, MarkerKind::To, MarkerKind::Cc, MarkerKind::Date, MarkerKind::Subject}) {
        for (const auto& marker : Markers::get().of(role)) {
            ++work;
            if (name != marker.begin) continue;
            const std::size_t at = std::min(line.text.find(':'), line.text.find(kWide));
            auto value = line.text.substr(at + (line.text[at] == ':' ? 1 : kWide.size()));
            const std::size_t begin = std::min(value.find_first_not_of("* \t"), value.size());
            value = value.substr(begin);
            return HeaderLine{role, value.substr(0, value.find_last_not_of("* \t\r") + 1)};
        }
    }
    return std::nullopt;
}

class Block {
public:
    void add(const HeaderLine& header) {
        ++lines_;
        addressed_ = addressed_ || header.value.contains('@');
        auto* const place = place_of(header.role);
        if (place != nullptr && place->empty()) *place = header.value;
        roles_ |= 1U << static_cast<unsigned>(header.role);
    }
    // A place name after "From:" and a day after "Date:" are no mail: three names of which one is the author's, and
    // either an address somewhere or all four that Outlook writes.
    bool complete(bool separated) const {
        const bool from = has(MarkerKind::From);
        const bool rest = has(MarkerKind::Date) || has(MarkerKind::Subject);
        const bool all = has(MarkerKind::To) && has(MarkerKind::Date) && has(MarkerKind::Subject);
        return from && rest && (separated || (lines_ >= 3 && (addressed_ || all)));
    }
    const QuotedMail& mail() const { return mail_; }

private:
    bool has(MarkerKind role) const { return (roles_ & (1U << static_cast<unsigned>(role))) != 0; }
    std::string* place_of(MarkerKind role) {
        switch (role) {
            case MarkerKind::From:
                return &mail_.from;
            case MarkerKind::To:
                return &mail_.to;
            case MarkerKind::Date:
                return &mail_.date;
            case MarkerKind::Subject:
                return &mail_.subject;
            default:
                return nullptr;
        }
    }

    QuotedMail mail_;
    std::size_t lines_ = 0;
    unsigned roles_ = 0;
    bool addressed_ = false;
};

// The header block at the start of `lines`, blank lines before and one between allowed; wrapped values too.
std::optional<FoundQuote> header_block(std::span<const Line> lines, bool separated, std::size_t& work) {
    Block block;
    FoundQuote found{.mark = QuoteMark::Header};
    std::size_t strange = 0;
    for (std::size_t i = 0; i < std::min(lines.size(), kBlockLines); ++i) {
        const auto header = header_line(lines[i], work);
        if (header) {
            block.add(*header);
            found.lines = i + 1;
            strange = 0;
        } else if (found.lines == 0 ? !separated || lines[i].kind != LineKind::Empty : ++strange > 2) {
            break;
        }
    }
    if (!block.complete(separated)) return std::nullopt;
    found.mail = block.mail();
    return found;
}

}  // namespace

std::optional<FoundQuote> find_quote(std::span<const Line> lines, std::size_t& work) {
    if (const auto mark = separator(lines[0], work)) {
        FoundQuote found{.mark = *mark, .lines = 1};
        if (auto block = header_block(lines.subspan(1), true, work)) {
            found.lines += block->lines;
            found.mail = std::move(block->mail);
        }
        found.mail.kind = *mark == QuoteMark::Forward ? QuotedMail::Kind::Forward : QuotedMail::Kind::Reply;
        return found;
    }
    if (auto block = header_block(lines, false, work)) return block;
    if (auto intro = find_intro(lines, work)) {
        return FoundQuote{.mark = QuoteMark::Introduction, .lines = intro->lines, .mail = std::move(intro->mail)};
    }
    return std::nullopt;
}

bool is_forward_marker(std::string_view line) {
    std::size_t work = 0;
    const auto lines = split_lines(trim_ascii(line).substr(0, kMarkerBytes), work);
    return !lines.empty() && separator(lines[0], work) == QuoteMark::Forward;
}

}  // namespace tandem::mail
