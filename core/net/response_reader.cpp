#include "core/net/response_reader.hpp"

#include "core/base/text.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace tandem::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using ErrorCode = beast::error_code;

constexpr std::size_t kFirstBuffer = 4 * 1024;
constexpr std::size_t kBodyBuffer = 64 * 1024;         // one read of a large body
constexpr std::uint64_t kReserveAtOnce = 1024 * 1024;  // a Content-Length is only a promise
constexpr int kMaxInterim = 16;                        // 100, 102, 103 … before the final answer

class Parser final : public http::basic_parser<false> {
public:
    Parser(const ResponseLimits& limits, bool to_head) : limits_(limits) {
        header_limit(static_cast<std::uint32_t>(
            std::min<std::size_t>(limits.header_bytes, std::numeric_limits<std::uint32_t>::max())));
        if (limits.truncate_body) {
            body_limit(boost::none);
        } else {
            body_limit(limits.body_bytes);
        }
        skip(to_head);
    }

    ClientResponse response;
    bool other_coding = false;  // a Transfer-Encoding that is not exactly "chunked"
    bool http10 = false;

private:
    void on_request_impl(http::verb, beast::string_view, beast::string_view, int, ErrorCode&) override {}

    void on_response_impl(int status, beast::string_view, int version, ErrorCode&) override {
        response.status = status;
        response.headers.reserve(16);
        http10 = version == 10;
    }

    void on_field_impl(http::field field, beast::string_view name, beast::string_view value, ErrorCode&) override {
        // Trailers come through here too; they must not pose as headers (RFC 9110, 6.5.1).
        if (is_header_done()) return;
        const std::string_view text(value.data(), value.size());
        if (field == http::field::transfer_encoding && !iequals_ascii(text, "chunked")) other_coding = true;
        response.headers.push_back(Header{std::string(name.data(), name.size()), std::string(text)});
    }

    void on_header_impl(ErrorCode&) override {}

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override {
        if (length) response.body.reserve(static_cast<std::size_t>(std::min(*length, kReserveAtOnce)));
    }

    std::size_t on_body_impl(beast::string_view bytes, ErrorCode& error) override {
        const std::uint64_t room = limits_.body_bytes - response.body.size();
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size()));
        response.body.append(bytes.data(), size);
        if (size < bytes.size()) {
            response.truncated = true;
            error = http::error::body_limit;
        }
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCode&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, ErrorCode& error) override {
        return on_body_impl(bytes, error);
    }

    void on_finish_impl(ErrorCode&) override {}

    const ResponseLimits& limits_;
};

}  // namespace

const std::string* ClientResponse::header(std::string_view name) const {
    for (const Header& header : headers) {
        if (iequals_ascii(header.name, name)) return &header.value;
    }
    return nullptr;
}

struct ResponseReader::State {
    State(const ResponseLimits& given, bool head) : limits(given), to_head(head) { parser.emplace(limits, to_head); }

    Step fail(Failure why, std::string text) {
        failure = why;
        failure_text = std::move(text);
        return Step::Failed;
    }
    Step fail(const ErrorCode& error);
    // Beast holds the limit against the status line and the other lines apart when they come in one piece.
    bool header_too_long(std::size_t used, std::size_t waiting) {
        if (header_read) return false;
        header_size += used;
        header_read = parser->is_header_done();
        return header_size + waiting > limits.header_bytes;
    }
    bool interim() const { return parser->response.status < 200; }
    Step next_after_interim();

    const ResponseLimits limits;
    const bool to_head;
    std::optional<Parser> parser;
    std::vector<char> buffer;
    std::size_t begin = 0;  // bytes [begin, end) of the buffer are not parsed yet
    std::size_t end = 0;
    std::size_t header_size = 0;  // what the parser took of the header
    bool header_read = false;
    int interims = 0;
    bool closed = false;
    Failure failure = Failure::None;
    std::string failure_text;
};

