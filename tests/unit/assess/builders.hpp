#pragma once
// Builders of observations by hand: what a probe would have seen, in a few words.

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/assess/assess.hpp"
#include "telltale/enum_names.hpp"

namespace telltale::assess::build {

using probe::FailureKind;
using probe::Phase;
using probe::Presentation;
using tls::AlertDescription;
using tls::ClientAuthMode;
using tls::ProtocolVersion;

constexpr auto tls_1_2 = ProtocolVersion::tls_1_2;
constexpr auto tls_1_3 = ProtocolVersion::tls_1_3;
constexpr auto nothing = Presentation::nothing;
constexpr auto identity = Presentation::identity;
constexpr auto stranger = Presentation::stranger;

/// 2026-08-01T12:00:00Z, when every look of these tests ends.
constexpr CivilTime noon{std::chrono::sys_days(std::chrono::year(2026) / 8 / 1) +
                         std::chrono::hours(12)};

inline std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return text;
}

/// A Name; `encoding` stands for the string type, which only the DER shows.
inline pki::DistinguishedName name(const std::string& text, const std::string& encoding = "utf8") {
  const std::string der = encoding + ":" + text;
  return {.der = Bytes(der.begin(), der.end()), .rfc4514 = text, .canonical = lower(text)};
}

/// A sound EC leaf or CA; two with the same subject and serial number are the same certificate.
inline pki::Certificate certificate(const std::string& subject, const std::string& issuer) {
  pki::Certificate made;
  made.subject = name(subject);
  made.issuer = name(issuer);
  made.serial_number = "01";
  made.validity = {.not_before = noon - std::chrono::days(100),
                   .not_after = noon + std::chrono::days(100)};
  made.dns_names = {"spin-orca.spinnaker"};
  made.public_key = {.algorithm = pki::KeyAlgorithm::ec, .bits = 256, .curve = "prime256v1"};
  made.signature = {
      .name = "ecdsa-with-SHA256", .digest = "SHA256", .key_algorithm = pki::KeyAlgorithm::ec};
  made.is_self_issued = subject == issuer;
  made.is_ca = made.is_self_issued;
  made.fingerprint_sha256 = "of " + subject + " by " + issuer;
  return made;
}

inline pki::CertificatePtr share(pki::Certificate made) {
  return std::make_shared<const pki::Certificate>(std::move(made));
}

inline const std::string root_a = "CN=Lab Root A,O=Telltale Lab";
inline const std::string root_b = "CN=Lab Root B,O=Telltale Lab";

inline tls::CertificateRequest request(const std::vector<std::string>& authorities = {root_a}) {
  tls::CertificateRequest made;
  for (const std::string& authority : authorities) {
    made.certificate_authorities.push_back(name(authority));
  }
  made.signature_algorithms = {0x0403, 0x0804, 0x0401};
  made.certificate_types = {1, 64};
  made.bytes = 45 + 54 * authorities.size();
  return made;
}

/// One attempt, told in the order in which it happens.
class Try {
 public:
  Try(Presentation presentation, ProtocolVersion version) {
    made_.presentation = presentation;
    made_.version = version;
  }

  Try& spoke() {
    made_.handshake.version = made_.version;
    made_.handshake.cipher_suite = "TLS_AES_128_GCM_SHA256";
    return *this;
  }

  Try& asked(const tls::CertificateRequest& asked_for = request()) {
    made_.handshake.certificate_request =
        std::make_shared<const tls::CertificateRequest>(asked_for);
    return spoke();
  }

  Try& sent() {
    made_.handshake.certificate_sent = true;
    return *this;
  }

  Try& finished(unsigned tickets = 0) {
    made_.handshake.completed = true;
    made_.handshake.session_tickets = tickets;
    return spoke();
  }

  Try& http(unsigned status, const std::string& first_line = "") {
    made_.http = probe::HttpReply{.status = status, .first_line = first_line};
    return finished(1);
  }

  Try& redis(const std::string& ping) {
    const bool is_error = ping.starts_with('-');
    made_.redis.emplace();
    made_.redis->ping = is_error ? ping.substr(1) : ping;
    made_.redis->ping_is_error = is_error;
    return finished(2);
  }

  Try& alert(Phase phase, unsigned number) {
    made_.handshake.alerts.push_back({.level = tls::AlertLevel::fatal,
                                      .description = static_cast<AlertDescription>(number),
                                      .direction = tls::Direction::received});
    return failed(phase, FailureKind::alert);
  }

