#include "core/mail/text/reply_text.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/reply_lines.hpp"
#include "core/mail/text/reply_markers.hpp"
#include "core/mail/text/reply_quote.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tandem::mail {
namespace {

constexpr std::size_t kAnswerBelow = 2;      // lines below a quote that may still be a signature or a notice
constexpr std::size_t kSignatureLines = 10;  // below "--" without the blank that RFC 3676 4.3 wants
constexpr std::size_t kFooterLines = 8;
constexpr std::size_t kFooterRule = 30;  // underscores; Mailman writes 47
constexpr std::size_t kWrapAt = 60;      // a quoted line of that length may have been wrapped by a server

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

bool is_text(const Line& line) {
    return line.kind == LineKind::Text;
}

class Cutter {
public:
    Cutter(std::span<const Line> lines, ReplyOptions options, std::size_t& work)
        : lines_(lines), options_(options), work_(work) {}

    std::vector<bool> keep() {
        keep_.assign(lines_.size(), true);
        find_first_quote();
        const bool forward = quote_ && quote_->mail.kind == QuotedMail::Kind::Forward;
        own_end_ = forward ? at_ : lines_.size();
        if (quote_ && !forward) cut_quote();
        cut_tail();
        return std::move(keep_);
    }
    std::optional<QuotedMail> quoted() const { return quote_ ? std::optional(quote_->mail) : std::nullopt; }

private:
    void find_first_quote() {
        for (at_ = 0; at_ < lines_.size() && !quote_; ++at_) {
            if (lines_[at_].folded.empty()) continue;
            quote_ = find_quote(lines_.subspan(at_), work_);
            if (quote_) break;
        }
        if (quote_ && options_.forward && quote_->mark == QuoteMark::Header)
            quote_->mail.kind = QuotedMail::Kind::Forward;
    }

    bool text_within(Range range) const {
        work_ += range.end - range.begin;
        return std::ranges::any_of(lines_.subspan(range.begin, range.end - range.begin), is_text);
    }

    void cut(Range range) { std::fill(at(range.begin), at(range.end), false); }
    std::vector<bool>::iterator at(std::size_t index) { return keep_.begin() + static_cast<std::ptrdiff_t>(index); }

    void cut_quote() {
        const std::size_t body = at_ + quote_->lines;
        const bool above = text_within({0, at_});
        const auto first =
            std::ranges::find_if(lines_.subspan(body), [](const Line& line) { return line.kind != LineKind::Empty; });
        const bool marked = first != lines_.end() && first->kind == LineKind::Quote;
        if (marked) {
            cut_marked({at_, body}, above);
        } else if (above) {
            cut({at_, lines_.size()});
        } else if (quote_->mark == QuoteMark::Introduction) {
            cut({at_, body});
        }
    }

    // A quote whose lines begin with >: what is written between and below may be the answer.
    void cut_marked(Range intro, bool above) {
        const std::size_t end = signature_after_quote(intro.end);
        std::size_t last = intro.end;
        std::size_t between = 0;
        std::size_t below = 0;
        for (std::size_t i = intro.end; i < end; ++i, ++work_) {
            if (lines_[i].kind == LineKind::Quote) {
                between += below;
                below = 0;
                last = i + 1;
            } else if (is_text(lines_[i]) && !wrapped(i) && !footer(i)) {
                ++below;
            }
        }
        if (between > 0) return;
        if (above) {
            if (below <= kAnswerBelow) cut({intro.begin, lines_.size()});
        } else if (below > 0) {
            cut({intro.begin, last});
        }
    }

    // The rest of a quoted line that some server broke: "> a long line without its end", "end", "> next".
    bool wrapped(std::size_t i) const {
        if (i == 0 || i + 1 >= lines_.size()) return false;
        const auto before = lines_[i - 1].text;
        return lines_[i - 1].kind == LineKind::Quote && lines_[i + 1].kind == LineKind::Quote &&
               before.size() >= kWrapAt && !std::string_view(".?!:;").contains(before.back());
    }

