#include "pki/legacy_provider.hpp"

namespace telltale::pki {

Result<LegacyProvider> LegacyProvider::load() {
  const ErrorQueueGuard quiet;
  LegacyProvider loaded;
  loaded.context_.reset(OSSL_LIB_CTX_new());
  require(loaded.context_ != nullptr, "making a library context");
  loaded.default_.reset(OSSL_PROVIDER_load(loaded.context_.get(), "default"));
  require(loaded.default_ != nullptr, "loading the default provider");
  loaded.legacy_.reset(OSSL_PROVIDER_load(loaded.context_.get(), "legacy"));
  if (!loaded.legacy_) {
    return Error(Errc::unsupported, "OpenSSL's legacy provider (legacy.so) is not installed here");
  }
  return loaded;
}

}  // namespace telltale::pki
