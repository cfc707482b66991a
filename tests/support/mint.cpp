#include "support/mint.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <openssl/pem.h>
#include <openssl/rand.h>

#include "support/keys.hpp"
#include "support/openssl_ptr.hpp"

namespace telltale::mint {

namespace {

using support::BioPtr;
using support::KeyPtr;
using support::X509NamePtr;
using support::X509Ptr;

Der name_to_der(const X509_NAME* name) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_NAME(name, &bytes);
  require(size > 0, "write a distinguished name");
  Der der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

std::string text_of(BIO& memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(&memory, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void add_attribute(X509_NAME& name, const char* attribute, const std::string& value,
                   StringType type) {
  if (value.empty()) {
    return;
  }
  // countryName is a PrintableString by definition (RFC 5280, appendix A).
  const bool printable = type == StringType::printable || attribute == std::string_view("C");
  const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
  require(X509_NAME_add_entry_by_txt(&name, attribute,
                                     printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING, bytes,
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "add to a distinguished name");
}

X509NamePtr make_name(const Options& options) {
  X509NamePtr name(X509_NAME_new());
  add_attribute(*name, "C", options.country, options.string_type);
  add_attribute(*name, "O", options.organization, options.string_type);
  add_attribute(*name, "OU", options.organizational_unit, options.string_type);
  add_attribute(*name, "CN", options.common_name, options.string_type);
  return name;
}

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) {
    joined += joined.empty() ? word : "," + word;
  }
  return joined;
}

void add_extension(X509& certificate, X509& issuer, int nid, const std::string& value) {
  if (value.empty()) {
    return;
  }
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const support::X509ExtensionPtr extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension != nullptr, "make an extension");
  require(X509_add_ext(&certificate, extension.get(), -1) == 1, "add an extension");
}

void add_extension(X509& certificate, const Extension& extension) {
  const support::Asn1ObjectPtr type(OBJ_txt2obj(extension.oid.c_str(), 1));
  const support::Asn1StringPtr value(ASN1_OCTET_STRING_new());
  require(type != nullptr && ASN1_OCTET_STRING_set(value.get(), extension.value.data(),
                                                   static_cast<int>(extension.value.size())) == 1,
          "make an extension");
  const support::X509ExtensionPtr made(
      X509_EXTENSION_create_by_OBJ(nullptr, type.get(), 0, value.get()));
  require(made != nullptr && X509_add_ext(&certificate, made.get(), -1) == 1, "add an extension");
}

std::string subject_alternative_names(const Options& options) {
  std::vector<std::string> names;
  for (const std::string& dns : options.dns) {
    names.push_back("DNS:" + dns);
  }
  for (const std::string& ip : options.ip) {
    names.push_back("IP:" + ip);
  }
  for (const std::string& uri : options.uri) {
    names.push_back("URI:" + uri);
  }
  for (const std::string& email : options.email) {
    names.push_back("email:" + email);
  }
  return join(names);
}

std::string key_usage(const Options& options) {
  const bool is_rsa =
      options.key_type == KeyType::rsa_2048 || options.key_type == KeyType::rsa_1024;
  std::vector<KeyUsage> fitting = {KeyUsage::digital_signature};
  if (is_rsa) {
    fitting.push_back(KeyUsage::key_encipherment);
  }
  if (options.is_ca) {
    fitting = {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
  }
  constexpr std::array names = {"digitalSignature", "keyEncipherment", "keyAgreement",
                                "keyCertSign", "cRLSign"};
  std::vector<std::string> words;
  for (const KeyUsage usage : options.key_usage.value_or(fitting)) {
    words.emplace_back(names.at(static_cast<std::size_t>(usage)));
  }
  return words.empty() ? "" : "critical," + join(words);
}

std::string extended_key_usage(const Options& options) {
  std::vector<KeyPurpose> fitting = {KeyPurpose::server_auth, KeyPurpose::client_auth};
  if (options.is_ca) {
    fitting.clear();
  }
  std::vector<std::string> words;
  for (const KeyPurpose purpose : options.extended_key_usage.value_or(fitting)) {
    words.emplace_back(purpose == KeyPurpose::server_auth ? "serverAuth" : "clientAuth");
  }
  return join(words);
}

void set_serial(X509& certificate, std::optional<std::uint64_t> serial) {
  std::uint64_t value = 0;
  if (serial) {
    value = *serial;
  } else {
    std::array<unsigned char, sizeof value> random{};
    require(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1, "draw a serial");
    for (const unsigned char byte : random) {
      value = (value << 8U) | byte;
    }
  }
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(&certificate), value) == 1, "set a serial");
}

void set_time(ASN1_TIME* field, std::chrono::sys_seconds time) {
  require(ASN1_TIME_set(field, time.time_since_epoch().count()) != nullptr, "set a validity");
}

/// Makes the certificate for `key`. Without `issuer` it is signed with its own key.
X509Ptr make_certificate(const Options& options, EVP_PKEY& key, X509* issuer,
                         EVP_PKEY& issuer_key) {
  X509Ptr certificate(X509_new());
  X509& self = *certificate;
  X509& signer = issuer == nullptr ? self : *issuer;
  require(X509_set_version(&self, X509_VERSION_3) == 1, "set a version");
  set_serial(self, options.serial);
  set_time(X509_getm_notBefore(&self), options.not_before);
  set_time(X509_getm_notAfter(&self), options.not_after);
  require(X509_set_subject_name(&self, make_name(options).get()) == 1, "set a subject");
  require(X509_set_issuer_name(&self, X509_get_subject_name(&signer)) == 1, "set an issuer");
  require(X509_set_pubkey(&self, &key) == 1, "set a public key");

  add_extension(self, signer, NID_basic_constraints,
                options.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(self, signer, NID_subject_key_identifier, "hash");
  add_extension(self, signer, NID_authority_key_identifier, "keyid");
  add_extension(self, signer, NID_key_usage, key_usage(options));
  add_extension(self, signer, NID_ext_key_usage, extended_key_usage(options));
  add_extension(self, signer, NID_subject_alt_name, subject_alternative_names(options));
  for (const Extension& extension : options.extensions) {
    add_extension(self, extension);
  }

  const bool is_ed25519 = EVP_PKEY_is_a(&issuer_key, "ED25519") == 1;
  const EVP_MD* digest = options.digest == Digest::sha1 ? EVP_sha1() : EVP_sha256();
  require(X509_sign(&self, &issuer_key, is_ed25519 ? nullptr : digest) > 0, "sign a certificate");
  return certificate;
}

Credential make_root(const Options& options, EVP_PKEY& key) {
  const X509Ptr certificate = make_certificate(options, key, nullptr, key);
  return {.leaf = to_der(*certificate), .chain = {}, .key = to_pkcs8(key)};
}

Options as_ca(Options options) {
  options.is_ca = true;
  return options;
}

}  // namespace

Der utf8_string(std::string_view text) {
  const support::Asn1StringPtr string(ASN1_UTF8STRING_new());
  require(ASN1_STRING_set(string.get(), text.data(), static_cast<int>(text.size())) == 1,
          "make a string");
  unsigned char* bytes = nullptr;
  const int size = i2d_ASN1_UTF8STRING(string.get(), &bytes);
  require(size > 0, "write a string");
  Der der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

std::chrono::sys_seconds an_hour_ago() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) -
         std::chrono::hours(1);
}

