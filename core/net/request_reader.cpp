#include "core/net/request_reader.hpp"

#include "core/base/text.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace tandem::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using ErrorCode = beast::error_code;

constexpr std::size_t kFirstBuffer = 4 * 1024;         // what an idle connection costs
constexpr std::size_t kBodyBuffer = 64 * 1024;         // one read of a large body
constexpr std::uint64_t kReserveAtOnce = 1024 * 1024;  // a Content-Length is only a promise

bool is_host_character(char c) {
    static constexpr std::string_view kMarks = "-._~!$&'()*+,;=";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
}

// uri-host [":" port] (RFC 9110, 7.2; RFC 3986, 3.2.2): what cannot be a host must not become part of an address that
// a signature covers. May be empty.
bool is_host(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    std::size_t at = 0;
    if (text.starts_with('[')) {
        for (at = 1; at < text.size() && (is_host_character(text[at]) || text[at] == ':');)
            ++at;
        if (at < 3 || at == text.size() || text[at] != ']') return false;
        ++at;
    }
    while (at < text.size() && text[at] != ':' && text.front() != '[') {
        const bool encoded =
            text[at] == '%' && at + 2 < text.size() && kHex.contains(text[at + 1]) && kHex.contains(text[at + 2]);
        if (!encoded && !is_host_character(text[at])) return false;
        at += encoded ? 3 : 1;
    }
    if (at == text.size()) return true;
    const auto port = text.substr(at + 1);
    return text[at] == ':' && port.find_first_not_of("0123456789") == std::string_view::npos;
}

class Parser final : public http::basic_parser<true> {
public:
    explicit Parser(const RequestLimits& limits) {
        header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        body_limit(limits.body_bytes);
    }

    HttpRequest request;
    int hosts = 0;
    bool bad_host = false;
    bool other_coding = false;  // a Transfer-Encoding that is not exactly "chunked"
    bool expect_continue = false;
    bool unknown_expectation = false;
    bool http10 = false;

private:
    void on_request_impl(
        http::verb, beast::string_view method, beast::string_view target, int version, ErrorCode&) override {
        request.method.assign(method.data(), method.size());
        request.target.assign(target.data(), target.size());
        request.headers.reserve(12);
        http10 = version == 10;
    }

    void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}

    void on_field_impl(http::field field, beast::string_view name, beast::string_view value, ErrorCode&) override {
        // Trailers come through here too; they must not pose as headers (RFC 9110, 6.5.1).
        if (is_header_done()) return;
        const std::string_view text(value.data(), value.size());
        if (field == http::field::host) {
            ++hosts;
            bad_host = bad_host || !is_host(text);
        }
        if (field == http::field::transfer_encoding && !iequals_ascii(text, "chunked")) other_coding = true;
        if (field == http::field::expect) {
            (iequals_ascii(text, "100-continue") ? expect_continue : unknown_expectation) = true;
        }
        request.headers.push_back(Header{std::string(name.data(), name.size()), std::string(text)});
    }

    void on_header_impl(ErrorCode&) override {}

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override {
        if (length) request.body.reserve(static_cast<std::size_t>(std::min(*length, kReserveAtOnce)));
    }

    std::size_t on_body_impl(beast::string_view bytes, ErrorCode&) override {
        request.body.append(bytes.data(), bytes.size());
        expect_continue = false;
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCode&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, ErrorCode& error) override {
        return on_body_impl(bytes, error);
    }

    void on_finish_impl(ErrorCode&) override {}
};

HttpResponse failure_of(const ErrorCode& error) {
    if (error == http::error::header_limit) return problem(431, "the request line and headers are too long");
    if (error == http::error::body_limit) return problem(413, "the body is too long");
    if (error == http::error::bad_version) return problem(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    return problem(400, "not an HTTP/1.1 request: " + error.message());
}

// What the grammar allows and a server must refuse.
std::optional<HttpResponse> header_problem(const Parser& parser) {
    const HttpRequest& request = parser.request;
    if (parser.hosts > 1 || (parser.hosts == 0 && !parser.http10)) return problem(400, "exactly one Host is needed");
    if (parser.bad_host) return problem(400, "Host is no host with an optional port");
    if (parser.other_coding) return problem(501, "the only transfer coding spoken here is chunked");
    // A proxy in front may take the body's end elsewhere than we do (request smuggling, RFC 9112, 6.1).
    if (parser.chunked() && parser.http10) return problem(400, "HTTP/1.0 has no transfer codings");
    if (parser.unknown_expectation) return problem(417, "only 100-continue may be expected");
    const bool origin = request.target.starts_with('/');
    const bool asterisk = request.target == "*" && request.method == "OPTIONS";
    const bool absolute = request.target.starts_with("http://") || request.target.starts_with("https://");
    if (!origin && !asterisk && !absolute) return problem(400, "the request target is not a path");
    return std::nullopt;
}

}  // namespace

