// Octets of a switch through reader, interpreter and book, cut as a test wants, without sockets and journal.
#pragma once

#include "connectors/avaya_records/call.hpp"
#include "connectors/avaya_records/interpreter.hpp"
#include "connectors/avaya_records/line_reader.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_records::test {

inline std::string_view label(Found found) {
    constexpr std::string_view kLabels[] = {"record", "repeat", "note", "lost", "unreadable"};
    return kLabels[static_cast<std::size_t>(found)];
}

struct Outcome {
    std::map<std::string, int> found;
    std::vector<std::string> problems;
    std::vector<std::string> calls;  // the last that was told of each, in order of their ids
    std::size_t told = 0;
    std::string tail;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Reading {
public:
    explicit Reading(Book& book, std::string charset = {}) : book_(book), interpreter_(book, std::move(charset)) {}

    void line(StoredLine line) {
        for (Call& call : book_.due(line.at))
            keep(call);
        std::vector<Heard> heard;
        interpreter_.take(line, heard);
        for (const Heard& one : heard) {
            ++outcome_.found[std::string(label(one.reading.found))];
            if (!one.reading.problem.empty()) outcome_.problems.push_back(one.reading.problem);
        }
    }
    void octets(std::string_view octets, const std::function<std::size_t()>& piece, Instant at) {
        LineReader reader;
        std::vector<std::string> lines;
        while (!octets.empty()) {
            const std::size_t size = std::min(octets.size(), piece());
            reader.feed(octets.substr(0, size), lines);
            octets.remove_prefix(size);
        }
        for (std::string& one : lines) {
            if (is_blank(one)) {
                ++outcome_.found["blank"];
            } else {
                line({.id = {}, .raw = std::move(one), .peer = "192.0.2.20", .connection = 1, .at = at});
            }
        }
        if (!is_blank(reader.tail())) outcome_.tail = reader.tail();
    }
    Outcome end(Instant at) {
        for (Call& call : book_.due(at))
            keep(call);
        for (auto& [id, json] : calls_)
            outcome_.calls.push_back(json);
        return outcome_;
    }

private:
    void keep(const Call& call) {
        ++outcome_.told;
        calls_[call.id] = to_json(call);
        for (const std::string& alias : call.aliases)
            calls_.erase(alias);
    }

    Book& book_;
    Interpreter interpreter_;
    Outcome outcome_;
    std::map<std::string, std::string> calls_;
};

// What of `wanted` is not in `given`: members that are named must be equal, lists have all their elements; null: there
// is no such member. "" if nothing.
inline std::string difference(data::Value wanted, data::Value given, const std::string& path = "") {
    if (wanted.is_object()) {
        if (!given.is_object()) return path + ": no object\n";
        std::string out;
        for (const auto& [key, value] : wanted.members())
            out += difference(value, given.get(key), path + "/" + std::string(key));
        return out;
    }
    if (wanted.is_array() && given.is_array() && wanted.size() == given.size()) {
        std::string out;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            out += difference(wanted.items()[i], given.items()[i], path + "/" + std::to_string(i));
        return out;
    }
    if (wanted == given) return {};
    return path + ": wanted " + data::to_json(wanted) + ", found " + data::to_json(given) + "\n";
}

}  // namespace tandem::avaya_records::test
