// The agent's page over a store that knows Alice (gateway.hpp).
#pragma once

#include "tests/core/api/gateway.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tandem::test {

constexpr auto* kConsole = "p-secret";
constexpr auto* kConsoleLinks = "pw-secret";

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

class Page : public testing::Test {
protected:
    Page() { fill_with_alice(gateway_.store); }
    std::string page(const std::string& query = "point=tel:%2B74951234567", const char* token = kConsole) {
        const auto response = gateway_.get("/pop?" + query, token);
        EXPECT_EQ(response.status, 200) << response.body;
        return response.body;
    }

    Gateway gateway_;
};

}  // namespace tandem::test
