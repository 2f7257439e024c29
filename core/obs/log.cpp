#include "core/obs/log.hpp"

#include "core/data/json.hpp"
#include "core/obs/redact.hpp"
#include "core/obs/repeats.hpp"

#include <spdlog/details/os.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <chrono>
#include <mutex>

namespace tandem::obs {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

spdlog::level::level_enum to_spdlog(Level level) {
    constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                                                     spdlog::level::warn, spdlog::level::err};
    return kLevels[static_cast<std::size_t>(level)];
}

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        constexpr std::string_view kEnd = spdlog::details::os::default_eol;
        write_(std::string_view(line.data(), line.size() - kEnd.size()));
    }
    void flush_() override {}

    std::function<void(std::string_view)> write_;
};

// A value that reads well without quotes stays without.
void append_text_value(std::string_view value, std::string& out) {
    auto plain = !value.empty() && std::ranges::none_of(value, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f';
    });
    if (plain) {
        out += value;
    } else {
        data::write_json_string(value, out);
    }
}

std::string text_line(std::string_view message, const Fields& fields) {
    std::string out(message);
    for (const auto& [name, value] : fields) {
        out += ' ' + name + '=';
        append_text_value(value, out);
    }
    return out;
}

std::string json_line(std::string_view message, const Fields& fields) {
    std::string out = "\"message\":";
    data::write_json_string(message, out);
    for (const auto& [name, value] : fields) {
        out += ',';
        data::write_json_string(name, out);
        out += ':';
        data::write_json_string(value, out);
    }
    return out;
}

std::string instance_of(const Fields& fields) {
    auto found = std::ranges::find(fields, "instance", &Fields::value_type::first);
    return found == fields.end() ? std::string() : found->second;
}

}  // namespace

std::optional<Level> parse_level(std::string_view word) {
    constexpr std::string_view kWords[] = {"trace", "debug", "info", "warn", "error"};
    auto found = std::ranges::find(kWords, word);
    if (found == std::end(kWords)) return std::nullopt;
    return static_cast<Level>(found - std::begin(kWords));
}

struct Log::Sink {
    Sink(spdlog::sink_ptr out, Level lowest, bool as_json)
        : logger("tandem", std::move(out)), level(lowest), json(as_json) {
        logger.set_level(to_spdlog(lowest));
        constexpr auto kText = "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v";
        constexpr auto kJson = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
        logger.set_pattern(json ? kJson : kText, spdlog::pattern_time_type::utc);
        logger.flush_on(spdlog::level::trace);
    }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink() { tell(repeats.finish()); }

    bool admit(Level line_level, std::string_view message, const Fields& fields) {
        if (line_level < Level::Info) return true;
        std::lock_guard lock(mutex);
        auto now = std::chrono::steady_clock::now();
        tell(repeats.ended(now));
        return repeats.admit({static_cast<int>(line_level), std::string(message), instance_of(fields)}, now);
    }

    void tell(const std::vector<Repeated>& repeated) {
        for (const auto& [kind, count] : repeated) {
            Fields fields;
            if (!kind.instance.empty()) fields.emplace_back("instance", kind.instance);
            fields.emplace_back("held_back", std::to_string(count));
            put(static_cast<Level>(kind.level), kind.message, fields);
        }
    }

    void put(Level line_level, std::string_view message, const Fields& fields) {
        auto line = json ? json_line(message, fields) : text_line(message, fields);
        logger.log(to_spdlog(line_level), spdlog::string_view_t(line.data(), line.size()));
    }

    spdlog::logger logger;
    Level level;
    bool json;
    std::mutex mutex;  // of repeats
    Repeats repeats;
};

Log::Log() = default;

Log Log::to_stderr(Level level, bool json) {
    Log log;
    if (json) {
        log.sink_ = std::make_shared<Sink>(std::make_shared<spdlog::sinks::stderr_sink_mt>(), level, json);
    } else {
        log.sink_ = std::make_shared<Sink>(std::make_shared<spdlog::sinks::stderr_color_sink_mt>(), level, json);
    }
    return log;
}

Log Log::to(std::function<void(std::string_view line)> write, Level level, bool json) {
    Log log;
    log.sink_ = std::make_shared<Sink>(std::make_shared<FunctionSink>(std::move(write)), level, json);
    return log;
}

Log Log::with(std::initializer_list<Field> fields) const {
    Log log = *this;
    for (const auto& field : fields)
        log.fields_.emplace_back(std::string(field.name), field.value);
    return log;
}

bool Log::enabled(Level level) const {
    return sink_ && level >= sink_->level;
}

void Log::write(Level level, std::string_view message, std::initializer_list<Field> fields) const {
    if (!enabled(level)) return;
    Fields all = fields_;
    for (const auto& field : fields)
        all.emplace_back(std::string(field.name), field.value);
    if (!sink_->admit(level, message, all)) return;
    for (auto& [name, value] : all)
        value = redact_field(name, value, level == Level::Trace);
    sink_->put(level, message, all);
}

void Log::error(std::string_view message, std::initializer_list<Field> fields) const {
    write(Level::Error, message, fields);
}

void Log::warn(std::string_view message, std::initializer_list<Field> fields) const {
    write(Level::Warn, message, fields);
}

void Log::info(std::string_view message, std::initializer_list<Field> fields) const {
    write(Level::Info, message, fields);
}

void Log::debug(std::string_view message, std::initializer_list<Field> fields) const {
    write(Level::Debug, message, fields);
}

void Log::trace(std::string_view message, std::initializer_list<Field> fields) const {
    write(Level::Trace, message, fields);
}

}  // namespace tandem::obs
