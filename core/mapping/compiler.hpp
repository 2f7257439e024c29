// The steps from YAML to a Program. One Compiler per pack; it reports everything it finds and goes on. Private to the
// layer.
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"
#include "core/mapping/program.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::model {
class ObjectSchema;
struct Rule;
}  // namespace tandem::model

namespace tandem::mapping {

// `root` has passed check_keys().
class Compiler {
public:
    Compiler(Program& program, config::Diagnostics& diagnostics);

    void pack(const config::Node& root);

private:
    // The names visible at one place in the file. Leaving the scope forgets what was declared inside it, so the slots
    // of neighbours overlap.
    class Scope {
    public:
        explicit Scope(Compiler& compiler) : compiler_(compiler), size_(compiler.names_.size()) {}
        ~Scope() { compiler_.names_.resize(size_); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Compiler& compiler_;
        std::size_t size_;
    };

    using Roots = std::span<const std::string_view>;  // members of the document that expressions run on
    static constexpr std::string_view kMessageRoots[] = {"id", "to", "text", "thread", "reply_to", "media", "part"};
    static constexpr std::string_view kAnswerRoots[] = {"status", "headers", "body", "text"};
    static constexpr std::string_view kMediaRoots[] = {"id", "url", "kind", "media_type", "filename"};

    // Inside it expressions read the vendor's answer, where no secret can be filled in.
    class Reading {
    public:
        explicit Reading(Compiler& compiler, bool secrets = false)
            : compiler_(compiler),
              in_send_(std::exchange(compiler.in_send_, secrets)),
              roots_(std::exchange(compiler.roots_, Roots(kAnswerRoots))) {}
        ~Reading() {
            compiler_.in_send_ = in_send_;
            compiler_.roots_ = roots_;
        }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

    private:
        Compiler& compiler_;
        bool in_send_;
        std::optional<Roots> roots_;
    };

    // compiler.cpp: declarations, expressions, names
    void consent_settings();
    void settings(const config::Node& node);
    void setting_default(const config::Node& node, SettingInfo& info, data::Value& value);
    void tables(const config::Node& node);
    std::optional<Code> expression(const config::Node& node);
    std::optional<Code> optional_expression(const config::Node& node);
    void check_settings(const config::Node& node, const expr::Expression& code);
    void check_roots(const config::Node& node);
    void check_named_arguments(const config::Node& node, const expr::Expression& code);
    Code with_needs(expr::Expression expression, const config::Node& node) const;
    std::optional<std::size_t> declare(const config::Node& key);
    std::vector<Binding> let(const config::Node& node);
    void error(const config::Node& node, std::string text);

    // compile_receive.cpp: what happens before an event is stored
    void receive(const config::Node& node);
    void charset(const config::Node& node);
    void challenges(const config::Node& node);
    void guards(const config::Node& node);
    AnswerProgram answer(const config::Node& node, int status);

    // compile_verify.cpp
    void verifications(const config::Node& node);
    void verification(const config::Node& node);
    void digest_rules(const config::Node& node, Verification& out);
    MessagePart message_part(const config::Node& node);
    JwtRules jwt_rules(const config::Node& node);
    void check_scheme_parameters(const config::Node& node, const SchemeInfo& scheme);
    void place(const config::Node& node, Verification& out);
    bool check_secret(const config::Node& node);

    // compile_records.cpp: what happens to a stored event
    void records(const config::Node& node);
    void group(const config::Node& node);
    void steps(const config::Node& node, Group& group);
    void rule(const config::Node& node, Group& group);
    void rule_body(const config::Node& node, Rule& rule);

    // compile_send.cpp: what goes out
    void send(const config::Node& node);
    QueryProgram send_query(const config::Node& node);
    void send_channel(const config::Node& node, SendProgram& out);
    void send_limits(const config::Node& node, SendProgram& out);
    void send_requests(const config::Node& node, SendProgram& out);
    void send_request(const config::Node& node, RequestProgram& out);
    void check_document(const config::Node& node);
    void signatures(const config::Node& node, RequestProgram& out);
    void check_headers(const config::Node& node);
    void send_body(const config::Node& node, RequestProgram& out);
    void send_response(const config::Node& node, ResponseProgram& out);
    NamedCodes named_codes(const config::Node& node);
    AuthProgram auth(const config::Node& node);

    // compile_poll.cpp: calls to the vendor that no message asks for
    void polls(const config::Node& node);
    void poll(const config::Node& node);
    void poll_times(const config::Node& node, PollProgram& out);
    void poll_window(const config::Node& node, PollProgram& out);
    void poll_records(const config::Node& node, PollProgram& out);
    std::chrono::milliseconds duration(const config::Node& node,
                                       std::chrono::milliseconds usual,
                                       std::chrono::milliseconds longest);
    void probe(const config::Node& node);
    void oauth2(const config::Node& node);
    void token_response(const config::Node& node, OAuth2Program& out);
    std::optional<Code> constant(const std::string& text);

    // compile_media.cpp: where files of attachments are
    void media(const config::Node& node);
    void media_lookup(const config::Node& node, MediaProgram& out);

    // Makes the expressions of one call to the vendor: they see the fixed names and `more`, not those of `receive`, and
    // read of a document with the members `roots`.
    template <class Body>
    void call_scope(std::span<const std::string_view> more, Roots roots, Body body) {
        auto hidden = std::exchange(names_, {names_.begin(), names_.begin() + kFixedSlots});
        names_.insert(names_.end(), more.begin(), more.end());
        program_.slots = std::max(program_.slots, names_.size());
        in_send_ = true;
        in_records_ = true;
        roots_ = roots;
        body();
        roots_.reset();
        in_send_ = false;
        names_ = std::move(hidden);
    }

    // compile_template.cpp
    class TemplateCompiler;
    Template open_template(const config::Node& node);
    Template record_template(const config::Node& node, const model::ObjectSchema& schema, bool snapshot);

    Program& program_;
    config::Diagnostics& diagnostics_;
    std::vector<std::string> names_;               // variables by slot
    std::optional<Roots> roots_;                   // nullopt: nobody knows what the document holds
    std::vector<std::string> signatures_;          // of the request at hand
    std::vector<std::string> signed_;              // those of them that it uses
    bool in_send_ = false;                         // secret() may be used
    bool oauth2_ = false;                          // the pack has such a section
    bool oauth2_used_ = false;                     // and a request that needs its token
    bool asking_token_ = false;                    // the request at hand is the one for the token
    bool in_records_ = false;                      // $item can differ between declaration and use of a name
    RequestMembers* members_ = nullptr;            // where uses of $request are noted
    std::vector<std::string>* secrets_ = nullptr;  // where uses of secrets are noted
};

}  // namespace tandem::mapping
