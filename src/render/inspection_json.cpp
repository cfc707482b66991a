#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "telltale/enum_names.hpp"
#include "telltale/render/inspection.hpp"

#include "render/certificate_json.hpp"
#include "render/inspection_words.hpp"
#include "render/text.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(to_valid_utf8(text));
}

json::object key_json(const pki::PublicKey& key) {
  return {
      {"algorithm", name_of(key.algorithm)},
      {"bits", key.bits},
      {"curve", text_or_null(key.curve)},
  };
}

json::value usages_json(const pki::Certificate& certificate) {
  if (!certificate.key_usage) {
    return nullptr;
  }
  return array_of(*certificate.key_usage, [](pki::KeyUsage usage) { return name_of(usage); });
}

json::value purposes_json(const pki::Certificate& certificate) {
  if (!certificate.extended_key_usage) {
    return nullptr;
  }
  return array_of(purposes_of(certificate), to_valid_utf8);
}

json::value login_json(const std::optional<assess::X509Login>& login) {
  if (!login) {
    return nullptr;
  }
  return {
      {"subject", to_valid_utf8(login->subject)},
      {"principal", login->principal ? json::value(to_valid_utf8(*login->principal)) : nullptr},
      {"user", text_or_null(login->user)},
      {"user_from",
       login->user.empty() ? json::value(nullptr) : json::value(name_of(login->source))},
      {"user_of_older_gate", text_or_null(login->user_of_older_gate)},
  };
}

json::object inspected_json(const assess::InspectedCertificate& inspected) {
  const pki::Certificate& certificate = *inspected.certificate;
  json::object object = certificate_json(inspected.certificate);
  object["ip_addresses"] = array_of(certificate.ip_addresses, to_valid_utf8);
  object["uris"] = array_of(certificate.uris, to_valid_utf8);
  object["email_addresses"] = array_of(certificate.email_addresses, to_valid_utf8);
  object["is_ca"] = certificate.is_ca;
  object["key_usage"] = usages_json(certificate);
  object["extended_key_usage"] = purposes_json(certificate);
  object["public_key"] = key_json(certificate.public_key);
  object["signature"] = to_valid_utf8(certificate.signature.name);
  object["roles"] =
      inspected.roles ? json::value(array_of(*inspected.roles, to_valid_utf8)) : nullptr;
  object["roles_error"] = text_or_null(inspected.roles_error);
  object["x509_login"] = login_json(inspected.login);
  return object;
}

json::value private_key_json(const std::optional<assess::KeyFacts>& key) {
  if (!key) {
    return nullptr;
  }
  json::object object = key_json(key->public_key);
  object["encoding"] = name_of(key->encoding);
  object["certificate_position"] = key->certificate_position == 0
                                       ? json::value(nullptr)
                                       : json::value(key->certificate_position);
  object["error"] = text_or_null(key->error);
  return object;
}

json::object entry_json(const assess::InspectedEntry& entry) {
  return {
      {"kind", java_name_of(entry.kind)},
      {"alias", text_or_null(entry.alias)},
      {"key", private_key_json(entry.key)},
      {"in_order", entry.shape.in_order},
      {"ends_in_root", entry.shape.ends_in_root},
      {"next_issuer", text_or_null(entry.shape.next_issuer)},
      {"certificates", array_of(entry.certificates, inspected_json)},
  };
}

json::object view_json(const assess::RuntimeView& view) {
  const auto fingerprint = [](const pki::CertificatePtr& certificate) {
    return certificate->fingerprint_sha256;
  };
  return {
      {"runtime", name_of(view.runtime)},
      {"as_identity", to_valid_utf8(view.as_identity)},
      {"presents", array_of(view.presents, fingerprint)},
      {"as_trust", to_valid_utf8(view.as_trust)},
      {"anchors", view.anchors},
      {"refusals", array_of(view.refusals, to_valid_utf8)},
  };
}

json::object file_json(const assess::Inspection& inspection) {
  if (!inspection.error.empty()) {
    return {{"file", to_valid_utf8(inspection.file)}, {"error", to_valid_utf8(inspection.error)}};
  }
  return {
      {"file", to_valid_utf8(inspection.file)},
      {"error", nullptr},
      {"format", name_of(inspection.format)},
      {"opening", name_of(inspection.opening)},
      {"protections", array_of(inspection.protections, to_valid_utf8)},
      {"entries", array_of(inspection.entries, entry_json)},
      {"runtimes", array_of(inspection.views, view_json)},
  };
}

}  // namespace

std::string inspections_json(std::span<const assess::Inspection> inspections) {
  json::object object;
  object["files"] = array_of(inspections, file_json);
  return json::serialize(object) + "\n";
}

}  // namespace telltale::render
