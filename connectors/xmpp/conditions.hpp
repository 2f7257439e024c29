// What the server's refusals mean for us: kinds of errors from the conditions of RFC 6120 (4.9, 6.5, 8.3).
#pragma once

#include "connectors/xmpp/element.hpp"
#include "core/base/error.hpp"

#include <string>

namespace tandem::xmpp {

// The condition's name and its text, of <error/>, <failure/>, or a stanza that holds an <error/>.
std::string condition_of(const Element& element);

Error error_of_stream(const Element& error);
Error error_of_sasl(const Element& failure);
// A stanza of ours that came back as an error.
Error error_of_stanza(const Element& stanza);

}  // namespace tandem::xmpp
