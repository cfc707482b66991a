#include "telltale/pki/certificate.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <iterator>

#include "telltale/enum_names.hpp"

#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

/// An extension's value, or how it is absent.
template <class Owner>
struct Extension {
  Owner value;
  bool is_present = false;  ///< with a null value: it does not parse, or occurs twice
};

template <class Owner>
Extension<Owner> read_extension(const X509& certificate, int nid) {
  constexpr int not_present = -1;
  int critical = not_present;
  void* value = X509_get_ext_d2i(&certificate, nid, &critical, nullptr);
  return {.value = Owner(static_cast<typename Owner::pointer>(value)),
          .is_present = critical != not_present};
}

Result<CivilTime> civil_time(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) {
    return Error(Errc::malformed, "a certificate has a date that is none");
  }
  const std::chrono::year_month_day date(
      std::chrono::year(fields.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(fields.tm_mon + 1)),
      std::chrono::day(static_cast<unsigned>(fields.tm_mday)));
  return std::chrono::sys_days(date) + std::chrono::hours(fields.tm_hour) +
         std::chrono::minutes(fields.tm_min) + std::chrono::seconds(fields.tm_sec);
}

Result<Validity> validity_of(const X509& certificate) {
  const Result<CivilTime> not_before = civil_time(X509_get0_notBefore(&certificate));
  const Result<CivilTime> not_after = civil_time(X509_get0_notAfter(&certificate));
  if (!not_before || !not_after) {
    return not_before ? not_after.error() : not_before.error();
  }
  return Validity{.not_before = *not_before, .not_after = *not_after};
}

std::string serial_number_of(const X509& certificate) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  const OpensslMemory<char> spelled(number ? BN_bn2hex(number.get()) : nullptr);
  require(spelled != nullptr, "spelling a serial number");
  std::string text = spelled.get();
  const std::size_t sign = text.front() == '-' ? 1 : 0;
  const std::size_t zeroes = std::min(text.find_first_not_of('0', sign), text.size() - 1) - sign;
  text.erase(sign, zeroes);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// Spells an IA5String; a byte that is not printable ASCII as `\` and two hexadecimal digits, so
/// that no peer can put control characters or broken UTF-8 into what telltale prints.
std::string printable(const ASN1_IA5STRING& string) {
  const ByteView bytes(ASN1_STRING_get0_data(&string),
                       static_cast<std::size_t>(ASN1_STRING_length(&string)));
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (byte > 0x20 && byte < 0x7f) {
      text += static_cast<char>(byte);
    } else {
      text += '\\';
      text += to_hex({&byte, 1});
    }
  }
  return text;
}

/// An address in text; one of an impossible length as `#` and hexadecimal digits.
std::string address_text(const ASN1_OCTET_STRING& address) {
  const unsigned char* bytes = ASN1_STRING_get0_data(&address);
  const int size = ASN1_STRING_length(&address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (size == 4) {
    return inet_ntop(AF_INET, bytes, text.data(), text.size());
  }
  if (size == 16) {
    return inet_ntop(AF_INET6, bytes, text.data(), text.size());
  }
  return "#" + to_hex({bytes, static_cast<std::size_t>(size)});
}

void read_alternative_names(const X509& x509, Certificate& certificate) {
  const auto names = read_extension<GeneralNamesPtr>(x509, NID_subject_alt_name).value;
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    switch (name->type) {
      case GEN_DNS:
        certificate.dns_names.push_back(printable(*name->d.dNSName));
        break;
      case GEN_IPADD:
        certificate.ip_addresses.push_back(address_text(*name->d.iPAddress));
        break;
      case GEN_URI:
        certificate.uris.push_back(printable(*name->d.uniformResourceIdentifier));
        break;
      case GEN_EMAIL:
        certificate.email_addresses.push_back(printable(*name->d.rfc822Name));
        break;
      default:
        break;
    }
  }
}

/// None of them where the extension does not parse.
std::vector<KeyUsage> key_usage_of(const ASN1_BIT_STRING* bits) {
  std::vector<KeyUsage> usages;
  for (const KeyUsage usage : enumerators<KeyUsage>()) {
    if (bits != nullptr && ASN1_BIT_STRING_get_bit(bits, static_cast<int>(usage)) == 1) {
      usages.push_back(usage);
    }
  }
  return usages;
}

KeyPurpose key_purpose(const ASN1_OBJECT* object) {
  switch (OBJ_obj2nid(object)) {
    case NID_server_auth:
      return KeyPurpose::server_auth;
    case NID_client_auth:
      return KeyPurpose::client_auth;
    case NID_anyExtendedKeyUsage:
      return KeyPurpose::any;
    default:
      return KeyPurpose::other;
  }
}

/// OpenSSL's short name, which for purposes is that of RFC 5280 (`codeSigning`), or dotted
/// decimals.
std::string purpose_name(const ASN1_OBJECT& object) {
  const int nid = OBJ_obj2nid(&object);
  return nid == NID_undef ? text_of(object, ObjectSpelling::dotted) : OBJ_nid2sn(nid);
}

