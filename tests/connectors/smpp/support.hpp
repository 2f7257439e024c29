// Short forms for tests of the smpp connector.
#pragma once

#include "connectors/smpp/pdu.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smpp::test {

inline std::string to_hex(std::string_view octets) {
    return hex(std::span(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
}
inline std::string from_hex(std::string_view text) {
    auto octets = unhex(text);
    EXPECT_TRUE(octets) << text;
    return octets.value_or("");
}

// Calls `use` with every line of a JSON Lines file of the shared fixtures and returns their number; 0 after a plain
// message when there are no fixtures.
template <class Use>
int each_fixture(const std::string& name, Use use) {
    const auto folder = testing::fixtures("sms");
    if (!folder) return 0;
    std::istringstream in(testing::read_file(*folder / name));
    std::string line;
    int count = 0;
    for (; std::getline(in, line); ++count) {
        data::Arena arena;
        const auto document = data::parse_json(line, arena);
        if (!document) {
            ADD_FAILURE() << name << ":" << count + 1 << ": " << document.error().text;
            continue;
        }
        const std::string title(document->string_at("name").value_or(document->string_at("id").value_or("")));
        SCOPED_TRACE(name + ":" + std::to_string(count + 1) + " " + title);
        use(*document);
    }
    return count;
}

inline std::string text_at(data::Value value, std::string_view key) {
    return std::string(value.string_at(key).value_or(""));
}

}  // namespace tandem::smpp::test
