// A received XML document, read by local names: AES uses several namespaces and prefixes for one thing
// (vendors/avaya.md 2.3). Nothing outside of the document is ever read; a document type is refused.
#pragma once

#include "core/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tandem::avaya_dmcc {

// A place in a Document, valid as long as that lives. Of what is not there everything is empty.
class Element {
public:
    Element() = default;
    explicit operator bool() const { return node_ != nullptr; }

    std::string_view name() const;  // without prefix
    std::string_view text() const;  // trimmed; of the first text in it
    std::string_view attribute(std::string_view local_name) const;
    Element child(std::string_view local_name) const;
    Element first() const;  // child element
    Element next() const;   // sibling element
    // child(a).child(b) …
    template <typename... Names>
    Element at(Names... names) const {
        Element here = *this;
        ((here = here.child(names)), ...);
        return here;
    }

private:
    friend class Document;
    explicit Element(void* node) : node_(node) {}
    void* node_ = nullptr;
};

// Not copyable; moving it keeps its elements valid. Not thread-safe.
class Document {
public:
    // Failure: Corrupt, with the offset in the text.
    static Result<Document> parse(std::string_view xml);
    ~Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;

    Element root() const;

private:
    struct Native;
    explicit Document(std::unique_ptr<Native> native);
    std::unique_ptr<Native> native_;
};

// `text` as character data or an attribute's value; what XML cannot carry becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text);

}  // namespace tandem::avaya_dmcc
