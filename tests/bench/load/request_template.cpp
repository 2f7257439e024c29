#include "tests/bench/load/request_template.hpp"

#include "core/base/crypto.hpp"

#include <charconv>

namespace tandem::bench {

namespace {

void append_number(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

void append_hex(std::string& out, const std::array<std::uint8_t, 32>& bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const std::uint8_t byte : bytes) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
}

// The finaliser of SplitMix64: neighbours get customers far apart, as in life, so that caches are not flattered.
std::uint64_t scatter(std::uint64_t n) {
    n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9ULL;
    n = (n ^ (n >> 27)) * 0x94d049bb133111ebULL;
    return n ^ (n >> 31);
}

}  // namespace

Result<RequestTemplate> RequestTemplate::parse(TemplateOptions options) {
    if (options.targets.empty()) return fail(config_error("no target"));
    if (options.customers == 0) return fail(config_error("no customers"));
    RequestTemplate out(std::move(options));
    const std::string_view sign = out.options_.sign;
    const auto colon = sign.find(':');
    const auto kind = sign.substr(0, colon);
    if (kind == "viber") {
        out.signature_header_ = "X-Viber-Content-Signature: ";
    } else if (kind == "meta") {
        out.signature_header_ = "X-Hub-Signature-256: sha256=";
    } else if (!kind.empty()) {
        return fail(config_error("unknown kind of signature: " + std::string(kind)));
    }
    if (colon != std::string_view::npos) out.secret_ = sign.substr(colon + 1);
    out.fixed_headers_ = " HTTP/1.1\r\nHost: " + out.options_.host + "\r\n";
    for (const std::string& header : out.options_.headers)
        out.fixed_headers_ += header + "\r\n";
    out.cut_body();
    return out;
}

void RequestTemplate::cut_body() {
    const std::string_view body = options_.body;
    std::size_t from = 0;
    for (std::size_t at = 0; (at = body.find('{', at)) != std::string_view::npos; ++at) {
        const auto name = body.substr(at, 3);
        const Slot slot = name == "{n}"   ? Slot::Number
                          : name == "{c}" ? Slot::Customer
                          : name == "{t}" ? Slot::Seconds
                                          : Slot::End;
        if (slot == Slot::End) continue;
        pieces_.push_back({std::string(body.substr(from, at - from)), slot});
        from = at + name.size();
    }
    pieces_.push_back({std::string(body.substr(from)), Slot::End});
}

std::uint64_t RequestTemplate::value(Slot slot, std::uint64_t n) const {
    switch (slot) {
        case Slot::Number:
            return n;
        case Slot::Customer:
            return scatter(n) % options_.customers;
        case Slot::Seconds:
            return options_.first_second + n / 20;
        case Slot::End:
            break;
    }
    return 0;
}

void RequestTemplate::render_body(std::uint64_t n) {
    body_.clear();
    for (const Piece& piece : pieces_) {
        body_ += piece.text;
        if (piece.slot != Slot::End) append_number(body_, value(piece.slot, n));
    }
}

void RequestTemplate::render(std::uint64_t n, std::string& out) {
    render_body(n);
    out.clear();
    out += options_.method;
    out += ' ';
    out += options_.targets[n % options_.targets.size()];
    out += fixed_headers_;
    if (!signature_header_.empty()) {
        out += signature_header_;
        append_hex(out, hmac_sha256(secret_, body_));
        out += "\r\n";
    }
    if (!body_.empty()) {
        out += "Content-Length: ";
        append_number(out, body_.size());
        out += "\r\n";
    }
    out += "\r\n";
    out += body_;
}

}  // namespace tandem::bench
