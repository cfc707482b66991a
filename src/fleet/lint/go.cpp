// Rules on services written in Go: go-yaml-tools reads `server.ssl` and `http` in a way of its own.

#include <algorithm>
#include <array>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

/// Letters and digits, lower case: how somebody may have meant a key.
std::string meant(std::string_view key) {
  std::string text = to_lower(key);
  std::erase_if(text, [](char c) { return c == '-' || c == '_'; });
  return text;
}

/// The profile for all services, whose keys may be meant for those in Java.
bool is_common(const Subject& subject, const YamlNode* layer) {
  const auto common = subject.installation->profiles.find("spinnaker");
  return common != subject.installation->profiles.end() &&
         std::ranges::any_of(common->second, [&](const YamlNode& each) { return &each == layer; });
}

/// The members of `server.ssl` in every layer, or in those of the service alone.
std::vector<const YamlNode*> members_of_server_ssl(const Subject& subject, const ServiceView& view,
                                                   bool with_common) {
  std::vector<const YamlNode*> members;
  for (const YamlNode* const layer : view.properties.layers()) {
    if (!with_common && is_common(subject, layer)) {
      continue;
    }
    const YamlNode* const block = at_path(layer, "server.ssl");
    if (block != nullptr && block->kind == YamlNode::Kind::mapping) {
      for (const YamlNode& member : block->children) {
        members.push_back(&member);
      }
    }
  }
  return members;
}

/// Keys that somebody may have taken for clientAuth.
void check_client_auth_key(const Subject& subject, const ServiceView& view, Findings& findings) {
  const bool is_set = view.server.client_auth.has_value();
  for (const YamlNode* const member : members_of_server_ssl(subject, view, !is_set)) {
    if (meant(member->key) == "clientauth" && to_lower(member->key) != "clientauth" &&
        member->kind == YamlNode::Kind::text) {
      findings.add("go-client-auth-misspelt", view.service->name,
                   subject.installation->position(*member),
                   "server.ssl." + member->key + " is not read; the key is clientAuth");
    }
  }
}

/// The word that is in effect: the last layer's.
void check_client_auth(const Subject& /*subject*/, const ServiceView& view, Findings& findings) {
  const std::optional<Setting>& setting = view.server.client_auth;
  if (!setting || !setting->is_resolved) {
    return;
  }
  const std::string& word = setting->text;
  const std::string lower = to_lower(word);
  if (word == "any" || word == "request") {
    findings.add("go-client-auth-unverified", view.service->name, setting->source,
                 "clientAuth " + word + " asks for a certificate and verifies none");
  } else if (word != "need" && word != "want" && word != "none") {
    const bool is_case = lower == "need" || lower == "want" || lower == "none";
    findings.add(
        "go-client-auth-misspelt", lower == "none" ? LintSeverity::info : LintSeverity::error,
        view.service->name, setting->source,
        "clientAuth is not " +
            (is_case ? lower + " in lower case" : std::string("one of none, want and need")) +
            ", so no certificate is asked for");
  }
}

void check_authorities(const Subject& subject, const ServiceView& view, Findings& findings) {
  if (!asks_for_certificates(view) || !view.server.is_verified ||
      view.properties.has("server.ssl.cacertFile") ||
      (!subject.is_whole && !view.server.keys.file)) {
    return;
  }
  findings.add("go-client-auth-without-ca", view.service->name, server_source(view),
               client_auth_of(view) +
                   " without server.ssl.cacertFile: the certificate in certFile "
                   "is taken for the CA of clients");
}

/// Dinghy decodes by the field's name, which is KeyPassword.
void check_key_password(const Subject& subject, const ServiceView& view, Findings& findings) {
  const bool is_set = view.server.keys.password.has_value();
  for (const YamlNode* const member : members_of_server_ssl(subject, view, !is_set)) {
    if (view.service->name == "dinghy" && meant(member->key) == "keyfilepassword") {
      findings.add("go-key-password-name", "dinghy", subject.installation->position(*member),
                   "server.ssl." + member->key + " is not read; the key is keyPassword");
    }
  }
}

void check_key_format(const Subject& /*subject*/, const ServiceView& view, Findings& findings) {
  if (view.service->name == "dinghy" && view.server.has_tls && view.server.key_file) {
    findings.add("dinghy-key-format", "dinghy", view.server.key_file->source,
                 "the key must be PKCS#1 (BEGIN RSA PRIVATE KEY), and of the chain in certFile the "
                 "leaf alone is served");
  }
}

void check_http_block(const Subject& subject, const ServiceView& view, Findings& findings) {
  if (view.service->name != "dinghy") {
    return;
  }
  for (const std::string_view key : {"http.clientCertFile", "http.cacertFile"}) {
    if (const YamlNode* const node = view.properties.node(key)) {
      findings.add("dinghy-client-tls-not-applied", "dinghy", subject.installation->position(*node),
                   std::string(key) +
                       " is read and not applied: Dinghy presents no certificate, "
                       "and trusts the system's CAs");
      return;
    }
  }
}

using Rule = void (*)(const Subject&, const ServiceView&, Findings&);
constexpr std::array<Rule, 6> rules{check_client_auth_key, check_client_auth, check_authorities,
                                    check_key_password,    check_key_format,  check_http_block};

}  // namespace

void check_go(const Subject& subject, Findings& findings) {
  for (const ServiceView* const view : subject.concerned()) {
    for (const Rule rule : rules) {
      if (is_go(view->service->runtime)) {
        rule(subject, *view, findings);
      }
    }
  }
}

}  // namespace telltale::fleet::linting
