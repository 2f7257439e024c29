#include "core/net/public_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace tandem::net {

namespace {

namespace ip = boost::asio::ip;

struct BlockV4 {
    std::uint32_t base;
    unsigned bits;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d = 0) {
    return a << 24U | b << 16U | c << 8U | d;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr std::array kSpecialV4{
    BlockV4{v4(0, 0, 0), 8},      BlockV4{v4(10, 0, 0), 8},     BlockV4{v4(100, 64, 0), 10},
    BlockV4{v4(127, 0, 0), 8},    BlockV4{v4(169, 254, 0), 16}, BlockV4{v4(172, 16, 0), 12},
    BlockV4{v4(192, 0, 0), 24},   BlockV4{v4(192, 0, 2), 24},   BlockV4{v4(192, 88, 99), 24},
    BlockV4{v4(192, 168, 0), 16}, BlockV4{v4(198, 18, 0), 15},  BlockV4{v4(198, 51, 100), 24},
    BlockV4{v4(203, 0, 113), 24}, BlockV4{v4(224, 0, 0), 4},    BlockV4{v4(240, 0, 0), 4},
};

struct BlockV6 {
    std::array<std::uint8_t, 6> start;
    unsigned bits;
};

// Inside 2000::/3, the only part of IPv6 that is given out as global unicast.
constexpr std::array kSpecialV6{
    BlockV6{{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments, with Teredo and ORCHID
    BlockV6{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    BlockV6{{0x20, 0x02}, 16},              // 6to4
    BlockV6{{0x3f, 0xff, 0x00}, 20},        // documentation
};

bool is_public(std::uint32_t address) {
    return std::ranges::none_of(
        kSpecialV4, [address](const BlockV4& block) { return (address ^ block.base) >> (32U - block.bits) == 0; });
}

bool inside(const ip::address_v6::bytes_type& bytes, const BlockV6& block) {
    for (unsigned bit = 0; bit < block.bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((bytes[bit / 8] & mask) != (block.start[bit / 8] & mask)) return false;
    }
    return true;
}

bool is_public(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    const std::uint32_t embedded = v4(bytes[12], bytes[13], bytes[14], bytes[15]);
    if (address.is_v4_mapped()) return is_public(embedded);
    static constexpr std::array<std::uint8_t, 12> kNat64{0x00, 0x64, 0xff, 0x9b};
    if (std::equal(kNat64.begin(), kNat64.end(), bytes.begin())) return is_public(embedded);
    if ((bytes[0] & 0xe0U) != 0x20U) return false;
    return std::ranges::none_of(kSpecialV6, [&bytes](const BlockV6& block) { return inside(bytes, block); });
}

}  // namespace

bool is_public_address(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text), error);
    if (error) return false;
    return address.is_v4() ? is_public(address.to_v4().to_uint()) : is_public(address.to_v6());
}

}  // namespace tandem::net
