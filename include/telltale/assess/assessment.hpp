#pragma once
// Assessments: how what was observed compares with what ought to be. Values.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telltale/assess/reason.hpp"
#include "telltale/probe/observation.hpp"

namespace telltale::assess {

struct Finding {
  Reason reason = Reason::unknown;
  Severity severity = Severity::warning;
  std::string detail;  ///< one sentence for people, about this very case
  std::string hint;    ///< what to do

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Where a client without a certificate is turned away.
enum class EnforcedBy { tls, http };
BOOST_DESCRIBE_ENUM(EnforcedBy, tls, http)

/// One address at one TLS version. A version that the peer does not speak has none.
struct VersionAssessment {
  tls::ProtocolVersion version = tls::ProtocolVersion::tls_1_3;
  tls::ClientAuthMode mode = tls::ClientAuthMode::unknown;
  std::optional<EnforcedBy> enforced_by;  ///< with `need` only
  std::optional<bool>
      client_certificates_verified;  ///< the stranger refused / accepted / not asked or not sent
  std::optional<bool> identity_accepted;  ///< nothing: no identity, not asked or not sent
  std::string cipher_suite;
  tls::CertificateRequestPtr certificate_request;  ///< null: not asked for one
};

/// The certificate that ends first among those that callers rely on, see relied_on().
struct CertificateEnd {
  CivilTime not_after;
  std::string subject;  ///< RFC 4514

  friend bool operator==(const CertificateEnd&, const CertificateEnd&) = default;
};

/// What became of a rehearsal at one version.
struct RehearsalAssessment {
  pki::Chain chain;  ///< that was to be presented; empty: nothing
  std::string path;  ///< empty on rediss
  tls::ProtocolVersion version = tls::ProtocolVersion::tls_1_3;
  bool is_ours = false;    ///< our own identity's chain, on a path of calls
  bool presented = false;  ///< its certificate left
  /// The server took it as well as it takes a good one; nothing: it cannot be told. Of an empty
  /// chain: whether a client without certificate is served on this path.
  std::optional<bool> accepted;
  std::string what_happened;  ///< `the peer sends the alert unknown_ca (48)`
};

/// What stands in front of an address of a target that has `mesh`.
struct MeshReading {
  /// What the sidecar lets in; nothing: it cannot be told.
  std::optional<fleet::MeshMode> mode;
  bool sidecar_ends_tls = false;    ///< every chain seen is a workload's, with a SPIFFE ID
  bool is_sidecar_missing = false;  ///< TLS that a sidecar ends was offered, and none ended it
  std::string spiffe;               ///< the ID that was shown; empty: none

  friend bool operator==(const MeshReading&, const MeshReading&) = default;
};

struct AddressAssessment {
  fleet::Endpoint address;
  tls::ClientAuthMode mode = tls::ClientAuthMode::unknown;  ///< laxest() of its versions
  std::optional<EnforcedBy> enforced_by;
  std::optional<bool> client_certificates_verified;  ///< false if any version takes anybody
  std::string identity;                     ///< name of what we had to present; empty: nothing
  std::optional<bool> identity_accepted;    ///< false if any version refuses us
  std::vector<VersionAssessment> versions;  ///< TLS 1.3 first
  pki::Chain certificates;                  ///< of the chain seen first; empty if none was
  std::optional<pki::ChainVerification> verification;  ///< of `certificates`
  std::optional<CertificateEnd> first_to_end;          ///< over all chains seen
  std::optional<MeshReading> mesh;                     ///< where the target has `mesh`
  std::optional<probe::LoginAttempt> login;            ///< where one is expected and was tried
  std::optional<probe::IngressReading> ingress;        ///< where the target is one
  std::vector<probe::PeerChain> peer_chains;  ///< distinct; for callers, as verified for them
  std::vector<RehearsalAssessment> rehearsals;
  bool reachable =
      false;  ///< at least one attempt was answered by the application, or TLS refused us
  std::vector<Finding> findings;  ///< at most one of each reason
  Now looked_at;
};

using AddressAssessmentPtr = std::shared_ptr<const AddressAssessment>;

/// What only all addresses together show.
struct TargetAssessment {
  tls::ClientAuthMode mode = tls::ClientAuthMode::unknown;  ///< laxest() of its addresses
  /// The laxest of its addresses'; nothing: the target has no `mesh`, or it cannot be told.
  std::optional<fleet::MeshMode> mesh_mode;
  std::size_t distinct_certificates = 0;  ///< leaves seen over all addresses
  bool replicas_agree = true;             ///< in modes, verification, DN list; true for one address
  std::vector<Finding> findings;
};

}  // namespace telltale::assess
