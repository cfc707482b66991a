#include "render/facts_text.hpp"

#include <algorithm>

#include "render/text.hpp"

namespace telltale::render {

std::string mode_text(const assess::AddressAssessment& look) {
  std::string text(name_of(look.mode));
  // That TLS enforces it goes without saying.
  text += look.enforced_by == assess::EnforcedBy::http ? " (http)" : "";
  return look.mesh ? text.append(", mesh ").append(mesh_mode_text(look.mesh->mode)) : text;
}

std::string_view mesh_mode_text(const std::optional<fleet::MeshMode>& mode) {
  return mode ? name_of(*mode) : "unknown";
}

std::string claim_text(std::optional<bool> claim) {
  if (!claim) {
    return "-";
  }
  return *claim ? "yes" : "no";
}

std::string versions_text(const assess::AddressAssessment& look) {
  std::string text;
  for (const assess::VersionAssessment& seen : look.versions) {
    text.append(text.empty() ? "" : " ");
    text.append(seen.version == tls::ProtocolVersion::tls_1_3 ? "1.3" : "1.2");
  }
  return text.empty() ? "-" : text;
}

std::optional<std::string> login_text(const assess::AddressAssessment& look) {
  constexpr std::size_t most_told = 20;
  if (!look.login || look.login->obstacle) {
    return std::nullopt;
  }
  const probe::LoginAttempt& login = *look.login;
  if (!login.principal) {
    return login.status ? "nobody (HTTP " + std::to_string(*login.status) + ")" : "nobody";
  }
  std::string roles;
  for (std::size_t i = 0; i < std::min(login.roles.size(), most_told); ++i) {
    roles.append(roles.empty() ? "" : ", ").append(login.roles[i]);
  }
  if (login.roles.size() > most_told) {
    roles += " and " + std::to_string(login.roles.size() - most_told) + " more";
  }
  return *login.principal + (roles.empty() ? " without roles" : " with the roles " + roles);
}

std::string anchors_text(const assess::TrustFacts& trust) {
  return trust.is_system ? "the system's trust store"
                         : count_of(trust.anchors, "trust anchor", "trust anchors");
}

std::string distance_text(CivilTime time, CivilTime now) {
  // A certificate may reach the year 9999, which a span of nanoseconds cannot.
  constexpr auto longest = std::chrono::years(200);
  const std::chrono::seconds distance = time - now;
  if (distance == std::chrono::seconds::zero()) {
    return "now";
  }
  const bool is_future = distance > std::chrono::seconds::zero();
  const std::chrono::seconds length = is_future ? distance : -distance;
  // Beyond two days nobody asks for the hours.
  const bool is_long = length >= std::chrono::days(2);
  const std::chrono::seconds shown =
      is_long ? std::chrono::floor<std::chrono::days>(length) : length;
  const std::string span = length > longest ? "centuries" : to_text(Duration(shown));
  return is_future ? "in " + span : span + " ago";
}

std::string date_text(CivilTime time) {
  const std::string whole = to_rfc3339(time);
  return whole.substr(0, whole.find('T'));
}

}  // namespace telltale::render
