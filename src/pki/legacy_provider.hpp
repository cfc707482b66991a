#pragma once
// LegacyProvider: OpenSSL's provider of RC2, RC4 and DES, in a library context of its own.

#include <memory>

#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "telltale/error.hpp"

#include "pki/openssl.hpp"

namespace telltale::pki {

/// Loaded for one store that needs it and unloaded with this object: it costs memory, and nothing
/// else in the process is to find these ciphers.
class LegacyProvider {
 public:
  /// Errc::unsupported if OpenSSL's legacy.so is not there.
  [[nodiscard]] static Result<LegacyProvider> load();

  [[nodiscard]] OSSL_LIB_CTX* context() const noexcept { return context_.get(); }

 private:
  LegacyProvider() = default;

  struct Unload {
    void operator()(OSSL_PROVIDER* provider) const noexcept { OSSL_PROVIDER_unload(provider); }
  };

  using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, Unload>;

  std::unique_ptr<OSSL_LIB_CTX, Deleter<OSSL_LIB_CTX_free>> context_;
  ProviderPtr default_;  // digests and key derivation come from here
  ProviderPtr legacy_;
};

}  // namespace telltale::pki
