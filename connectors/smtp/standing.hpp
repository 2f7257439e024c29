// The state of an instance, out of how its two halves do: each may be in trouble while the other works. On the
// instance's strand.
#pragma once

#include "core/connector/connector.hpp"

#include <optional>
#include <string>

namespace tandem::smtp {

class Standing {
public:
    explicit Standing(connector::Host& host) : host_(host) {}

    // What is wrong; nullopt: nothing.
    void submission(std::optional<Error> trouble);
    void journal(std::optional<Error> trouble);

private:
    void show();

    connector::Host& host_;
    std::optional<Error> submission_;
    std::optional<Error> journal_;
    bool troubled_ = false;  // as the host knows it
};

}  // namespace tandem::smtp
