#include "core/mail/text/rtf.hpp"

#include "core/mail/text/byte_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tandem::mail {
namespace {

constexpr std::size_t kWindow = 4096;

// What the window holds at the start (MS-OXRTFCP 2.1.2.1).
constexpr std::string_view kStart =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    "Sans "
    "SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kStart.size() == 207);

class Window {
public:
    Window() { std::ranges::copy(kStart, bytes_.begin()); }

    void put(char byte, std::string& out) {
        bytes_[at_] = byte;
        at_ = (at_ + 1) % kWindow;
        out += byte;
    }
    char get(std::size_t at) const { return bytes_[at % kWindow]; }
    std::size_t at() const { return at_; }

private:
    std::array<char, kWindow> bytes_{};
    std::size_t at_ = kStart.size();
};

std::string inflate(ByteReader reader, std::size_t limit) {
    Window window;
    std::string out;
    while (!reader.done() && out.size() < limit) {
        const unsigned flags = reader.u8();
        for (unsigned bit = 0; bit < 8 && !reader.done() && out.size() < limit; ++bit) {
            if ((flags >> bit & 1U) == 0) {
                window.put(static_cast<char>(reader.u8()), out);
                continue;
            }
            const unsigned high = reader.u8();
            const unsigned low = reader.u8();
            const std::size_t offset = high << 4U | low >> 4U;
            if (!reader.ok() || offset == window.at()) return out;
            const std::size_t length = (low & 0x0FU) + 2;
            for (std::size_t i = 0; i < length; ++i)
                window.put(window.get(offset + i), out);
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t limit) {
    constexpr std::uint32_t kCompressed = 0x75465A4C;  // LZFu
    constexpr std::uint32_t kPlain = 0x414C454D;       // MELA
    ByteReader reader(bytes);
    reader.u32();  // size of what follows; the bytes say it too
    const std::uint32_t size = reader.u32();
    const std::uint32_t kind = reader.u32();
    reader.u32();  // checksum: damaged text is still text
    if (!reader.ok() || (kind != kCompressed && kind != kPlain)) return std::nullopt;
    const std::size_t wanted = std::min<std::size_t>(size, limit);
    auto text = kind == kPlain ? std::string(reader.take(std::min(reader.left(), wanted))) : inflate(reader, wanted);
    text.resize(std::min(text.size(), wanted));
    return text;
}

}  // namespace tandem::mail