std::chrono::sys_seconds in_a_year() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
         std::chrono::days(365);
}

std::string Credential::certificate_pem() const {
  return to_pem(leaf);
}

std::string Credential::chain_pem() const {
  return to_pem(leaf) + to_pem(chain);
}

std::string Credential::key_pem(KeyFormat format) const {
  const KeyPtr parsed = parse_key(key);
  const BioPtr memory(BIO_new(BIO_s_mem()));
  const int written = format == KeyFormat::pkcs8
                          ? PEM_write_bio_PKCS8PrivateKey(memory.get(), parsed.get(), nullptr,
                                                          nullptr, 0, nullptr, nullptr)
                          : PEM_write_bio_PrivateKey_traditional(
                                memory.get(), parsed.get(), nullptr, nullptr, 0, nullptr, nullptr);
  require(written == 1, "write a private key as PEM");
  return text_of(*memory);
}

std::string Credential::encrypted_key_pem(std::string_view password) const {
  const KeyPtr parsed = parse_key(key);
  const BioPtr memory(BIO_new(BIO_s_mem()));
  require(
      PEM_write_bio_PKCS8PrivateKey(memory.get(), parsed.get(), EVP_aes_256_cbc(), password.data(),
                                    static_cast<int>(password.size()), nullptr, nullptr) == 1,
      "encrypt a private key");
  return text_of(*memory);
}

