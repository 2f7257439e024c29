// Lines of text as they come out of HTML: runs of blanks are one, block elements ask for line ends, blank lines never
// stand in a row. Private to core/mail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::mail {

class TextLayout {
public:
    explicit TextLayout(std::size_t limit) : limit_(limit) {}

    void text(std::string_view utf8);
    void mark(std::string_view text);  // begins a line, does not count as its content
    void line_break();                 // of <br>: two of them are a blank line
    void lines(unsigned count);        // what follows begins a line; 2: after a blank line
    void cell();
    void preformatted(bool on) { pre_ += on ? 1 : (pre_ > 0 ? -1 : 0); }

    std::size_t size() const { return out_.size(); }
    std::string_view since(std::size_t begin) const;
    void cut(std::size_t begin);  // forgets what came since
    bool full() const { return out_.size() >= limit_; }
    std::string finish();

private:
    void put(char c);
    void settle();

    std::size_t limit_;
    std::string out_;
    unsigned breaks_ = 0;     // line ends that wait for text
    bool blank_ = false;      // a blank waits
    bool cell_ = false;       // a tab waits
    bool line_empty_ = true;  // nothing on this line yet
    std::string mark_;        // waits for text
    int pre_ = 0;
};

}  // namespace tandem::mail
