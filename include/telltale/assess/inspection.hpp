#pragma once
// Inspection: what `telltale inspect` says of one file. Values, and how they follow from the file's
// facts. Pure.

#include <optional>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/assess/runtime_view.hpp"
#include "telltale/assess/x509_login.hpp"
#include "telltale/pki/store.hpp"

namespace telltale::assess {

/// Java's words for the entries of a store; what is neither is a bare certificate.
enum class EntryKind { private_key, trusted_certificate, certificate };
BOOST_DESCRIBE_ENUM(EntryKind, private_key, trusted_certificate, certificate)

/// How certificates follow one another, by their names.
struct ChainShape {
  bool in_order = true;       ///< each one's issuer is the next one's subject
  bool ends_in_root = false;  ///< the last one is its own issuer
  std::string next_issuer;    ///< whom the last one asks for, RFC 4514; empty: none

  friend bool operator==(const ChainShape&, const ChainShape&) = default;
};

/// Looks at a chain, leaf first. An empty one is in order and ends nowhere.
[[nodiscard]] ChainShape shape_of(const pki::Chain& chain);

struct InspectedCertificate {
  pki::CertificatePtr certificate;
  std::optional<std::vector<std::string>> roles;  ///< nothing: it has no role extension
  std::string roles_error;                        ///< why the role extension cannot be read
  std::optional<X509Login> login;                 ///< of an end entity's certificate
};

struct KeyFacts {
  pki::KeyEncoding encoding = pki::KeyEncoding::pkcs8;
  pki::PublicKey public_key;
  std::size_t certificate_position = 0;  ///< in a PEM, of the one it belongs to, from 1; 0: none
  std::string error;                     ///< why it does not open; empty if it does
};

struct InspectedEntry {
  EntryKind kind = EntryKind::certificate;
  std::string alias;
  std::optional<KeyFacts> key;                     ///< of a private key's entry
  std::vector<InspectedCertificate> certificates;  ///< a chain, leaf first; or one certificate
  ChainShape shape;                                ///< of those
};

struct Inspection {
  std::string file;
  std::string error;  ///< why it could not be read, and then nothing else is said; empty: it was
  pki::StoreFormat format = pki::StoreFormat::pem;
  pki::StoreOpening opening = pki::StoreOpening::unprotected;
  std::vector<std::string> protections;
  std::vector<InspectedEntry> entries;  ///< keys first
  std::vector<RuntimeView> views;
};

/// States a file's entries and what the runtimes make of it, each certificate once, roles and
/// logins left open. Certificates of PEM and DER that stand without a key are taken for a chain if
/// they begin with one that is no authority's, or would, read backwards.
[[nodiscard]] Inspection inspect(std::string file, const pki::StoreFacts& facts);

}  // namespace telltale::assess
