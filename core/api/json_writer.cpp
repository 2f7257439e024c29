#include "core/api/json_writer.hpp"

#include "core/data/json.hpp"

namespace tandem::api {

void JsonWriter::key(std::string_view name) {
    separate();
    data::write_json_string(name, out_);
    out_ += ':';
    comma_ = false;
}

void JsonWriter::text(std::string_view value) {
    separate();
    data::write_json_string(value, out_);
}

void JsonWriter::number(std::int64_t value) {
    separate();
    out_ += std::to_string(value);
}

void JsonWriter::number(std::uint64_t value) {
    separate();
    out_ += std::to_string(value);
}

void JsonWriter::boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
}

void JsonWriter::null() {
    separate();
    out_ += "null";
}

void JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
}

void JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
}

void JsonWriter::close(char bracket) {
    out_ += bracket;
    comma_ = true;
}

void JsonWriter::separate() {
    if (comma_) out_ += ',';
    comma_ = true;
}

}  // namespace tandem::api
