#include <algorithm>
#include <array>

#include "telltale/enum_names.hpp"
#include "telltale/render/inspection.hpp"

#include "render/facts_text.hpp"
#include "render/inspection_words.hpp"
#include "render/paper.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

constexpr std::size_t line_width = 100;
constexpr std::size_t fact_indent = 8;
constexpr std::size_t fact_column = 20;
constexpr std::size_t view_indent = 2;
constexpr std::size_t view_column = 22;

std::string joined_or_none(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text.append(text.empty() ? "" : ", ").append(word);
  }
  return words.empty() ? "none" : text;
}

/// `server_auth` as RFC 5280 spells it, `serverAuth`.
std::string camel_case(std::string_view name) {
  std::string text;
  bool begins_word = false;
  for (const char c : name) {
    if (c == '_') {
      begins_word = true;
      continue;
    }
    text += begins_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins_word = false;
  }
  return text;
}

std::string opening_text(const assess::Inspection& inspection) {
  switch (inspection.opening) {
    case pki::StoreOpening::unprotected:
      return "";
    case pki::StoreOpening::password:
      return ", opened with the password";
    case pki::StoreOpening::without_password:
      return inspection.format == pki::StoreFormat::jks
                 ? ", read without a password, so its digest was not checked"
                 : ", opened without a password";
    case pki::StoreOpening::default_password:
      return ", opened with the password changeit, since none was given";
  }
  return "";
}

std::string key_text(const pki::PublicKey& key) {
  std::string text(name_of(key.algorithm));
  text += key.bits == 0 ? "" : " " + std::to_string(key.bits);
  return key.curve.empty() ? text : text + " (" + key.curve + ")";
}

struct Validity {
  std::string text;
  Style style = Style::plain;
};

Validity validity_text(const pki::Validity& validity, CivilTime now) {
  const auto& [begin, end] = validity;
  const std::string days = date_text(begin) + " to " + date_text(end);
  if (now < begin) {
    return {days + " (not yet valid, begins " + distance_text(begin, now) + ")", Style::red};
  }
  // RFC 5280 4.1.2.5: the last second still belongs to it.
  if (now > end) {
    return {days + " (expired " + distance_text(end, now) + ")", Style::red};
  }
  return {days + " (ends " + distance_text(end, now) + ")"};
}

std::string names_text(const pki::Certificate& certificate) {
  std::vector<std::string> names;
  const auto add = [&](std::string_view kind, const std::vector<std::string>& of_kind) {
    for (const std::string& name : of_kind) {
      names.push_back(std::string(kind) + name);
    }
  };
  add("DNS:", certificate.dns_names);
  add("IP:", certificate.ip_addresses);
  add("URI:", certificate.uris);
  add("email:", certificate.email_addresses);
  return joined_or_none(names);
}

std::string usage_text(const pki::Certificate& certificate) {
  std::vector<std::string> usages;
  for (const pki::KeyUsage usage : certificate.key_usage.value_or(std::vector<pki::KeyUsage>())) {
    const bool is_crl_sign = usage == pki::KeyUsage::crl_sign;  // RFC 5280 begins with one capital
    usages.push_back(is_crl_sign ? "cRLSign" : camel_case(name_of(usage)));
  }
  std::vector<std::string> purposes = purposes_of(certificate);
  std::ranges::transform(purposes, purposes.begin(), camel_case);
  const std::string text =
      (certificate.key_usage ? joined_or_none(usages) : "any key usage") + "; " +
      (certificate.extended_key_usage ? joined_or_none(purposes) : "any purpose");
  return certificate.is_ca ? "authority; " + text : text;
}

/// A role with blanks at its ends is another role to gate: quotes show them.
std::string role_text(const std::string& role) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  return is_blank(role.front()) || is_blank(role.back()) ? "\"" + role + "\"" : role;
}

std::string roles_text(const std::vector<std::string>& roles) {
  std::vector<std::string> words;
  std::ranges::transform(roles, std::back_inserter(words), role_text);
  return joined_or_none(words);
}

std::string login_text(const assess::X509Login& login) {
  if (!login.principal) {
    return "nobody: the principal's regex finds nothing in " + login.subject;
  }
  constexpr std::array<std::string_view, 3> sources = {"its e-mail name", "its CN",
                                                       "the principal"};
  std::string text = login.user;
  text.append(" (").append(sources[static_cast<std::size_t>(login.source)]).append(")");
  text.append("; the principal is ").append(*login.principal);
  if (login.user_of_older_gate != login.user) {
    text.append("; a gate up to 2025.0 takes ").append(login.user_of_older_gate);
  }
  return text;
}

void write_fact(Paper& paper, std::string_view label, const std::string& fact,
                Style style = Style::plain) {
  paper.write_labelled(label, fact_indent, to_one_line(fact), fact_column, style);
}