  Try& failed(Phase phase, FailureKind kind, const std::string& detail = "") {
    made_.failure = probe::Failure{.phase = phase, .kind = kind, .detail = detail};
    return *this;
  }

  operator probe::Attempt() const { return made_; }  // NOLINT(google-explicit-constructor)

  probe::Attempt& attempt() { return made_; }

 private:
  probe::Attempt made_;
};

inline fleet::Target target(fleet::Scheme scheme = fleet::Scheme::https) {
  fleet::Target made;
  made.name = "orca";
  made.url = {.scheme = scheme,
              .host = "spin-orca.spinnaker",
              .port = 8083,
              .text = "https://spin-orca.spinnaker:8083"};
  return made;
}

inline probe::PeerChain peer_chain(pki::Chain certificates) {
  probe::PeerChain made;
  made.certificates = certificates;
  made.verification.trusted = true;
  made.verification.name_matches = true;
  made.verification.name = "spin-orca.spinnaker";
  made.verification.path = std::move(certificates);
  made.verification.path.push_back(share(certificate(root_a, root_a)));
  return made;
}

/// A peer that shows itself over one version only says over the other that it does not speak it.
inline void complete_versions(std::vector<probe::Attempt>& attempts) {
  for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
    const bool is_tried = std::ranges::any_of(
        attempts, [&](const probe::Attempt& attempt) { return attempt.version == version; });
    const bool shows_itself = std::ranges::any_of(attempts, [](const probe::Attempt& attempt) {
      return attempt.handshake.version.has_value();
    });
    if (!is_tried && shows_itself) {
      attempts.push_back(Try(nothing, version).alert(Phase::handshake, 70));
    }
  }
}

inline probe::Observation observation(std::vector<probe::Attempt> attempts) {
  complete_versions(attempts);
  probe::Observation made;
  made.target = "orca";
  made.address = {.host = "10.0.0.7", .port = 8083};
  made.looked_at.civil = noon;
  made.attempts = std::move(attempts);
  made.peer_chains = {peer_chain({share(certificate("CN=orca", root_a))})};
  return made;
}

/// telltale's own identity as a probe would name it: a leaf issued by `issuer`.
inline probe::OurIdentity our_identity(const std::string& issuer = root_a) {
  return {.name = "telltale", .chain = {share(certificate("CN=telltale", issuer))}};
}

/// A service under a verified `want`, as Tomcat shows it: everything is well.
inline probe::Observation healthy_want() {
  std::vector<probe::Attempt> attempts;
  for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
    const Phase refusal = version == tls_1_3 ? Phase::first_read : Phase::handshake;
    attempts.push_back(Try(nothing, version).asked().http(200));
    attempts.push_back(Try(identity, version).asked().sent().http(200));
    attempts.push_back(Try(stranger, version).asked().sent().alert(refusal, 46));
  }
  probe::Observation made = observation(std::move(attempts));
  made.identity = our_identity();
  return made;
}

/// A service that does not ask.
inline probe::Observation healthy_none() {
  return observation({Try(nothing, tls_1_3).http(200), Try(nothing, tls_1_2).http(200)});
}

constexpr Duration week = std::chrono::days(7);

inline AddressAssessment assessed(const fleet::Target& target, const probe::Observation& seen) {
  return assess_address(target, seen, week, noon);
}

inline const Finding* find(const std::vector<Finding>& findings, Reason reason) {
  const auto found = std::ranges::find(findings, reason, &Finding::reason);
  return found == findings.end() ? nullptr : &*found;
}

/// `connect_refused error, client_auth_none error`: what is found, in order.
inline std::string told(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(finding.reason)) + " " +
            std::string(name_of(finding.severity));
  }
  return text;
}

inline std::string told(const fleet::Target& target, const probe::Observation& seen) {
  return told(assessed(target, seen).findings);
}

/// The detail of a finding; empty if there is none for the reason.
inline std::string detail(const fleet::Target& target, const probe::Observation& seen,
                          Reason reason) {
  const AddressAssessment judged = assessed(target, seen);
  const Finding* finding = find(judged.findings, reason);
  return finding == nullptr ? "" : finding->detail;
}

inline std::string text_of(const std::optional<bool>& value) {
  return !value ? "null" : *value ? "true" : "false";
}

inline std::string text_of(const std::optional<EnforcedBy>& value) {
  return value ? std::string(name_of(*value)) : "null";
}

}  // namespace telltale::assess::build
