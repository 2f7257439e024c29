#include "connectors/http/media.hpp"

#include "core/base/text.hpp"

#include <charconv>
#include <utility>

namespace tandem::http {
namespace {

using async::Task;
using connector::MediaBytes;
using connector::MediaWanted;

constexpr std::int64_t kLongestWait = 24 * 3600;  // seconds

std::optional<std::chrono::milliseconds> retry_after(const net::ClientResponse& response) {
    const auto* text = response.header("Retry-After");
    std::int64_t seconds = -1;
    if (text == nullptr) return std::nullopt;
    std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (seconds < 0 || seconds > kLongestWait) return std::nullopt;
    return std::chrono::seconds(seconds);
}

ErrorKind kind_of(int status, bool with_credentials) {
    if (status == 404 || status == 410) return ErrorKind::NotFound;
    // Without credentials of ours it is the address that was refused: its signature has lapsed.
    if (status == 401 || status == 403) return with_credentials ? ErrorKind::Auth : ErrorKind::Rejected;
    if (status == 429) return ErrorKind::Throttled;
    return status >= 500 || status == 408 ? ErrorKind::Transient : ErrorKind::Rejected;
}

Error refusal(const net::ClientResponse& response, bool with_credentials) {
    return {.kind = kind_of(response.status, with_credentials),
            .text = "whoever has the file answered " + std::to_string(response.status),
            .retry_after = retry_after(response),
            .code = std::to_string(response.status)};
}

// Nobody was asked to compress it, and what cannot be read cannot be judged.
bool is_coded(const net::ClientResponse& response) {
    const auto* coding = response.header("Content-Encoding");
    return coding != nullptr && !coding->empty() && !iequals_ascii(*coding, "identity");
}

Task<Result<std::optional<std::string>>> look_up(VendorClient& vendor,
                                                 const connector::Caller& caller,
                                                 const MediaWanted& wanted) {
    auto lookup = caller.media_lookup(wanted);
    if (!lookup) co_return fail(std::move(lookup.error()));
    if (!*lookup) co_return std::optional<std::string>();
    auto answer = co_await vendor.send(std::move(**lookup), true, wanted.timeout);
    if (!answer) co_return fail(std::move(answer.error()).with_context("asking for the address"));
    auto place = caller.media_place(wanted, {answer->status, answer->headers, answer->body});
    if (!place) {
        if (answer->status == 404 || answer->status == 410) place.error().kind = ErrorKind::NotFound;
        co_return fail(std::move(place.error()).with_context("asking for the address"));
    }
    co_return std::optional(std::move(*place));
}

}  // namespace

Task<Result<MediaBytes>> fetch_media(VendorClient& vendor, const connector::Caller& caller, MediaWanted wanted) {
    auto place = co_await look_up(vendor, caller, wanted);
    if (!place) co_return fail(std::move(place.error()));
    auto download = caller.media_download(wanted, *place);
    if (!download) co_return fail(std::move(download.error()));
    auto response = co_await vendor.download(std::move(download->request), wanted.timeout, wanted.max_bytes);
    if (!response) co_return fail(std::move(response.error()));
    if (response->status != 200) co_return fail(refusal(*response, download->with_credentials));
    if (is_coded(*response)) co_return fail(rejected("the file came compressed though nobody asked", "coded"));
    const auto* type = response->header("Content-Type");
    co_return MediaBytes{.media_type = type != nullptr ? *type : std::string(), .body = std::move(response->body)};
}

}  // namespace tandem::http
