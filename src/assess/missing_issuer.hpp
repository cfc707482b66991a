#pragma once
// Why a client presents nothing, in words that say what to change.

#include <string>

#include "telltale/assess/prediction.hpp"

namespace telltale::assess {

struct SilentClient {
  const fleet::Edge& edge;
  const AddressAssessment& at;
  const tls::CertificateRequest& request;
  const Holding& holding;
  const Selection& selection;  ///< of no key
};

struct Explanation {
  std::string detail;  ///< without a full stop
  std::string hint;    ///< empty: the reason's own
};

/// `orca's identity orca lacks the intermediate 'CN=Int'; clouddriver lists only 'CN=Root': orca
/// would present nothing`, where the missing certificate is known from elsewhere.
[[nodiscard]] Explanation explain_nothing(const SilentClient& client);

}  // namespace telltale::assess
