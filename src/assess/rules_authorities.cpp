// Rules about the DN list of the CertificateRequest: the server's, and ours against it. Lists are
// compared as sets of canonical names; their order is not the trust store's on Tomcat and haproxy.

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using fleet::AuthoritiesRule;
using pki::DistinguishedName;
using tls::CertificateRequest;

/// Says of one CertificateRequest what is the matter with it, without a full stop.
using Saying = std::function<std::optional<std::string>(const CertificateRequest&)>;

/// Reports a reason once, with the versions to which the same words apply.
void report_by_version(const Look& look, Report& report, Reason reason, Severity severity,
                       const Saying& say) {
  struct Said {
    std::string text;
    std::string versions;
  };

  std::vector<Said> all;
  for (const VersionEvidence& evidence : look.versions) {
    if (!evidence.asked()) {
      continue;
    }
    const auto text = say(*evidence.assessment.certificate_request);
    if (!text) {
      continue;
    }
    const std::string label(tls::label(evidence.version));
    const auto same = std::ranges::find(all, *text, &Said::text);
    if (same == all.end()) {
      all.push_back({*text, label});
    } else {
      same->versions += " and " + label;
    }
  }
  for (const Said& said : all) {
    report.add(reason, severity, said.text + " (over " + said.versions + ").");
  }
}

void report_by_version(const Look& look, Report& report, Reason reason, const Saying& say) {
  report_by_version(look, report, reason, row_of(reason).severity, say);
}

bool lists(const CertificateRequest& request, std::string_view canonical) {
  return std::ranges::any_of(request.certificate_authorities, [&](const DistinguishedName& name) {
    return name.canonical == canonical;
  });
}

/// Redis never sends a list, and JDK 11 before 11.0.10 sends none in TLS 1.3: an empty list says
/// nothing where none can be, or where the other version shows one.
bool lacks_a_list_by_nature(const Look& look, const CertificateRequest& request) {
  if (!request.certificate_authorities.empty()) {
    return false;
  }
  const bool other_version_lists =
      std::ranges::any_of(look.versions, [](const VersionEvidence& evidence) {
        return evidence.asked() &&
               !evidence.assessment.certificate_request->certificate_authorities.empty();
      });
  return look.target.url.scheme == fleet::Scheme::rediss || other_version_lists;
}

void check_missing(const Look& look, Report& report) {
  const fleet::ExpectedAuthorities& expected = look.target.expect.authorities;
  if (expected.rule != AuthoritiesRule::listed) {
    return;
  }
  const auto say = [&](const CertificateRequest& request) -> std::optional<std::string> {
    if (lacks_a_list_by_nature(look, request)) {
      return std::nullopt;
    }
    std::vector<std::string> missing;
    for (const fleet::ExpectedAuthority& name : expected.names) {
      if (!lists(request, name.canonical)) {
        missing.push_back(name.text);
      }
    }
    if (missing.empty()) {
      return std::nullopt;
    }
    return "Among the " + count(request.certificate_authorities.size(), "name") +
           " that the server advertises, " + enumerate(missing) +
           (missing.size() == 1 ? " is" : " are") + " missing";
  };
  report_by_version(look, report, Reason::authorities_missing, say);
}

void check_unexpected(const Look& look, Report& report) {
  const fleet::ExpectedAuthorities& expected = look.target.expect.authorities;
  if (expected.rule == AuthoritiesRule::any) {
    return;
  }
  const auto say = [&](const CertificateRequest& request) -> std::optional<std::string> {
    std::vector<std::string> unexpected;
    for (const DistinguishedName& name : request.certificate_authorities) {
      if (std::ranges::find(expected.names, name.canonical, &fleet::ExpectedAuthority::canonical) ==
          expected.names.end()) {
        unexpected.push_back(name.rfc4514);
      }
    }
    if (unexpected.empty()) {
      return std::nullopt;
    }
    return "The server advertises " + enumerate(unexpected) + ", which nobody expects";
  };
  const Severity severity =
      expected.rule == AuthoritiesRule::listed ? Severity::error : Severity::warning;
  report_by_version(look, report, Reason::authorities_unexpected, severity, say);
}

