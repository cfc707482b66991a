#include <algorithm>
#include <utility>

#include "render/facts_text.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

void write_request(Markup& html, const assess::VersionAssessment& seen) {
  if (seen.certificate_request == nullptr) {
    return;
  }
  const tls::CertificateRequest& request = *seen.certificate_request;
  const auto& names = request.certificate_authorities;
  const auto details = html.in("details");
  html.element("summary", "DN list in " + std::string(tls::label(seen.version)) + ": " +
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

void write_fact(Markup& html, std::string_view name, std::string_view value) {
  html.element("dt", name);
  html.element("dd", value, {{"class", "code"}});
}

void write_certificate(Markup& html, const pki::Certificate& certificate, CivilTime now) {
  const auto list = html.in("dl");
  write_fact(html, "subject", certificate.subject.rfc4514);
  write_fact(html, "issuer", certificate.issuer.rfc4514);
  write_fact(html, "serial number", certificate.serial_number);
  html.element("dt", "valid");
  {
    const auto valid = html.in("dd");
    write_time(html, certificate.validity.not_before, now);
    html.text(" to ");
    write_time(html, certificate.validity.not_after, now);
  }
  if (!certificate.dns_names.empty()) {
    std::string names;
    for (const std::string& name : certificate.dns_names) {
      names.append(names.empty() ? "" : ", ").append(name);
    }
    write_fact(html, "DNS names", names);
  }
  write_fact(html, "SHA-256", certificate.fingerprint_sha256);
}

void write_details(Markup& html, const assess::AddressAssessment& look, CivilTime now) {
  if (const auto login = login_text(look)) {
    html.element("p", "Gate takes us for " + *login + ".");
  }
  const auto all = html.in("div", {{"class", "details"}});
  for (const assess::VersionAssessment& seen : look.versions) {
    write_request(html, seen);
  }
  if (look.certificates.empty()) {
    return;
  }
  const auto details = html.in("details");
  const std::string count = count_of(look.certificates.size(), "certificate", "certificates");
  const bool trusted = look.verification && look.verification->trusted;
  const bool named = look.verification && look.verification->name_matches;
  html.element("summary", count + " sent, " + (trusted ? "trusted" : "not trusted") + ", name " +
                              (named ? "matches" : "does not match"));
  for (const pki::CertificatePtr& certificate : look.certificates) {
    write_certificate(html, *certificate, now);
  }
}

void write_look(Markup& html, const assess::AddressAssessment& look, std::string_view expected,
                CivilTime now) {
  html.element("td", mode_text(look));
  html.element("td", expected);
  html.element("td", claim_text(look.client_certificates_verified));
  html.element("td", claim_text(look.identity_accepted));
  html.element("td", versions_text(look), {{"class", "fixed"}});
  if (!look.first_to_end) {
    html.element("td", "-");
  } else {
    const CivilTime end = look.first_to_end->not_after;
    html.element("td", date_text(end) + " (" + distance_text(end, now) + ")",
                 {{"class", end < now ? "fixed past" : "fixed"}});
  }
  html.element("td", distance_text(look.looked_at.civil, now),
               {{"class", "fixed"}, {"title", to_rfc3339(look.looked_at.civil)}});
}

constexpr std::size_t columns_after_target = 8;

void write_address(Markup& html, const gate::AddressEntry& at, std::string_view expected,
                   CivilTime now) {
  html.element("td", fleet::to_text(at.address), {{"class", "code fixed"}});
  if (at.assessment == nullptr) {
    html.element("td", "not looked at yet",
                 {{"colspan", std::to_string(columns_after_target - 1)}, {"class", "faint"}});
    return;
  }
  write_look(html, *at.assessment, expected, now);
}

/// Writes the heading of a target's group, which spans all its rows.
void write_heading(Markup& html, const fleet::Target& target, std::size_t rows) {
  const auto heading = html.in("th", {{"scope", "rowgroup"}, {"rowspan", std::to_string(rows)}});
  html.text(target.name);
  html.empty_element("br");
  html.element("span", target.url.text, {{"class", "faint code"}});
}

void write_target(Markup& html, const gate::TargetEntry& entry, CivilTime now) {
  const auto looked_at = static_cast<std::size_t>(
      std::count_if(entry.addresses.begin(), entry.addresses.end(),
                    [](const gate::AddressEntry& at) { return at.assessment != nullptr; }));
  const bool has_own_row = entry.addresses.empty() || !entry.assessment.findings.empty();
  const std::string expected = entry.target.expect.client_auth
                                   ? std::string(name_of(*entry.target.expect.client_auth))
                                   : "-";
  const std::string span = std::to_string(columns_after_target);

  const auto group = html.in("tbody", {{"id", "target-" + entry.target.name}});
  bool is_first = true;
  const auto begin_row = [&] {
    if (std::exchange(is_first, false)) {
      write_heading(html, entry.target, entry.addresses.size() + looked_at + (has_own_row ? 1 : 0));
    }
  };
  if (has_own_row) {
    const auto row = html.in("tr");
    begin_row();
    const auto cell = html.in("td", {{"colspan", span}});
    html.text(entry.addresses.empty() ? "no address" : "");
    write_findings(html, entry.assessment.findings);
  }
  for (const gate::AddressEntry& at : entry.addresses) {
    {
      const auto row = html.in("tr");
      begin_row();
      write_address(html, at, expected, now);
    }
    if (at.assessment != nullptr) {
      const auto row = html.in("tr");
      begin_row();
      const auto cell = html.in("td", {{"colspan", span}, {"class", "more"}});
      write_findings(html, at.assessment->findings);
      write_details(html, *at.assessment, now);
    }
  }
}

}  // namespace

void write_findings(Markup& html, const std::vector<assess::Finding>& findings) {
  if (findings.empty()) {
    return;
  }
  const auto list = html.in("ul", {{"class", "findings"}});
  for (const assess::Finding& finding : findings) {
    const auto item = html.in("li", {{"class", name_of(finding.severity)}});
    html.element("span", name_of(finding.severity), {{"class", "severity"}});
    html.text(" ");
    html.element("code", name_of(finding.reason));
    html.text(" " + finding.detail);
    if (!finding.hint.empty()) {
      html.empty_element("br");
      html.element("span", finding.hint, {{"class", "faint"}});
    }
  }
}

void write_targets(Markup& html, const gate::Snapshot& snapshot, CivilTime now) {
  const auto section = html.in("section", {{"aria-labelledby", "targets"}});
  html.element("h2", "Targets", {{"id", "targets"}});
  const auto frame = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  write_headings(html, {"Target", "Address", "Mode", "Expected", "Verifies clients", "Accepts us",
                        "TLS", "Certificate ends", "Looked at"});
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    html.verbatim("\n");
    write_target(html, *entry, now);
  }
}

}  // namespace telltale::render
