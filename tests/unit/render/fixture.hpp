#pragma once
// Small fleets for the renderers' tests, made by hand: no network, no clock, no cryptography.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render::fixture {

inline CivilTime civil(int year, unsigned month, unsigned day, int hour = 12) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                               static_cast<int>(day)) +
         std::chrono::hours(hour);
}

/// 2026-11-22T12:00:00Z.
inline Now now() {
  return {civil(2026, 11, 22), SteadyTime(std::chrono::hours(100))};
}

inline Now ago(std::chrono::seconds span) {
  return {now().civil - span, now().steady - span};
}

inline Now later(std::chrono::seconds span) {
  return ago(-span);
}

inline pki::DistinguishedName name(std::string rfc4514) {
  return {.der = {}, .rfc4514 = rfc4514, .canonical = rfc4514};
}

inline pki::CertificatePtr certificate(std::string subject, std::string issuer,
                                       CivilTime not_after) {
  pki::Certificate made;
  made.subject = name(std::move(subject));
  made.issuer = name(std::move(issuer));
  made.serial_number = "2a";
  made.validity = {civil(2026, 1, 1, 0), not_after};
  made.dns_names = {"gate.lab", "localhost"};
  made.fingerprint_sha256 = std::string(62, '0') + "f1";
  return std::make_shared<const pki::Certificate>(std::move(made));
}

inline pki::Chain chain() {
  return {certificate("CN=gate", "CN=Lab Root", civil(2027, 1, 1, 0)),
          certificate("CN=Lab Root", "CN=Lab Root", civil(2036, 1, 1, 0))};
}

inline assess::VersionAssessment version(tls::ProtocolVersion spoken, tls::ClientAuthMode mode) {
  assess::VersionAssessment seen;
  seen.version = spoken;
  seen.mode = mode;
  seen.client_certificates_verified = true;
  seen.identity_accepted = true;
  seen.cipher_suite = spoken == tls::ProtocolVersion::tls_1_3 ? "TLS_AES_256_GCM_SHA384"
                                                              : "ECDHE-ECDSA-AES256-GCM-SHA384";
  tls::CertificateRequest request;
  request.certificate_authorities = {name("CN=Lab Root"), name("CN=Other Root,O=Lab")};
  request.signature_algorithms = {0x0403, 0x0804};
  request.bytes = 214;
  seen.certificate_request = std::make_shared<const tls::CertificateRequest>(std::move(request));
  return seen;
}

/// A look at which nothing is wrong, 10 s ago.
inline assess::AddressAssessment good_look(const fleet::Endpoint& address,
                                           tls::ClientAuthMode mode = tls::ClientAuthMode::want) {
  assess::AddressAssessment look;
  look.address = address;
  look.mode = mode;
  look.client_certificates_verified = true;
  look.identity = "telltale";
  look.identity_accepted = true;
  look.versions = {version(tls::ProtocolVersion::tls_1_3, mode),
                   version(tls::ProtocolVersion::tls_1_2, mode)};
  look.certificates = chain();
  look.first_to_end = {look.certificates[0]->validity.not_after, "CN=gate"};
  look.verification.emplace();
  look.verification->trusted = true;
  look.verification->name_matches = true;
  look.reachable = true;
  look.looked_at = ago(std::chrono::seconds(10));
  return look;
}

inline assess::Finding finding(assess::Reason reason, assess::Severity severity,
                               std::string detail) {
  return {reason, severity, std::move(detail), "Do something about it."};
}

inline gate::AddressEntry entry_of(assess::AddressAssessment look) {
  gate::AddressEntry entry;
  entry.address = look.address;
  entry.assessment = std::make_shared<const assess::AddressAssessment>(std::move(look));
  entry.looks = 7;
  return entry;
}

/// A target with the addresses given.
inline gate::TargetEntry target(std::string target_name,
                                std::vector<gate::AddressEntry> addresses) {
  gate::TargetEntry entry;
  entry.target.name = target_name;
  entry.target.url = {fleet::Scheme::https, target_name + ".lab", 8084,
                      "https://" + target_name + ".lab:8084"};
  entry.target.expect.client_auth = tls::ClientAuthMode::want;
  entry.resolution.emplace();
  entry.resolution->target = target_name;
  entry.resolution->name = target_name + ".lab";
  entry.resolution->resolved_at = ago(std::chrono::seconds(10));
  for (const gate::AddressEntry& at : addresses) {
    entry.resolution->addresses.push_back(at.address);
  }
  entry.addresses = std::move(addresses);
  entry.assessment.mode = tls::ClientAuthMode::want;
  entry.assessment.distinct_certificates = 1;
  entry.counters.looks = 7;
  return entry;
}

