// Checks a document against a table of fields. The tables of the common schema are in schema.cpp; snapshot.cpp reads
// what the store needs out of a checked document. Speed matters: every mapped record passes here.
#pragma once

#include "core/base/result.hpp"
#include "core/data/value.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::model {

enum class Check : std::uint8_t {
    Text,
    NonEmptyText,
    Word,       // Word: one of the rule's vocabulary
    Source,     // ^[a-z0-9][a-z0-9_-]{0,63}$
    EventType,  // ^[a-z_]+(\.[a-z_]+)+$
    Time,       // RFC 3339, UTC with Z, at most microseconds
    Integer,
    NonNegative,
    Version,
    Number,
    Flag,
    Texts,
    Integers,
    OpenObject,
    Object,
    Objects,
};

class ObjectSchema;

struct Rule {
    std::string_view name;
    Check check = Check::Text;
    bool required = false;
    std::span<const std::string_view> words{};
    const ObjectSchema* schema = nullptr;  // of Object and Objects
    std::size_t max_length = 0;            // of texts; 0: unlimited
    std::size_t min_items = 0;
};

// The fields of one kind of object. Built once; immutable afterwards.
class ObjectSchema {
public:
    static constexpr std::size_t kMaxRules = 48;
    using Slots = std::array<const data::Value*, kMaxRules>;

    explicit ObjectSchema(std::vector<Rule> rules, bool open = false);

    // Failure names the field: "parties[0].role: 'client' is not one of customer, agent ...". When `slots` is given, it
    // receives the value of each rule by its number, nullptr where absent.
    Result<void> check(data::Value object, Slots* slots = nullptr) const;

    // Number of the rule of that name; programmers ask only for names that exist.
    std::size_t number(std::string_view name) const;
    std::span<const Rule> rules() const { return rules_; }
    bool open() const { return open_; }

private:
    static constexpr std::size_t kIndexSize = 256;
    static std::size_t hash(std::string_view name) {
        auto first = static_cast<unsigned char>(name.front());
        auto last = static_cast<unsigned char>(name.back());
        return (name.size() * 37 + first * 11U + last * 3U) % kIndexSize;
    }
    int find(std::string_view name) const;
    Result<void> check_member(const data::Member& member, Slots& slots) const;

    std::vector<Rule> rules_;
    bool open_;
    std::array<std::int8_t, kIndexSize> index_{};
};

const ObjectSchema& snapshot_schema();
const ObjectSchema& receipt_schema();

}  // namespace tandem::model
