#pragma once
// Whether a caller accepts the server that it calls, by the rules of its runtime.

#include <optional>
#include <string>

#include "telltale/assess/assessment.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::assess {

/// The runtime compares the server's certificate with the name it called. Java over https (OkHttp's
/// OkHostnameVerifier, subjectAltName only) but not on rediss (Jedis up to 7.3), Go always
/// (crypto/x509 VerifyHostname), OpenSSL's users over https only; a path without certificate, such
/// as a probe, checks nothing unless a trust is named.
[[nodiscard]] bool checks_name(const fleet::Edge& edge, fleet::Scheme scheme);

/// What a caller objects to in a server, or that it cannot be told.
struct Objection {
  Reason reason = Reason::unknown;
  std::string detail;      ///< a clause that goes on from "because "
  bool is_certain = true;  ///< false: how the chain fares with the caller was not seen
};

/// Why the caller of `edge` does not accept what `callee` shows in `at`; nothing: it does.
[[nodiscard]] std::optional<Objection> find_objection(const fleet::Edge& edge,
                                                      const fleet::Target& callee,
                                                      const AddressAssessment& at, CivilTime now);

}  // namespace telltale::assess
