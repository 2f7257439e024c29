#include "core/base/text.hpp"
#include "core/data/decoders.hpp"
#include "core/data/position.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tandem::data {
namespace {

// The separator that the header row has most of, outside quotes.
char find_separator(std::string_view text) {
    std::size_t counts[3] = {};
    constexpr std::string_view kSeparators = ",;\t";
    bool quoted = false;
    for (char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '\n' || c == '\r')) break;
        auto found = kSeparators.find(c);
        if (!quoted && found != std::string_view::npos) ++counts[found];
    }
    auto best = std::max_element(std::begin(counts), std::end(counts)) - std::begin(counts);
    return kSeparators[static_cast<std::size_t>(best)];
}

class CsvReader {
public:
    CsvReader(std::string_view text, Arena& arena, const DecodeLimits& limits)
        : text_(text), arena_(arena), cells_left_(limits.fields), separator_(find_separator(text)) {}

    Result<Value> run() {
        ArenaList<Value> rows(arena_);
        if (auto read = row(); !read) return fail(std::move(read).error());
        if (auto named = take_header(); !named) return fail(std::move(named).error());
        while (at_ < text_.size()) {
            auto start = at_;
            if (auto read = row(); !read) return fail(std::move(read).error());
            bool blank = cells_.size() == 1 && cells_[0].empty();
            if (blank) continue;
            auto object = row_object(start);
            if (!object) return object;
            rows.push_back(*object);
        }
        return Value::array(rows.items());
    }

private:
    // Reads one line into cells_.
    Result<void> row() {
        cells_.clear();
        while (true) {
            if (cells_left_-- == 0) return corrupt_at(text_, at_, "too many cells");
            auto cell = at_ < text_.size() && text_[at_] == '"' ? quoted() : Result<std::string_view>(plain());
            if (!cell) return fail(std::move(cell).error());
            cells_.push_back(*cell);
            if (at_ < text_.size() && text_[at_] == separator_) {
                ++at_;
                continue;
            }
            if (at_ < text_.size() && text_[at_] == '\r') ++at_;
            if (at_ < text_.size() && text_[at_] == '\n') ++at_;
            return {};
        }
    }

    std::string_view plain() {
        auto start = at_;
        while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n')
            ++at_;
        return text_.substr(start, at_ - start);
    }

    Result<std::string_view> quoted() {
        auto start = at_++;
        std::string out;
        while (true) {
            auto quote = text_.find('"', at_);
            if (quote == std::string_view::npos) return corrupt_at(text_, start, "the closing quote is missing");
            out.append(text_.substr(at_, quote - at_));
            at_ = quote + 1;
            if (at_ == text_.size() || text_[at_] != '"') break;
            out.push_back('"');
            ++at_;
        }
        bool ended = at_ == text_.size() || text_[at_] == separator_ || text_[at_] == '\r' || text_[at_] == '\n';
        if (!ended) return corrupt_at(text_, at_, "text behind a closing quote");
        return arena_.copy(out);
    }

    Result<void> take_header() {
        for (auto cell : cells_)
            names_.push_back(trim_ascii(cell));
        auto sorted = names_;
        std::erase(sorted, "");
        std::ranges::sort(sorted);
        auto twice = std::ranges::adjacent_find(sorted);
        if (twice != sorted.end()) return corrupt_at(text_, 0, "two columns named " + std::string(*twice));
        return {};
    }

    // Columns without a name and cells missing at the end are left out.
    Result<Value> row_object(std::size_t start) {
        ArenaList<Member> members(arena_, names_.size());
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            if (i < names_.size() && !names_[i].empty()) {
                members.push_back({names_[i], Value::string(cells_[i])});
            } else if (i >= names_.size() && !cells_[i].empty()) {
                return corrupt_at(text_, start, "more cells than the header has");
            }
        }
        return Value::object(members.items());
    }

    std::string_view text_;
    Arena& arena_;
    std::size_t cells_left_;
    char separator_;
    std::size_t at_ = 0;
    std::vector<std::string_view> names_;
    std::vector<std::string_view> cells_;
};

}  // namespace

Result<Value> decode_csv(std::string_view body, Arena& arena, const DecodeLimits& limits) {
    return CsvReader(body, arena, limits).run();
}

}  // namespace tandem::data
