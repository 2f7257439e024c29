// The customer's side: a client of the same server that writes what the test says and waits for what it should see. It
// shares nothing with the connector. Every wait has a limit.
#pragma once

#include "core/base/text.hpp"
#include "tests/connectors/xmpp/prosody.hpp"

#include <cstddef>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::xmpp::test {

class Visitor {
public:
    Visitor(const Prosody& server, const std::string& user, const std::string& resource)
        : fd_(tandem::test::connect_to(server.port())), jid_(user + "@localhost/" + resource) {
        if (fd_ < 0) throw std::runtime_error("no connection to Prosody");
        open();
        say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" +
            base64(std::string(1, '\0') + user + '\0' + user + "-pw") + "</auth>");
        expect("<success");
        open();
        say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource +
            "</resource></bind></iq>");
        expect("</bind></iq>");
        say("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq><presence/>");
        expect("<presence ");
    }
    ~Visitor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;

    void say(std::string_view xml) {
        if (::send(fd_, xml.data(), xml.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(xml.size()))
            throw std::runtime_error("Prosody has gone");
    }
    // A chat message.
    void write(std::string_view id,
               std::string_view body,
               std::string_view more = {},
               std::string_view to = "agent@localhost") {
        std::string xml = "<message type='chat' to='" + std::string(to) + "' id='" + std::string(id) + "'>";
        if (!body.empty()) xml += "<body>" + std::string(body) + "</body>";
        say(xml + std::string(more) + "</message>");
    }
    // Reads until the text has come; what came up to its end.
    std::string expect(std::string_view text) {
        for (;;) {
            if (const auto at = seen_.find(text); at != std::string::npos) {
                std::string out = seen_.substr(0, at + text.size());
                seen_.erase(0, at + text.size());
                return out;
            }
            read(text);
        }
    }
    // The server has handled all that was said.
    void settle() {
        const std::string id = "settle-" + std::to_string(++settled_);
        say("<iq type='get' id='" + id + "' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
        all_ += expect("id='" + id + "'");
    }
    // How often a text has come between settle() calls.
    std::size_t count(std::string_view text) const {
        std::size_t out = 0;
        for (auto at = all_.find(text); at != std::string::npos; at = all_.find(text, at + 1))
            ++out;
        return out;
    }
    const std::string& jid() const { return jid_; }

private:
    void open() {
        say("<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>");
        expect("</stream:features>");
    }
    void read(std::string_view text) {
        pollfd wait{fd_, POLLIN, 0};
        char octets[8'192];
        if (::poll(&wait, 1, 20'000) <= 0)
            throw std::runtime_error("did not come: " + std::string(text) + "; came: " + seen_);
        const auto size = ::recv(fd_, octets, sizeof(octets), 0);
        if (size <= 0) throw std::runtime_error("Prosody closed; came: " + seen_);
        seen_.append(octets, static_cast<std::size_t>(size));
    }

    int fd_;
    const std::string jid_;
    std::string seen_, all_;
    int settled_ = 0;
};

}  // namespace tandem::xmpp::test