void write_certificate(Paper& paper, std::size_t position,
                       const assess::InspectedCertificate& inspected, CivilTime now) {
  const pki::Certificate& certificate = *inspected.certificate;
  const std::string subject = to_one_line(certificate.subject.rfc4514);
  paper.write_labelled("[" + std::to_string(position) + "]", 4,
                       subject.empty() ? "(no subject)" : subject, fact_indent, Style::bold);
  write_fact(paper, "issuer", certificate.is_self_issued ? "itself" : certificate.issuer.rfc4514);
  const Validity validity = validity_text(certificate.validity, now);
  write_fact(paper, "valid", validity.text, validity.style);
  write_fact(paper, "names", names_text(certificate));
  write_fact(paper, "usage", usage_text(certificate));
  write_fact(paper, "key", key_text(certificate.public_key));
  write_fact(paper, "signature", certificate.signature.name);
  write_fact(paper, "serial", certificate.serial_number);
  write_fact(paper, "sha256", certificate.fingerprint_sha256);
  if (inspected.roles) {
    write_fact(paper, "roles", roles_text(*inspected.roles));
  }
  if (!inspected.roles_error.empty()) {
    write_fact(paper, "roles", inspected.roles_error, Style::red);
  }
  if (inspected.login) {
    write_fact(paper, "gate user", login_text(*inspected.login));
  }
}

std::string shape_text(const assess::InspectedEntry& entry) {
  if (!entry.shape.in_order) {
    return "the chain is out of order: it must begin with the leaf, each certificate before its "
           "issuer";
  }
  if (entry.shape.ends_in_root) {
    return "the chain is in order and ends in its root";
  }
  return entry.certificates.size() == 1
             ? "the chain is the leaf alone, issued by " + entry.shape.next_issuer
             : "the chain is in order; its last was issued by " + entry.shape.next_issuer;
}

void write_entry(Paper& paper, const assess::InspectedEntry& entry, CivilTime now) {
  paper.end_line();
  paper.write("  ");
  paper.write(java_name_of(entry.kind), Style::bold);
  paper.write(entry.alias.empty() ? "" : " " + to_one_line(entry.alias));
  if (entry.key) {
    const bool is_known = entry.key->public_key.algorithm != pki::KeyAlgorithm::unknown;
    paper.write(is_known ? ": " + key_text(entry.key->public_key) + " key, " : ": a key, ");
    paper.write(name_of(entry.key->encoding));
  }
  paper.end_line();
  if (entry.key && !entry.key->error.empty()) {
    paper.write_wrapped(to_one_line("the key does not open: " + entry.key->error), 4, Style::red);
  }
  if (entry.key && entry.key->error.empty() && entry.certificates.empty()) {
    const std::size_t position = entry.key->certificate_position;
    paper.write_wrapped(position == 0 ? "no certificate here belongs to this key"
                                      : "certificate " + std::to_string(position) +
                                            " of the file belongs to this key; it must come first",
                        4, Style::yellow);
  }
  if (entry.certificates.size() > 1 || (entry.key && !entry.certificates.empty())) {
    paper.write_wrapped(to_one_line(shape_text(entry)), 4,
                        entry.shape.in_order ? Style::plain : Style::red);
  }
  for (std::size_t position = 0; position < entry.certificates.size(); ++position) {
    write_certificate(paper, position, entry.certificates[position], now);
  }
}

void write_view(Paper& paper, const assess::RuntimeView& view) {
  constexpr std::array<std::string_view, 3> names = {"Java", "Go", "OpenSSL"};
  const std::string name(names[static_cast<std::size_t>(view.runtime)]);
  const auto write = [&](const std::string& label, const std::string& text, Style style) {
    paper.write_labelled(label, view_indent, to_one_line(text), view_column, style);
  };
  paper.end_line();
  write(name + " presents", view.as_identity, Style::plain);
  write(name + " trusts", view.as_trust, Style::plain);
  for (const std::string& refusal : view.refusals) {
    write(name + " refuses", refusal, Style::yellow);
  }
}

}  // namespace

std::string_view java_name_of(assess::EntryKind kind) {
  // KeyStore's own words, as keytool -list prints them.
  constexpr std::array<std::string_view, 3> names = {"privateKeyEntry", "trustedCertEntry",
                                                     "certificate"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<std::string> purposes_of(const pki::Certificate& certificate) {
  std::vector<std::string> names;
  auto other = certificate.other_purposes.begin();
  for (const pki::KeyPurpose purpose :
       certificate.extended_key_usage.value_or(std::vector<pki::KeyPurpose>())) {
    const bool has_own_name =
        purpose == pki::KeyPurpose::other && other != certificate.other_purposes.end();
    names.emplace_back(has_own_name ? std::string_view(*other++) : name_of(purpose));
  }
  return names;
}

std::string complaint_text(std::string_view detail) {
  return "telltale: " + to_one_line(detail) + "\n";
}

std::string inspection_text(const assess::Inspection& inspection, CivilTime now, bool color) {
  Paper paper(line_width, color);
  paper.write(to_one_line(inspection.file), Style::bold);
  paper.write(": " + assess::text_of(inspection.format) + opening_text(inspection));
  paper.end_line();
  for (const std::string& protection : inspection.protections) {
    paper.write_labelled("", 0, to_one_line(protection), 2);
  }
  for (const assess::InspectedEntry& entry : inspection.entries) {
    write_entry(paper, entry, now);
  }
  if (inspection.entries.empty()) {
    paper.write_wrapped("nothing is in it", 2);
  }
  for (const assess::RuntimeView& view : inspection.views) {
    write_view(paper, view);
  }
  return std::move(paper).take();
}

}  // namespace telltale::render
