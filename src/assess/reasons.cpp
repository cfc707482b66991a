// The reasons table: what docs/reasons.md, findings, metrics and pages say of a reason.

#include <algorithm>
#include <array>
#include <cstddef>

#include "telltale/assess/reason.hpp"
#include "telltale/enum_names.hpp"

namespace telltale::assess {

namespace {

using enum Severity;

constexpr std::array<ReasonRow, enumerators<Reason>().size()> rows = {{
    // getting there
    {Reason::resolve_failed, error, "The target's name has no address.",
     "Check the name in `url` or `discover`, the Service behind it, and the DNS policy of "
     "telltale's pod.",
     "RFC 1034 3.7"},
    {Reason::connect_refused, error, "Nothing listens at the address.",
     "Check that the service runs and that its port is the one in `url`.", "RFC 9293 3.5.2"},
    {Reason::connect_failed, error, "The address cannot be reached.",
     "Check routes and network policies between telltale and the service.", "connect(2)"},
    {Reason::connect_timeout, error, "The address does not answer a connection attempt.",
     "Look for a firewall or NetworkPolicy that drops packets, or for a pod that is gone.",
     "connect(2)"},
    {Reason::connection_reset, error, "The peer resets the connection before it has answered.",
     "Look into the service's log at the time of the look; a proxy or mesh in between resets what "
     "it does not know.",
     "RFC 9293 3.5.2"},
    {Reason::connection_closed, error, "The peer closes the connection before it has answered.",
     "Look into the service's log at the time of the look; a proxy that has no backend closes "
     "like this.",
     "RFC 9293 3.6"},
    {Reason::tls_timeout, error, "The TLS handshake does not finish in time.",
     "Check that the port speaks TLS at all (a plain Redis port hangs on a ClientHello) and that "
     "the service is not overloaded.",
     "RFC 8446 4"},
    {Reason::tls_protocol, error, "The TLS handshake fails.",
     "Compare the TLS versions, ciphers and key types that both sides allow; the alert in the "
     "detail is the peer's own word.",
     "RFC 8446 6"},
    {Reason::plaintext_answer, error, "The port answers a TLS handshake without TLS.",
     "Turn TLS on in the service (server.ssl.enabled), or correct the port in `url`.",
     "RFC 8446 5.1"},
    {Reason::plaintext_open, error, "The service can be used without TLS.",
     "Close the plaintext port or turn TLS on there: it is a way round mutual TLS.",
     "Tomcat Connector without SSLHostConfig; redis.conf port"},
    // the server's certificate
    {Reason::chain_untrusted, error, "The server's certificate chain is not trusted.",
     "Issue the certificate from the CA in `trust`, or put the right CA into `trust`.",
     "RFC 5280 6.1"},
    {Reason::chain_incomplete, error,
     "The server does not send the certificates between its own and the trust anchor.",
     "Put the intermediate certificates behind the leaf in the server's keystore (keytool "
     "-importcert with the whole chain, or `openssl pkcs12 -export -certfile`); if the issuer is a "
     "root that callers trust, put it into `trust`.",
     "RFC 8446 4.4.2"},
    {Reason::chain_oversize, error, "The server sends more certificates than Java accepts.",
     "Send only the leaf and its intermediates: JSSE stops at 10 certificates.",
     "jdk.tls.maxCertificateChainLength (sun.security.ssl.SSLConfiguration)"},
    {Reason::certificate_malformed, error, "The server sends a certificate that cannot be read.",
     "Replace the certificate: its DER is broken, and clients end the handshake there.",
     "RFC 5280 4.1"},
    {Reason::certificate_expired, error, "A certificate of the server's chain has expired.",
     "Renew the certificate and restart the service, so that it is loaded.", "RFC 5280 4.1.2.5"},
    {Reason::certificate_not_yet_valid, error,
     "A certificate of the server's chain is not valid yet.",
     "Check the clocks of the issuer and of the service, or wait for the certificate's time.",
     "RFC 5280 4.1.2.5"},
    {Reason::certificate_expiring, warning, "A certificate of the server's chain ends soon.",
     "Renew the certificate before the rollout, and restart the service.", "RFC 5280 4.1.2.5"},
    {Reason::certificate_weak, warning, "A certificate of the server's chain is weak.",
     "Issue it anew with RSA of 2048 bits or more, or EC P-256, signed with SHA-256.",
     "jdk.certpath.disabledAlgorithms; crypto/x509 checkSignature; NIST SP 800-57"},
    {Reason::usage_missing, error, "The server's certificate is not meant for TLS servers.",
     "Issue it with digitalSignature in keyUsage, and serverAuth (for the caller's side clientAuth "
     "as well) in extendedKeyUsage, or without either extension.",
     "RFC 5280 4.2.1.3 and 4.2.1.12; sun.security.validator.EndEntityChecker"},
    {Reason::hostname_mismatch, error, "The server's certificate does not name the server.",
     "Issue it with the name in subjectAltName (the common name is not looked at), or give the "
     "name it has as `server_name`.",
     "RFC 6125 6.4; okhttp3.internal.tls.OkHostnameVerifier"},
    // client authentication
    {Reason::client_auth_none, error,
     "The service does not ask for client certificates, but is to be flipped to `need`.",
     "Set `server.ssl.client-auth: want` first, so that it can be seen who presents what.",
     "RFC 8446 4.3.2"},
    {Reason::client_auth_mismatch, error,
     "The service asks for client certificates in another way than expected.",
     "Correct the service's client-auth setting and restart it, or correct "
     "`expect.client_auth`.",
     "org.apache.tomcat.util.net.SSLHostConfig.CertificateVerification"},
    {Reason::client_auth_unverified, warning,
     "The service asks for client certificates but takes any, even a stranger's.",
     "Set a trust store for client certificates and let the server verify: until then a caller "
     "that gets in proves nothing.",
     "crypto/tls RequireAnyClientCert; nginx optional_no_ca"},
    {Reason::client_auth_unknown, warning,
     "How the service treats client certificates cannot be told.",
     "Give `health` a path that is answered with 2xx, and telltale an identity that the service "
     "accepts.",
     "RFC 8446 4.4.2.4"},
    {Reason::replicas_disagree, error, "The addresses of the target do not behave alike.",
     "Restart the replicas that still run with the old configuration or certificate.",
     "kubernetes.io rolling updates"},
    {Reason::versions_disagree, error, "The service treats TLS 1.2 and TLS 1.3 differently.",
     "Use one setting for all TLS versions; a client picks the version, and so the laxer one.",
     "RFC 8446 4.2.1"},
    {Reason::addresses_missing, error, "The target has fewer addresses than expected.",
     "Name a headless Service with `publishNotReadyAddresses: true` under `discover:` (a ClusterIP "
     "is one address for all pods), start the missing replicas, or correct `expect.addresses`.",
     "Kubernetes Service publishNotReadyAddresses"},
    // the mesh
    {Reason::mesh_mode_mismatch, error,
     "The sidecar in front of the service lets in more, or less, than expected.",
     "Correct the PeerAuthentication (of the workload before that of the namespace, before that of "
     "the mesh), or correct `mesh.mode`.",
     "istio.io PeerAuthentication; docs/mesh.md"},
    {Reason::mesh_mode_unknown, warning,
     "Whether the sidecar in front of the service takes plaintext cannot be told.",
     "See what ended the look; telltale must be outside the mesh (`sidecar.istio.io/inject: "
     "\"false\"`), and `mesh.alpn: istio` shows the sidecar where it passes other TLS on.",
     "docs/mesh.md"},
    {Reason::sidecar_missing, error,
     "No sidecar ends TLS, though TLS was offered that it would have ended.",
     "Have the sidecar injected and the pod restarted, or take `mesh` off the target: without a "
     "sidecar STRICT closes nothing.",
     "istio pilot/pkg/networking/core/listener.go; docs/mesh.md"},
    {Reason::spiffe_mismatch, error,
     "The certificate of the sidecar does not carry the expected SPIFFE ID.",
     "Correct `mesh.spiffe`, or run the service under the service account that it names.",
     "SPIFFE X.509-SVID 2; istio.io SPIFFE identities"},
    // the DN list
    {Reason::authorities_missing, error,
     "The service does not advertise a CA that it is expected to accept.",
     "Add the CA to the service's trust store: Java and Go callers whose issuer is not listed "
     "silently present nothing, and fail under `need`.",
     "RFC 8446 4.2.4; sun.security.ssl.X509Authentication; crypto/tls SupportsCertificate"},
    {Reason::authorities_unexpected, warning,
     "The service advertises a CA that it is not expected to accept.",
     "Remove the CA from the service's trust store, or add it to `expect.authorities`.",
     "RFC 8446 4.2.4"},
    {Reason::authorities_default, warning,
     "The service accepts client certificates of the public CAs that the JRE brings along.",
     "Give the service a trust store of its own with only your CA in it; without one Tomcat takes "
     "the JRE's cacerts.",
     "org.apache.tomcat.util.net.SSLUtilBase.getTrustManagers; lib/security/cacerts"},
    {Reason::authorities_oversize, error,
     "The service's CertificateRequest is larger than Java accepts.",
     "Shorten the trust store: JSSE clients end the handshake at 32768 bytes, even under `want`.",
     "jdk.tls.maxHandshakeMessageSize (sun.security.ssl.SSLConfiguration)"},
    {Reason::issuer_not_advertised, warning,
     "The service advertises none of the issuers of the chain that a caller, or telltale, holds.",
     "A Java or Go caller with such a chain presents nothing: add the issuer to the service's "
     "trust store, or the intermediate that is listed to the caller's keystore.",
     "sun.security.ssl.SunX509KeyManagerImpl; crypto/tls SupportsCertificate"},
    {Reason::issuer_encoding_differs, warning,
     "The service advertises the issuer of a caller's, or telltale's, chain in another DER "
     "encoding.",
     "Java compares names, Go compares bytes: a Go caller with such a chain presents nothing. "
     "Issue "
     "from the CA certificate that the service trusts.",
     "javax.security.auth.x500.X500Principal.equals; crypto/tls SupportsCertificate"},
    // our own credentials
    {Reason::identity_rejected, warning,
     "The service refuses the identity of a caller, or telltale's.",
     "Let it present a certificate from a CA that the service trusts, valid and with "
     "clientAuth.",
     "RFC 8446 4.4.2.4"},
    {Reason::identity_unconfirmed, info,
     "Whether the service accepts the certificate of a caller, or telltale's, could not be "
     "confirmed.",
     "Configure the identity with its key, from a CA in `trust`: then it is presented for real. "
     "Leave `probe.stranger` at `every_round`: where nobody is refused, being let in proves "
     "nothing.",
     "RFC 8446 4.4.2.4"},
    {Reason::identity_unreadable, warning, "An identity of telltale's own cannot be read anew.",
     "Mend the file or its password; until then telltale goes on with what it read last.",
     "telltale's configuration"},
    {Reason::identity_expired, warning,
     "A certificate of an identity, a caller's or telltale's, has expired.",
     "Renew the certificate; telltale reads the new file by itself.", "RFC 5280 4.1.2.5"},
    {Reason::identity_not_yet_valid, warning,
     "A certificate of an identity, a caller's or telltale's, is not valid yet.",
     "Check the clocks of the issuer and of telltale, or wait for the certificate's time.",
     "RFC 5280 4.1.2.5"},
    {Reason::identity_expiring, warning,
     "A certificate of an identity, a caller's or telltale's, ends soon.",
     "Renew the certificate; telltale reads the new file by itself.", "RFC 5280 4.1.2.5"},
    {Reason::identity_usage_missing, warning,
     "The certificate of an identity, a caller's or telltale's, is not meant for TLS clients.",
     "Issue it with digitalSignature in keyUsage and clientAuth in extendedKeyUsage, or without "
     "either extension (`openssl x509 -noout -ext keyUsage,extendedKeyUsage` shows them).",
     "RFC 5280 4.2.1.3 and 4.2.1.12; sun.security.validator.EndEntityChecker"},
    {Reason::identity_weak, warning,
     "A certificate of an identity, a caller's or telltale's, is weak.",
     "Issue it anew with RSA of 2048 bits or more, or EC P-256, signed with SHA-256.",
     "jdk.certpath.disabledAlgorithms; crypto/x509 checkSignature; NIST SP 800-57"},
    {Reason::identity_incomplete, warning,
     "The chain of an identity, a caller's or telltale's, lacks a certificate between its own "
     "and the trust anchor, or is out of order.",
     "Put the intermediates behind the leaf, each before its issuer (`cat tls.crt "
     "intermediate.crt`, or `openssl pkcs12 -export -certfile intermediate.crt`): servers build "
     "the path from what is sent. If the issuer is a root of other people's servers, all is well; "
     "put it into `trust`, and this ends.",
     "RFC 8446 4.4.2"},
    {Reason::key_algorithm_unsupported, warning,
     "The key of an identity, a caller's or telltale's, does not fit what the service asks for, "
     "so that nothing is presented.",
     "Use a key of a kind that the service's signature algorithms admit.", "RFC 8446 4.4.2.3"},
    {Reason::trust_unreadable, warning, "The trust anchors cannot be read anew.",
     "Mend the file or its password; until then telltale goes on with what it read last.",
     "telltale's configuration"},
    {Reason::truststore_empty, warning, "Java finds no trust anchor in the trust's store.",
     "Make the store with `keytool -importcert -noprompt -alias ca -file ca.crt -keystore "
     "trust.p12`: a PKCS#12 that `openssl pkcs12 -export -nokeys` writes lacks the attribute by "
     "which Java knows an anchor, and Tomcat does not start with it.",
     "sun.security.pkcs12.PKCS12KeyStore; java.security.cert.PKIXParameters"},
    {Reason::password_unreadable, warning, "The password of a target cannot be read anew.",
     "Mend the file of the password; until then telltale goes on with what it read last.",
     "telltale's configuration"},
    // callers
    {Reason::caller_accepted, info, "The caller gets in, and still would under `need`.",
     "Nothing to do.", "docs/prediction.md"},
    {Reason::caller_presents_nothing, error, "The caller has no certificate to present.",
     "Give the client path a certificate (ok-http-client.key-store, javax.net.ssl.keyStore, "
     "http.clientCertFile), take it off this service, or accept the breakage in the gate until a "
     "date.",
     "RFC 8446 4.4.2; docs/prediction.md"},
    {Reason::caller_outside_mesh, error,
     "The caller has no sidecar, and STRICT lets in only who has a certificate of the mesh.",
     "Have a sidecar injected next to the caller and say so (`mesh` of a target, "
     "`callers[].mesh`), "
     "route it through the mesh's gateway, or leave its port PERMISSIVE (portLevelMtls).",
     "istio.io PeerAuthentication; docs/mesh.md"},
    {Reason::caller_unknown, warning, "What the caller would present is not known.",
     "Name the caller's `identity`, with its key if telltale may have it; or make the caller a "
     "target, so that its own endpoint shows its certificate.",
     "docs/prediction.md"},
    {Reason::key_unusable, error, "The caller's runtime cannot load its key.",
     "Write the key in a form that the runtime reads; `telltale inspect` says which.",
     "armory/go-yaml-tools pkg/tls; sun.security.ssl.SunX509KeyManagerImpl"},
    {Reason::versions_incompatible, error, "Caller and service speak no TLS version in common.",
     "Allow TLS 1.2 or TLS 1.3 on both sides (`ok-http-client.tls-versions`, "
     "`default.tlsVersions`).",
     "RFC 8446 4.1.3"},
    {Reason::evidence_insufficient, warning,
     "What is known of the caller's certificate is less than the gate asks for.",
     "Give telltale the caller's certificate or keystore under `identities`, or ask for less in "
     "the "
     "gate's `evidence`.",
     "telltale's gate"},
    // the application
    {Reason::app_refused, warning, "The application turns telltale away.",
     "Give `health` a path that needs no login; behind nginx, see that telltale's identity is "
     "accepted.",
     "RFC 9110 15.5"},
    {Reason::app_unhealthy, warning, "The application does not report itself healthy.",
     "Open the health path by hand, and check `health` in the target.",
     "RFC 9110 15; Spring Boot Actuator health"},
    {Reason::app_timeout, error, "The application does not answer in time.",
     "Check that the service is not overloaded; raise `probe.timeout` if it is slow by nature.",
     "RFC 9110 9.2"},
    {Reason::app_protocol, error, "The application's answer is not what its scheme promises.",
     "Check that the port belongs to this service and that the scheme in `url` is right.",
     "RFC 9112 2.1; RESP"},
    {Reason::app_oversize, error, "The application's answer does not end.",
     "Give `health` a path with a short answer.", "telltale's caps"},
    {Reason::redis_auth, warning, "Redis did not accept a password, or was not sent one.",
     "Check `username` and the password's file; a password is sent only after chain and name have "
     "been verified.",
     "redis AUTH"},
    {Reason::redis_version, error, "Redis is older than expected, or its version is unreadable.",
     "Upgrade Redis: TLS begins with version 6. To read the version telltale needs `INFO`, and a "
     "password where one is required.",
     "redis INFO server"},
    {Reason::redis_mode_unsupported, warning, "Redis runs as a cluster or a sentinel.",
     "Spinnaker's clients connect to a single Redis; name its nodes as targets of their own.",
     "redis INFO server"},
    {Reason::principal_mismatch, error,
     "Gate does not take telltale's identity for the principal that is expected.",
     "Check `x509.enabled` of gate, that the port asks for certificates, and `expect.principal`. "
     "An "
     "e-mail address in subjectAltName comes before `x509.subject-principal-regex`; `telltale "
     "inspect` shows what a certificate yields.",
     "gate AuthController (/auth/user), X509AuthenticationUserDetailsService"},
    {Reason::roles_mismatch, error, "Gate does not give telltale's identity the expected roles.",
     "Check `x509.role-oid` of gate, the roles in the certificate (`telltale inspect`), what the "
     "role provider says of the principal, and `expect.roles`.",
     "gate AuthController (/auth/user), X509AuthenticationUserDetailsService; fiat Role"},
    {Reason::ingress_redirect_missing, error, "The ingress does not send plain HTTP on to https.",
     "Turn the redirect on (`nginx.ingress.kubernetes.io/force-ssl-redirect`, "
     "`alb.ingress.kubernetes.io/ssl-redirect`), or take `redirect_port` off the target.",
     "RFC 9110 15.4; RFC 6797 7.2"},
    {Reason::route_unanswered, error, "The ingress does not answer one of its routes.",
     "Check the ingress's rules and the Service behind the path; 404 and 5xx are what an ingress "
     "without a backend says.",
     "RFC 9110 15.5.5 and 15.6"},
    // evidence
    {Reason::look_incomplete, error, "The look ran out of time before everything was tried.",
     "Raise `probe.timeout`, or find out why the service is slow: what was not tried may be open.",
     "telltale's probe"},
    {Reason::waiting, info, "Nothing is wrong; the gate waits for more rounds or more time.",
     "Wait.", "telltale's gate"},
    {Reason::stale, warning, "The evidence is too old to count.",
     "See whether telltale still probes: its log, and telltale_probe_last_run_timestamp_seconds.",
     "telltale's gate"},
    {Reason::unknown, warning, "There is no evidence yet.",
     "Wait for the first round; after that see telltale's log.", "telltale's gate"},
}};

consteval bool has_a_row_for_every_reason_in_order() {
  const auto reasons = enumerators<Reason>();
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const ReasonRow& row = rows[i];
    if (row.reason != reasons[i] || row.summary.empty() || row.hint.empty() || row.source.empty()) {
      return false;
    }
  }
  return true;
}

static_assert(has_a_row_for_every_reason_in_order());
// A reason that was not described would shift the rows of those behind it.
static_assert(rows.size() == static_cast<std::size_t>(Reason::unknown) + 1);

constexpr std::array own_reasons = {
    Reason::issuer_not_advertised,  Reason::issuer_encoding_differs,
    Reason::identity_rejected,      Reason::identity_unconfirmed,
    Reason::identity_unreadable,    Reason::identity_expired,
    Reason::identity_not_yet_valid, Reason::identity_expiring,
    Reason::identity_usage_missing, Reason::identity_weak,
    Reason::identity_incomplete,    Reason::key_algorithm_unsupported,
    Reason::trust_unreadable,       Reason::truststore_empty,
    Reason::password_unreadable};

constexpr std::array caller_reasons = {Reason::chain_untrusted,
                                       Reason::chain_incomplete,
                                       Reason::chain_oversize,
                                       Reason::certificate_malformed,
                                       Reason::certificate_expired,
                                       Reason::certificate_not_yet_valid,
                                       Reason::certificate_weak,
                                       Reason::usage_missing,
                                       Reason::hostname_mismatch,
                                       Reason::authorities_oversize,
                                       Reason::issuer_not_advertised,
                                       Reason::issuer_encoding_differs,
                                       Reason::identity_rejected,
                                       Reason::identity_expired,
                                       Reason::identity_not_yet_valid,
                                       Reason::identity_expiring,
                                       Reason::identity_usage_missing,
                                       Reason::identity_weak,
                                       Reason::identity_incomplete,
                                       Reason::key_algorithm_unsupported,
                                       Reason::caller_presents_nothing,
                                       Reason::caller_outside_mesh,
                                       Reason::key_unusable,
                                       Reason::versions_incompatible,
                                       Reason::app_refused};

constexpr std::array flip_reasons = {Reason::client_auth_none,       Reason::client_auth_unverified,
                                     Reason::client_auth_unknown,    Reason::authorities_missing,
                                     Reason::authorities_unexpected, Reason::certificate_expiring};

constexpr std::array application_reasons = {Reason::client_auth_none,
                                            Reason::client_auth_mismatch,
                                            Reason::client_auth_unverified,
                                            Reason::client_auth_unknown,
                                            Reason::versions_disagree,
                                            Reason::authorities_missing,
                                            Reason::authorities_unexpected,
                                            Reason::authorities_default,
                                            Reason::authorities_oversize,
                                            Reason::app_refused,
                                            Reason::app_unhealthy,
                                            Reason::app_timeout,
                                            Reason::app_protocol,
                                            Reason::app_oversize,
                                            Reason::redis_auth,
                                            Reason::redis_version,
                                            Reason::redis_mode_unsupported,
                                            Reason::principal_mismatch,
                                            Reason::roles_mismatch,
                                            Reason::ingress_redirect_missing,
                                            Reason::route_unanswered};

constexpr std::array tls_reasons = {Reason::connection_reset,
                                    Reason::connection_closed,
                                    Reason::tls_timeout,
                                    Reason::tls_protocol,
                                    Reason::plaintext_answer,
                                    Reason::chain_untrusted,
                                    Reason::chain_incomplete,
                                    Reason::chain_oversize,
                                    Reason::certificate_malformed,
                                    Reason::certificate_expired,
                                    Reason::certificate_not_yet_valid,
                                    Reason::certificate_expiring,
                                    Reason::certificate_weak,
                                    Reason::usage_missing,
                                    Reason::hostname_mismatch};

}  // namespace

const ReasonRow& row_of(Reason reason) {
  return rows.at(static_cast<std::size_t>(reason));
}

bool concerns_own_identity(Reason reason) {
  return std::ranges::find(own_reasons, reason) != own_reasons.end();
}

bool concerns_callers(Reason reason) {
  return std::ranges::find(caller_reasons, reason) != caller_reasons.end();
}

bool concerns_flip_only(Reason reason) {
  return std::ranges::find(flip_reasons, reason) != flip_reasons.end();
}

bool concerns_application(Reason reason) {
  return std::ranges::find(application_reasons, reason) != application_reasons.end();
}

bool concerns_tls(Reason reason) {
  return std::ranges::find(tls_reasons, reason) != tls_reasons.end();
}

}  // namespace telltale::assess
