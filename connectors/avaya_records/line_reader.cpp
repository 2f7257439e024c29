#include "connectors/avaya_records/line_reader.hpp"

#include <algorithm>

namespace tandem::avaya_records {

namespace {

constexpr std::size_t kTelling = 4;  // octets of a connection that tell what it is

}  // namespace

void LineReader::feed(std::string_view octets, std::vector<std::string>& lines) {
    tail_.append(octets);
    std::size_t begin = 0;
    for (;;) {
        if (returned_ && begin < tail_.size()) {
            if (tail_[begin] == '\n') ++begin;
            returned_ = false;
        }
        const auto end = tail_.find_first_of("\r\n", std::max(begin, searched_));
        const std::size_t length = std::min(end, tail_.size()) - begin;
        if (length > longest_) {
            lines.push_back(tail_.substr(begin, longest_));
            begin += longest_;
            continue;
        }
        if (end == std::string::npos) break;
        lines.push_back(tail_.substr(begin, length));
        returned_ = tail_[end] == '\r';
        begin = end + 1;
    }
    tail_.erase(0, begin);
    searched_ = tail_.size();
}

std::string without_filling(std::string_view line) {
    std::string out;
    out.reserve(line.size());
    std::ranges::copy_if(line, std::back_inserter(out), [](char c) { return c != '\0' && c != '\r' && c != '\n'; });
    return out;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(std::string_view("\0\r\n\t ", 5)) == std::string_view::npos;
}

std::optional<bool> is_binary(std::string_view beginning) {
    beginning.remove_prefix(std::min(beginning.find_first_not_of('\0'), beginning.size()));
    const auto strange = [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet >= 0x7f || (octet < 0x20 && c != '\t' && c != '\r' && c != '\n');
    };
    const auto telling = beginning.substr(0, kTelling);
    if (std::ranges::any_of(telling, strange)) return true;
    return telling.size() == kTelling ? std::optional(false) : std::nullopt;
}

}  // namespace tandem::avaya_records
