#include "core/mail/text_layout.hpp"

#include "core/mail/charset.hpp"

#include <algorithm>

namespace tandem::mail {
namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
constexpr std::string_view kInvisible[] = {"\xE2\x80\x8B", "\xC2\xAD", "\xCD\x8F"};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

void TextLayout::text(std::string_view utf8) {
    for (std::size_t i = 0; i < utf8.size() && !full(); ++i) {
        const auto rest = utf8.substr(i);
        // Senders fill the preview with characters that nobody sees.
        const auto* hidden = std::ranges::find_if(kInvisible, [&](auto it) { return rest.starts_with(it); });
        if (hidden != std::end(kInvisible)) {
            i += hidden->size() - 1;
        } else if (rest.starts_with(kNoBreakSpace)) {
            blank_ = true;
            ++i;
        } else if (pre_ > 0 && utf8[i] == '\n') {
            line_break();
        } else if (pre_ > 0 && utf8[i] == ' ') {
            settle();
            out_ += ' ';
        } else if (is_blank(utf8[i])) {
            blank_ = true;
        } else {
            put(utf8[i]);
        }
    }
}

void TextLayout::put(char c) {
    settle();
    out_ += c;
    line_empty_ = false;
}

// Writes what waits for text.
void TextLayout::settle() {
    if (breaks_ > 0) {
        while (out_.ends_with(' ') || out_.ends_with('\t'))
            out_.pop_back();
        if (!out_.empty()) out_.append(std::min(breaks_, 2U), '\n');
        breaks_ = 0;
        line_empty_ = true;
    }
    if (!mark_.empty()) {
        out_ += mark_;
        mark_.clear();
    } else if (!line_empty_ && cell_) {
        out_ += '\t';
    } else if (!line_empty_ && blank_) {
        out_ += ' ';
    }
    cell_ = blank_ = false;
}

void TextLayout::mark(std::string_view text) {
    mark_ = text;
    blank_ = false;
}

void TextLayout::line_break() {
    ++breaks_;
    blank_ = cell_ = false;
}

void TextLayout::lines(unsigned count) {
    breaks_ = std::max(breaks_, line_empty_ && breaks_ == 0 ? 0U : count);
    blank_ = cell_ = false;
}

void TextLayout::cell() {
    cell_ = true;
}

std::string_view TextLayout::since(std::size_t begin) const {
    return std::string_view(out_).substr(std::min(begin, out_.size()));
}

void TextLayout::cut(std::size_t begin) {
    out_.resize(std::min(begin, out_.size()));
    line_empty_ = out_.empty() || out_.ends_with('\n');
    breaks_ = std::max(breaks_, 1U);
    mark_.clear();
}

std::string TextLayout::finish() {
    while (!out_.empty() && (is_blank(out_.back())))
        out_.pop_back();
    if (out_.size() > limit_) out_.resize(cut_utf8(out_, limit_).size());
    return std::move(out_);
}

}  // namespace tandem::mail