Der Credential::subject_der() const {
  return subject_of(leaf);
}

Der Credential::issuer_der() const {
  const X509Ptr certificate = parse_certificate(leaf);
  return name_to_der(X509_get_issuer_name(certificate.get()));
}

Ca::Ca() : Ca(Options{.common_name = "Test Root CA"}) {}

Ca::Ca(Options options)
    : self_(make_root(as_ca(options), *make_key(options.key_type))), is_root_(true) {}

Ca Ca::intermediate(Options options) const {
  return {issue(as_ca(std::move(options))), false};
}

Credential Ca::issue(Options options) const {
  const KeyPtr key = make_key(options.key_type);
  const X509Ptr issuer = parse_certificate(self_.leaf);
  const KeyPtr issuer_key = parse_key(self_.key);
  const X509Ptr certificate = make_certificate(options, *key, issuer.get(), *issuer_key);

  Credential credential{.leaf = to_der(*certificate), .chain = {}, .key = to_pkcs8(*key)};
  if (!is_root_) {
    credential.chain.push_back(self_.leaf);
    credential.chain.insert(credential.chain.end(), self_.chain.begin(), self_.chain.end());
  }
  return credential;
}

Ca Ca::respelled(Options options) const {
  return {make_root(as_ca(std::move(options)), *parse_key(self_.key)), true};
}

Credential self_signed(Options options) {
  return make_root(options, *make_key(options.key_type));
}

Der subject_of(const Der& certificate) {
  return name_to_der(X509_get_subject_name(parse_certificate(certificate).get()));
}

std::vector<Der> subjects_of(const std::vector<Der>& certificates) {
  std::vector<Der> subjects;
  for (const Der& certificate : certificates) {
    subjects.push_back(subject_of(certificate));
  }
  return subjects;
}

Der distinguished_name(const Options& options) {
  const X509NamePtr name = make_name(options);
  return name_to_der(name.get());
}

std::vector<Der> padding_names(std::size_t count) {
  std::vector<Der> names;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 32> common_name{};
    std::snprintf(common_name.data(), common_name.size(), "Padding CA %04zu", i);
    names.push_back(
        distinguished_name({.common_name = common_name.data(), .organization = "Padding"}));
  }
  return names;
}

std::vector<Der> padding_names_of_size(std::size_t total_bytes) {
  constexpr std::size_t length_prefix = 2;
  if (total_bytes < 64 || total_bytes > 65535) {
    throw std::runtime_error("cannot pad to " + std::to_string(total_bytes) + " bytes");
  }
  const std::size_t each = padding_names(1).front().size() + length_prefix;
  std::vector<Der> names = padding_names(total_bytes / each - 1);
  const std::size_t last = total_bytes - names.size() * each - length_prefix;
  // A name grows by one byte per character until a DER length needs another byte, so step by step.
  for (std::string organization = "P"; organization.size() <= last; organization += 'a') {
    Der name = distinguished_name({.common_name = "Padding", .organization = organization});
    if (name.size() == last) {
      names.push_back(std::move(name));
      return names;
    }
  }
  throw std::runtime_error("cannot pad to exactly " + std::to_string(total_bytes) + " bytes");
}

std::string to_pem(const Der& certificate) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  require(PEM_write_bio(memory.get(), "CERTIFICATE", "", certificate.data(),
                        static_cast<long>(certificate.size())) > 0,
          "write a certificate as PEM");
  return text_of(*memory);
}

std::string to_pem(const std::vector<Der>& certificates) {
  std::string bundle;
  for (const Der& certificate : certificates) {
    bundle += to_pem(certificate);
  }
  return bundle;
}

}  // namespace telltale::mint
