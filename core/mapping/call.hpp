// What calls to a vendor share, whatever they are for: names, the request written from its expressions, the answer read
// by them. Private to the layer.
#pragma once

#include "core/base/error.hpp"
#include "core/mapping/bound.hpp"
#include "core/mapping/send.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace tandem::mapping {

// A name that the caller gives a value.
struct Given {
    std::size_t slot = 0;
    data::Value value;
};

struct Call {
    const BoundPack::State& state;
    std::span<const Binding> let;
    std::span<const Given> given;
    data::Value about;  // what the expressions of `let` are about
    data::Arena& arena;
};

// Evaluates the expressions of one request or answer. The first failure ends it: everything after it is null.
class Evaluation {
public:
    Evaluation(const Call& call, data::Value current);

    data::Value value(const Code& code);
    data::Value value(const std::optional<Code>& code) { return code ? value(*code) : data::Value(); }
    data::Value rendered(const Template& body);

    // Further names, about `about`.
    void add(std::span<const Binding> let, data::Value about);

    void fail_at(std::string path, std::string reason);

    bool failed() const { return failed_; }
    const Failure& failure() const { return failure_; }
    data::Arena& arena() { return frame_.arena; }

private:
    Frame frame_;
    data::Value current_;
    Failure failure_;
    bool failed_ = false;
};

// Failure: Config (a setting is missing), Rejected (the expressions cannot make a request).
Result<OutgoingRequest> write_request(const Call& call,
                                      data::Value current,
                                      const RequestProgram& program,
                                      Reveal reveal);

class AnswerReader {
public:
    AnswerReader(const Call& call, const ResponseProgram& program, const VendorAnswer& answer);

    // What the answer says went wrong. `unclear` is the kind of an answer that tells neither success nor refusal (408,
    // most 5xx, a 2xx that is not accepted). After a failure of an expression this is told by failure().
    std::optional<Error> error(ErrorKind unclear);

    data::Value value(const std::optional<Code>& code) { return names_.value(code); }
    // Words of the vendor for people: one line, cut to `longest` bytes, our secrets as ***.
    std::string presentable(std::string text, std::size_t longest) const;
    bool failed() const { return names_.failed(); }
    std::string failure() const { return names_.failure().path + ": " + names_.failure().reason; }

private:
    const SendErrorRule* rule();
    bool holds_secret(std::string_view text) const;
    std::string without_encoded(std::string text) const;
    Error error_of(ErrorKind kind, const SendErrorRule* rule);

    const ResponseProgram& program_;
    const std::map<std::string, std::vector<Secret>>& secrets_;
    const int status_;
    const data::Value answer_;
    Evaluation names_;
};

// The text of a scalar, JSON of the rest; empty for null.
std::string text_of(data::Value value);

// What others wrote must not look like our mark of a secret.
data::Value without_marks(data::Value value, data::Arena& arena);

}  // namespace tandem::mapping
