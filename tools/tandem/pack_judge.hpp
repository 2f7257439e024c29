// A bound pack as the judge that connectors ask (they do not know packs).
#pragma once

#include "core/connector/judge.hpp"
#include "core/mapping/pack.hpp"

#include <memory>

namespace tandem::tool {

class PackJudge final : public connector::Judge {
public:
    explicit PackJudge(std::shared_ptr<const mapping::BoundPack> pack) : pack_(std::move(pack)) {}

    const std::vector<std::string>& methods() const override { return pack_->pack().methods(); }
    connector::Reception judge(const net::HttpRequest& request,
                               std::string_view public_url,
                               Instant received_at) const override;
    std::vector<std::string> warnings() const override { return pack_->warnings(); }

private:
    std::shared_ptr<const mapping::BoundPack> pack_;
};

}  // namespace tandem::tool
