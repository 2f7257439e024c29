// One request and its response on one connection, and what it means when that fails; inside core/net.
#pragma once

#include "core/net/client_stream.hpp"
#include "core/net/response_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::net {

// How far a request has come. What follows from it is the heart of the client (delivery laws 5 and 6).
enum class Stage : std::uint8_t {
    Unsent,   // not one byte has left
    Sending,  // some bytes may have arrived
    Waiting,  // all bytes have been handed to the system, nothing has come back
    Head,     // a byte of the answer has arrived
    Body,     // status and headers have arrived
};

enum class Cause : std::uint8_t { Cut, Timeout, TooLarge, Malformed };

// The error of a request that failed at `stage`: its kind says whether the peer may have acted.
Error exchange_error(Stage stage, Cause cause, bool repeatable, std::string_view detail);

// A connection out of the pool was lost: may the request be sent once more on a fresh one? Not when an answer had begun
// to come (the connection was alive, so it is no question of age).
bool may_retry_pooled(Stage stage, Cause cause, bool repeatable);

struct ExchangeInput {
    std::string_view head;
    std::string_view body;
    bool to_head = false;
    bool repeatable = false;
    ResponseLimits limits;
    ClientClock::time_point limit;
};

struct ExchangeOutcome {
    Result<ClientResponse> response;
    bool reusable = false;  // the connection
    Stage stage = Stage::Unsent;
    Cause cause = Cause::Cut;  // of an error
};

// `input` refers to memory of the caller, who awaits this at once.
async::Task<ExchangeOutcome> exchange(ClientStream& stream, ExchangeInput input, Watchdog& watchdog);

}  // namespace tandem::net
