// The supervisor's numbers in Prometheus' text exposition format.
#include "core/connector/supervisor.hpp"

#include <map>
#include <string>

namespace tandem::connector {

namespace {

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out;
}

std::string line(const std::string& metric, const std::string& labels, std::uint64_t value) {
    return metric + "{" + labels + "} " + std::to_string(value) + "\n";
}

}  // namespace

std::string Supervisor::metrics() const {
    std::map<std::string, std::string> counters;  // metric name to its lines: samples of one metric stand together
    std::string states;
    for (const InstanceStatus& status : this->status()) {
        const std::string instance = "instance=\"" + escape(status.name) + "\"";
        states += line("tandem_instance_up", instance + ",state=\"" + std::string(to_string(status.state)) + "\"",
                       status.state == State::Ready || status.state == State::Degraded ? 1 : 0);
        for (const auto& [key, value] : status.counters) {
            const auto colon = key.find(':');
            const std::string counter = key.substr(0, colon);
            const std::string metric = "tandem_" + counter + "_total";
            std::string labels = instance;
            if (colon != std::string::npos) {
                labels += counter == "errors" ? ",kind=\"" : ",reason=\"";
                labels += escape(std::string_view(key).substr(colon + 1)) + "\"";
            }
            counters[metric] += line(metric, labels, value);
        }
    }
    std::string out = "# TYPE tandem_instance_up gauge\n" + states;
    for (const auto& [metric, lines] : counters)
        out += "# TYPE " + metric + " counter\n" + lines;
    return out;
}

}  // namespace tandem::connector
