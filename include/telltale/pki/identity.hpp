#pragma once
// Identity: somebody's certificate chain, with or without the private key. The key never leaves pki
// and tls.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/pki/certificate.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/pki/store.hpp"

struct evp_pkey_st;
struct x509_st;

namespace telltale::pki {

/// Where an identity's parts lie, as the configuration names them. What a file is, PEM, DER,
/// PKCS#12 or JKS, is told by its content, as the JVM does.
struct IdentityFiles {
  /// Holds the certificate, in PEM the chain behind it, and the key unless `key` names another
  /// file.
  std::string certificate;
  /// The key's own file, PEM or DER. Nothing: the key is in `certificate`, and where that holds
  /// none, the identity is known by certificate only.
  std::optional<std::string> key;
  std::optional<SecretSource> password;      ///< of a store (PKCS#12, JKS)
  std::optional<SecretSource> key_password;  ///< of the key; in a store, where it has another
  std::optional<std::string> alias;          ///< which key of a store that has several
  bool is_keystore = false;                  ///< there must be a key in it

  friend bool operator==(const IdentityFiles&, const IdentityFiles&) = default;
};

/// A chain as it is held (not as it could be built) and, where known, its key. Immutable, shared.
class Identity {
 public:
  /// Reads the files. The Error names the file and what is wrong with it: unreadable, none of the
  /// formats, no certificate in it, no key in the key's file or keystore, several keys and no
  /// alias, a key or store without or with a wrong password (Errc::wrong_password), a key that does
  /// not belong to the certificate. A password's own file is named by its key (`password_file`)
  /// only.
  [[nodiscard]] static Result<std::shared_ptr<const Identity>> load(const IdentityFiles& files);

  /// The same identity with its first certificate alone: what go-yaml-tools makes of a chain
  /// (pkg/tls, GetX509KeyPair takes the first PEM block). Shares the key.
  [[nodiscard]] std::shared_ptr<const Identity> leaf_only() const;

  /// Makes an identity from PEM texts; `key_pem` may be empty, and is then looked for behind the
  /// certificates. Errors speak of "certificate" and "key".
  [[nodiscard]] static Result<std::shared_ptr<const Identity>> from_pem(
      std::string_view certificate_pem, std::string_view key_pem, const Secret& key_password = {});

  /// Makes a throwaway self-signed identity with a fresh key (ec: P-256, rsa: 2048; no other),
  /// valid from a day before `now` for `lifetime`. Throws std::runtime_error if OpenSSL cannot.
  [[nodiscard]] static std::shared_ptr<const Identity> make_stranger(KeyAlgorithm algorithm,
                                                                     CivilTime now,
                                                                     std::chrono::seconds lifetime);

  ~Identity();
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  /// The chain as held, leaf first; never empty.
  [[nodiscard]] const Chain& chain() const noexcept { return chain_; }

  [[nodiscard]] const Certificate& leaf() const noexcept { return *chain_.front(); }

  [[nodiscard]] bool has_key() const noexcept { return key_ != nullptr; }

  /// Each certificate's signature was made by the next one's key; so too of a single one.
  [[nodiscard]] bool chain_links() const noexcept { return chain_links_; }

  /// For tls: the private key (null without one) and the certificates, borrowed.
  [[nodiscard]] evp_pkey_st* key() const noexcept { return key_; }

  [[nodiscard]] const std::vector<x509_st*>& certificates() const noexcept { return certificates_; }

 private:
  Identity() = default;
  friend struct IdentityBuilder;

  Chain chain_;
  bool chain_links_ = false;
  evp_pkey_st* key_ = nullptr;          // owned
  std::vector<x509_st*> certificates_;  // owned, same order as chain_
};

using IdentityPtr = std::shared_ptr<const Identity>;

/// One of the keys that a file offers, with its chain.
struct KeyEntry {
  std::string alias;     ///< a store's; empty in PEM and DER
  IdentityPtr identity;  ///< never null; without a key where the file holds none
  /// How the key is written down where it lies, in its own file if it has one; nothing without a
  /// key. `der` for whatever is in DER, since crypto/tls reads PEM alone.
  std::optional<KeyEncoding> encoding;
  /// Java passes over this key of a store (see StoreKey). Of PEM and DER this says nothing.
  bool is_seen_by_java = true;
};

/// Reads every key of a store, or the one that `files.alias` names; of PEM and DER the one there
/// is. Errors as of Identity::load, but several keys without an alias are none; of those, the ones
/// without a certificate are left out, as Java passes over them. Never empty.
[[nodiscard]] Result<std::vector<KeyEntry>> load_keys(const IdentityFiles& files);

}  // namespace telltale::pki
