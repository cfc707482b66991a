// What the handshakes with one address showed: chain, lists of authorities, presentations.

#include <algorithm>

#include "render/facts_text.hpp"
#include "render/link.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

using tls::ClientAuthMode;

/// Opens a fold that stays as the reader left it, by its id; open at first where all is told.
Markup::Element begin_fold(Markup& html, const std::string& id, Depth depth) {
  if (depth == Depth::whole) {
    return html.in("details", {{"id", id}, {"open", ""}});
  }
  return html.in("details", {{"id", id}});
}

/// `chain:orca:10.0.0.7%3A8083`
std::string fold_id(std::string_view what, const fleet::Target& target,
                    const assess::AddressAssessment& look) {
  return std::string(what) + ":" + percent_encoded(target.name) + ":" +
         percent_encoded(fleet::to_text(look.address));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& each : texts) {
    text.append(text.empty() ? "" : ", ").append(each);
  }
  return text;
}

std::string key_text(const pki::PublicKey& key) {
  if (key.algorithm == pki::KeyAlgorithm::unknown) {
    return "";
  }
  std::string text(name_of(key.algorithm));
  text += key.curve.empty() ? "" : " " + key.curve;
  return key.bits == 0 ? text : text + ", " + std::to_string(key.bits) + " bits";
}

std::string purposes_text(const pki::Certificate& certificate) {
  if (!certificate.extended_key_usage) {
    return "";
  }
  std::vector<std::string> names;
  for (const pki::KeyPurpose purpose : *certificate.extended_key_usage) {
    if (purpose != pki::KeyPurpose::other) {
      names.emplace_back(name_of(purpose));
    }
  }
  names.insert(names.end(), certificate.other_purposes.begin(), certificate.other_purposes.end());
  return joined(names);
}

void write_certificate(Markup& html, const pki::Certificate& certificate, CivilTime now) {
  const auto list = html.in("dl", {{"class", "certificate"}});
  write_fact(html, "Subject", certificate.subject.rfc4514, "code");
  write_fact(html, "Issuer", certificate.issuer.rfc4514, "code");
  write_fact(html, "Serial number", certificate.serial_number, "code");
  {
    const auto fact = html.in("div");
    html.element("dt", "Valid");
    const auto is = html.in("dd", {{"class", certificate.validity.not_after < now ? "past" : ""}});
    write_time(html, certificate.validity.not_before, now);
    html.text(" to ");
    write_time(html, certificate.validity.not_after, now);
  }
  write_fact(html, "DNS names", joined(certificate.dns_names), "code");
  write_fact(html, "IP addresses", joined(certificate.ip_addresses), "code");
  write_fact(html, "URIs", joined(certificate.uris), "code");
  write_fact(html, "Key", key_text(certificate.public_key));
  write_fact(html, "Signature", certificate.signature.name);
  write_fact(html, "Extended key usage", purposes_text(certificate));
  write_fact(html, "Authority", certificate.is_ca ? "yes, it may issue" : "");
  write_fact(html, "SHA-256", certificate.fingerprint_sha256, "code");
}

void write_chain(Markup& html, const Scene& scene, const fleet::Target& target,
                 const assess::AddressAssessment& look, Depth depth) {
  if (look.certificates.empty()) {
    return;
  }
  const auto fold = begin_fold(html, fold_id("chain", target, look), depth);
  const bool trusted = look.verification && look.verification->trusted;
  const bool named = look.verification && look.verification->name_matches;
  html.element("summary", count_of(look.certificates.size(), "certificate", "certificates") +
                              " sent, " + (trusted ? "trusted" : "not trusted") + ", name " +
                              (named ? "matches" : "does not match"));
  const auto list = html.in("ol", {{"class", "chain"}});
  for (const pki::CertificatePtr& certificate : look.certificates) {
    const auto item = html.in("li");
    write_certificate(html, *certificate, scene.now.civil);
  }
}

