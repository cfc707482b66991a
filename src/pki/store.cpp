#include "telltale/pki/store.hpp"

#include <algorithm>

namespace telltale::pki {

bool StoreFacts::is_empty_for_java() const {
  return (format == StoreFormat::pkcs12 || format == StoreFormat::jks) &&
         std::ranges::none_of(certificates, &StoreCertificate::is_trusted_entry);
}

Result<StoreFacts> read_store(const std::string& file, const Secret& /*password*/,
                              const Secret& /*key_password*/) {
  return Error(Errc::unsupported, file + ": not read yet");
}

}  // namespace telltale::pki
