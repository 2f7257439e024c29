#include "core/mail/cms.hpp"

#include <climits>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>

#include <memory>

namespace tandem::mail {
namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(CMS_ContentInfo* info) const { CMS_ContentInfo_free(info); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::optional<std::string> read(std::string_view der) {
    const Owned<BIO> in(BIO_new_mem_buf(der.data(), static_cast<int>(der.size())));
    if (!in) return std::nullopt;
    const Owned<CMS_ContentInfo> info(d2i_CMS_bio(in.get(), nullptr));
    if (!info || OBJ_obj2nid(CMS_get0_type(info.get())) != NID_pkcs7_signed) return std::nullopt;
    auto** content = CMS_get0_content(info.get());
    if (content == nullptr || *content == nullptr) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*content)),
                       static_cast<std::size_t>(ASN1_STRING_length(*content)));
}

}  // namespace

std::optional<std::string> unwrap_signed(std::string_view der) {
    if (der.size() > INT_MAX) return std::nullopt;
    auto out = read(der);
    ERR_clear_error();
    return out;
}

}  // namespace tandem::mail
