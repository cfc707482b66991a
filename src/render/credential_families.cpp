#include "render/families.hpp"

namespace telltale::render {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void fill_identity_readable(MetricFamily& family, const Facts& facts) {
  for (const gate::IdentityEntry& identity : facts.snapshot.credentials.identities) {
    add(family, {{"identity", identity.facts.name}}, identity.facts.unreadable.empty() ? 1 : 0);
  }
}

void fill_identity_accepted(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    if (look.identity_accepted) {
      add(family, {{"identity", look.identity}, {"target", at.target}, {"address", at.address}},
          *look.identity_accepted ? 1 : 0);
    }
  });
}

void fill_identity_not_after(MetricFamily& family, const Facts& facts) {
  for (const gate::IdentityEntry& identity : facts.snapshot.credentials.identities) {
    if (!identity.facts.chain.empty()) {
      add(family, {{"identity", identity.facts.name}},
          timestamp_of(identity.facts.chain.front()->validity.not_after));
    }
  }
}

void fill_identity_not_before(MetricFamily& family, const Facts& facts) {
  for (const gate::IdentityEntry& identity : facts.snapshot.credentials.identities) {
    if (!identity.facts.chain.empty()) {
      add(family, {{"identity", identity.facts.name}},
          timestamp_of(identity.facts.chain.front()->validity.not_before));
    }
  }
}

void fill_identity_info(MetricFamily& family, const Facts& facts) {
  for (const gate::IdentityEntry& identity : facts.snapshot.credentials.identities) {
    if (identity.facts.chain.empty()) {
      continue;
    }
    const pki::Certificate& leaf = *identity.facts.chain.front();
    add(family,
        {{"identity", identity.facts.name},
         {"fingerprint_sha256", leaf.fingerprint_sha256},
         {"subject", leaf.subject.rfc4514},
         {"issuer", leaf.issuer.rfc4514},
         {"serial_number", leaf.serial_number}},
        1);
  }
}

void fill_trust_readable(MetricFamily& family, const Facts& facts) {
  add(family, {}, facts.snapshot.credentials.trust.facts.unreadable.empty() ? 1 : 0);
}

void fill_password_readable(MetricFamily& family, const Facts& facts) {
  for (const gate::PasswordEntry& password : facts.snapshot.credentials.passwords) {
    add(family, {{"target", password.facts.target}}, password.facts.unreadable.empty() ? 1 : 0);
  }
}

template <class Entry>
void add_findings(MetricFamily& family, std::string_view credential, std::string_view name,
                  const Entry& entry) {
  for_each_finding(entry.findings, entry.reasons_seen,
                   [&](assess::Reason reason, assess::Severity severity, double value) {
                     add(family,
                         {{"credential", credential},
                          {"name", name},
                          {"reason", name_of(reason)},
                          {"severity", name_of(severity)}},
                         value);
                   });
}

void fill_finding(MetricFamily& family, const Facts& facts) {
  const gate::CredentialEntries& credentials = facts.snapshot.credentials;
  for (const gate::IdentityEntry& identity : credentials.identities) {
    add_findings(family, "identity", identity.facts.name, identity);
  }
  add_findings(family, "trust", "", credentials.trust);
  for (const gate::TrustEntry& trust : credentials.caller_trusts) {
    add_findings(family, "trust", trust.facts.name, trust);
  }
  for (const gate::PasswordEntry& password : credentials.passwords) {
    add_findings(family, "password", password.facts.target, password);
  }
}

constexpr FamilyRow rows[] = {
    {"telltale_identity_readable", MetricType::Gauge,
     "1 if the newest reading of the identity succeeded; 0 while telltale goes on with an older "
     "one.",
     fill_identity_readable},
    {"telltale_identity_accepted", MetricType::Gauge,
     "1 if this address accepted our identity at the last look, 0 if it refused it; absent where "
     "it was not asked for.",
     fill_identity_accepted},
    {"telltale_identity_not_after_timestamp_seconds", MetricType::Gauge,
     "When the leaf certificate of the identity ends, in seconds since the epoch.",
     fill_identity_not_after},
    {"telltale_identity_not_before_timestamp_seconds", MetricType::Gauge,
     "When the leaf certificate of the identity begins, in seconds since the epoch.",
     fill_identity_not_before},
    {"telltale_identity_info", MetricType::Gauge, "Always 1: the leaf certificate of the identity.",
     fill_identity_info},
    {"telltale_trust_readable", MetricType::Gauge,
     "1 if the newest reading of the trust anchors succeeded; 0 while telltale goes on with older "
     "ones.",
     fill_trust_readable},
    {"telltale_password_readable", MetricType::Gauge,
     "1 if the newest reading of the target's password succeeded; 0 while telltale goes on with an "
     "older one.",
     fill_password_readable},
    {"telltale_credential_finding", MetricType::Gauge,
     "1 while the finding about a credential of our own stands, 0 once it has been seen and is "
     "gone. Such findings never block a gate.",
     fill_finding},
};

}  // namespace

std::span<const FamilyRow> credential_families() {
  return rows;
}

}  // namespace telltale::render
