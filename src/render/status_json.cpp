#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "telltale/render/render.hpp"

#include "render/certificate_json.hpp"
#include "render/facts_text.hpp"
#include "render/gate_text.hpp"
#include "render/rollout_text.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

json::value or_null(const std::optional<bool>& claim) {
  return claim ? json::value(*claim) : json::value(nullptr);
}

template <class E>
json::value name_or_null(const std::optional<E>& enumerator) {
  return enumerator ? json::value(name_of(*enumerator)) : json::value(nullptr);
}

json::object finding_json(const assess::Finding& finding) {
  return {
      {"reason", name_of(finding.reason)},
      {"severity", name_of(finding.severity)},
      {"detail", to_valid_utf8(finding.detail)},
      {"hint", to_valid_utf8(finding.hint)},
  };
}

json::value request_json(const tls::CertificateRequestPtr& request) {
  if (request == nullptr) {
    return nullptr;
  }
  const auto rfc4514 = [](const pki::DistinguishedName& name) {
    return to_valid_utf8(name.rfc4514);
  };
  return {
      {"authorities", array_of(request->certificate_authorities, rfc4514)},
      {"signature_algorithms", array_of(request->signature_algorithms, tls::name_of_scheme)},
      {"bytes", request->bytes},
  };
}

json::object version_json(const assess::VersionAssessment& seen) {
  return {
      {"version", tls::label(seen.version)},
      {"cipher", to_valid_utf8(seen.cipher_suite)},
      {"certificate_request", request_json(seen.certificate_request)},
      {"mode", name_of(seen.mode)},
      {"enforced_by", name_or_null(seen.enforced_by)},
      {"client_certificates_verified", or_null(seen.client_certificates_verified)},
      {"identity_accepted", or_null(seen.identity_accepted)},
  };
}

/// Nothing where a login was not expected or could not be asked for.
json::value login_json(const std::optional<probe::LoginAttempt>& login) {
  if (!login || login->obstacle) {
    return nullptr;
  }
  return {
      {"principal",
       login->principal ? json::value(to_valid_utf8(*login->principal)) : json::value(nullptr)},
      {"roles", array_of(login->roles, to_valid_utf8)},
      {"status", login->status ? json::value(*login->status) : json::value(nullptr)},
  };
}

/// Nothing where the target has no `mesh`.
json::value mesh_json(const std::optional<assess::MeshReading>& mesh) {
  if (!mesh) {
    return nullptr;
  }
  return {
      {"mode", mesh_mode_text(mesh->mode)},
      {"sidecar_ends_tls", mesh->sidecar_ends_tls},
      {"spiffe",
       mesh->spiffe.empty() ? json::value(nullptr) : json::value(to_valid_utf8(mesh->spiffe))},
  };
}

json::object reply_json(const probe::IngressReply& reply) {
  return {
      {"port", reply.port},
      {"path", to_valid_utf8(reply.path)},
      {"status", reply.http ? json::value(reply.http->status) : json::value(nullptr)},
      {"location", reply.http && !reply.http->location.empty()
                       ? json::value(to_valid_utf8(reply.http->location))
                       : json::value(nullptr)},
  };
}

/// Nothing where the target is no ingress.
json::value ingress_json(const std::optional<probe::IngressReading>& ingress) {
  if (!ingress) {
    return nullptr;
  }
  return {
      {"redirect",
       ingress->redirect ? json::value(reply_json(*ingress->redirect)) : json::value(nullptr)},
      {"routes", array_of(ingress->routes, reply_json)},
  };
}

/// Nothing where the callee has no `mesh`.
json::value strict_json(const std::optional<assess::StrictAssessment>& strict) {
  if (!strict) {
    return nullptr;
  }
  return {
      {"verdict", name_of(strict->verdict)},
      {"reason", name_of(strict->reason)},
      {"detail", to_valid_utf8(strict->detail)},
      {"hint", to_valid_utf8(strict->hint)},
  };
}

