#include <algorithm>
#include <array>

#include "render/facts_text.hpp"
#include "render/families.hpp"

namespace telltale::render {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void fill_mode(MetricFamily& family, const Facts& facts) {
  for (const LabelledAddress& at : facts.addresses) {
    const auto seen = at.assessment == nullptr ? tls::ClientAuthMode::unknown : at.assessment->mode;
    for (const tls::ClientAuthMode mode : enumerators<tls::ClientAuthMode>()) {
      add(family, {{"target", at.target}, {"address", at.address}, {"mode", name_of(mode)}},
          mode == seen ? 1 : 0);
    }
  }
}

void fill_expected_mode(MetricFamily& family, const Facts& facts) {
  using enum tls::ClientAuthMode;
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    for (const tls::ClientAuthMode mode : {none, want, need}) {
      add(family, {{"target", entry->target.name}, {"mode", name_of(mode)}},
          entry->target.expect.client_auth == mode ? 1 : 0);
    }
  }
}

/// Only of targets that have `mesh`.
void fill_mesh_mode(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    if (!look.mesh) {
      return;
    }
    const std::string_view seen = mesh_mode_text(look.mesh->mode);
    for (const std::string_view mode : {"permissive", "strict", "unknown"}) {
      add(family, {{"target", at.target}, {"address", at.address}, {"mode", mode}},
          mode == seen ? 1 : 0);
    }
  });
}

void fill_expected_mesh_mode(MetricFamily& family, const Facts& facts) {
  for (const gate::TargetEntryPtr& entry : facts.snapshot.targets) {
    if (!entry->target.mesh) {
      continue;
    }
    for (const fleet::MeshMode mode : enumerators<fleet::MeshMode>()) {
      add(family, {{"target", entry->target.name}, {"mode", name_of(mode)}},
          entry->target.mesh->mode == mode ? 1 : 0);
    }
  }
}

void fill_verified(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    if (look.client_certificates_verified) {
      add(family, {{"target", at.target}, {"address", at.address}},
          *look.client_certificates_verified ? 1 : 0);
    }
  });
}

/// Adds `value_of(request)` for each TLS version in which a certificate was asked for.
template <class ValueOf>
void fill_requests(MetricFamily& family, const Facts& facts, ValueOf value_of) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    for (const assess::VersionAssessment& seen : look.versions) {
      if (seen.certificate_request != nullptr) {
        add(family,
            {{"target", at.target},
             {"address", at.address},
             {"tls_version", tls::label(seen.version)}},
            static_cast<double>(value_of(*seen.certificate_request)));
      }
    }
  });
}

void fill_authorities(MetricFamily& family, const Facts& facts) {
  fill_requests(family, facts, [](const tls::CertificateRequest& request) {
    return request.certificate_authorities.size();
  });
}

void fill_authorities_bytes(MetricFamily& family, const Facts& facts) {
  fill_requests(family, facts,
                [](const tls::CertificateRequest& request) { return request.bytes; });
}

/// Adds one end of the validity of each certificate that was sent.
void fill_validity(MetricFamily& family, const Facts& facts, CivilTime pki::Validity::* end) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    for (std::size_t position = 0; position < look.certificates.size(); ++position) {
      add(family,
          {{"target", at.target}, {"address", at.address}, {"position", std::to_string(position)}},
          timestamp_of(look.certificates[position]->validity.*end));
    }
  });
}

void fill_not_after(MetricFamily& family, const Facts& facts) {
  fill_validity(family, facts, &pki::Validity::not_after);
}

void fill_not_before(MetricFamily& family, const Facts& facts) {
  fill_validity(family, facts, &pki::Validity::not_before);
}

void fill_certificate_info(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    if (look.certificates.empty()) {
      return;
    }
    const pki::Certificate& leaf = *look.certificates.front();
    add(family,
        {{"target", at.target},
         {"address", at.address},
         {"position", "0"},
         {"fingerprint_sha256", leaf.fingerprint_sha256},
         {"subject", leaf.subject.rfc4514},
         {"issuer", leaf.issuer.rfc4514},
         {"serial_number", leaf.serial_number}},
        1);
  });
}

