#include "telltale/assess/credentials.hpp"

namespace telltale::assess {

std::vector<Finding> assess_identity(const IdentityFacts& /*facts*/, Duration /*validity_margin*/,
                                     CivilTime /*now*/) {
  return {};
}

std::vector<Finding> assess_trust(const TrustFacts& /*facts*/) {
  return {};
}

std::vector<Finding> assess_password(const PasswordFacts& /*facts*/) {
  return {};
}

}  // namespace telltale::assess
