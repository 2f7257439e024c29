#include "connectors/avaya/ucid.hpp"
#include "tests/connectors/avaya_dmcc/story.hpp"

#include <cmath>

namespace tandem::avaya_dmcc::testing {
namespace {

class Renamer {
public:
    Renamer(const Plan& plan, int suffix, double later)
        : plan_(plan), suffix_(suffix), later_(std::llround(later * 1'000'000)) {}

    Plan plan() const {
        Plan renamed = plan_;
        for (auto* list : {&renamed.stations, &renamed.recorders}) {
            const auto old = *list;
            list->clear();
            for (const auto& number : old)
                list->insert(with_suffix(number));
        }
        return renamed;
    }

    Instant at(Instant at) const { return at + std::chrono::microseconds(later_); }

    CallEvent event(CallEvent event) const {
        event.at = at(event.at);
        if (!event.follows_call) event.monitor += '.' + std::to_string(suffix_);
        for (Connection* place : {&event.connection, &event.primary_old, &event.secondary_old})
            rename(*place);
        for (ConnectionChange& change : event.connections) {
            rename(change.now);
            rename(change.before);
            rename(change.endpoint.device);
        }
        for (Subject* place : {&event.subject, &event.target, &event.calling, &event.called, &event.last_redirection})
            rename(place->device);
        event.monitored = number(event.monitored);
        for (std::string* ucid : {&event.ucid, &event.old_ucid})
            rename_ucid(*ucid);
        if (event.extra.original) {
            rename_ucid(event.extra.original->ucid);
            rename(event.extra.original->calling.device);
            rename(event.extra.original->called.device);
        }
        return event;
    }

    What what(const What& what) const {
        if (const auto* call = std::get_if<CallEvent>(&what)) return event(*call);
        if (const auto* linkage = std::get_if<Linkage>(&what)) {
            Linkage renamed{.call = call_id(linkage->call), .ucid = linkage->ucid};
            rename_ucid(renamed.ucid);
            return renamed;
        }
        if (const auto* agent = std::get_if<AgentEvent>(&what)) {
            AgentEvent renamed = *agent;
            renamed.at = at(agent->at);
            rename(renamed.station);
            return renamed;
        }
        return what;
    }

private:
    std::string with_suffix(const std::string& number) const {
        return number + (suffix_ < 10 ? "0" : "") + std::to_string(suffix_);
    }
    std::string number(const std::string& number) const {
        return plan_.stations.contains(number) || plan_.recorders.contains(number) ? with_suffix(number) : number;
    }
    std::string call_id(const std::string& id) const { return id.empty() ? id : with_suffix(id); }
    void rename(Device& device) const { device.number = number(device.number); }
    void rename(Connection& connection) const {
        connection.call = call_id(connection.call);
        rename(connection.device);
    }
    void rename_ucid(std::string& ucid) const {
        auto parsed = avaya::parse_ucid(ucid);
        if (!parsed) return;
        parsed->node = static_cast<std::uint32_t>(1'000 + suffix_);
        ucid = avaya::format_ucid(*parsed);
    }

    const Plan& plan_;
    int suffix_;
    std::int64_t later_;
};

}  // namespace

Story renamed(const Story& story, int suffix, double later) {
    const Renamer renamer(story.plan, suffix, later);
    Story copy;
    copy.name = story.name + " " + std::to_string(suffix);
    copy.plan = renamer.plan();
    for (const Step& step : story.steps)
        copy.steps.push_back({renamer.at(step.at), renamer.what(step.what)});
    return copy;
}

}  // namespace tandem::avaya_dmcc::testing
