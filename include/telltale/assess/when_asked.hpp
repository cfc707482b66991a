#pragma once
// What callers would present once a server begins to ask for certificates. Pure.

#include <optional>
#include <span>
#include <string>

#include "telltale/assess/prediction.hpp"

namespace telltale::assess {

/// Why a caller might be refused by a server that asks nobody yet.
struct Fault {
  Reason reason = Reason::caller_unknown;
  std::string detail;  ///< one sentence for people

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// What speaks against the step from `none` to `want`, as far as one caller is concerned. Under
/// `want` only the lack of a certificate is tolerated: one that is presented and does not verify is
/// refused as under `need` (JSSE's CertificateMessage checkClientCerts, Go's
/// VerifyClientCertIfGiven, Redis' `optional`). While nobody is asked, nobody sees which names the
/// server will list, so every key that the caller holds counts as one that it might present: one
/// that has ended or has not begun, one that is not for clients, and, where it is presented
/// whatever is listed (Redis lists nothing; java-refreshable and openssl do not look), one that our
/// trust does not verify. A caller that is known to hold nothing has no fault; one of which it is
/// not known what it holds has, and so has one without `holdings`.
[[nodiscard]] std::optional<Fault> find_fault_when_asked(const fleet::Edge& edge,
                                                         fleet::Scheme scheme,
                                                         std::span<const Holding> holdings,
                                                         CivilTime now);

}  // namespace telltale::assess
