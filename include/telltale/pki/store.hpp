#pragma once
// StoreFacts: what a file of certificates and keys holds, whatever its format. A value; private
// keys are described, never held.

#include <optional>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/pki/certificate.hpp"
#include "telltale/pki/secret.hpp"

namespace telltale::pki {

/// What a file's content is; its name is not asked.
enum class StoreFormat { pem, der, pkcs12, jks };
BOOST_DESCRIBE_ENUM(StoreFormat, pem, der, pkcs12, jks)

/// How a store came open.
enum class StoreOpening {
  unprotected,       ///< there was nothing to open: PEM or DER
  password,          ///< with the password given
  without_password,  ///< none was given: a JKS without its digest check, a PKCS#12 with none
  default_password,  ///< none was given: a PKCS#12 with `changeit`
};
BOOST_DESCRIBE_ENUM(StoreOpening, unprotected, password, without_password, default_password)

/// How a private key is written down.
enum class KeyEncoding {
  pkcs1,                  ///< `RSA PRIVATE KEY` (RFC 8017 A.1.2), or that in DER
  sec1,                   ///< `EC PRIVATE KEY` (RFC 5915)
  dsa,                    ///< `DSA PRIVATE KEY`
  pkcs8,                  ///< `PRIVATE KEY` (RFC 5208)
  encrypted_pkcs8,        ///< `ENCRYPTED PRIVATE KEY`
  encrypted_traditional,  ///< `RSA PRIVATE KEY` and its like with `Proc-Type: 4,ENCRYPTED`
  pkcs12,                 ///< a keyBag or pkcs8ShroudedKeyBag (RFC 7292 4.2)
  jks,                    ///< with Sun's key protector
  der,                    ///< of a KeyEntry: any of the above in DER instead of PEM
};
BOOST_DESCRIBE_ENUM(KeyEncoding, pkcs1, sec1, dsa, pkcs8, encrypted_pkcs8, encrypted_traditional,
                    pkcs12, jks, der)

struct StoreCertificate {
  CertificatePtr certificate;
  std::string alias;  ///< friendlyName, or a JKS alias; empty where there is none
  /// Java sees a trustedCertEntry: in a JKS one, in a PKCS#12 a certificate with Oracle's
  /// trustedKeyUsage attribute (2.16.840.1.113894.746875.1.1). Always false in PEM and DER.
  bool is_trusted_entry = false;
};

struct StoreKey {
  /// As Java names it: in a PKCS#12 friendlyName, or a number where there is none.
  std::string alias;
  KeyEncoding encoding = KeyEncoding::pkcs8;
  PublicKey public_key;
  /// Leaf first. JKS: as stored. PKCS#12: as Java puts it together, by issuer names. PEM: the
  /// file's certificates in their order, if the key belongs to the first. Empty where no
  /// certificate belongs to the key.
  Chain chain;
  /// PEM: the certificate that it belongs to, from 1. 0: none, or the key does not open.
  std::size_t certificate_position = 0;
  std::string error;  ///< why the key does not open, as a predicate; empty if it does
  /// Java passes over a PKCS#12's keyBags, the bags within bags, and, of several keys, those
  /// without localKeyId. Of PEM and DER this says nothing.
  bool is_seen_by_java = true;
  bool has_own_password = false;  ///< a store's, opened with a password that is not the store's
};

struct StoreFacts {
  StoreFormat format = StoreFormat::pem;
  StoreOpening opening = StoreOpening::unprotected;
  std::vector<StoreCertificate> certificates;  ///< all but those of JKS chains, as in the file
  std::vector<StoreKey> keys;                  ///< as in the file
  /// How content and keys are encrypted and authenticated, without doubles: `PBES2 (AES-256-CBC)`,
  /// `pbeWithSHA1And40BitRC2-CBC`, `MAC hmacWithSHA256, 10000 iterations`.
  std::vector<std::string> protections;
  bool needs_legacy_provider = false;   ///< RC2, RC4 or DES: OpenSSL 3 by itself does not open it
  std::vector<std::string> pem_blocks;  ///< the names of a PEM's blocks, in order

  /// A PKCS#12 or JKS that Java takes for one without any trust anchor.
  [[nodiscard]] bool is_empty_for_java() const;
};

/// Reads a file. `password` opens a store, `key_password` a key that has another (empty: the
/// store's); both may be empty, see StoreOpening. A key that does not open is no error here but
/// StoreKey::error. The Error names the file: unreadable, malformed, wrong_password, unsupported.
[[nodiscard]] Result<StoreFacts> read_store(const std::string& file, const Secret& password,
                                            const Secret& key_password);

}  // namespace telltale::pki
