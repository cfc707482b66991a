#include "assess/missing_issuer.hpp"

#include <algorithm>
#include <vector>

#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using pki::CertificatePtr;
using pki::Chain;
using pki::DistinguishedName;

bool lists(const tls::CertificateRequest& request, const DistinguishedName& name) {
  return std::ranges::any_of(request.certificate_authorities, [&](const DistinguishedName& each) {
    return pki::same_canonical(each, name);
  });
}

std::string listed_text(const tls::CertificateRequest& request) {
  const auto& names = request.certificate_authorities;
  return names.size() == 1 ? "lists only '" + names.front().rfc4514 + "'"
                           : "lists " + count(names.size(), "name");
}

/// Certificates that were seen somewhere: on the way to our trust, or as the server sends them.
Chain known_certificates(const SilentClient& client) {
  Chain known;
  const auto add = [&](const Chain& chain) {
    known.insert(known.end(), chain.begin(), chain.end());
  };
  for (const HeldKeyFacts& key : client.holding.keys) {
    if (key.verification) {
      add(key.verification->path);
    }
  }
  for (const probe::PeerChain& peer : client.at.peer_chains) {
    add(peer.certificates);
    add(peer.verification.path);
  }
  return known;
}

/// A certificate that is not held, issued what is held last, and was itself issued by a listed
/// name.
CertificatePtr find_missing_intermediate(const SilentClient& client, const Chain& known) {
  for (const HeldKeyFacts& key : client.holding.keys) {
    const auto missing = std::ranges::find_if(known, [&](const CertificatePtr& each) {
      return pki::same_canonical(each->subject,
                                 chain_sent(client.edge.runtime, key).back()->issuer) &&
             !each->is_self_issued && lists(client.request, each->issuer);
    });
    if (missing != known.end()) {
      return *missing;
    }
  }
  return nullptr;
}

std::string add_text(const std::string& name, const std::string& caller) {
  return "the intermediate '" + name + "' to " + caller +
         "'s keystore (keytool -importcert with the whole chain, or openssl pkcs12 -export "
         "-certfile)";
}

Explanation explain_unlisted(const SilentClient& client) {
  const Chain sent = chain_sent(client.edge.runtime, client.holding.keys.front());
  const std::string ending = "; " + client.edge.callee + " " + listed_text(client.request) + ": " +
                             client.edge.caller + " would present nothing";
  const std::string& issuer = sent.back()->issuer.rfc4514;
  std::string hint = "Put '" + issuer + "' into the trust store of " + client.edge.callee + ".";
  if (client.edge.runtime == fleet::Runtime::go_yaml_tools) {
    return {.detail = client.edge.caller + " sends its first certificate alone, issued by '" +
                      issuer + "'" + ending,
            .hint = hint + " go-yaml-tools drops what stands behind the leaf."};
  }
  const Chain known = known_certificates(client);
  if (const CertificatePtr missing = find_missing_intermediate(client, known)) {
    const std::string& name = missing->subject.rfc4514;
    return {.detail = client.holding.origin + " lacks the intermediate '" + name + "'" + ending,
            .hint = "Add " + add_text(name, client.edge.caller) + "."};
  }
  const bool is_issued_by_a_root = std::ranges::any_of(known, [&](const CertificatePtr& each) {
    return each->is_self_issued && pki::same_canonical(each->subject, sent.back()->issuer);
  });
  if (!sent.back()->is_self_issued && !is_issued_by_a_root) {
    hint += " If it was itself issued by a listed name, rather add " +
            add_text(issuer, client.edge.caller) + ".";
  }
  return {.detail = client.holding.origin + " ends with a certificate issued by '" + issuer + "'" +
                    ending,
          .hint = std::move(hint)};
}

}  // namespace

Explanation explain_nothing(const SilentClient& client) {
  const bool is_unlisted = client.selection.reason == Reason::issuer_not_advertised;
  if (is_unlisted && !client.holding.keys.empty()) {
    return explain_unlisted(client);
  }
  return {.detail = client.edge.caller + " would present nothing to " + client.edge.callee + ": " +
                    client.selection.detail,
          .hint = {}};
}

}  // namespace telltale::assess
