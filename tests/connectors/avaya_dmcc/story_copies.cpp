// The copies in which AES tells an event, one for each monitor that sees it: found, mixed, thinned out.
#include "tests/connectors/avaya_dmcc/story.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc::testing {
namespace {

std::string monitor_of(const Step& step) {
    if (const auto* call = std::get_if<CallEvent>(&step.what)) return call->monitor;
    if (const auto* agent = std::get_if<AgentEvent>(&step.what)) return agent->monitor;
    return {};
}

bool same_event(const CallEvent& a, const CallEvent& b) {
    return a.kind == b.kind && a.at == b.at && a.connection == b.connection && a.primary_old == b.primary_old &&
           a.connections == b.connections && a.subject == b.subject && a.target == b.target && a.monitor != b.monitor;
}

}  // namespace

std::vector<std::vector<std::size_t>> copies_of(const Story& story) {
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < story.steps.size(); ++i) {
        const auto* event = std::get_if<CallEvent>(&story.steps[i].what);
        const auto fits = [&](const std::vector<std::size_t>& group) {
            const auto* first = std::get_if<CallEvent>(&story.steps[group.front()].what);
            return event != nullptr && first != nullptr && same_event(*first, *event);
        };
        const auto found = std::ranges::find_if(groups, fits);
        if (found == groups.end())
            groups.push_back({i});
        else
            found->push_back(i);
    }
    return groups;
}

Story shuffled(const Story& story, std::mt19937& random) {
    Story mixed = story;
    auto& steps = mixed.steps;
    for (std::size_t begin = 0; begin < steps.size();) {
        std::size_t end = begin;
        while (end < steps.size() && steps[end].at == steps[begin].at && !monitor_of(steps[end]).empty())
            ++end;
        end = std::max(end, begin + 1);
        std::map<std::string, std::vector<Step>> queues;
        for (std::size_t i = begin; i < end; ++i)
            queues[monitor_of(steps[i])].insert(queues[monitor_of(steps[i])].begin(), steps[i]);
        for (std::size_t i = begin; i < end; ++i) {
            auto next = queues.begin();
            std::advance(next, static_cast<std::ptrdiff_t>(random() % queues.size()));
            steps[i] = next->second.back();
            next->second.pop_back();
            if (next->second.empty()) queues.erase(next);
        }
        begin = end;
    }
    return mixed;
}

Story thinned(const Story& story, std::mt19937& random) {
    std::vector<std::size_t> kept;
    for (const auto& group : copies_of(story))
        kept.push_back(group[random() % group.size()]);
    std::ranges::sort(kept);
    Story thin = story;
    thin.steps.clear();
    for (const auto i : kept)
        thin.steps.push_back(story.steps[i]);
    return thin;
}

}  // namespace tandem::avaya_dmcc::testing