/// A gate that opened an hour ago.
inline gate::GateEntry open_gate(std::string gate_name) {
  gate::GateEntry gate;
  gate.rules.name = std::move(gate_name);
  gate.state.whole.status = gate::Status::open;
  gate.state.whole.last_transition = ago(std::chrono::hours(1)).civil;
  gate.state.whole.clean_since = ago(std::chrono::hours(2));
  gate.state.whole.clean_rounds = 3;
  return gate;
}

inline gate::Snapshot snapshot(std::vector<gate::TargetEntry> targets,
                               std::vector<gate::GateEntry> gates) {
  gate::Snapshot made;
  for (gate::TargetEntry& entry : targets) {
    made.targets.push_back(std::make_shared<const gate::TargetEntry>(std::move(entry)));
  }
  made.gates = std::move(gates);
  for (gate::GateEntry& gate : made.gates) {
    const std::size_t in_scope =
        gate.rules.targets.empty() ? made.targets.size() : gate.rules.targets.size();
    gate.state.targets.assign(in_scope, gate.state.whole);
  }
  assess::IdentityFacts telltale;
  telltale.name = "telltale";
  telltale.chain = {certificate("CN=telltale", "CN=Lab Root", civil(2027, 6, 1, 0))};
  telltale.has_key = true;
  made.credentials.identities = {{telltale, {}, {}}};
  made.credentials.trust.facts.anchors = 2;
  made.health.last_reload_success = ago(std::chrono::hours(3)).civil;
  made.first_round_done = true;
  made.made_at = now();
  return made;
}

/// One target, one address, nothing wrong, the gate open.
inline gate::Snapshot ready_fleet() {
  return snapshot({target("gate", {entry_of(good_look({"127.0.0.1", 8084}))})},
                  {open_gate("need")});
}

/// Our own credentials on a bad day: one identity that ends soon, one that cannot be read anew,
/// a trust that Java takes for empty, one of callers that is gone, a password that was mended.
inline gate::CredentialEntries ailing_credentials() {
  using assess::Reason;
  using assess::Severity;

  gate::IdentityEntry orca;
  orca.facts.name = "orca";
  orca.facts.chain = {certificate("CN=orca", "CN=Lab Root", civil(2026, 11, 24, 0))};
  orca.facts.has_key = true;
  orca.findings = {finding(Reason::identity_expiring, Severity::warning,
                           "CN=orca of identity orca ends at 2026-11-24T00:00:00Z, in 1d12h.")};
  orca.reasons_seen = {Reason::identity_unreadable, Reason::identity_expiring};

  gate::IdentityEntry gate_only;
  gate_only.facts.name = "gate";
  gate_only.facts.unreadable = "gate.crt holds no certificate";
  gate_only.findings = {
      finding(Reason::identity_unreadable, Severity::warning,
              "Identity gate cannot be read anew: gate.crt holds no certificate.")};
  gate_only.reasons_seen = {Reason::identity_unreadable};

  gate::CredentialEntries made;
  made.identities = {orca, gate_only};
  made.trust.facts.anchors = 3;
  made.trust.facts.is_empty_for_java = true;
  made.trust.findings = {
      finding(Reason::truststore_empty, Severity::warning, "Java takes none for a trust anchor.")};
  made.trust.reasons_seen = {Reason::truststore_empty};
  gate::TrustEntry of_orca;
  of_orca.facts = {.name = "orca-trust.p12", .anchors = 1, .unreadable = "it is gone"};
  of_orca.findings = {
      finding(Reason::trust_unreadable, Severity::warning,
              "The trust orca-trust.p12 of callers cannot be read anew: it is gone.")};
  of_orca.reasons_seen = {Reason::trust_unreadable};
  made.caller_trusts = {of_orca};
  gate::PasswordEntry redis;
  redis.facts.target = "redis";
  redis.reasons_seen = {Reason::password_unreadable};
  made.passwords = {redis};
  return made;
}

