// Requests signed by Twilio's own npm library (tests/mappings/vendor, installed by tools/setup): our verdict on the
// signature must be the library's, for genuine and for damaged requests.
#include "core/data/json.hpp"
#include "tests/mappings/reading.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

namespace tandem::testing {
namespace {

constexpr int kForbidden = 403;
const std::string kFolder = std::string(TANDEM_SOURCE_DIR) + "/tests/mappings/vendor";

std::string output_of(const std::string& command) {
    struct Close {
        void operator()(FILE* pipe) const { pclose(pipe); }
    };
    const std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "r"));
    EXPECT_NE(pipe, nullptr) << command;
    std::string out;
    std::array<char, 65536> buffer{};
    for (std::size_t n = 0; pipe && (n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
        out.append(buffer.data(), n);
    return out;
}

TEST(VendorLibrary, TwilioSignsAndWeAgree) {
    ASSERT_TRUE(std::filesystem::exists(kFolder + "/node_modules/twilio/package.json"))
        << "the twilio library is not installed: run tools/setup";
    constexpr int kRequests = 400;
    std::istringstream lines(
        output_of("node '" + kFolder + "/twilio_requests.mjs' " + std::to_string(kRequests) + " 7"));
    std::map<std::string, Vendor> vendors;  // by token
    int genuine = 0;
    int damaged = 0;
    data::Arena arena;
    for (std::string text; std::getline(lines, text);) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line) << text;
        const std::string token(*line->string_at("auth_token"));
        const auto& vendor =
            vendors.try_emplace(token, "twilio", R"({"auth_token": ")" + token + R"("})").first->second;
        ASSERT_TRUE(vendor.ready());
        mapping::Request request{.method = *line->string_at("method"),
                                 .url = *line->string_at("url"),
                                 .headers = {},
                                 .body = *line->string_at("body")};
        for (const auto& header : line->get("headers").members())
            request.headers.push_back({header.key, header.value.as_string()});
        const bool valid = line->get("valid").as_bool();
        ++(valid ? genuine : damaged);
        const auto reading = vendor.read(request, arena);
        EXPECT_EQ(reading.status != kForbidden, valid) << text << "\n" << reading.reason;
    }
    EXPECT_EQ(genuine + damaged, kRequests);
    EXPECT_GT(genuine, kRequests / 3);
    EXPECT_GT(damaged, kRequests / 5);
}

}  // namespace
}  // namespace tandem::testing