/// Adds one verdict about each chain that was seen.
void fill_verification(MetricFamily& family, const Facts& facts,
                       bool pki::ChainVerification::* verdict) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    if (look.verification) {
      add(family, {{"target", at.target}, {"address", at.address}},
          *look.verification.*verdict ? 1 : 0);
    }
  });
}

void fill_chain_verified(MetricFamily& family, const Facts& facts) {
  fill_verification(family, facts, &pki::ChainVerification::trusted);
}

void fill_hostname_verified(MetricFamily& family, const Facts& facts) {
  fill_verification(family, facts, &pki::ChainVerification::name_matches);
}

void fill_tls_version(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    for (const assess::VersionAssessment& seen : look.versions) {
      add(family,
          {{"target", at.target},
           {"address", at.address},
           {"tls_version", tls::label(seen.version)}},
          1);
    }
  });
}

void fill_tls_cipher(MetricFamily& family, const Facts& facts) {
  for_each_look(facts, [&](const LabelledAddress& at, const assess::AddressAssessment& look) {
    for (auto seen = look.versions.begin(); seen != look.versions.end(); ++seen) {
      const bool is_new = std::none_of(look.versions.begin(), seen, [&](const auto& earlier) {
        return earlier.cipher_suite == seen->cipher_suite;
      });
      if (is_new && !seen->cipher_suite.empty()) {
        add(family,
            {{"target", at.target}, {"address", at.address}, {"cipher", seen->cipher_suite}}, 1);
      }
    }
  });
}

constexpr FamilyRow rows[] = {
    {"telltale_client_auth_mode", MetricType::Gauge,
     "1 for the mode of client authentication that this address showed at the last look, 0 for "
     "the others.",
     fill_mode},
    {"telltale_client_auth_mode_expected", MetricType::Gauge,
     "1 for the mode that is expected of the target; all 0 where none is configured.",
     fill_expected_mode},
    {"telltale_mesh_mode", MetricType::Gauge,
     "1 for what the sidecar in front of this address let in at the last look, 0 for the others.",
     fill_mesh_mode},
    {"telltale_mesh_mode_expected", MetricType::Gauge,
     "1 for the mode that is expected of the target's sidecar.", fill_expected_mesh_mode},
    {"telltale_client_certificates_verified", MetricType::Gauge,
     "1 if the certificate of a stranger was refused at the last look, 0 if it was accepted; "
     "absent where none was asked for.",
     fill_verified},
    {"telltale_authorities", MetricType::Gauge,
     "Distinguished names in the CertificateRequest of the last look; 0 means that any issuer "
     "will do.",
     fill_authorities},
    {"telltale_authorities_bytes", MetricType::Gauge,
     "Size in bytes of the CertificateRequest message of the last look.", fill_authorities_bytes},
    {"telltale_certificate_not_after_timestamp_seconds", MetricType::Gauge,
     "When the certificate ends, in seconds since the epoch; position 0 is the leaf, as sent at "
     "the last look.",
     fill_not_after},
    {"telltale_certificate_not_before_timestamp_seconds", MetricType::Gauge,
     "When the certificate begins, in seconds since the epoch; position 0 is the leaf, as sent at "
     "the last look.",
     fill_not_before},
    {"telltale_certificate_info", MetricType::Gauge,
     "Always 1: the leaf certificate that this address sent at the last look.",
     fill_certificate_info},
    {"telltale_chain_verified", MetricType::Gauge,
     "1 if the chain sent at the last look leads to a trust anchor (dates are not part of it).",
     fill_chain_verified},
    {"telltale_hostname_verified", MetricType::Gauge,
     "1 if the expected name is among the subjectAltNames of the leaf sent at the last look.",
     fill_hostname_verified},
    {"telltale_tls_version_info", MetricType::Gauge,
     "Always 1: a TLS version that this address spoke at the last look.", fill_tls_version},
    {"telltale_tls_cipher_info", MetricType::Gauge,
     "Always 1: a cipher suite that was negotiated at the last look.", fill_tls_cipher},
};

}  // namespace

std::span<const FamilyRow> tls_families() {
  return rows;
}

}  // namespace telltale::render