struct RequestReader::State {
    explicit State(RequestLimits given) : limits(given) { parser.emplace(limits); }

    Step fail(HttpResponse response) {
        last_http10 = parser->http10;
        last_keep_alive = false;
        failure = std::move(response);
        failure->close = true;
        return Step::Failed;
    }

    // Beast holds the limit against the request line and the other lines apart when they come in one piece.
    bool header_too_long(std::size_t used, std::size_t waiting) {
        if (header_checked) return false;
        header_size += used;
        return header_size + waiting > limits.header_bytes;
    }

    RequestLimits limits;
    std::optional<Parser> parser;
    std::vector<char> buffer;
    std::size_t begin = 0;  // bytes [begin, end) of the buffer are not parsed yet
    std::size_t end = 0;
    std::size_t header_size = 0;  // what the parser took of the header
    bool header_checked = false;
    bool last_keep_alive = true;
    bool last_http10 = false;
    std::optional<HttpResponse> failure;
};

RequestReader::RequestReader(RequestLimits limits) : state_(std::make_unique<State>(limits)) {}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;

std::span<char> RequestReader::prepare() {
    State& s = *state_;
    if (s.begin == s.end) {
        s.begin = s.end = 0;
    } else if (s.begin > 0 && s.end == s.buffer.size()) {
        std::memmove(s.buffer.data(), s.buffer.data() + s.begin, s.end - s.begin);
        s.end -= s.begin;
        s.begin = 0;
    }
    if (s.end == s.buffer.size()) {
        // A header or a chunk's size line that is not complete: step() fails before this grows beyond the limit.
        s.buffer.resize(std::max(kFirstBuffer, s.buffer.size() * 2));
    } else if (s.header_checked && s.buffer.size() < kBodyBuffer && s.parser->request.body.size() >= kFirstBuffer) {
        s.buffer.resize(kBodyBuffer);
    }
    return {s.buffer.data() + s.end, s.buffer.size() - s.end};
}

void RequestReader::commit(std::size_t size) {
    state_->end += size;
}

RequestReader::Step RequestReader::step() {
    State& s = *state_;
    if (s.failure) return Step::Failed;
    while (!s.parser->is_done()) {
        if (s.begin == s.end) return Step::NeedMore;
        ErrorCode error;
        const std::size_t size = s.end - s.begin;
        const std::size_t used = s.parser->put({s.buffer.data() + s.begin, size}, error);
        s.begin += used;
        if (s.header_too_long(used, error == http::error::need_more ? size - used : 0)) {
            return s.fail(failure_of(http::error::header_limit));
        }
        if (error == http::error::need_more) {
            // Chunk size lines and trailers have no limit of their own in Beast.
            if (size - used >= s.limits.header_bytes) return s.fail(problem(431, "a chunk header is too long"));
            return Step::NeedMore;
        }
        if (error) return s.fail(failure_of(error));
        if (s.parser->is_header_done() && !s.header_checked) {
            s.header_checked = true;
            if (auto refused = header_problem(*s.parser)) return s.fail(std::move(*refused));
        }
    }
    return Step::Complete;
}

bool RequestReader::started() const {
    return state_->begin != state_->end || state_->parser->got_some();
}
bool RequestReader::header_done() const {
    return state_->header_checked;
}

bool RequestReader::take_expect_continue() {
    Parser& parser = *state_->parser;
    const bool waits = state_->header_checked && parser.expect_continue && !parser.http10;
    if (waits) parser.expect_continue = false;
    return waits;
}

HttpRequest RequestReader::take() {
    State& s = *state_;
    s.last_keep_alive = s.parser->keep_alive();
    s.last_http10 = s.parser->http10;
    HttpRequest request = std::move(s.parser->request);
    s.parser.emplace(s.limits);
    s.header_size = 0;
    s.header_checked = false;
    // A connection that once carried a large body must not keep its buffer while it is idle.
    if (s.begin == s.end && s.buffer.size() > 4 * kFirstBuffer) {
        s.begin = s.end = 0;
        s.buffer = std::vector<char>(kFirstBuffer);
    }
    return request;
}

bool RequestReader::keep_alive() const {
    return state_->last_keep_alive;
}
bool RequestReader::http10() const {
    return state_->last_http10;
}
const HttpResponse& RequestReader::failure() const {
    return *state_->failure;
}

}  // namespace tandem::net
