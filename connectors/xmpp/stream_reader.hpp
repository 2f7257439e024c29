// Cuts the octets of an XMPP stream into its opening tag, its first-level elements and its end (RFC 6120, 4 and 11).
// Expat does the XML; document types, entities of one's own, comments and processing instructions are refused, and
// everything has a limit. Pure: nothing waits.
#pragma once

#include "connectors/xmpp/element.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem::xmpp {

struct ReaderLimits {
    std::size_t element_octets = 512 * 1024;  // of one first-level element, or of what stands between two
    std::size_t depth = 64;
    std::size_t nodes = 20'000;  // elements and attributes in one first-level element
};

struct StreamOpened {
    Element root;  // without children
};
struct StreamElement {
    Element element;
    std::string xml;  // as it came
};
struct StreamEnded {};
using StreamItem = std::variant<StreamOpened, StreamElement, StreamEnded>;

class StreamReader {
public:
    explicit StreamReader(ReaderLimits limits = {});
    ~StreamReader();
    StreamReader(StreamReader&&) noexcept;
    StreamReader& operator=(StreamReader&&) noexcept;

    // After a fault nothing more is read.
    void feed(std::string_view octets);
    // What is complete by now.
    std::vector<StreamItem> take();
    // Why reading ended, with the offset in the stream.
    const std::optional<std::string>& fault() const;
    // Octets that belong to no complete item yet.
    std::size_t pending() const;
    // A new stream begins (after TLS and after authentication).
    void restart();

private:
    struct State;
    ReaderLimits limits_;
    std::unique_ptr<State> state_;
};

}  // namespace tandem::xmpp