bool is_of_a_public_ca(const DistinguishedName& name) {
  // Organisations whose roots have been in the JRE's cacerts for many releases.
  constexpr std::array<std::string_view, 8> organisations = {
      "digicert", "globalsign", "entrust",     "godaddy",
      "amazon",   "quovadis",   "secom trust", "comodo"};
  std::string text = name.rfc4514;
  std::ranges::transform(text, text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return std::ranges::any_of(organisations, [&](std::string_view organisation) {
    return text.find(organisation) != std::string::npos;
  });
}

/// The JRE's cacerts hold 90 to 150 public CAs. A private list that long, or one that names a few
/// public CAs on purpose, is something else.
void check_default(const Look& look, Report& report) {
  constexpr std::size_t fewest_names = 80;
  constexpr std::ptrdiff_t fewest_public = 5;
  const auto say = [](const CertificateRequest& request) -> std::optional<std::string> {
    const auto& names = request.certificate_authorities;
    if (names.size() < fewest_names ||
        std::ranges::count_if(names, is_of_a_public_ca) < fewest_public) {
      return std::nullopt;
    }
    return "The server advertises " + count(names.size(), "name") +
           ", the public CAs of the JRE among them";
  };
  report_by_version(look, report, Reason::authorities_default, say);
}

void check_size(const Look& look, Report& report) {
  constexpr std::size_t jsse_maximum = 32768;
  const auto say = [](const CertificateRequest& request) -> std::optional<std::string> {
    if (request.bytes <= jsse_maximum) {
      return std::nullopt;
    }
    return "The CertificateRequest has " + count(request.bytes, "byte") + " and " +
           count(request.certificate_authorities.size(), "name") + "; Java accepts " +
           std::to_string(jsse_maximum) + " bytes";
  };
  report_by_version(look, report, Reason::authorities_oversize, say);
}

/// Whether any certificate of our chain was issued by a listed name, by the given comparison.
/// Java and Go look at the certificates that the client holds, not at what they chain to.
template <class Same>
bool names_an_issuer(const CertificateRequest& request, const pki::Chain& chain, Same same) {
  return std::ranges::any_of(chain, [&](const pki::CertificatePtr& certificate) {
    return std::ranges::any_of(request.certificate_authorities, [&](const DistinguishedName& name) {
      return same(name, certificate->issuer);
    });
  });
}

void check_our_issuers(const Look& look, Report& report) {
  if (!look.observation.identity || look.observation.identity->chain.empty()) {
    return;
  }
  const pki::Chain& chain = look.observation.identity->chain;
  const std::string issuer = chain.front()->issuer.rfc4514;
  report_by_version(look, report, Reason::issuer_not_advertised,
                    [&](const CertificateRequest& request) -> std::optional<std::string> {
                      if (request.certificate_authorities.empty() ||
                          names_an_issuer(request, chain, pki::same_canonical)) {
                        return std::nullopt;
                      }
                      return "No issuer of telltale's chain, " + issuer + " first, is among the " +
                             count(request.certificate_authorities.size(), "name") +
                             " that the server advertises";
                    });
  report_by_version(look, report, Reason::issuer_encoding_differs,
                    [&](const CertificateRequest& request) -> std::optional<std::string> {
                      if (!names_an_issuer(request, chain, pki::same_canonical) ||
                          names_an_issuer(request, chain, pki::same_der)) {
                        return std::nullopt;
                      }
                      return "The server advertises the issuer of telltale's chain, " + issuer +
                             ", in other bytes than the certificate has";
                    });
}

constexpr std::array<Rule, 5> rules = {check_missing, check_unexpected, check_default, check_size,
                                       check_our_issuers};

}  // namespace

std::span<const Rule> authorities_rules() {
  return rules;
}

}  // namespace telltale::assess
