// Leaves of packs as they are: one evaluation each over the body of a Telegram message.
#include "core/data/decode.hpp"
#include "core/data/json.hpp"
#include "core/expr/expression.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

namespace tandem {
namespace {

constexpr std::string_view kBody = R"({"update_id":90210477,"message":{"message_id":4711,"from":{"id":5551234567,
"is_bot":false,"first_name":"Anna","last_name":"Petrova","username":"anna_p","language_code":"ru"},"chat":{"id":
5551234567,"first_name":"Anna","last_name":"Petrova","username":"anna_p","type":"private"},"date":1789012345,
"text":"Здравствуйте, где мой заказ?","entities":[{"offset":0,"length":12,"type":"bold"}]}})";

constexpr std::array kLeaves = {"'telegram'",
                                "message.chat.id",
                                "message.from.first_name",
                                "$request.headers.host",
                                "join(':', ['tg', $settings.bot])",
                                "to_string(message.message_id)",
                                "message.chat.type == 'private'",
                                "message.edit_date || message.date",
                                "message.entities[?type == 'bold'].offset | [0]",
                                "message.from.is_bot ? 'bot' : 'customer'"};

void expression(benchmark::State& state) {
    constexpr std::array<std::string_view, 2> kNames = {"request", "settings"};
    data::Arena arena;
    auto body = data::parse_json(kBody, arena).value();
    std::array values = {data::parse_json(R"({"method": "POST", "headers": {"host": "gw.test"}})", arena).value(),
                         data::parse_json(R"({"bot": "support_bot"})", arena).value()};
    const auto* text = kLeaves[static_cast<std::size_t>(state.range(0))];
    state.SetLabel(text);
    auto compiled = expr::Expression::compile(text, {.variables = kNames}).value();
    data::Arena results;
    for (auto _ : state) {
        results.reset();
        auto value = compiled.evaluate(body, {.arena = results, .values = values});
        benchmark::DoNotOptimize(value);
    }
}
BENCHMARK(expression)->DenseRange(0, static_cast<int>(kLeaves.size()) - 1);

void parse(benchmark::State& state) {
    data::Arena arena;
    for (auto _ : state) {
        arena.reset();
        benchmark::DoNotOptimize(data::parse_json(kBody, arena));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBody.size()));
}
BENCHMARK(parse);

void form(benchmark::State& state) {
    constexpr std::string_view kForm =
        "ToCountry=US&SmsMessageSid=SM0123456789abcdef0123456789abcdef&NumMedia=0&ToCity=&FromZip=94105&SmsSid="
        "SM0123456789abcdef0123456789abcdef&FromState=CA&SmsStatus=received&FromCity=SAN+FRANCISCO&Body=%D0%9F%D1%80"
        "%D0%B8%D0%B2%D0%B5%D1%82&FromCountry=US&To=%2B14155550100&NumSegments=1&MessageSid="
        "SM0123456789abcdef0123456789abcdef&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B14155550199&"
        "ApiVersion=2010-04-01";
    data::Arena arena;
    for (auto _ : state) {
        arena.reset();
        benchmark::DoNotOptimize(data::decode_form(kForm, arena));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kForm.size()));
}
BENCHMARK(form);

}  // namespace
}  // namespace tandem

BENCHMARK_MAIN();
