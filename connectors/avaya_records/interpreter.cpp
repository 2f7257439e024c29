#include "connectors/avaya_records/interpreter.hpp"

#include "connectors/avaya_records/line_reader.hpp"
#include "connectors/avaya_records/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_records {

namespace {

constexpr std::size_t kMaxTails = 100;  // peers that left one

Heard cut_off(std::string line, std::string text) {
    return {.reading = {.found = Found::Unreadable, .problem = "cut off: its connection ended before the line did"},
            .line = std::move(line),
            .text = std::move(text)};
}

}  // namespace

void Interpreter::take(const StoredLine& line, std::vector<Heard>& heard) {
    std::string text = to_utf8(without_filling(line.raw), charset_);
    if (line.cut && !book_.complete(text)) return keep(line, std::move(text), heard);
    text = complete(line, std::move(text), heard);
    Reading reading = book_.take({.text = text, .peer = line.peer, .connection = line.connection, .at = line.at});
    heard.push_back({.reading = std::move(reading), .line = line.id, .text = std::move(text)});
}

void Interpreter::keep(const StoredLine& line, std::string text, std::vector<Heard>& heard) {
    if (tails_.size() >= kMaxTails && !tails_.contains(line.peer)) {
        const auto oldest = std::ranges::min_element(tails_, {}, [](const auto& one) { return one.second.at; });
        heard.push_back(cut_off(oldest->second.line, oldest->second.text));
        tails_.erase(oldest);
    }
    Tail& tail = tails_[line.peer];
    if (!tail.line.empty()) heard.push_back(cut_off(tail.line, tail.text));
    tail = {.text = std::move(text), .line = line.id, .connection = line.connection, .at = line.at};
}

std::string Interpreter::complete(const StoredLine& line, std::string text, std::vector<Heard>& heard) {
    const auto found = tails_.find(line.peer);
    if (found == tails_.end() || found->second.connection == line.connection) return text;
    const Tail tail = std::move(found->second);
    tails_.erase(found);
    if (text.starts_with(tail.text)) {
        heard.push_back({.reading = {.found = Found::Note}, .line = tail.line, .text = tail.text});
        return text;
    }
    if (!book_.readable(text) && book_.readable(tail.text + text)) return tail.text + text;
    heard.push_back(cut_off(tail.line, tail.text));
    return text;
}

}  // namespace tandem::avaya_records
