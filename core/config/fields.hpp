// Field tables: one description of every option, from which come the reader with its diagnostics, the JSON Schema and
// the option table of the documentation. Write a struct with its defaults, then its table:
//
//   const Fields<LogConfig>& log_fields() {
//       static const auto fields = Fields<LogConfig>()
//           .choice("format", &LogConfig::format, {{"text", Format::Text}, {"json", Format::Json}}, "Form of a line.")
//           .field("window", &LogConfig::window, "How long repeats are counted.").range(1s, 1h);
//       return fields;
//   }
//   LogConfig log = log_fields().read(node, diagnostics);
//
// The type of a member decides what may be written (type_of below); a std::vector of it is a list. Defaults shown to
// people are those of a default-constructed struct.
#pragma once

#include "core/base/secret.hpp"
#include "core/config/field_table.hpp"
#include "core/config/units.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::config {

// The types a member may have: what is written for it, how it is read from a scalar (false: a diagnostic was added and
// `out` is untouched) and shown as a default.
constexpr FieldType type_of(const std::string*) {
    return FieldType::Text;
}
constexpr FieldType type_of(const Secret*) {
    return FieldType::Secret;
}
constexpr FieldType type_of(const std::int64_t*) {
    return FieldType::Integer;
}
constexpr FieldType type_of(const double*) {
    return FieldType::Number;
}
constexpr FieldType type_of(const bool*) {
    return FieldType::Boolean;
}
constexpr FieldType type_of(const std::chrono::milliseconds*) {
    return FieldType::Duration;
}
constexpr FieldType type_of(const Bytes*) {
    return FieldType::Bytes;
}
constexpr FieldType type_of(const Address*) {
    return FieldType::Address;
}
constexpr FieldType type_of(const std::filesystem::path*) {
    return FieldType::Path;
}

bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::string& out);
// A literal is a warning: secrets belong into ${env:...} or ${file:...}.
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, Secret& out);
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::int64_t& out);
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, double& out);
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, bool& out);
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::chrono::milliseconds& out);
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, Bytes& out);
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, Address& out);
// Relative paths begin at the folder of the file they are written in.
bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::filesystem::path& out);

std::string show_value(const std::string& value);
std::string show_value(const Secret& value);  // empty
std::string show_value(std::int64_t value);
std::string show_value(double value);
std::string show_value(bool value);
std::string show_value(std::chrono::milliseconds value);
std::string show_value(Bytes value);
std::string show_value(const Address& value);
std::string show_value(const std::filesystem::path& value);

// The index of a scalar among the field's choices.
std::optional<std::size_t> read_choice(const Node& node, const Field& field, Diagnostics& diagnostics);

template <class T>
class Fields {
public:
    template <class V>
    Fields& field(std::string name, V T::* member, std::string help) {
        auto set = [member](void* target, const Node& node, const Field& self, Diagnostics& diagnostics) {
            read_value(node, self, diagnostics, of(target).*member);
        };
        return add(type_of(static_cast<const V*>(nullptr)), std::move(name), std::move(help), show_value(T{}.*member),
                   set);
    }
    template <class V>
    Fields& field(std::string name, std::vector<V> T::* member, std::string help) {
        auto set = [member](void* target, const Node& node, const Field& self, Diagnostics& diagnostics) {
            V value{};
            if (read_value(node, self, diagnostics, value)) (of(target).*member).push_back(std::move(value));
        };
        std::string usual;
        for (const auto& item : T{}.*member)
            usual += (usual.empty() ? "" : ", ") + show_value(item);
        add(type_of(static_cast<const V*>(nullptr)), std::move(name), std::move(help), "[" + usual + "]", set);
        return make_list(member);
    }
    Fields& field(std::string name, Node T::* member, std::string help) {
        auto set = [member](void* target, const Node& node, const Field&, Diagnostics&) { of(target).*member = node; };
        return add(FieldType::Free, std::move(name), std::move(help), {}, set);
    }

