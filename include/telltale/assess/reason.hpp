#pragma once
// Reason: the bounded words in which every verdict of telltale is given. Reasons are added, never
// renamed: dashboards, alerts and accepted breakages name them.

#include <string_view>

#include <boost/describe/enum.hpp>

namespace telltale::assess {

enum class Reason {
  // getting there
  resolve_failed,
  connect_refused,
  connect_failed,
  connect_timeout,
  connection_reset,
  connection_closed,
  tls_timeout,
  tls_protocol,
  plaintext_answer,
  plaintext_open,
  // the server's certificate
  chain_untrusted,
  chain_incomplete,
  chain_oversize,
  certificate_malformed,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_expiring,
  certificate_weak,
  usage_missing,
  hostname_mismatch,
  // client authentication
  client_auth_none,
  client_auth_mismatch,
  client_auth_unverified,
  client_auth_unknown,
  replicas_disagree,
  versions_disagree,
  addresses_missing,
  // the mesh
  mesh_mode_mismatch,
  mesh_mode_unknown,
  sidecar_missing,
  spiffe_mismatch,
  // the DN list
  authorities_missing,
  authorities_unexpected,
  authorities_default,
  authorities_oversize,
  issuer_not_advertised,
  issuer_encoding_differs,
  // our own credentials
  identity_rejected,
  identity_unconfirmed,
  identity_unreadable,
  identity_expired,
  identity_not_yet_valid,
  identity_expiring,
  identity_usage_missing,
  identity_weak,
  identity_incomplete,
  key_algorithm_unsupported,
  trust_unreadable,
  truststore_empty,
  password_unreadable,
  // callers
  caller_accepted,
  caller_presents_nothing,
  caller_outside_mesh,
  caller_unknown,
  key_unusable,
  versions_incompatible,
  evidence_insufficient,
  // the application
  app_refused,
  app_unhealthy,
  app_timeout,
  app_protocol,
  app_oversize,
  redis_auth,
  redis_version,
  redis_mode_unsupported,
  principal_mismatch,
  roles_mismatch,
  ingress_redirect_missing,
  route_unanswered,
  // evidence
  look_incomplete,
  waiting,
  stale,
  unknown,
};
// What BOOST_DESCRIBE_ENUM does, group by group: at once it takes no more than 52 enumerators.
// clang-format off
BOOST_DESCRIBE_MAYBE_UNUSED BOOST_DESCRIBE_ENUM_BEGIN(Reason)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    resolve_failed, connect_refused, connect_failed, connect_timeout, connection_reset,
    connection_closed, tls_timeout, tls_protocol, plaintext_answer, plaintext_open)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    chain_untrusted, chain_incomplete, chain_oversize, certificate_malformed, certificate_expired,
    certificate_not_yet_valid, certificate_expiring, certificate_weak, usage_missing,
    hostname_mismatch)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    client_auth_none, client_auth_mismatch, client_auth_unverified, client_auth_unknown,
    replicas_disagree, versions_disagree, addresses_missing)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    mesh_mode_mismatch, mesh_mode_unknown, sidecar_missing, spiffe_mismatch)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    authorities_missing, authorities_unexpected, authorities_default, authorities_oversize,
    issuer_not_advertised, issuer_encoding_differs)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    identity_rejected, identity_unconfirmed, identity_unreadable, identity_expired,
    identity_not_yet_valid, identity_expiring, identity_usage_missing, identity_weak,
    identity_incomplete, key_algorithm_unsupported, trust_unreadable, truststore_empty,
    password_unreadable)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    caller_accepted, caller_presents_nothing, caller_outside_mesh, caller_unknown, key_unusable,
    versions_incompatible, evidence_insufficient)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    app_refused, app_unhealthy, app_timeout, app_protocol, app_oversize, redis_auth, redis_version,
    redis_mode_unsupported, principal_mismatch, roles_mismatch, ingress_redirect_missing,
    route_unanswered)
BOOST_DESCRIBE_PP_FOR_EACH(BOOST_DESCRIBE_ENUM_ENTRY, Reason,
    look_incomplete, waiting, stale, unknown)
BOOST_DESCRIBE_ENUM_END(Reason)
    // clang-format on

    /// Error: a caller fails or would fail, or the wall has a hole. Only errors block a gate.
    enum class Severity {
      error,
      warning,
      info
    };
BOOST_DESCRIBE_ENUM(Severity, error, warning, info)

/// A row of the reasons table: the documentation, the default severity and the hint in one place.
struct ReasonRow {
  Reason reason;
  Severity severity;         ///< unless the rule says otherwise for the case at hand
  std::string_view summary;  ///< one sentence: what is the matter
  std::string_view hint;     ///< what to do about it
  std::string_view source;   ///< RFC section, or the runtime's file that makes it matter
};

/// The row of a reason. Every reason has one.
[[nodiscard]] const ReasonRow& row_of(Reason reason);

/// As a finding about a target the reason speaks of telltale's own identities, trust or passwords.
/// Such findings never block a gate: they say what telltale could not confirm, not what a caller
/// meets. Of an edge the same reasons speak of the caller's identity, and block.
[[nodiscard]] bool concerns_own_identity(Reason reason);

/// The reason can be an edge's: it says why a caller does not get in, or would not.
[[nodiscard]] bool concerns_callers(Reason reason);

/// The reason speaks of the flip to `need` alone: it does not harm anybody today, so it does not
/// count for a target whose goal is `none`.
[[nodiscard]] bool concerns_flip_only(Reason reason);

/// The reason speaks of what the application behind a sidecar does, and of the step from `want` to
/// `need`: a gate for the step from PERMISSIVE to STRICT does not count it.
[[nodiscard]] bool concerns_application(Reason reason);

/// The reason speaks of TLS itself: where the application ends it, and not the sidecar, a gate for
/// the step to STRICT does not count it.
[[nodiscard]] bool concerns_tls(Reason reason);

}  // namespace telltale::assess
