#pragma once
// What verifying a peer's chain against one trust store gave. A value: the verdicts over it are
// made in assess.

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
  /// A path to a trust anchor exists and every signature on it holds. Dates are not part of it:
  /// an expired chain can be trusted, and assess says of it that it expired.
  bool trusted = false;
  /// Not trusted because certificates between the leaf and the anchor were not sent: the last
  /// certificate sent is no trust anchor and not self-issued.
  bool incomplete = false;
  /// The name was found among the leaf's subjectAltNames (RFC 6125; the subject is never asked).
  bool name_matches = false;
  std::string name;                       ///< the name that was looked for
  std::vector<VerificationError> errors;  ///< all of them, in the order they were found
  Chain path;  ///< as built, leaf to anchor; empty if nothing could be built
};

}  // namespace telltale::pki
