#include "core/base/time.hpp"

#include <array>

namespace tandem {
namespace {

class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    bool digits(int count, int& out) {
        out = 0;
        for (int i = 0; i < count; ++i) {
            if (at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9') return false;
            out = out * 10 + (text_[at_++] - '0');
        }
        return true;
    }

    bool skip(char wanted) {
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    bool fraction(std::int64_t& micros) {
        std::int64_t scale = 100000;
        int count = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            micros += (text_[at_++] - '0') * scale;
            scale /= 10;
            if (++count > 9) return false;
        }
        return count > 0;
    }

    bool done() const { return at_ == text_.size(); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

void put(std::string& out, int value, int width) {
    std::array<char, 8> digits{};
    for (int i = width - 1; i >= 0; --i) {
        digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out.append(digits.data(), static_cast<std::size_t>(width));
}

bool parse_offset(Cursor& cursor, int& minutes) {
    minutes = 0;
    if (cursor.skip('Z') || cursor.skip('z')) return true;
    int sign = 1;
    if (cursor.skip('-')) {
        sign = -1;
    } else if (!cursor.skip('+')) {
        return false;
    }
    int hour = 0;
    int minute = 0;
    if (!cursor.digits(2, hour)) return false;
    cursor.skip(':');
    if (!cursor.digits(2, minute) || hour > 23 || minute > 59) return false;
    minutes = sign * (hour * 60 + minute);
    return true;
}

}  // namespace

std::string format_time(Instant at) {
    using namespace std::chrono;
    auto day = floor<days>(at);
    year_month_day date(day);
    hh_mm_ss<microseconds> clock(at - day);
    std::string out;
    out.reserve(27);
    put(out, static_cast<int>(date.year()), 4);
    out.push_back('-');
    put(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
    out.push_back('-');
    put(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
    out.push_back('T');
    put(out, static_cast<int>(clock.hours().count()), 2);
    out.push_back(':');
    put(out, static_cast<int>(clock.minutes().count()), 2);
    out.push_back(':');
    put(out, static_cast<int>(clock.seconds().count()), 2);
    auto micros = static_cast<int>(clock.subseconds().count());
    if (micros != 0) {
        out.push_back('.');
        if (micros % 1000 == 0) {
            put(out, micros / 1000, 3);
        } else {
            put(out, micros, 6);
        }
    }
    out.push_back('Z');
    return out;
}

std::optional<Instant> parse_time(std::string_view text) {
    using namespace std::chrono;
    Cursor cursor(text);
    int y = 0;
    int mo = 0;
    int d = 0;
    int h = 0;
    int mi = 0;
    int s = 0;
    std::int64_t micros = 0;
    int offset = 0;
    if (!cursor.digits(4, y) || !cursor.skip('-') || !cursor.digits(2, mo) || !cursor.skip('-') || !cursor.digits(2, d))
        return std::nullopt;
    if (!cursor.skip('T') && !cursor.skip('t') && !cursor.skip(' ')) return std::nullopt;
    if (!cursor.digits(2, h) || !cursor.skip(':') || !cursor.digits(2, mi) || !cursor.skip(':') || !cursor.digits(2, s))
        return std::nullopt;
    if (cursor.skip('.') && !cursor.fraction(micros)) return std::nullopt;
    if (!parse_offset(cursor, offset) || !cursor.done()) return std::nullopt;
    year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
    // A leap second (60) is read as the first second of the next minute.
    if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
    return Instant(sys_days(date)) + hours(h) + minutes(mi - offset) + seconds(s) + microseconds(micros);
}

Instant SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace tandem
