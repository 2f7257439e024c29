// How a connector asks what its pack thinks of a request, without knowing packs: connectors must not depend on
// core/mapping (docs/architecture.md, layers). The composition root implements this over mapping::BoundPack.
#pragma once

#include "core/base/time.hpp"
#include "core/net/http.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tandem::connector {

enum class Verdict { Accepted, Ignored, Rejected };

// What to do with a request before anything is stored; the twin of mapping::Reception.
struct Reception {
    Verdict verdict = Verdict::Rejected;
    bool store = false;  // make it durable, then answer; false: answer at once (challenge, ignored, rejected)
    int status = 200;    // the answer that the vendor expects
    std::string content_type;
    std::string body;
    std::string reason;    // why ignored or rejected: a short constant text, it labels a counter
    std::string envelope;  // when store: journal::Event::envelope
};

// Thread-safe; pure: no waiting, no input or output.
class Judge {
public:
    virtual ~Judge() = default;
    // What the vendor's requests come with; all others are answered 405 without being judged.
    virtual const std::vector<std::string>& methods() const = 0;
    // `public_url` is the URL as the vendor called it: signatures cover it.
    virtual Reception judge(const net::HttpRequest& request,
                            std::string_view public_url,
                            Instant received_at) const = 0;
    // What only settings can show, e.g. that requests of this instance are not verified. Logged at start.
    virtual std::vector<std::string> warnings() const { return {}; }
};

}  // namespace tandem::connector