    template <class E>
    using Choices = std::vector<std::pair<std::string, E>>;
    template <class E>
    Fields& choice(std::string name, E T::* member, const Choices<E>& choices, std::string help) {
        auto set = [member, choices](void* target, const Node& node, const Field& self, Diagnostics& diagnostics) {
            if (auto at = read_choice(node, self, diagnostics)) of(target).*member = choices[*at].second;
        };
        std::string usual;
        for (const auto& [word, value] : choices) {
            if (value == T{}.*member) usual = word;
        }
        return add(FieldType::Choice, std::move(name), std::move(help), std::move(usual), set).offer(choices);
    }
    template <class E>
    Fields& choice(std::string name, std::vector<E> T::* member, const Choices<E>& choices, std::string help) {
        auto set = [member, choices](void* target, const Node& node, const Field& self, Diagnostics& diagnostics) {
            if (auto at = read_choice(node, self, diagnostics)) (of(target).*member).push_back(choices[*at].second);
        };
        add(FieldType::Choice, std::move(name), std::move(help), {}, set).offer(choices);
        return make_list(member);
    }

    // `inner` must outlive the table: it is the static table of a function.
    template <class V>
    Fields& table(std::string name, V T::* member, const Fields<V>& inner, std::string help) {
        auto set = [member, &inner](void* target, const Node& node, const Field&, Diagnostics& diagnostics) {
            of(target).*member = inner.read(node, diagnostics);
        };
        return nest(std::move(name), inner.table(), std::move(help), set);
    }
    template <class V>
    Fields& table(std::string name, std::optional<V> T::* member, const Fields<V>& inner, std::string help) {
        auto set = [member, &inner](void* target, const Node& node, const Field&, Diagnostics& diagnostics) {
            of(target).*member = inner.read(node, diagnostics);
        };
        return nest(std::move(name), inner.table(), std::move(help), set);
    }
    template <class V>
    Fields& table(std::string name, std::vector<V> T::* member, const Fields<V>& inner, std::string help) {
        auto set = [member, &inner](void* target, const Node& node, const Field&, Diagnostics& diagnostics) {
            (of(target).*member).push_back(inner.read(node, diagnostics));
        };
        nest(std::move(name), inner.table(), std::move(help), set);
        return make_list(member);
    }

    // These refine the field added last.
    Fields& required() {
        last().required = true;
        return usually({});
    }
    Fields& range(std::int64_t minimum, std::int64_t maximum) {
        last().minimum = minimum;
        last().maximum = maximum;
        return *this;
    }
    Fields& range(std::chrono::milliseconds minimum, std::chrono::milliseconds maximum) {
        return range(minimum.count(), maximum.count());
    }
    Fields& range(Bytes minimum, Bytes maximum) { return range(minimum.count, maximum.count); }
    Fields& check(Check check) {
        last().check = std::move(check);
        return *this;
    }
    // The default in words, when it is only known at run time.
    Fields& usually(std::string default_text) {
        last().default_text = std::move(default_text);
        return *this;
    }

    Fields& one_of(std::vector<std::string> names) {
        table_->one_of(std::move(names));
        return *this;
    }

    Fields& any_of(std::vector<std::string> names) {
        table_->any_of(std::move(names));
        return *this;
    }

    // What is wrong keeps its default and is a diagnostic.
    T read(const Node& node, Diagnostics& diagnostics) const {
        T out{};
        table_->read(node, &out, diagnostics);
        return out;
    }
    std::shared_ptr<const FieldTable> table() const { return table_; }

private:
    using Set = decltype(Field::set);

    static T& of(void* target) { return *static_cast<T*>(target); }
    Field& last() { return table_->last(); }

    Fields& add(FieldType type, std::string name, std::string help, std::string usual, Set set) {
        Field field;
        field.type = type;
        field.name = std::move(name);
        field.help = std::move(help);
        field.default_text = std::move(usual);
        field.set = std::move(set);
        table_->add(std::move(field));
        return *this;
    }
    Fields& nest(std::string name, std::shared_ptr<const FieldTable> inner, std::string help, Set set) {
        add(FieldType::Table, std::move(name), std::move(help), {}, std::move(set));
        last().table = std::move(inner);
        return *this;
    }
    template <class V>
    Fields& make_list(std::vector<V> T::* member) {
        last().list = true;
        last().clear = [member](void* target) { (of(target).*member).clear(); };
        return *this;
    }
    template <class E>
    Fields& offer(const Choices<E>& choices) {
        for (const auto& [word, value] : choices)
            last().choices.push_back(word);
        return *this;
    }

    std::shared_ptr<FieldTable> table_ = std::make_shared<FieldTable>();
};

}  // namespace tandem::config
