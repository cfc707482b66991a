#include "telltale/pki/store.hpp"

#include <algorithm>

#include "pki/store_content.hpp"

namespace telltale::pki {

bool StoreFacts::is_empty_for_java() const {
  return (format == StoreFormat::pkcs12 || format == StoreFormat::jks) &&
         std::ranges::none_of(certificates, &StoreCertificate::is_trusted_entry);
}

Result<StoreFacts> read_store(const std::string& file, const Secret& password,
                              const Secret& key_password) {
  const Result<StoreContent> content =
      read_content_of(file, {.store = password, .key = key_password});
  if (!content) {
    return content.error();
  }
  return facts_of(*content);
}

}  // namespace telltale::pki