    std::size_t signature_after_quote(std::size_t from) const {
        for (std::size_t i = from; i < lines_.size(); ++i, ++work_) {
            if (lines_[i].kind == LineKind::Signature && signature_at(i)) return i;
        }
        return lines_.size();
    }

    // "--" without its blank also parts paragraphs: a signature is short and the end.
    bool signature_at(std::size_t i) const {
        if (lines_[i].text.ends_with(' ')) return true;
        std::size_t below = 0;
        for (std::size_t j = i + 1; j < lines_.size() && below <= kSignatureLines; ++j, ++work_) {
            if (!keep_[j] || lines_[j].kind == LineKind::Quote) break;
            below += lines_[j].kind != LineKind::Empty ? 1 : 0;
        }
        return below <= kSignatureLines;
    }

    // A long rule, and what a mailing list appends below it, to the end.
    bool footer(std::size_t i) const {
        const auto line = lines_[i].text;
        if (lines_[i].kind != LineKind::Rule || line.size() < kFooterRule || !line.starts_with('_')) return false;
        std::size_t below = 0;
        bool named = false;
        for (std::size_t j = i + 1; j < lines_.size() && below <= kFooterLines; ++j, ++work_) {
            below += lines_[j].kind != LineKind::Empty ? 1 : 0;
            named = named || std::ranges::any_of(Markers::get().of(MarkerKind::Footer), [&](const Marker& marker) {
                        ++work_;
                        return lines_[j].folded.contains(marker.begin);
                    });
        }
        return named && below <= kFooterLines;
    }

    void cut_tail() {
        for (std::size_t i = 0; i < own_end_; ++i, ++work_) {
            const bool signature = lines_[i].kind == LineKind::Signature && keep_[i] && signature_at(i);
            if (signature || (keep_[i] && footer(i))) cut_below(i);
        }
        if (own_end_ < lines_.size()) return;
        std::size_t end = lines_.size();
        while (end > 0 && (!keep_[end - 1] || !is_text(lines_[end - 1])))
            --end;
        work_ += lines_.size() - end;
        if (end > 0) cut({end, lines_.size()});
    }

    // To the next quote: an answer may stand below it.
    void cut_below(std::size_t i) {
        for (; i < own_end_ && lines_[i].kind != LineKind::Quote; ++i, ++work_)
            keep_[i] = false;
    }

    std::span<const Line> lines_;
    ReplyOptions options_;
    std::size_t& work_;
    std::vector<bool> keep_;
    std::size_t at_ = 0;       // where the quote begins
    std::size_t own_end_ = 0;  // before a forwarded mail
    std::optional<FoundQuote> quote_;
};

std::string join(std::span<const Line> lines, const std::vector<bool>& keep) {
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!keep[i]) continue;
        const auto line = lines[i].text;
        if (lines[i].kind != LineKind::Empty) {
            out += line.substr(0, line.find_last_not_of(" \t") + 1);
            out += '\n';
        } else if (!out.empty()) {
            out += '\n';
        }
    }
    out.resize(out.find_last_not_of('\n') + 1);
    return out;
}

bool loses_something(std::span<const Line> lines, const std::vector<bool>& keep) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!keep[i] && lines[i].kind != LineKind::Empty) return true;
    }
    return false;
}

}  // namespace

ReplyText reply_text(std::string_view full_text, ReplyOptions options) {
    ReplyText out;
    const auto lines = split_lines(full_text, out.work);
    Cutter cutter(lines, options, out.work);
    auto keep = cutter.keep();
    out.quoted = cutter.quoted();
    out.text = join(lines, keep);
    out.cut = loses_something(lines, keep);
    if (out.text.empty()) {
        keep.assign(lines.size(), true);
        out.text = join(lines, keep);
        out.cut = false;
    }
    return out;
}

}  // namespace tandem::mail
