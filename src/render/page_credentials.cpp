// The page's part about our own credentials.

#include "render/facts_text.hpp"
#include "render/page_parts.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

constexpr std::string_view columns_after_name = "5";

std::string_view state_text(const std::string& unreadable) {
  return unreadable.empty() ? "read" : "cannot be read anew; the last good one is in use";
}

void write_leaf(Markup& html, const pki::Chain& chain, CivilTime now) {
  if (chain.empty()) {
    html.element("td", "-");
    html.element("td", "-");
    html.element("td", "-");
    return;
  }
  const pki::Certificate& leaf = *chain.front();
  html.element("td", leaf.subject.rfc4514, {{"class", "code"}});
  html.element("td", leaf.issuer.rfc4514, {{"class", "code"}});
  const auto cell = html.in("td", {{"class", leaf.validity.not_after < now ? "past" : ""}});
  write_time(html, leaf.validity.not_after, now);
}

void write_identity(Markup& html, const gate::IdentityEntry& identity, CivilTime now) {
  const auto group = html.in("tbody");
  {
    const auto row = html.in("tr");
    html.element("th", identity.facts.name,
                 {{"scope", "rowgroup"}, {"rowspan", identity.findings.empty() ? "1" : "2"}});
    write_leaf(html, identity.facts.chain, now);
    html.element("td", identity.facts.has_key ? "yes" : "no");
    html.element("td", state_text(identity.facts.unreadable));
  }
  if (!identity.findings.empty()) {
    const auto row = html.in("tr");
    const auto cell = html.in("td", {{"colspan", columns_after_name}, {"class", "more"}});
    write_findings(html, identity.findings);
  }
}

void write_identities(Markup& html, const std::vector<gate::IdentityEntry>& identities,
                      CivilTime now) {
  if (identities.empty()) {
    return;
  }
  html.element("h3", "Our identities");
  const auto frame = begin_scroll_box(html, "Our identities");
  const auto table = html.in("table");
  write_headings(html, {"Identity", "Subject", "Issuer", "Ends", "Key", "State"});
  for (const gate::IdentityEntry& identity : identities) {
    html.verbatim("\n");
    write_identity(html, identity, now);
  }
}

void write_trust(Markup& html, const gate::TrustEntry& trust) {
  html.element("h3", "Our trust");
  html.element("p", "Chains are verified against " + anchors_text(trust.facts) + ": " +
                        std::string(state_text(trust.facts.unreadable)) + ".");
  write_findings(html, trust.findings);
}

void write_caller_trusts(Markup& html, const std::vector<gate::TrustEntry>& trusts) {
  if (trusts.empty()) {
    return;
  }
  html.element("h3", "Callers' trust");
  for (const gate::TrustEntry& trust : trusts) {
    html.element("p", trust.facts.name + ", " + anchors_text(trust.facts) + ": " +
                          std::string(state_text(trust.facts.unreadable)) + ".");
    write_findings(html, trust.findings);
  }
}

void write_passwords(Markup& html, const std::vector<gate::PasswordEntry>& passwords) {
  if (passwords.empty()) {
    return;
  }
  html.element("h3", "Passwords of targets");
  for (const gate::PasswordEntry& password : passwords) {
    html.element("p", password.facts.target + ": " +
                          std::string(state_text(password.facts.unreadable)) + ".");
    write_findings(html, password.findings);
  }
}

}  // namespace

void write_credentials(Markup& html, const Scene& scene) {
  const gate::CredentialEntries& credentials = scene.snapshot.credentials;
  const Section section(html, "credentials", "Credentials");
  write_identities(html, credentials.identities, scene.now.civil);
  write_trust(html, credentials.trust);
  write_caller_trusts(html, credentials.caller_trusts);
  write_passwords(html, credentials.passwords);
}

}  // namespace telltale::render
