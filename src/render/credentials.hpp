#pragma once
// Our own credentials, one after the other, as several renderers tell them.

#include <string>

#include "telltale/gate/snapshot.hpp"

namespace telltale::render {

/// Visits (what it is called, entry): `identity orca`, `trust`, `trust ca.pem` of callers,
/// `password of redis`. An entry has facts and findings.
template <class Visit>
void for_each_credential(const gate::CredentialEntries& credentials, Visit visit) {
  for (const gate::IdentityEntry& identity : credentials.identities) {
    visit("identity " + identity.facts.name, identity);
  }
  visit(std::string("trust"), credentials.trust);
  for (const gate::TrustEntry& trust : credentials.caller_trusts) {
    visit("trust " + trust.facts.name, trust);
  }
  for (const gate::PasswordEntry& password : credentials.passwords) {
    visit("password of " + password.facts.target, password);
  }
}

}  // namespace telltale::render
