// Cuts what a switch sends into lines. Call records are lines that end in CR LF, LF or CR, as the layout says; NULs
// stand before the first one and behind line ends (vendors/avaya.md 4.1, 5.1). One read holds several lines or half of
// one. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_records {

class LineReader {
public:
    // A line that is longer is handed out in pieces: what is no record must not fill the memory.
    explicit LineReader(std::size_t longest = 8 * 1024) : longest_(longest) {}

    // Appends the lines that are complete, without their line end and otherwise as they came.
    void feed(std::string_view octets, std::vector<std::string>& lines);

    // What came after the last line end.
    const std::string& tail() const { return tail_; }

private:
    const std::size_t longest_;
    std::string tail_;
    std::size_t searched_ = 0;  // of the tail, for a line end
    bool returned_ = false;     // the last line ended in CR: an LF that follows belongs to it
};

// Without NULs and line ends; blanks at the front are columns of some formats and stay.
std::string without_filling(std::string_view line);
bool is_blank(std::string_view line);

// Whether a connection brings something else than lines of text: a control character other than TAB, CR, LF and NUL, or
// an octet that is no ASCII, among the first four that are no NUL. Avaya's Reliable Session Protocol looks like that
// (vendors/avaya.md 5.1). nullopt: what came so far does not tell.
std::optional<bool> is_binary(std::string_view beginning);

}  // namespace tandem::avaya_records