ResponseReader::Step ResponseReader::State::fail(const ErrorCode& error) {
    if (error == http::error::header_limit) {
        return fail(Failure::TooLarge,
                    "the headers of the answer are longer than " + std::to_string(limits.header_bytes) + " bytes");
    }
    if (error == http::error::body_limit) {
        return fail(Failure::TooLarge,
                    "the body of the answer is longer than " + std::to_string(limits.body_bytes) + " bytes");
    }
    return fail(Failure::Malformed, "the answer is not HTTP/1.x: " + error.message());
}

// NeedMore stands for "go on with what is in the buffer".
ResponseReader::Step ResponseReader::State::next_after_interim() {
    if (parser->response.status == 101)
        return fail(Failure::Malformed, "the peer switches to a protocol nobody asked for");
    if (++interims > kMaxInterim) return fail(Failure::Malformed, "the peer sends interim answers without end");
    parser.emplace(limits, to_head);
    header_size = 0;
    header_read = false;
    return Step::NeedMore;
}

ResponseReader::ResponseReader(const ResponseLimits& limits, bool to_head)
    : state_(std::make_unique<State>(limits, to_head)) {}
ResponseReader::~ResponseReader() = default;

std::span<char> ResponseReader::prepare() {
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
    } else if (s.buffer.size() < kBodyBuffer && s.parser->response.body.size() >= kFirstBuffer) {
        s.buffer.resize(kBodyBuffer);
    }
    return {s.buffer.data() + s.end, s.buffer.size() - s.end};
}

void ResponseReader::commit(std::size_t size) {
    state_->end += size;
}

ResponseReader::Step ResponseReader::step() {
    State& s = *state_;
    if (s.failure != Failure::None) return Step::Failed;
    for (;;) {
        if (s.parser->is_done() || s.parser->response.truncated) {
            if (!s.interim()) return Step::Complete;
            if (s.next_after_interim() == Step::Failed) return Step::Failed;
        }
        if (s.begin == s.end) return Step::NeedMore;
        ErrorCode error;
        const std::size_t size = s.end - s.begin;
        const std::size_t used = s.parser->put({s.buffer.data() + s.begin, size}, error);
        s.begin += used;
        if (s.header_too_long(used, error == http::error::need_more ? size - used : 0)) {
            return s.fail(http::error::header_limit);
        }
        if (error == http::error::need_more) {
            // Chunk size lines and trailers have no limit of their own in Beast.
            if (size - used >= s.limits.header_bytes) return s.fail(http::error::header_limit);
            return Step::NeedMore;
        }
        if (error && !(s.limits.truncate_body && s.parser->response.truncated)) return s.fail(error);
        if (s.parser->is_header_done() && s.parser->other_coding) {
            return s.fail(Failure::Malformed, "the answer has a transfer coding that nobody asked for");
        }
    }
}

ResponseReader::Step ResponseReader::finish() {
    State& s = *state_;
    const Step reached = step();
    s.closed = true;
    if (reached != Step::NeedMore) return reached;
    ErrorCode error = http::error::partial_message;
    if (s.begin == s.end && s.parser->is_header_done() && s.parser->need_eof()) s.parser->put_eof(error);
    return error ? s.fail(Failure::Cut, "the connection ended before the answer did") : Step::Complete;
}

bool ResponseReader::started() const {
    return state_->begin != state_->end || state_->parser->got_some() || state_->interims > 0;
}
bool ResponseReader::header_done() const {
    return state_->parser->is_header_done() && !state_->interim();
}

ClientResponse ResponseReader::take() {
    return std::move(state_->parser->response);
}

bool ResponseReader::reusable() const {
    const State& s = *state_;
    // Bytes behind the answer belong to nothing we asked for.
    return s.parser->is_done() && !s.closed && s.begin == s.end && s.parser->keep_alive() &&
           !(s.parser->chunked() && s.parser->http10);
}

ResponseReader::Failure ResponseReader::failure() const {
    return state_->failure;
}
const std::string& ResponseReader::failure_text() const {
    return state_->failure_text;
}

}  // namespace tandem::net
