#pragma once
// assess: facts against expectations. Pure: no I/O, no clock.

#include <span>

#include "telltale/assess/assessment.hpp"
#include "telltale/fleet/fleet.hpp"
#include "telltale/probe/observation.hpp"

namespace telltale::assess {

/// The laxest of several modes. `none` cannot be undercut, so it wins over everything; otherwise
/// one `unknown` makes the whole unknown, since it may be laxer than what is known. Unknown for an
/// empty list.
[[nodiscard]] tls::ClientAuthMode laxest(std::span<const tls::ClientAuthMode> modes);

/// The certificates of a chain as sent whose dates and strength callers rely on: the leaf, and
/// those on the verified path that are not self-issued. A certificate that was sent but is on no
/// path (an old cross-certificate) harms nobody, and a root that was sent is not asked: callers
/// hold their own. Where no path was found: the leaf and all that are not self-issued.
[[nodiscard]] pki::Chain relied_on(const pki::Chain& sent,
                                   const pki::ChainVerification& verification);

/// Judges one look at one address of `target` at the time `now`.
/// `validity_margin`: a certificate that ends sooner than this is `certificate_expiring`.
/// `callers`: the edges into `target`; on rediss a name that does not match is an error only if one
/// of them looks at names.
[[nodiscard]] AddressAssessment assess_address(const fleet::Target& target,
                                               const probe::Observation& observation,
                                               Duration validity_margin, CivilTime now,
                                               std::span<const fleet::Edge> callers = {});

/// Judges what the addresses of `target` show together. `addresses` holds those looked at so far;
/// `resolution` is the newest one.
[[nodiscard]] TargetAssessment assess_target(const fleet::Target& target,
                                             const probe::Resolution& resolution,
                                             std::span<const AddressAssessmentPtr> addresses);

}  // namespace telltale::assess