json::object unseen_address_json(const gate::AddressEntry& entry) {
  return {
      {"address", fleet::to_text(entry.address)},
      {"mode", name_of(tls::ClientAuthMode::unknown)},
      {"client_certificates_verified", nullptr},
      {"tls", json::array()},
      {"certificates", json::array()},
      {"looked_at", nullptr},
      {"findings", json::array()},
      {"reachable", nullptr},
      {"enforced_by", nullptr},
      {"identity_accepted", nullptr},
      {"chain_verified", nullptr},
      {"hostname_verified", nullptr},
      {"login", nullptr},
      {"mesh", nullptr},
      {"ingress", nullptr},
  };
}

json::object address_json(const gate::AddressEntry& entry) {
  if (entry.assessment == nullptr) {
    return unseen_address_json(entry);
  }
  const assess::AddressAssessment& look = *entry.assessment;
  std::optional<bool> chain_verified;
  std::optional<bool> hostname_verified;
  if (look.verification) {
    chain_verified = look.verification->trusted;
    hostname_verified = look.verification->name_matches;
  }
  return {
      {"address", fleet::to_text(entry.address)},
      {"mode", name_of(look.mode)},
      {"client_certificates_verified", or_null(look.client_certificates_verified)},
      {"tls", array_of(look.versions, version_json)},
      {"certificates", array_of(look.certificates, certificate_json)},
      {"looked_at", to_rfc3339(look.looked_at.civil)},
      {"findings", array_of(look.findings, finding_json)},
      {"reachable", look.reachable},
      {"enforced_by", name_or_null(look.enforced_by)},
      {"identity_accepted", or_null(look.identity_accepted)},
      {"chain_verified", or_null(chain_verified)},
      {"hostname_verified", or_null(hostname_verified)},
      {"login", login_json(look.login)},
      {"mesh", mesh_json(look.mesh)},
      {"ingress", ingress_json(look.ingress)},
  };
}

json::object target_json(const gate::TargetEntry& entry) {
  return {
      {"name", to_valid_utf8(entry.target.name)},
      {"url", to_valid_utf8(entry.target.url.text)},
      {"mode", name_of(entry.assessment.mode)},
      {"expected_mode", name_or_null(entry.target.expect.client_auth)},
      {"addresses", array_of(entry.addresses, address_json)},
      {"findings", array_of(entry.assessment.findings, finding_json)},
      {"goal", name_of(entry.target.goal)},
      {"replicas_agree", entry.assessment.replicas_agree},
      {"mesh_mode", entry.target.mesh ? json::value(mesh_mode_text(entry.assessment.mesh_mode))
                                      : json::value(nullptr)},
      {"expected_mesh_mode",
       entry.target.mesh ? json::value(name_of(entry.target.mesh->mode)) : json::value(nullptr)},
  };
}

json::object identity_json(const gate::IdentityEntry& identity) {
  return {
      {"name", to_valid_utf8(identity.facts.name)},
      {"readable", identity.facts.unreadable.empty()},
      {"has_key", identity.facts.has_key},
      {"certificates", array_of(identity.facts.chain, certificate_json)},
      {"findings", array_of(identity.findings, finding_json)},
  };
}

json::object trust_json(const gate::TrustEntry& trust) {
  return {
      {"readable", trust.facts.unreadable.empty()},
      {"system", trust.facts.is_system},
      {"anchors", trust.facts.is_system ? json::value(nullptr) : json::value(trust.facts.anchors)},
      {"findings", array_of(trust.findings, finding_json)},
  };
}

json::object caller_trust_json(const gate::TrustEntry& trust) {
  return {
      {"file", to_valid_utf8(trust.facts.name)},
      {"readable", trust.facts.unreadable.empty()},
      {"anchors", trust.facts.anchors},
      {"findings", array_of(trust.findings, finding_json)},
  };
}

json::object password_json(const gate::PasswordEntry& password) {
  return {
      {"target", to_valid_utf8(password.facts.target)},
      {"readable", password.facts.unreadable.empty()},
      {"findings", array_of(password.findings, finding_json)},
  };
}

