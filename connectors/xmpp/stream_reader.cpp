#include "connectors/xmpp/stream_reader.hpp"

#include <expat.h>
#include <limits>
#include <utility>

namespace tandem::xmpp {

namespace {

constexpr char kSeparator = '\x1F';  // cannot stand in XML
constexpr std::string_view kXmlNs = "http://www.w3.org/XML/1998/namespace";

std::pair<std::string_view, std::string_view> split(std::string_view qualified) {
    const auto at = qualified.rfind(kSeparator);
    if (at == std::string_view::npos) return {std::string_view(), qualified};
    return {qualified.substr(0, at), qualified.substr(at + 1)};
}

Element element_of(const XML_Char* name, const XML_Char** attributes) {
    const auto [space, local] = split(name);
    Element out{.name = std::string(local), .ns = std::string(space)};
    for (; *attributes != nullptr; attributes += 2) {
        const auto [attribute_space, attribute] = split(attributes[0]);
        if (attribute_space.empty()) {
            out.set(attribute, attributes[1]);
        } else if (attribute_space == kXmlNs && attribute == "lang") {
            out.set("xml:lang", attributes[1]);
        }
    }
    return out;
}

}  // namespace

struct StreamReader::State {
    explicit State(const ReaderLimits& given) : limits(given), parser(XML_ParserCreateNS("UTF-8", kSeparator)) {
        XML_SetUserData(parser, this);
#ifdef TANDEM_EXPAT_DEFERS
        // Else the end of a stanza may wait for the beginning of the next one. The limit of an element bounds what is
        // read again.
        XML_SetReparseDeferralEnabled(parser, XML_FALSE);
#endif
        XML_SetElementHandler(
            parser, [](void* self, const XML_Char* name, const XML_Char** all) { of(self).start(name, all); },
            [](void* self, const XML_Char*) { of(self).end(); });
        XML_SetCharacterDataHandler(parser, [](void* self, const XML_Char* text, int size) {
            of(self).characters({text, static_cast<std::size_t>(size)});
        });
        XML_SetCommentHandler(parser, [](void* self, const XML_Char*) { of(self).stop("a comment"); });
        XML_SetProcessingInstructionHandler(
            parser, [](void* self, const XML_Char*, const XML_Char*) { of(self).stop("a processing instruction"); });
        XML_SetStartDoctypeDeclHandler(parser, [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
            of(self).stop("a document type");
        });
    }
    ~State() { XML_ParserFree(parser); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static State& of(void* self) { return *static_cast<State*>(self); }

    void stop(std::string what) {
        if (!fault) fault = what + " at octet " + std::to_string(offset());
        XML_StopParser(parser, XML_FALSE);
    }
    std::size_t offset() const { return static_cast<std::size_t>(XML_GetCurrentByteIndex(parser)); }

    void start(const XML_Char* name, const XML_Char** attributes) {
        if (fault) return;
        Element element = element_of(name, attributes);
        nodes += 1 + element.attributes.size();
        if (open.size() >= limits.depth) return stop("elements too deep");
        if (nodes > limits.nodes) return stop("too many elements and attributes");
        if (!opened) {
            opened = true;
            items.emplace_back(StreamOpened{std::move(element)});
            forget();
            return;
        }
        if (open.empty()) began = offset();
        open.push_back(std::move(element));
    }

    void end() {
        if (fault) return;
        if (open.empty()) {
            items.emplace_back(StreamEnded{});
            return;
        }
        Element done = std::move(open.back());
        open.pop_back();
        if (!open.empty()) {
            open.back().children.push_back(std::move(done));
            return;
        }
        items.emplace_back(StreamElement{std::move(done), kept.substr(began - base, after() - began)});
        forget();
    }

    std::size_t after() const { return offset() + static_cast<std::size_t>(XML_GetCurrentByteCount(parser)); }

    // What is read counts no longer.
    void forget() {
        kept.erase(0, after() - base);
        base = after();
        nodes = 0;
    }

    void characters(std::string_view text) {
        if (!fault && !open.empty()) open.back().text += text;
    }

    const ReaderLimits limits;
    XML_Parser parser;
    std::vector<StreamItem> items;
    std::vector<Element> open;  // below the root
    std::optional<std::string> fault;
    std::string kept;  // octets from `base` on
    std::size_t base = 0;
    std::size_t began = 0;  // of the first-level element that is open
    std::size_t nodes = 0;
    bool opened = false;
};

StreamReader::StreamReader(ReaderLimits limits) : limits_(limits), state_(std::make_unique<State>(limits)) {}
StreamReader::~StreamReader() = default;
StreamReader::StreamReader(StreamReader&&) noexcept = default;
StreamReader& StreamReader::operator=(StreamReader&&) noexcept = default;

void StreamReader::feed(std::string_view octets) {
    State& state = *state_;
    // In pieces, so that the limit holds before much has been taken in.
    constexpr std::size_t kPiece = 64 * 1024;
    for (; !octets.empty() && !state.fault; octets.remove_prefix(std::min(kPiece, octets.size()))) {
        const std::string_view piece = octets.substr(0, kPiece);
        state.kept += piece;
        if (XML_Parse(state.parser, piece.data(), static_cast<int>(piece.size()), XML_FALSE) == XML_STATUS_ERROR) {
            if (!state.fault) state.stop(XML_ErrorString(XML_GetErrorCode(state.parser)));
            return;
        }
        // White space between stanzas keeps connections alive for years.
        if (state.open.empty() && state.kept.find_first_not_of(" \t\r\n") == std::string::npos) {
            state.base += state.kept.size();
            state.kept.clear();
        }
        if (state.kept.size() > limits_.element_octets) state.stop("an element above the limit");
    }
}

std::vector<StreamItem> StreamReader::take() {
    return std::exchange(state_->items, {});
}

const std::optional<std::string>& StreamReader::fault() const {
    return state_->fault;
}

std::size_t StreamReader::pending() const {
    return state_->kept.size();
}

void StreamReader::restart() {
    state_ = std::make_unique<State>(limits_);
}

}  // namespace tandem::xmpp
