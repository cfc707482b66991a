#pragma once
// What verifying a peer's chain against one trust store gave. A value: the verdicts over it are
// made in assess.

#include <cstddef>
#include <string>
#include <vector>

#include "telltale/pki/certificate.hpp"

namespace telltale::pki {

/// One thing OpenSSL's verifier objected to.
struct VerificationError {
  int code = 0;      ///< X509_V_ERR_*
  int depth = 0;     ///< 0 is the leaf
  std::string text;  ///< OpenSSL's words for it

  friend bool operator==(const VerificationError&, const VerificationError&) = default;
};

/// The outcome for one chain, one trust store and one name.
struct ChainVerification {
  /// A path to a trust anchor exists, every signature on it holds, and every certificate on it may
  /// do what it does there (basicConstraints, key usage, serverAuth). Dates are not part of it: an
  /// expired chain can be trusted, and assess says of it that it expired.
  bool trusted = false;
  /// Not trusted because the path ends at a certificate that is neither a trust anchor nor
  /// self-issued: certificates between the leaf and the anchor were not sent, or, which looks the
  /// same from here, it leads to a root that was not sent and is not trusted.
  bool incomplete = false;
  /// The name was found among the leaf's subjectAltNames (RFC 6125; the subject is never asked).
  bool name_matches = false;
  std::string name;  ///< the name that was looked for
  /// All of them, dates too, in the order they were found. OpenSSL takes the second of notAfter
  /// itself for expired, against RFC 5280: for dates, go by Validity.
  std::vector<VerificationError> errors;
  Chain path;  ///< as built, from the leaf as far as issuers were found; empty for no leaf
  std::size_t anchors = 0;  ///< how many of `path`, at its end, are from the trust store
  Chain above;              ///< issuers of its end that the trust store has as well, up to a root
  /// The trust store has another certificate with the name of one of all these and another key:
  /// a name alone does not say which of them somebody else trusts.
  bool has_namesake_of_anchor = false;
  bool has_namesake_of_sent = false;  ///< the same, of the issuers on `path` that were sent
};

}  // namespace telltale::pki
