// A bound pack as the caller that connectors ask (they do not know packs).
#pragma once

#include "core/connector/caller.hpp"
#include "core/mapping/pack.hpp"

#include <memory>

namespace tandem::tool {

class PackCaller final : public connector::Caller {
public:
    explicit PackCaller(std::shared_ptr<const mapping::BoundPack> pack) : pack_(std::move(pack)) {}

    std::vector<connector::Poll> polls() const override;
    Result<connector::WireRequest> poll_request(std::string_view poll,
                                                const connector::PollPlace& place) const override;
    connector::PollPage poll_page(std::string_view poll,
                                  const connector::PollPlace& place,
                                  const connector::AnswerView& answer) const override;
    std::optional<std::string> without_secrets(std::string_view text, std::span<const Secret> also) const override;
    Result<connector::WireRequest> token_request() const override;
    Result<connector::Token> token(const connector::AnswerView& answer) const override;
    bool has_probe() const override;
    Result<connector::WireRequest> probe_request() const override;
    Result<std::string> probe(const connector::AnswerView& answer) const override;
    Result<std::optional<connector::WireRequest>> media_lookup(const connector::MediaWanted& wanted) const override;
    Result<std::string> media_place(const connector::MediaWanted& wanted,
                                    const connector::AnswerView& answer) const override;
    Result<connector::MediaDownload> media_download(const connector::MediaWanted& wanted,
                                                    const std::optional<std::string>& place) const override;

private:
    std::shared_ptr<const mapping::BoundPack> pack_;
};

}  // namespace tandem::tool
