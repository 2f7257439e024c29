// What is wrong with the polls of one instance, told as one state of the instance.
#pragma once

#include "core/connector/connector.hpp"

#include <map>
#include <string>

namespace tandem::http {

class PollTroubles {
public:
    explicit PollTroubles(connector::Host& host) : host_(host) {}

    // `poll` does not get on; it is tried again at `retry_at`.
    void add(const std::string& poll, const Error& error, Instant retry_at);
    void clear(const std::string& poll);

private:
    struct Trouble {
        connector::State state;
        std::string text;
    };

    void tell();

    connector::Host& host_;
    std::map<std::string, Trouble> troubles_;
};

}  // namespace tandem::http