/// What a real fleet may look like on a bad day; has a series of every metric.
inline gate::Snapshot mixed_fleet() {
  using assess::Reason;
  using assess::Severity;

  gate::TargetEntry fine = target(
      "gate", {entry_of(good_look({"127.0.0.1", 8084})), entry_of(good_look({"::1", 8084}))});
  fine.reasons_seen = {Reason::app_unhealthy};

  assess::AddressAssessment look = good_look({"127.0.0.1", 7002});
  look.login =
      probe::LoginAttempt{.status = 200, .principal = "ci@lab", .roles = {"ci@lab", "deployers"}};
  look.findings = {
      finding(Reason::authorities_missing, Severity::error,
              "The list does not name CN=Lab Root, from which our certificate was issued."),
      finding(Reason::certificate_weak, Severity::warning, "The key has 1024 bits.")};
  gate::TargetEntry clouddriver = target("clouddriver", {entry_of(std::move(look))});
  clouddriver.reasons_seen = {Reason::certificate_weak, Reason::authorities_missing};

  assess::AddressAssessment refused;
  refused.address = {"127.0.0.1", 6379};
  refused.looked_at = ago(std::chrono::seconds(12));
  refused.findings = {
      finding(Reason::connect_refused, Severity::error, "Nothing listens at 127.0.0.1:6379.")};
  gate::TargetEntry redis = target("redis", {entry_of(std::move(refused))});
  redis.target.url = {fleet::Scheme::rediss, "redis.lab", 6379, "rediss://redis.lab:6379"};
  redis.target.expect.client_auth.reset();
  redis.assessment.mode = tls::ClientAuthMode::unknown;
  redis.counters.failures = {{Reason::connect_refused, 3}};
  redis.reasons_seen = {Reason::connect_refused};

  gate::TargetEntry deck = target("deck", {});
  deck.assessment.mode = tls::ClientAuthMode::unknown;
  deck.assessment.findings = {
      finding(Reason::resolve_failed, Severity::error, "deck.lab has no address.")};
  deck.reasons_seen = {Reason::resolve_failed};

  gate::AddressEntry unseen;
  unseen.address = {"10.0.0.9", 8081};
  gate::TargetEntry fresh = target("dinghy", {unseen});
  fresh.assessment.mode = tls::ClientAuthMode::unknown;

  gate::GateEntry need = open_gate("need");
  need.state = {};
  need.state.whole.status = gate::Status::closed;
  need.state.whole.last_transition = ago(std::chrono::minutes(5)).civil;
  need.rules.accept = {{"redis", "", "connect_refused", civil(2027, 1, 31, 0), "moves to SQL"}};
  gate::GateEntry canary = open_gate("canary");
  canary.rules.targets = {"gate"};

  gate::Snapshot made = snapshot({std::move(fine), std::move(clouddriver), std::move(redis),
                                  std::move(deck), std::move(fresh)},
                                 {std::move(need), std::move(canary)});
  made.credentials = ailing_credentials();
  made.first_round_done = false;
  for (gate::Histogram& histogram : made.phase_durations) {
    histogram.counts = {0, 1, 3, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    histogram.sum = 6.5;
  }
  return made;
}

/// Bytes that must not get through: markup, quotes, line ends, a terminal's escape, no UTF-8.
inline const std::string hostile =
    "<b x=\"'\">&\\ \r\n\x1b[31m \xff\xc0\xaf \xed\xa0\x80 \xef\xbf\xbf";

/// A fleet in which everything that others may choose is hostile.
inline gate::Snapshot hostile_fleet() {
  assess::AddressAssessment look = good_look({"127.0.0.1", 8084});
  look.certificates = {certificate(hostile, hostile, civil(2027, 1, 1, 0))};
  look.identity = hostile;
  look.login = probe::LoginAttempt{.status = 200, .principal = hostile, .roles = {hostile}};
  look.findings = {finding(assess::Reason::chain_untrusted, assess::Severity::error, hostile)};
  look.versions[0].cipher_suite = hostile;
  tls::CertificateRequest request;
  request.certificate_authorities = {name(hostile)};
  look.versions[0].certificate_request =
      std::make_shared<const tls::CertificateRequest>(std::move(request));
  gate::TargetEntry entry = target(hostile, {entry_of(std::move(look))});
  entry.target.url.text = hostile;
  entry.assessment.findings = {
      finding(assess::Reason::replicas_disagree, assess::Severity::warning, hostile)};
  gate::Snapshot made = snapshot({std::move(entry)}, {open_gate(hostile)});
  made.credentials = ailing_credentials();
  made.credentials.identities.front().facts.name = hostile;
  made.credentials.identities.front().facts.chain = {
      certificate(hostile, hostile, civil(2027, 1, 1, 0))};
  made.credentials.identities.front().findings.front().detail = hostile;
  made.credentials.trust.findings.front().detail = hostile;
  made.credentials.passwords.front().facts.target = hostile;
  made.credentials.passwords.front().findings = {
      finding(assess::Reason::password_unreadable, assess::Severity::warning, hostile)};
  return made;
}

}  // namespace telltale::render::fixture
