// MAPI properties as TNEF streams hold them (MS-OXTNEF 2.1.3.4). Private to core/mail/text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct MapiProperty {
    std::uint16_t id = 0;    // 0 for named ones
    std::uint16_t type = 0;  // without the flag of many values
    std::string_view value;  // the first one; of an object without its class id
};

enum MapiType : std::uint16_t {
    kMapiObject = 0x000D,
    kMapiText = 0x001E,     // in the code page of the mail
    kMapiUnicode = 0x001F,  // UTF-16LE
    kMapiBinary = 0x0102,
};

// At most `limit` of them. `whole` is false if the bytes end or make no sense before the last one.
std::vector<MapiProperty> read_mapi_properties(std::string_view bytes, std::size_t limit, bool& whole);

}  // namespace tandem::mail
