#include "core/connector/counters.hpp"

namespace tandem::connector {

namespace {

constexpr std::size_t kMaxLabels = 64;

std::string_view help_of(std::string_view counter) {
    if (counter == "received") return "Requests and messages that reached a connector instance.";
    if (counter == "received_bytes") return "Bytes of their bodies.";
    if (counter == "emitted") return "Events made durable.";
    if (counter == "rejected") return "Requests refused, by reason.";
    if (counter == "ignored") return "Requests that carried nothing to keep, by reason.";
    if (counter == "throttled") return "Requests above the rate limit of their instance.";
    if (counter == "errors") return "Failures of connector instances, by kind.";
    if (counter == "restarts") return "Instances started again after a failure.";
    return "Counted by a connector.";
}

}  // namespace

Counters::Counters(obs::Registry& registry, std::string instance)
    : received(registry.counter("tandem_received_total", help_of("received"), {{"instance", instance}})),
      received_bytes(
          registry.counter("tandem_received_bytes_total", help_of("received_bytes"), {{"instance", instance}})),
      emitted(registry.counter("tandem_emitted_total", help_of("emitted"), {{"instance", instance}})),
      up(registry.gauge("tandem_instance_up", "1 while the connector instance works.", {{"instance", instance}})),
      registry_(registry),
      instance_(std::move(instance)) {}

obs::Counter& Counters::make(std::string_view counter, std::string_view label) {
    obs::Labels labels{{"instance", instance_}};
    if (!label.empty()) labels.emplace_back(counter == "errors" ? "kind" : "reason", label);
    return registry_.counter("tandem_" + std::string(counter) + "_total", help_of(counter), labels);
}

void Counters::add(std::string_view counter, std::string_view label, std::uint64_t by) {
    const std::lock_guard lock(mutex_);
    auto labels = labelled_.find(counter);
    if (labels == labelled_.end()) labels = labelled_.emplace(std::string(counter), decltype(labels->second)()).first;
    auto found = labels->second.find(label);
    if (found == labels->second.end()) {
        const std::string_view shown = labels->second.size() < kMaxLabels ? label : "other";
        found = labels->second.emplace(shown, &make(counter, shown)).first;
    }
    found->second->add(by);
}

std::map<std::string, std::uint64_t> Counters::values() const {
    std::map<std::string, std::uint64_t> all{
        {"received", received.value()}, {"received_bytes", received_bytes.value()}, {"emitted", emitted.value()}};
    const std::lock_guard lock(mutex_);
    for (const auto& [counter, labels] : labelled_) {
        for (const auto& [label, value] : labels)
            all[label.empty() ? counter : counter + ":" + label] = value->value();
    }
    return all;
}

}  // namespace tandem::connector
