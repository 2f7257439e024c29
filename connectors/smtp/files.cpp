#include "connectors/smtp/files.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::smtp {

using async::Task;
using std::chrono::milliseconds;

namespace {

constexpr int kRedirects = 5;

Error refusal(const net::ClientResponse& response) {
    const std::string text = "whoever has the file answered " + std::to_string(response.status);
    if (response.status == 429 || response.status == 408 || response.status >= 500) return transient(text);
    return rejected(text, "file");
}

// The last part of the path, where the message gave no name.
std::string name_of(const FileWanted& file) {
    if (!file.filename.empty()) return file.filename;
    std::string_view path = std::string_view(file.url).substr(0, file.url.find_first_of("?#"));
    const auto slash = path.rfind('/');
    const auto host = path.find("//");
    if (slash == std::string_view::npos || (host != std::string_view::npos && slash < host + 2)) return "file";
    std::string out = sanitize_utf8(percent_decode(path.substr(slash + 1), false));
    std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/'; });
    return out.empty() ? "file" : out;
}

Task<Result<mail::File>> fetch(const net::HttpClient& http, FileWanted wanted, std::uint64_t most, milliseconds limit) {
    net::ClientRequest request{.url = wanted.url,
                               .hide_path = true,
                               .public_addresses_only = true,
                               .redirects = {.limit = kRedirects, .other_hosts = true},
                               .total = limit,
                               .limits = net::ResponseLimits{.body_bytes = most}};
    auto response = co_await http.send(std::move(request));
    if (!response) co_return fail(std::move(response.error()));
    if (response->status != 200) co_return fail(refusal(*response));
    const auto* type = response->header("Content-Type");
    std::string media_type = wanted.media_type;
    if (media_type.empty() && type != nullptr) media_type = *type;
    co_return mail::File{
        .filename = name_of(wanted), .media_type = std::move(media_type), .content = std::move(response->body)};
}

}  // namespace

Task<Result<std::vector<mail::File>>> fetch_files(const net::HttpClient* http,
                                                  const std::vector<FileWanted>& wanted,
                                                  std::uint64_t max_bytes,
                                                  std::chrono::steady_clock::time_point deadline) {
    std::vector<mail::File> out;
    if (!wanted.empty() && http == nullptr) co_return fail(config_error("this gateway fetches no files"));
    std::uint64_t left = max_bytes;
    for (const FileWanted& one : wanted) {
        const auto time = std::chrono::floor<milliseconds>(deadline - std::chrono::steady_clock::now());
        if (time.count() <= 0) co_return fail(transient("fetching the files took too long"));
        auto file = co_await fetch(*http, one, left, time);
        if (!file) co_return fail(std::move(file.error()).with_context("a file of the message"));
        left -= std::min<std::uint64_t>(left, file->content.size());
        out.push_back(std::move(*file));
    }
    co_return out;
}

}  // namespace tandem::smtp
