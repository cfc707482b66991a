#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "telltale/assess/assess.hpp"
#include "telltale/enum_names.hpp"

#include "assess/mesh.hpp"
#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using Addresses = std::span<const AddressAssessmentPtr>;

void check_resolution(const probe::Resolution& resolution, Report& report) {
  if (!resolution.failure && !resolution.addresses.empty()) {
    return;
  }
  const std::string why = resolution.failure && !resolution.failure->detail.empty()
                              ? " (" + resolution.failure->detail + ")"
                              : "";
  report.add(Reason::resolve_failed, resolution.name + " has no address" + why + ".");
}

void check_number(const fleet::Target& target, const probe::Resolution& resolution,
                  Report& report) {
  const std::size_t found = resolution.addresses.size();
  if (resolution.failure || found == 0 || found >= target.expect.addresses) {
    return;
  }
  std::vector<std::string> names;
  for (const fleet::Endpoint& address : resolution.addresses) {
    names.push_back(fleet::to_text(address));
  }
  const std::string where = resolution.name.empty() ? target.name : resolution.name;
  report.add(Reason::addresses_missing, where + " has " + std::to_string(found) + " of " +
                                            std::to_string(target.expect.addresses) +
                                            " expected addresses: " + enumerate(names, 6) + ".");
}

/// What an address shows of one property; nothing where it shows none.
using Property = std::function<std::optional<std::string>(const AddressAssessment&)>;

/// Reports if the addresses that show a property show different values of it.
void compare(Addresses addresses, const std::string& name, const Property& property,
             Report& report) {
  std::map<std::string, std::vector<std::string>> by_value;
  for (const AddressAssessmentPtr& assessment : addresses) {
    if (const auto value = property(*assessment)) {
      by_value[*value].push_back(fleet::to_text(assessment->address));
    }
  }
  if (by_value.size() < 2) {
    return;
  }
  std::vector<std::string> parts;
  for (const auto& [value, where] : by_value) {
    parts.push_back(value + " at " + enumerate(where));
  }
  std::string text;
  for (const std::string& part : parts) {
    text += text.empty() ? part : "; " + part;
  }
  report.add(Reason::replicas_disagree, name + " differs: " + text + ".");
}

std::optional<std::string> mode_of(const AddressAssessment& address) {
  if (address.mode == tls::ClientAuthMode::unknown) {
    return std::nullopt;
  }
  return std::string(name_of(address.mode));
}

std::optional<std::string> mesh_mode_of(const AddressAssessment& address) {
  if (!address.mesh || !address.mesh->mode) {
    return std::nullopt;
  }
  return std::string(name_of(*address.mesh->mode));
}

std::optional<std::string> verified_of(const AddressAssessment& address) {
  if (!address.client_certificates_verified) {
    return std::nullopt;
  }
  return *address.client_certificates_verified ? "verified" : "taken unverified";
}

std::optional<std::string> trust_of(const AddressAssessment& address) {
  if (!address.verification) {
    return std::nullopt;
  }
  const std::string trusted = address.verification->trusted ? "trusted" : "untrusted";
  return trusted + (address.verification->name_matches ? "" : " and for another name");
}

/// A DN list as a set: neither order nor doubles nor encoding tell two lists apart.
using NameSet = std::set<std::string>;

std::optional<NameSet> authorities_of(const AddressAssessment& address,
                                      tls::ProtocolVersion version) {
  const auto found = std::ranges::find(address.versions, version, &VersionAssessment::version);
  if (found == address.versions.end() || !found->certificate_request) {
    return std::nullopt;
  }
  NameSet names;
  for (const pki::DistinguishedName& name : found->certificate_request->certificate_authorities) {
    names.insert(name.canonical);
  }
  return names;
}

/// The names that not every list has: a list of 150 names is nobody's reading.
std::vector<std::string> peculiar_names(const NameSet& list,
                                        const std::map<NameSet, std::vector<std::string>>& lists) {
  std::vector<std::string> peculiar;
  for (const std::string& name : list) {
    const bool is_common =
        std::ranges::all_of(lists, [&](const auto& entry) { return entry.first.contains(name); });
    if (!is_common) {
      peculiar.push_back(name);
    }
  }
  return peculiar;
}

void compare_authorities(Addresses addresses, tls::ProtocolVersion version, Report& report) {
  std::map<NameSet, std::vector<std::string>> by_list;
  for (const AddressAssessmentPtr& assessment : addresses) {
    if (const auto list = authorities_of(*assessment, version)) {
      by_list[*list].push_back(fleet::to_text(assessment->address));
    }
  }
  if (by_list.size() < 2) {
    return;
  }
  std::string text;
  for (const auto& [list, where] : by_list) {
    const std::vector<std::string> peculiar = peculiar_names(list, by_list);
    text += text.empty() ? "" : "; ";
    text += count(list.size(), "name");
    text += peculiar.empty() ? "" : " with " + enumerate(peculiar);
    text += " at " + enumerate(where);
  }
  report.add(Reason::replicas_disagree,
             "The DN list over " + std::string(tls::label(version)) + " differs: " + text + ".");
}

void check_replicas(Addresses addresses, Report& report) {
  compare(addresses, "The mode", mode_of, report);
  compare(addresses, "The sidecar's mode", mesh_mode_of, report);
  compare(addresses, "What is done with client certificates", verified_of, report);
  compare(addresses, "The server's chain", trust_of, report);
  for (const tls::ProtocolVersion version :
       {tls::ProtocolVersion::tls_1_3, tls::ProtocolVersion::tls_1_2}) {
    compare_authorities(addresses, version, report);
  }
}

std::size_t count_leaves(Addresses addresses) {
  std::set<std::string> fingerprints;
  for (const AddressAssessmentPtr& assessment : addresses) {
    if (!assessment->certificates.empty()) {
      fingerprints.insert(assessment->certificates.front()->fingerprint_sha256);
    }
  }
  return fingerprints.size();
}

tls::ClientAuthMode laxest_of(Addresses addresses) {
  std::vector<tls::ClientAuthMode> modes;
  for (const AddressAssessmentPtr& assessment : addresses) {
    modes.push_back(assessment->mode);
  }
  return laxest(modes);
}

}  // namespace

TargetAssessment assess_target(const fleet::Target& target, const probe::Resolution& resolution,
                               std::span<const AddressAssessmentPtr> addresses) {
  Report report;
  check_resolution(resolution, report);
  check_number(target, resolution, report);
  check_replicas(addresses, report);
  const bool agree = std::ranges::find(report.findings(), Reason::replicas_disagree,
                                       &Finding::reason) == report.findings().end();
  return {.mode = laxest_of(addresses),
          .mesh_mode = laxest_mesh_mode(addresses),
          .distinct_certificates = count_leaves(addresses),
          .replicas_agree = agree,
          .findings = report.findings()};
}

}  // namespace telltale::assess