void write_authorities(Markup& html, const fleet::Target& target,
                       const assess::AddressAssessment& look, const assess::VersionAssessment& seen,
                       Depth depth) {
  if (seen.certificate_request == nullptr) {
    return;
  }
  const tls::CertificateRequest& request = *seen.certificate_request;
  const auto& names = request.certificate_authorities;
  const std::string version(tls::label(seen.version));
  const auto fold = begin_fold(html, fold_id("authorities-" + version, target, look), depth);
  html.element("summary", "DN list in " + version + ": " +
                              (names.empty() ? "empty, any issuer will do"
                                             : count_of(names.size(), "name", "names")) +
                              ", " + count_of(request.bytes, "byte", "bytes"));
  if (!names.empty()) {
    const auto list = html.in("ol");
    for (const pki::DistinguishedName& name : names) {
      html.element("li", name.rfc4514, {{"class", "code"}});
    }
  }
  const auto line = html.in("p", {{"class", "faint"}});
  html.text("Signature algorithms:");
  for (const tls::SignatureScheme scheme : request.signature_algorithms) {
    html.text(" " + tls::name_of_scheme(scheme));
  }
}

std::string nothing_text(const assess::VersionAssessment& seen) {
  switch (seen.mode) {
    case ClientAuthMode::none:
      return "let in, and not asked";
    case ClientAuthMode::want:
      return "let in";
    case ClientAuthMode::need:
      return seen.enforced_by == assess::EnforcedBy::http ? "turned away in HTTP"
                                                          : "turned away in TLS";
    case ClientAuthMode::unknown:
      break;
  }
  return "cannot be told";
}

/// What a certificate met; `let_in` is nothing where none left.
std::string certificate_text(const assess::VersionAssessment& seen, std::optional<bool> let_in) {
  if (!let_in) {
    return seen.certificate_request == nullptr ? "not asked for" : "not presented";
  }
  return *let_in ? "let in" : "turned away";
}

std::optional<bool> negated(std::optional<bool> claim) {
  return claim ? std::optional(!*claim) : std::nullopt;
}

void write_presentations(Markup& html, const fleet::Target& target,
                         const assess::AddressAssessment& look, Depth depth) {
  if (look.versions.empty()) {
    return;
  }
  const auto fold = begin_fold(html, fold_id("presentations", target, look), depth);
  html.element("summary", "What each presentation met");
  // A group, not a region: there is one for each address, too many for landmarks.
  const auto frame = html.in(
      "div", {{"class", "scroll"},
              {"role", "group"},
              {"aria-label", "What each presentation met at " + fleet::to_text(look.address)},
              {"tabindex", "0"}});
  const auto table = html.in("table");
  write_headings(html,
                 {"Version", "Mode", "Nothing", "Our identity", "A stranger", "Cipher suite"});
  const auto body = html.in("tbody", {{"class", "rows"}});
  for (const assess::VersionAssessment& seen : look.versions) {
    const auto row = html.in("tr");
    html.element("th", tls::label(seen.version), {{"scope", "row"}});
    html.element("td", name_of(seen.mode));
    html.element("td", nothing_text(seen));
    html.element("td", look.identity.empty() ? "we have none"
                                             : certificate_text(seen, seen.identity_accepted));
    html.element("td", certificate_text(seen, negated(seen.client_certificates_verified)));
    html.element("td", seen.cipher_suite, {{"class", "code"}});
  }
}

}  // namespace

void write_handshakes(Markup& html, const Scene& scene, const fleet::Target& target,
                      const assess::AddressAssessment& look, Depth depth) {
  if (const auto login = login_text(look)) {
    const auto line = html.in("p");
    html.text("Gate takes us for ");
    html.element("bdi", *login);
    html.text(".");
  }
  const auto all = html.in("div", {{"class", "details"}});
  write_presentations(html, target, look, depth);
  write_chain(html, scene, target, look, depth);
  for (const assess::VersionAssessment& seen : look.versions) {
    write_authorities(html, target, look, seen, depth);
  }
}

}  // namespace telltale::render
