// tandem map PACK --request FILE | --page FILE | --mail FILE | --send FILE [--settings FILE]: what a pack makes of what
// a vendor sends, or of one message to it, for people who write packs.
#include "core/base/text.hpp"
#include "core/config/substitution.hpp"
#include "core/data/json.hpp"
#include "core/mapping/outcome.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/send.hpp"
#include "core/pipeline/normaliser.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/map_mail.hpp"
#include "tools/tandem/map_page.hpp"
#include "tools/tandem/packs.hpp"
#include "tools/tandem/region.hpp"
#include "tools/tandem/terminal.hpp"

#include <memory>

namespace tandem::tool {
namespace {

struct MapArguments {
    std::string pack, request, send, settings, folder = "packs", instance, region = "RU", received_at;
    std::string page, poll, cursor;
    std::string mail, envelope;
    bool document = false;
};

// A request as JSON: {"method","url","headers":{name: text},"body": text} (or "body_base64").
struct RequestFile {
    std::string method = "POST", url, body;
    std::vector<std::pair<std::string, std::string>> headers;
};

Result<RequestFile> read_request(const std::string& file) {
    auto text = read_input(file);
    if (!text) return fail(std::move(text.error()));
    data::Arena arena;
    auto document = data::parse_json(*text, arena);
    if (!document) return fail(std::move(document.error()).with_context(file));
    if (!document->is_object())
        return fail(rejected(file + ": a JSON object with method, url, headers and body is needed"));
    RequestFile out;
    for (const auto& [key, value] : document->members()) {
        bool text_field = key == "method" || key == "url" || key == "body" || key == "body_base64";
        if (text_field && !value.is_string())
            return fail(rejected(file + ": " + std::string(key) + ": a text is needed"));
        if (key == "method") out.method = value.as_string();
        if (key == "url") out.url = value.as_string();
        if (key == "body") out.body = value.as_string();
        if (key == "body_base64") {
            auto bytes = unbase64(value.as_string());
            if (!bytes) return fail(rejected(file + ": body_base64: this is no Base64"));
            out.body = std::move(*bytes);
        }
        if (key != "headers") continue;
        if (!value.is_object()) return fail(rejected(file + ": headers: an object is needed"));
        for (const auto& header : value.members()) {
            if (!header.value.is_string()) {
                return fail(rejected(file + ": headers." + std::string(header.key) + ": a text is needed"));
            }
            out.headers.emplace_back(header.key, header.value.as_string());
        }
    }
    if (out.url.empty()) return fail(rejected(file + ": url is missing"));
    return out;
}

struct PackSettings {
    mapping::Settings values;
    std::string region;
};

std::optional<PackSettings> settings_of(const mapping::Pack& pack, const MapArguments& arguments) {
    config::Diagnostics diagnostics;
    config::Node node;
    if (!arguments.settings.empty()) {
        node = config::load_yaml(arguments.settings, diagnostics);
        node = config::substitute(node, config::Environment::of_process(), diagnostics);
    }
    PackSettings out{mapping::read_settings(pack, node, "settings", diagnostics), {}};
    out.region = region_of(out.values, node, arguments.region, diagnostics);
    print_diagnostics(diagnostics);
    return diagnostics.has_errors() ? std::nullopt : std::optional(std::move(out));
}

// The mapped records with contact points in normal form, as the pipeline stores them.
void normalise(mapping::Mapped& mapped, std::string_view region, data::Arena& arena) {
    for (auto& record : mapped.records) {
        if (record.kind == mapping::RecordKind::Snapshot) {
            record.document = pipeline::normalise_points(record.document, region, arena);
        }
    }
}

data::Value with_id(data::Value message, data::Arena& arena) {
    if (message.find("id") != nullptr) return message;
    data::ArenaList<data::Member> members(arena, message.size() + 1);
    members.push_back({"id", data::Value::string("00000000-0000-7000-8000-000000000000")});
    for (const auto& member : message.members())
        members.push_back(member);
    return data::Value::object(members.items());
}

// The requests that would go out for a message, without what is secret.
int show_sent(const MapArguments& arguments, const mapping::BoundPack& pack) {
    auto text = read_input(arguments.send);
    if (!text) return complain(text.error().text);
    data::Arena arena;
    auto message = data::parse_json(*text, arena);
    if (!message) return complain(std::move(message.error()).with_context(arguments.send).text);
    if (!message->is_object() || !message->get("to").is_object()) {
        return complain(arguments.send +
                        R"(: a message such as {"to": {"scheme": "tel", "value": "+1…"}, "text": "…"} )" + "is needed");
    }
    if (auto good = mapping::check_message(pack, *message, arena); !good) {
        return complain(std::move(good.error()).with_context(arguments.send).text);
    }
    data::ArenaList<data::Value> requests(arena);
    for (const auto part : mapping::message_parts(pack.pack(), with_id(*message, arena), arena)) {
        auto request = mapping::outgoing_request(pack, part, mapping::Reveal::Nothing, SystemClock().now(), arena);
        if (!request) return complain(request.error().text);
        data::ArenaList<data::Member> headers(arena);
        for (const auto& [name, value] : request->headers)
            headers.push_back({arena.copy(name), data::make_string(arena, value)});
        requests.push_back(data::make_object(arena, {{"method", data::make_string(arena, request->method)},
                                                     {"url", data::make_string(arena, request->url)},
                                                     {"headers", data::Value::object(headers.items())},
                                                     {"body", data::make_string(arena, request->body)}}));
    }
    print_json(data::make_object(arena, {{"requests", data::Value::array(requests.items())}}));
    return 0;
}

int map(const MapArguments& arguments) {
    config::Diagnostics diagnostics;
    auto pack = PackLibrary(arguments.folder).load(arguments.pack, {}, diagnostics);
    print_diagnostics(diagnostics);
    if (!pack) return 1;
    auto settings = settings_of(*pack, arguments);
    if (!settings) return 1;
    if (!arguments.send.empty()) {
        const auto instance = arguments.instance.empty() ? pack->name() : arguments.instance;
        return show_sent(arguments, {pack, std::move(settings->values), instance, settings->region});
    }
    auto received_at =
        arguments.received_at.empty() ? std::optional(SystemClock().now()) : parse_time(arguments.received_at);
    if (!received_at) return complain("--received-at: this is no RFC 3339 time", 2);
    const auto& region = settings->region;
    auto instance = arguments.instance.empty() ? pack->name() : arguments.instance;
    mapping::BoundPack bound(pack, std::move(settings->values), instance, region);
    const auto normalised = [&](mapping::Mapped& mapped, data::Arena& arena) { normalise(mapped, region, arena); };
    if (!arguments.page.empty()) {
        return show_page({arguments.page, arguments.poll, arguments.cursor, *received_at}, bound, normalised);
    }
    if (!arguments.mail.empty()) {
        return show_mail({arguments.mail, arguments.envelope, arguments.document, *received_at}, bound, normalised);
    }
    auto file = read_request(arguments.request);
    if (!file) return complain(file.error().text);

    mapping::Request request{file->method, file->url, {}, file->body, *received_at};
    for (const auto& [name, value] : file->headers)
        request.headers.push_back({name, value});
    data::Arena arena;
    auto outcome = mapping::process(bound, request, arena);
    normalise(outcome.mapped, region, arena);
    print_json(mapping::map_result(outcome, arena));
    return 0;
}

}  // namespace

void add_map(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<MapArguments>();
    auto* command = app.add_subcommand(
        "map", "Show what a pack makes of one request, of one page of a poll, of one mail, or of one message to send");
    command->add_option("pack", arguments->pack, "Name of a pack, or a .yaml file")->required();
    auto* what = command->add_option_group("what", "One of these:");
    what->add_option("--request", arguments->request, "JSON file: method, url, headers, body; '-': standard input");
    what->add_option(
        "--send", arguments->send,
        "JSON file with a message: to (scheme, value), text, thread, reply_to, media; '-': standard input");
    auto* page = what->add_option("--page", arguments->page,
                                  "File with the body of a page that a poll asked for; '-': standard input");
    auto* mail = what->add_option("--mail", arguments->mail, "File with a mail as it came (.eml); '-': standard input");
    what->require_option(1);
    command->add_option("--poll", arguments->poll, "Name of the poll (default: the pack's first)")->needs(page);
    command->add_option("--cursor", arguments->cursor, "JSON: where the poll stands")->needs(page);
    command->add_option("--envelope", arguments->envelope, "JSON: mailbox, folder, role, internal_date, …")
        ->needs(mail);
    command->add_flag("--document", arguments->document, "Show what the pack's expressions see of the mail")
        ->needs(mail);
    command->add_option("--settings", arguments->settings,
                        "YAML or JSON file: the contents of `settings:` of an instance, without that word");
    command->add_option("--packs", arguments->folder, "Folder of your own packs, searched first")
        ->capture_default_str();
    command->add_option("--instance", arguments->instance, "Name of the instance (default: the pack's)");
    command->add_option("--region", arguments->region, "Region of numbers without a country prefix")
        ->check(region_problem)
        ->capture_default_str();
    command->add_option("--received-at", arguments->received_at, "Time of arrival (default: now)");
    command->footer(
        "Prints JSON: verdict (accepted, ignored, rejected), status and answer for the vendor, records; "
        "with --send the requests that would go out, secrets shown as ***; with --page whether the page is kept, where "
        "the poll goes on, records; with --mail records.");
    command->callback([arguments, &shell] { shell.code = map(*arguments); });
}

}  // namespace tandem::tool
