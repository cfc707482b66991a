// Rules about what the address asks of its clients.

#include <algorithm>
#include <array>
#include <string_view>

#include "telltale/enum_names.hpp"

#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using tls::ClientAuthMode;

std::string label(const VersionEvidence& evidence) {
  return std::string(tls::label(evidence.version));
}

/// `over TLSv1.3 want, over TLSv1.2 none`.
std::string modes_by_version(const Look& look) {
  std::vector<std::string> parts;
  for (const VersionEvidence& evidence : look.versions) {
    parts.push_back("over " + label(evidence) + " " +
                    std::string(name_of(evidence.assessment.mode)));
  }
  return enumerate(parts);
}

void check_none(const Look& look, Report& report) {
  if (look.facts.mode == ClientAuthMode::none && look.target.goal == fleet::Goal::need) {
    report.add(Reason::client_auth_none, fleet::to_text(look.observation.address) +
                                             " answers without asking for a certificate (" +
                                             modes_by_version(look) + ").");
  }
}

/// Stricter than expected is progress while services are flipped one by one; but `need` where
/// nobody was to be asked, at a service that is not to be flipped, turns its users away today.
Severity severity_of_mismatch(const fleet::Target& target, ClientAuthMode expected,
                              ClientAuthMode seen) {
  if (seen < expected) {
    return Severity::error;
  }
  const bool locks_out = target.goal == fleet::Goal::none && expected == ClientAuthMode::none &&
                         seen == ClientAuthMode::need;
  return locks_out ? Severity::error : Severity::info;
}

void check_mismatch(const Look& look, Report& report) {
  const auto expected = look.target.expect.client_auth;
  const ClientAuthMode seen = look.facts.mode;
  if (!expected || *expected == ClientAuthMode::unknown || seen == ClientAuthMode::unknown ||
      seen == *expected) {
    return;
  }
  report.add(Reason::client_auth_mismatch, severity_of_mismatch(look.target, *expected, seen),
             "Expected " + std::string(name_of(*expected)) + ", seen " +
                 std::string(name_of(seen)) + " (" + modes_by_version(look) + ").");
}

std::string why_unknown(const VersionEvidence& evidence) {
  std::vector<std::string> parts;
  for (const probe::Attempt* attempt : {evidence.nothing, evidence.identity}) {
    if (attempt != nullptr) {
      parts.push_back("with " + what_was_presented(*attempt) + " the peer " +
                      what_the_peer_did(*attempt));
    }
  }
  if (evidence.identity == nullptr) {
    parts.emplace_back("no identity of telltale's was there to compare with");
  }
  return "Over " + label(evidence) + ", " + enumerate(parts) + ".";
}

/// Where an attempt failed for a reason of its own, that reason already says why the mode is
/// unknown; this rule speaks where everything worked and still shows nothing.
void check_unknown(const Look& look, Report& report) {
  const bool matters = look.target.goal == fleet::Goal::need || look.target.expect.client_auth;
  const bool is_told_otherwise =
      std::ranges::any_of(look.observation.attempts, [&](const probe::Attempt& attempt) {
        return attempt.failure && !is_explained(attempt, look.versions);
      });
  if (look.facts.mode != ClientAuthMode::unknown || !matters || is_told_otherwise) {
    return;
  }
  for (const VersionEvidence& evidence : look.versions) {
    if (evidence.tried() && evidence.assessment.mode == ClientAuthMode::unknown) {
      report.add(Reason::client_auth_unknown, why_unknown(evidence));
    }
  }
}

/// Once `need` is said to be in force, a server that takes anybody has not enforced it.
Severity severity_of_unverified(const Look& look) {
  const bool is_enforced = look.target.expect.client_auth == ClientAuthMode::need &&
                           look.facts.mode == ClientAuthMode::need;
  return is_enforced ? Severity::error : row_of(Reason::client_auth_unverified).severity;
}

void check_unverified(const Look& look, Report& report) {
  for (const VersionEvidence& evidence : look.versions) {
    if (evidence.assessment.client_certificates_verified == false) {
      report.add(Reason::client_auth_unverified, severity_of_unverified(look),
                 "Over " + label(evidence) +
                     " a self-signed certificate made up by telltale is "
                     "accepted: the peer " +
                     what_the_peer_did(*evidence.stranger) + ".");
    }
  }
}

void check_versions(const Look& look, Report& report) {
  std::vector<ClientAuthMode> known;
  for (const VersionEvidence& evidence : look.versions) {
    if (evidence.assessment.mode != ClientAuthMode::unknown) {
      known.push_back(evidence.assessment.mode);
    }
  }
  if (std::ranges::adjacent_find(known, std::ranges::not_equal_to()) != known.end()) {
    report.add(Reason::versions_disagree,
               "The mode depends on the TLS version: " + modes_by_version(look) + ".");
  }
}

constexpr std::array<Rule, 5> rules = {check_none, check_mismatch, check_versions, check_unknown,
                                       check_unverified};

}  // namespace

std::span<const Rule> client_auth_rules() {
  return rules;
}

}  // namespace telltale::assess
