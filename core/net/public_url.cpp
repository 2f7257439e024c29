#include "core/net/public_url.hpp"

#include "core/base/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <optional>

namespace tandem::net {

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes address_bytes(std::string_view text) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(text), error);
    if (error) return {};
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return {bytes.begin(), bytes.end()};
    }
    const auto v6 = address.to_v6();
    const auto bytes = v6.to_bytes();
    return v6.is_v4_mapped() ? Bytes(bytes.begin() + 12, bytes.end()) : Bytes(bytes.begin(), bytes.end());
}

// "1.2.3.4:567", "[::1]:567", "\"[::1]\"" and plain addresses to the address alone.
std::string_view without_port(std::string_view text) {
    text = trim_ascii(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (text.starts_with('[')) return text.substr(1, text.find(']') == text.npos ? text.npos : text.find(']') - 1);
    const auto colon = text.find(':');
    const bool one_colon = colon != text.npos && text.find(':', colon + 1) == text.npos;
    return one_colon ? text.substr(0, colon) : text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(trim_ascii(text.substr(0, at)));
        if (at == text.npos) return parts;
        text.remove_prefix(at + 1);
    }
}

// All values of a list header, also when it was sent in several lines.
std::vector<std::string_view> list_header(const HttpRequest& request, std::string_view name) {
    std::vector<std::string_view> values;
    for (const Header& header : request.headers) {
        if (!iequals_ascii(header.name, name)) continue;
        for (const auto part : split(header.value, ','))
            values.push_back(part);
    }
    return values;
}

// One parameter of one element of a Forwarded header (RFC 7239): for=…;proto=…;host=…
std::string_view forwarded_parameter(std::string_view element, std::string_view name) {
    for (const auto pair : split(element, ';')) {
        const auto equals = pair.find('=');
        if (equals == pair.npos || !iequals_ascii(trim_ascii(pair.substr(0, equals)), name)) continue;
        auto value = trim_ascii(pair.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

// What the proxy nearest to us says; X-Forwarded-* wins because proxies that set both set it on purpose.
std::string forwarded(const HttpRequest& request, std::string_view x_header, std::string_view parameter) {
    const auto values = list_header(request, x_header);
    if (!values.empty() && !values.back().empty()) return std::string(values.back());
    const auto elements = list_header(request, "Forwarded");
    return elements.empty() ? std::string() : std::string(forwarded_parameter(elements.back(), parameter));
}

}  // namespace

Result<AddressBlock> AddressBlock::parse(std::string_view text) {
    const auto wrong = [&] {
        return fail(config_error("\"" + std::string(text) + "\" is not an address block, e.g. 10.0.0.0/8 or ::1"));
    };
    const auto slash = text.find('/');
    AddressBlock block;
    block.bytes_ = address_bytes(text.substr(0, slash));
    if (block.bytes_.empty()) return wrong();
    const auto width = static_cast<unsigned>(block.bytes_.size() * 8);
    block.bits_ = width;
    if (slash == text.npos) return block;
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), block.bits_);
    if (error != std::errc() || end != digits.data() + digits.size() || block.bits_ > width) return wrong();
    return block;
}

bool AddressBlock::contains(std::string_view address) const {
    const Bytes bytes = address_bytes(address);
    if (bytes.size() != bytes_.size()) return false;
    for (unsigned bit = 0; bit < bits_; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((bytes[bit / 8] & mask) != (bytes_[bit / 8] & mask)) return false;
    }
    return true;
}

PublicUrl::PublicUrl(PublicUrlRules rules) : rules_(std::move(rules)) {
    while (rules_.base.ends_with('/'))
        rules_.base.pop_back();
}

bool PublicUrl::trusts(std::string_view address) const {
    for (const AddressBlock& block : rules_.trusted) {
        if (block.contains(address)) return true;
    }
    return false;
}

std::string PublicUrl::of(const HttpRequest& request) const {
    std::string url = rules_.base;
    if (url.empty()) {
        std::string scheme, host;
        if (trusts(request.peer)) {
            scheme = to_lower_ascii(forwarded(request, "X-Forwarded-Proto", "proto"));
            host = forwarded(request, "X-Forwarded-Host", "host");
        }
        if (scheme != "http" && scheme != "https") scheme = request.secure ? "https" : "http";
        if (host.empty()) {
            const std::string* sent = request.header("Host");
            if (sent != nullptr) host = *sent;
        }
        url = scheme + "://" + host;
    }
    url += request.path();
    if (const auto mark = request.target.find('?'); mark != std::string::npos) url.append(request.target, mark);
    return url;
}

std::string PublicUrl::client(const HttpRequest& request) const {
    std::string client = request.peer;
    if (!trusts(client)) return client;
    std::vector<std::string_view> hops = list_header(request, "X-Forwarded-For");
    if (hops.empty()) {
        for (const auto element : list_header(request, "Forwarded"))
            hops.push_back(forwarded_parameter(element, "for"));
    }
    while (!hops.empty() && trusts(client)) {
        const auto address = without_port(hops.back());
        hops.pop_back();
        if (address_bytes(address).empty()) break;
        client = address;
    }
    return client;
}

}  // namespace tandem::net
