#include "connectors/xmpp/conditions.hpp"

#include "connectors/xmpp/names.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::xmpp {

namespace {

constexpr std::size_t kMaxText = 300;

const Element& inner(const Element& element) {
    for (const Element& child : element.children) {
        if (child.name == "error" && child.ns == element.ns) return child;
    }
    return element;
}

std::string name_of(const Element& element) {
    for (const Element& child : inner(element).children) {
        const bool known = child.ns == ns::kStanzas || child.ns == ns::kStreamErrors || child.ns == ns::kSasl;
        if (known && child.name != "text") return child.name;
    }
    return "no condition";
}

template <std::size_t Size>
bool one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
    return std::ranges::find(names, name) != names.end();
}

// Somebody has to change something before it can work.
constexpr std::array<std::string_view, 6> kMisconfigured = {"host-unknown",      "host-gone", "invalid-from",
                                                            "invalid-namespace", "conflict",  "unsupported-version"};
constexpr std::array<std::string_view, 3> kPassing = {"temporary-auth-failure", "aborted", "incorrect-encoding"};
constexpr std::array<std::string_view, 5> kWaiting = {"resource-constraint", "remote-server-timeout",
                                                      "internal-server-error", "undefined-condition",
                                                      "unexpected-request"};

}  // namespace

std::string condition_of(const Element& element) {
    std::string out = name_of(element);
    for (const Element& child : inner(element).children) {
        if (child.name == "text" && !child.text.empty()) out += ": " + sanitize_utf8(child.text.substr(0, kMaxText));
    }
    return out;
}

Error error_of_stream(const Element& error) {
    const std::string name = name_of(error);
    std::string text = "the server ended the stream: " + condition_of(error);
    if (name == "not-authorized") return auth_error(std::move(text));
    if (name == "conflict") text += " (another connection uses the same resource)";
    return one_of(name, kMisconfigured) ? config_error(std::move(text)) : transient(std::move(text));
}

Error error_of_sasl(const Element& failure) {
    std::string text = "the server refuses the login: " + condition_of(failure);
    return one_of(name_of(failure), kPassing) ? transient(std::move(text)) : auth_error(std::move(text));
}

Error error_of_stanza(const Element& stanza) {
    const std::string name = name_of(stanza);
    const bool wait = inner(stanza).attribute("type") == "wait" || one_of(name, kWaiting);
    std::string text = "the server refuses the message: " + condition_of(stanza);
    return wait ? transient(std::move(text)) : rejected(std::move(text), name);
}

}  // namespace tandem::xmpp
