// /v1/media and what the page shows of it: files that customers sent. They are anybody's bytes, so a browser is told to
// keep them apart from us: never sniffed, never run, saved instead of shown unless they are plain pictures.
#include "core/store/media.hpp"

#include "core/api/html.hpp"
#include "core/api/services.hpp"
#include "core/base/text.hpp"
#include "core/media/folder.hpp"
#include "core/media/media_type.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace tandem::api {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kHashBytes = 64;
constexpr std::size_t kMaxName = 128;
constexpr int kMaxDownloads = 64;

// One of the downloads that may run at once.
class Place {
public:
    explicit Place(std::atomic<int>& running) : running_(running), granted_(++running <= kMaxDownloads) {}
    ~Place() { --running_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    bool granted() const { return granted_; }

private:
    std::atomic<int>& running_;
    const bool granted_;
};

std::atomic<int>& downloads() {
    static std::atomic<int> running{0};
    return running;
}

async::Task<void> send_file(net::ResponseStream& out,
                            const async::Pool& pool,
                            std::shared_ptr<media::FileReader> file,
                            std::shared_ptr<const Place> place) {
    while (place != nullptr) {
        auto piece = co_await async::offload(pool, [file] { return file->read(kPiece); });
        if (!piece || piece->empty()) co_return;
        if (!co_await out.write(std::move(*piece))) co_return;
    }
}

// What the vendor called it, without a path and what systems stumble over (RFC 6266, 4.3).
std::string safe_name(std::string_view name) {
    name.remove_prefix(std::min(name.find_last_of("/\\") + 1, name.size()));
    std::string out;
    for (const char c : plain_direction(sanitize_utf8(name))) {
        const bool plain =
            static_cast<unsigned char>(c) >= ' ' && c != '\x7f' && !std::string_view("\"<>:|?*").contains(c);
        out += plain ? c : '_';
    }
    out.resize(valid_utf8_prefix(std::string_view(out).substr(0, kMaxName)));
    while (out.starts_with('.'))
        out.erase(0, 1);
    return out.empty() ? "file" : out;
}

std::vector<net::Header> file_headers(const store::MediaFile& file, bool shown) {
    return {{"Content-Disposition", std::string(shown ? "inline" : "attachment") + "; filename*=UTF-8''" +
                                        percent_encode(safe_name(file.filename))},
            {"X-Content-Type-Options", "nosniff"},
            {"Content-Security-Policy", "sandbox; default-src 'none'"},
            {"Cross-Origin-Resource-Policy", "same-origin"},
            {"Referrer-Policy", "no-referrer"},
            // The address is the hash of the bytes.
            {"Cache-Control", "private, max-age=31536000, immutable"}};
}

}  // namespace

Answer media_file(Services& services, std::string_view sha512, bool inline_images) {
    const auto bytes = unhex(sha512);
    if (!bytes || bytes->size() != kHashBytes) {
        return refuse(bad_parameter("sha512", "a file is named by 128 hexadecimal digits"));
    }
    if (services.sources.media == nullptr) return refuse(not_found_problem("no file has this hash"));
    const auto known = services.store.media().media_file(*bytes);
    if (!known) return refuse(problem_of(known.error()));
    if (!*known) return refuse(not_found_problem("no file has this hash"));
    auto place = std::make_shared<const Place>(downloads());
    if (!place->granted()) return refuse(overloaded("too many files are read at once"));
    auto file = services.sources.media->read(*bytes);
    if (!file) return refuse(problem_of(file.error()));
    const bool shown = inline_images && media::safe_image((*known)->media_type);
    return net::StreamingResponse{.content_type = (*known)->media_type,
                                  .headers = file_headers(**known, shown),
                                  .body = [&pool = services.pool, file = std::move(*file), place](
                                              net::ResponseStream& out) { return send_file(out, pool, file, place); }};
}

void add_media(std::vector<Endpoint>& endpoints, Services& services) {
    endpoints.push_back(
        {.method = "GET",
         .pattern = "/v1/media/{sha512}",
         .id = "getMedia",
         .summary = "A file that came with a message, by the hash of its bytes; to be saved, not shown",
         .response_type = "application/octet-stream",
         .handle = [&services](const Call& call) { return media_file(services, call.segment("sha512"), false); }});
}

}  // namespace tandem::api
