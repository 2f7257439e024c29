// tandem tail: live events and interactions of the gateway on this machine.
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/data.hpp"
#include "tools/tandem/terminal.hpp"

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace tandem::tool {
namespace {

constexpr std::chrono::milliseconds kLook{200};
constexpr std::size_t kStep = 500;
constexpr std::size_t kShown = 200;

volatile std::sig_atomic_t interrupted = 0;

struct TailArguments {
    std::string config;
    bool json = false;
    bool whole = false;
    std::size_t last = 0;
};

void event_line(const journal::StoredEvent& stored, bool json) {
    const auto& event = stored.event;
    if (!json) {
        std::cout << format_time(event.received_at) << " event " << stored.position << ' ' << event.instance << ' '
                  << event.content_type << ' ' << event.raw.size() << " bytes\n";
        return;
    }
    data::Arena arena;
    print_line(data::to_json(data::make_object(arena, {{"kind", data::Value::string("event")},
                                                       {"position", data::Value::unsigned_integer(stored.position)},
                                                       {"at", data::make_string(arena, format_time(event.received_at))},
                                                       {"instance", data::make_string(arena, event.instance)},
                                                       {"content_type", data::make_string(arena, event.content_type)},
                                                       {"bytes", data::Value::unsigned_integer(event.raw.size())}})));
}

std::string first_text(const data::Value& document) {
    auto messages = document.get("messages");
    if (!messages.is_array() || messages.size() == 0) return {};
    std::string text(messages.items()[0].string_at("body").value_or(""));
    for (auto& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    return text;
}

// The beginning, and how much is left out.
std::string shortened(std::string text) {
    if (text.size() <= kShown) return text;
    const auto end = valid_utf8_prefix(std::string_view(text).substr(0, kShown));
    return text.substr(0, end) + "… (" + std::to_string(text.size() - end) + " bytes more)";
}

void feed_line(store::Store& store, const store::FeedEntry& entry, const TailArguments& arguments) {
    data::Arena arena;
    data::Value document;
    if (auto id = InteractionId::parse(entry.subject)) {
        auto view = store.interaction(*id);
        if (view && *view) document = data::parse_json((*view)->document, arena).value_or(data::Value());
    }
    if (arguments.json) {
        print_line(data::to_json(data::make_object(arena, {{"kind", data::Value::string(store::to_string(entry.kind))},
                                                           {"position", data::Value::unsigned_integer(entry.position)},
                                                           {"at", data::make_string(arena, format_time(entry.at))},
                                                           {"subject", data::make_string(arena, entry.subject)},
                                                           {"document", document}})));
        return;
    }
    std::cout << format_time(entry.at) << ' ' << store::to_string(entry.kind) << ' ' << entry.subject;
    for (const auto* field : {"channel", "provider", "direction"}) {
        if (auto text = document.string_at(field)) std::cout << ' ' << *text;
    }
    auto text = first_text(document);
    if (!text.empty()) std::cout << ": " << (arguments.whole ? text : shortened(std::move(text)));
    std::cout << '\n';
}

// One look at both; false when a read failed.
bool look(Data& data, std::uint64_t& event, std::uint64_t& entry, const TailArguments& arguments) {
    auto events = data.journal().read(event, kStep, 4 << 20);
    auto entries = data.store().feed(entry, kStep);
    if (!events || !entries) {
        complain(!events ? events.error().text : entries.error().text);
        return false;
    }
    for (const auto& stored : *events)
        event_line(stored, arguments.json);
    for (const auto& change : *entries)
        feed_line(data.store(), change, arguments);
    if (!events->empty()) event = events->back().position;
    if (!entries->empty()) entry = entries->back().position;
    std::cout.flush();
    return true;
}

int tail(const TailArguments& arguments) {
    auto data = Data::open(arguments.config);
    if (!data) return 1;
    auto stats = data->store().stats();
    if (!stats) return complain(stats.error().text);
    auto back = [&](std::uint64_t position) { return position > arguments.last ? position - arguments.last : 0; };
    auto last = data->journal().last();
    if (!last) return complain(last.error().text);
    auto event = back(*last);
    auto entry = back(stats->feed_position);
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    while (interrupted == 0 && std::cout) {
        if (!look(*data, event, entry, arguments)) return 1;
        std::this_thread::sleep_for(kLook);
    }
    return 0;
}

}  // namespace

void add_tail(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<TailArguments>();
    auto* command = app.add_subcommand("tail", "Follow live events and interactions until Ctrl-C");
    add_config_option(*command, arguments->config);
    command->add_option("-n,--last", arguments->last, "Begin with this many past events and changes")
        ->capture_default_str();
    command->add_flag("--whole", arguments->whole, "Texts to their end; otherwise lines show the first 200 bytes");
    command->add_flag("--json", arguments->json, "One JSON object per line, with the whole interaction");
    command->callback([arguments, &shell] { shell.code = tail(*arguments); });
}

}  // namespace tandem::tool
