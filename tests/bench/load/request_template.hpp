// One HTTP request after another from a template with running numbers, signed as vendors sign.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::bench {

struct TemplateOptions {
    std::string method = "POST";
    std::string host;                  // "127.0.0.1:8080"
    std::vector<std::string> targets;  // used in turn
    std::vector<std::string> headers;  // "Name: value"
    std::string body;                  // with {n}, {c}, {t}
    std::string sign;                  // "", or viber:SECRET or meta:SECRET
    std::uint64_t customers = 200'000;
    std::uint64_t first_second = 1'789'000'000;
};

// In the body {n} is the number of the request, {c} a customer's number (spread over all customers as if by chance, but
// the same for the same n) and {t} seconds since 1970, one more every twenty requests.
class RequestTemplate {
public:
    // Failure: an unknown kind of signature, or no target.
    static Result<RequestTemplate> parse(TemplateOptions options);

    // Puts request number `n` into `out`, whose memory is used again.
    void render(std::uint64_t n, std::string& out);

private:
    enum class Slot { End, Number, Customer, Seconds };
    struct Piece {
        std::string text;
        Slot slot = Slot::End;  // what follows the text
    };

    explicit RequestTemplate(TemplateOptions options) : options_(std::move(options)) {}
    void cut_body();
    void render_body(std::uint64_t n);
    std::uint64_t value(Slot slot, std::uint64_t n) const;

    TemplateOptions options_;
    std::vector<Piece> pieces_;
    std::string fixed_headers_;
    std::string signature_header_;  // name and what stands before the digits
    std::string secret_;
    std::string body_;
};

}  // namespace tandem::bench
