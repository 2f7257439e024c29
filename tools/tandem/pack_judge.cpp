#include "tools/tandem/pack_judge.hpp"

#include "core/data/arena.hpp"

namespace tandem::tool {
namespace {

connector::Verdict verdict(mapping::Verdict verdict) {
    switch (verdict) {
        case mapping::Verdict::Accepted:
            return connector::Verdict::Accepted;
        case mapping::Verdict::Ignored:
            return connector::Verdict::Ignored;
        case mapping::Verdict::Rejected:
            break;
    }
    return connector::Verdict::Rejected;
}

}  // namespace

connector::Reception PackJudge::judge(const net::HttpRequest& request,
                                      std::string_view public_url,
                                      Instant received_at) const {
    thread_local data::Arena arena;
    arena.reset();
    mapping::Request asked{request.method, public_url, {}, request.body, received_at};
    asked.headers.reserve(request.headers.size());
    for (const auto& header : request.headers)
        asked.headers.push_back({header.name, header.value});
    auto judged = pack_->receive(asked, arena);
    return {verdict(judged.verdict),       judged.store,
            judged.answer.status,          std::move(judged.answer.content_type),
            std::move(judged.answer.body), std::move(judged.reason),
            std::move(judged.envelope)};
}

}  // namespace tandem::tool