json::object edge_json(const fleet::Edge& edge, const assess::EdgeAssessment& row) {
  return {
      {"caller", to_valid_utf8(edge.caller)},
      {"callee", to_valid_utf8(edge.callee)},
      {"address",
       row.address.port == 0 ? json::value(nullptr) : json::value(fleet::to_text(row.address))},
      {"runtime", fleet::label(edge.runtime)},
      {"evidence", name_of(row.evidence)},
      {"presents", or_null(row.presents)},
      {"rehearsed", row.rehearsed},
      {"verdict", name_of(row.verdict)},
      {"reason", name_of(row.reason)},
      {"detail", to_valid_utf8(row.detail)},
      {"hint", to_valid_utf8(row.hint)},
      {"identity",
       edge.identity ? json::value(to_valid_utf8(*edge.identity)) : json::value(nullptr)},
      {"path", to_valid_utf8(edge.path)},
      {"in_mesh", edge.in_mesh},
      {"strict", strict_json(row.strict)},
  };
}

json::object event_json(const gate::Event& event) {
  return {
      {"at", to_rfc3339(event.at)},
      {"kind", name_of(event.kind)},
      {"caller", to_valid_utf8(event.caller)},
      {"callee", to_valid_utf8(event.callee)},
      {"gate", to_valid_utf8(event.gate)},
      {"from", event.from},
      {"to", event.to},
      {"reason", name_or_null(event.reason)},
      {"detail", to_valid_utf8(event.detail)},
  };
}

// Targets and edges are made and written one by one: a large fleet costs the memory of its text
// only.

void append_targets(std::string& text, const gate::Snapshot& snapshot) {
  text += "\"targets\":[";
  std::string_view separator;
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    text.append(separator).append(json::serialize(target_json(*entry)));
    separator = ",";
  }
  text += "]";
}

void append_edges(std::string& text, const gate::Snapshot& snapshot) {
  text += "\"edges\":[";
  std::string_view separator;
  for (const gate::EdgeEntryPtr& entry : snapshot.edges) {
    for (const assess::EdgeAssessment& row : entry->rows) {
      text.append(separator).append(json::serialize(edge_json(entry->edge, row)));
      separator = ",";
    }
  }
  text += "]";
}

}  // namespace

std::string status_json(const gate::Snapshot& snapshot, Now now) {
  const std::vector<gate::Answer> answers = answers_of(snapshot, now);
  const auto gate_json_of = [](const gate::Answer& answer) { return to_json(answer); };
  const json::object head = {{"at", to_rfc3339(now.civil)},
                             {"status", name_of(gate::overall(answers))}};
  const gate::CredentialEntries& credentials = snapshot.credentials;
  const json::object tail = {
      {"gates", array_of(answers, gate_json_of)},
      {"identities", array_of(credentials.identities, identity_json)},
      {"trust", trust_json(credentials.trust)},
      {"caller_trusts", array_of(credentials.caller_trusts, caller_trust_json)},
      {"passwords", array_of(credentials.passwords, password_json)},
      {"rollout", to_json(gate::rollout(snapshot, answers, now))}};

  std::string text = json::serialize(head);
  text.back() = ',';
  append_targets(text, snapshot);
  text += ",";
  append_edges(text, snapshot);
  return text.append(",").append(json::serialize(tail), 1).append("\n");
}

std::string targets_json(const gate::Snapshot& snapshot) {
  std::string text = "{";
  append_targets(text, snapshot);
  return text.append("}\n");
}

std::string edges_json(const gate::Snapshot& snapshot) {
  std::string text = "{";
  append_edges(text, snapshot);
  return text.append("}\n");
}

std::string events_json(const gate::Snapshot& snapshot) {
  json::array events;
  std::for_each(snapshot.events->rbegin(), snapshot.events->rend(),
                [&](const gate::Event& event) { events.push_back(event_json(event)); });
  return json::serialize(json::object{{"events", std::move(events)}}).append("\n");
}

}  // namespace telltale::render
