// A caller for a vendor that speaks plainly. A page's body is words: `keep`, `more`, `next=X`, `cursor=X`. A token's
// body is its text and its lifetime in seconds.
#pragma once

#include "core/connector/caller.hpp"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

class FakeCaller final : public connector::Caller {
public:
    std::vector<connector::Poll> polls() const override { return polls_; }

    Result<connector::WireRequest> poll_request(std::string_view poll,
                                                const connector::PollPlace& place) const override {
        std::string url = base + "/" + std::string(poll);
        if (place.cursor) url += "/cursor:" + *place.cursor;
        if (place.since) url += "/" + format_time(*place.since) + "--" + format_time(*place.until);
        if (place.page) url += "/page:" + *place.page;
        return connector::WireRequest{
            .method = "GET", .url = std::move(url), .headers = headers, .body = {}, .token_prefix = token_prefix};
    }

    connector::PollPage poll_page(std::string_view poll,
                                  const connector::PollPlace&,
                                  const connector::AnswerView& answer) const override {
        connector::PollPage page;
        if (answer.status != 200) {
            page.error = error_of(answer.status);
            return page;
        }
        page.keep = word(answer.body, "keep").has_value();
        page.more = word(answer.body, "more").has_value();
        page.next = word(answer.body, "next=");
        page.cursor = word(answer.body, "cursor=");
        page.envelope = "{\"poll\":\"" + std::string(poll) + "\"}";
        page.content_type = "text/plain";
        return page;
    }

    // Only those in `also`: it has no settings.
    std::optional<std::string> without_secrets(std::string_view text, std::span<const Secret> also) const override {
        std::string out(text);
        for (const auto& secret : also) {
            for (auto at = out.find(secret.reveal()); at != std::string::npos; at = out.find(secret.reveal()))
                out.replace(at, secret.reveal().size(), "***");
        }
        return out == text ? std::nullopt : std::optional(std::move(out));
    }

    Result<connector::WireRequest> token_request() const override {
        return connector::WireRequest{.method = "POST", .url = base + "/token", .headers = {}, .body = "grant"};
    }
    Result<connector::Token> token(const connector::AnswerView& answer) const override {
        if (answer.status != 200) return fail(error_of(answer.status));
        const auto space = answer.body.find(' ');
        const auto seconds = std::strtol(std::string(answer.body.substr(space + 1)).c_str(), nullptr, 10);
        return connector::Token{Secret(std::string(answer.body.substr(0, space))), std::chrono::seconds(seconds)};
    }

    bool has_probe() const override { return probe_; }
    Result<connector::WireRequest> probe_request() const override {
        return connector::WireRequest{
            .method = "GET", .url = base + "/probe", .headers = {}, .body = {}, .token_prefix = token_prefix};
    }
    Result<std::string> probe(const connector::AnswerView& answer) const override {
        if (answer.status != 200) return fail(error_of(answer.status));
        return std::string(answer.body);
    }

    // "look:NAME" is looked up first; the answer's body is the address. `base` is the host that gets credentials.
    Result<std::optional<connector::WireRequest>> media_lookup(const connector::MediaWanted& wanted) const override {
        if (!wanted.url.starts_with("look:")) return std::nullopt;
        return std::optional(connector::WireRequest{.method = "GET",
                                                    .url = base + "/look/" + wanted.url.substr(5),
                                                    .headers = {},
                                                    .body = {},
                                                    .token_prefix = token_prefix});
    }
    Result<std::string> media_place(const connector::MediaWanted&, const connector::AnswerView& answer) const override {
        if (answer.status != 200) return fail(error_of(answer.status));
        return std::string(answer.body);
    }
    Result<connector::MediaDownload> media_download(const connector::MediaWanted& wanted,
                                                    const std::optional<std::string>& place) const override {
        connector::MediaDownload out;
        out.request.method = "GET";
        out.request.url = place.value_or(wanted.url);
        out.with_credentials = out.request.url.starts_with(base);
        if (out.with_credentials) out.request.headers.push_back({"Authorization", "Bearer secret"});
        return out;
    }

    std::string base;  // "http://127.0.0.1:port"
    std::vector<connector::Poll> polls_;
    std::optional<std::string> token_prefix;
    std::vector<net::Header> headers;  // of polls
    bool probe_ = false;

private:
    static Error error_of(int status) {
        if (status == 401) return auth_error("credentials refused");
        if (status == 429) return throttled("slow down", std::chrono::milliseconds(1));
        if (status == 404) return rejected("no such place");
        return transient("status " + std::to_string(status));
    }
    // What stands behind `name` up to the next space; "" for a plain word.
    static std::optional<std::string> word(std::string_view body, std::string_view name) {
        const auto at = body.find(name);
        if (at == std::string_view::npos) return std::nullopt;
        const auto rest = body.substr(at + name.size());
        return std::string(rest.substr(0, rest.find(' ')));
    }
};

}  // namespace tandem::test