void read_usage(X509& x509, Certificate& certificate) {
  const auto constraints = read_extension<BasicConstraintsPtr>(x509, NID_basic_constraints);
  certificate.is_ca = constraints.value && constraints.value->ca != 0;

  // UINT32_MAX where the extension is absent, 0 where the extensions do not parse.
  certificate.allows_digital_signature =
      (X509_get_key_usage(&x509) & static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE)) != 0;

  const auto key_usage = read_extension<Asn1BitStringPtr>(x509, NID_key_usage);
  if (key_usage.is_present) {
    certificate.key_usage = key_usage_of(key_usage.value.get());
  }

  const auto usage = read_extension<ExtendedKeyUsagePtr>(x509, NID_ext_key_usage);
  if (!usage.is_present) {
    return;
  }
  std::vector<KeyPurpose>& purposes = certificate.extended_key_usage.emplace();
  const int count = usage.value ? sk_ASN1_OBJECT_num(usage.value.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const ASN1_OBJECT* purpose = sk_ASN1_OBJECT_value(usage.value.get(), i);
    purposes.push_back(key_purpose(purpose));
    if (purposes.back() == KeyPurpose::other) {
      certificate.other_purposes.push_back(purpose_name(*purpose));
    }
  }
}

KeyAlgorithm key_algorithm(int nid) {
  switch (nid) {
    case NID_rsaEncryption:
      return KeyAlgorithm::rsa;
    case NID_rsassaPss:
      return KeyAlgorithm::rsa_pss;
    case NID_X9_62_id_ecPublicKey:
      return KeyAlgorithm::ec;
    case NID_ED25519:
      return KeyAlgorithm::ed25519;
    case NID_ED448:
      return KeyAlgorithm::ed448;
    case NID_dsa:
      return KeyAlgorithm::dsa;
    default:
      return KeyAlgorithm::unknown;
  }
}

void measure(const EVP_PKEY& parsed, PublicKey& key) {
  key.bits = static_cast<unsigned>(std::max(EVP_PKEY_get_bits(&parsed), 0));
  std::array<char, 80> curve{};
  std::size_t length = 0;
  if (key.algorithm == KeyAlgorithm::ec &&
      EVP_PKEY_get_group_name(&parsed, curve.data(), curve.size(), &length) == 1) {
    key.curve.assign(curve.data(), length);
  }
}

PublicKey public_key_of(const X509& certificate) {
  ASN1_OBJECT* algorithm = nullptr;  // get0: belongs to the certificate
  X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(&certificate));
  PublicKey key{.algorithm = key_algorithm(OBJ_obj2nid(algorithm))};

  const EVP_PKEY* parsed = X509_get0_pubkey(&certificate);
  if (parsed != nullptr) {  // it is null for e.g. a curve this OpenSSL does not know
    measure(*parsed, key);
  }
  return key;
}

Signature signature_of(X509& certificate) {
  const X509_ALGOR* algorithm = nullptr;  // get0: belongs to the certificate
  X509_get0_signature(nullptr, &algorithm, &certificate);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  Signature signature{.name = text_of(*object, ObjectSpelling::name)};

  int digest = NID_undef;
  int key = NID_undef;
  X509_get_signature_info(&certificate, &digest, &key, nullptr, nullptr);
  if (digest != NID_undef) {
    signature.digest = OBJ_nid2sn(digest);
  }
  signature.key_algorithm = key_algorithm(key);
  return signature;
}

std::string sha256_of(ByteView bytes) {
  std::array<std::uint8_t, 32> digest{};
  require(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
      "computing a fingerprint");
  return to_hex(digest);
}

}  // namespace

Result<X509Ptr> parse_x509(ByteView der) {
  const unsigned char* next = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
  if (!certificate) {
    return openssl_error(Errc::malformed, "reading a certificate");
  }
  if (next != der.data() + der.size()) {
    return Error(Errc::malformed, "a certificate has bytes behind it");
  }
  return certificate;
}

Bytes der_of(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(&certificate, &bytes);
  require(size > 0, "encoding a certificate");
  const OpensslMemory<unsigned char> owner(bytes);
  return {bytes, bytes + size};
}

PublicKey describe(const EVP_PKEY& key) {
  const ErrorQueueGuard quiet;
  PublicKey facts{.algorithm = key_algorithm(EVP_PKEY_get_base_id(&key))};
  measure(key, facts);
  return facts;
}

Result<Certificate> describe(X509& x509) {
  const ErrorQueueGuard quiet;
  const Result<Validity> validity = validity_of(x509);
  if (!validity) {
    return validity.error();
  }
  const X509_NAME* subject = X509_get_subject_name(&x509);  // get0, as is the issuer
  const X509_NAME* issuer = X509_get_issuer_name(&x509);
  Certificate certificate{.subject = describe(*subject),
                          .issuer = describe(*issuer),
                          .serial_number = serial_number_of(x509),
                          .validity = *validity};
  read_alternative_names(x509, certificate);
  read_usage(x509, certificate);
  certificate.public_key = public_key_of(x509);
  certificate.signature = signature_of(x509);
  certificate.is_self_issued = X509_NAME_cmp(subject, issuer) == 0;
  certificate.der = der_of(x509);
  certificate.fingerprint_sha256 = sha256_of(certificate.der);
  return certificate;
}

std::vector<std::string> spiffe_ids(const Certificate& certificate) {
  std::vector<std::string> ids;
  std::ranges::copy_if(certificate.uris, std::back_inserter(ids),
                       [](const std::string& uri) { return uri.starts_with("spiffe://"); });
  return ids;
}

Result<Certificate> parse_certificate(ByteView der) {
  const Result<X509Ptr> certificate = parse_x509(der);
  if (!certificate) {
    return certificate.error();
  }
  return describe(**certificate);
}

}  // namespace telltale::pki
