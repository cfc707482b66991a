#include "http/web_config_tls.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "http/server_context.hpp"

namespace telltale::http {
namespace {

using tls::ProtocolVersion;

constexpr std::array<std::string_view, 13> keys{
    "cert_file",        "key_file",       "cert",          "key",
    "client_auth_type", "client_ca_file", "client_ca",     "client_allowed_sans",
    "min_version",      "max_version",    "cipher_suites", "prefer_server_cipher_suites",
    "curve_preferences"};

struct ClientAuthName {
  std::string_view name;
  ClientAuthType type;
};

// RequireClientCert: an older name, which the toolkit still takes.
constexpr ClientAuthName client_auth_names[] = {
    {"NoClientCert", ClientAuthType::no_client_cert},
    {"RequestClientCert", ClientAuthType::request_client_cert},
    {"RequireAnyClientCert", ClientAuthType::require_any_client_cert},
    {"RequireClientCert", ClientAuthType::require_any_client_cert},
    {"VerifyClientCertIfGiven", ClientAuthType::verify_client_cert_if_given},
    {"RequireAndVerifyClientCert", ClientAuthType::require_and_verify_client_cert},
};

struct Translation {
  std::string_view go;
  const char* openssl;
};

// Go's crypto/tls CipherSuites() of TLS 1.2, in the order in which Go prefers them
// (cipherSuitesPreferenceOrder).
constexpr Translation cipher_suites[] = {
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
};

constexpr std::array<std::string_view, 3> tls_1_3_suites{
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};

constexpr Translation curves[] = {
    {"X25519", "X25519"}, {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}};

/// What a user wrote, as a message may repeat it.
std::string as_written(std::string_view text) {
  constexpr std::size_t longest = 64;
  return '`' + std::string(text.substr(0, longest)) + '`';
}

/// An empty text counts as none.
const WebValue* find_text(const Section& section, std::string_view key) {
  const WebValue* const value = section.find(key);
  return value == nullptr || text_of(*value).empty() ? nullptr : value;
}

/// The same of a text that has lines.
const WebValue* find_pem(const Section& section, std::string_view key) {
  const WebValue* const value = section.find(key);
  if (value != nullptr && value->kind != WebValue::Kind::text) {
    value->refuse("must be a PEM, as a text");
  }
  return value == nullptr || value->text.empty() ? nullptr : value;
}

std::string beside(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).string();
}

std::optional<PemSource> read_source(const Section& section, std::string_view key,
                                     const std::string& file) {
  const WebValue* const named = find_text(section, std::string(key) + "_file");
  const WebValue* const inlined = find_pem(section, key);
  if (named != nullptr && inlined != nullptr) {
    const WebValue& later = named->line > inlined->line ? *named : *inlined;
    const WebValue& other = &later == named ? *inlined : *named;
    later.refuse("is given beside " + other.key + "; leave one out");
  }
  const WebValue* const value = named != nullptr ? named : inlined;
  if (value == nullptr) {
    return std::nullopt;
  }
  PemSource source{.where = file + ':' + std::to_string(value->line) + ": " + value->path};
  if (named != nullptr) {
    source.file = beside(file, named->text);
  } else {
    source.text = std::make_shared<const pki::Secret>(inlined->text);
  }
  return source;
}

ClientAuthType read_client_auth_type(const WebValue* value) {
  if (value == nullptr) {
    return ClientAuthType::no_client_cert;
  }
  const auto* const found =
      std::ranges::find(client_auth_names, value->text, &ClientAuthName::name);
  if (found == std::end(client_auth_names)) {
    value->refuse("cannot be " + as_written(value->text) +
                  "; write NoClientCert, RequestClientCert, RequireAnyClientCert, "
                  "VerifyClientCertIfGiven or RequireAndVerifyClientCert");
  }
  return found->type;
}

std::optional<ProtocolVersion> read_version(const WebValue* value) {
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::string& name = text_of(*value);
  if (name == "TLS12") {
    return ProtocolVersion::tls_1_2;
  }
  if (name == "TLS13") {
    return ProtocolVersion::tls_1_3;
  }
  if (name == "TLS10" || name == "TLS11") {
    value->refuse("cannot be " + name +
                      ", which RFC 8996 forbids and telltale does not serve; write TLS12 or TLS13",
                  Errc::unsupported);
  }
  value->refuse("cannot be " + as_written(name) + "; write TLS12 or TLS13");
}

void read_versions(const Section& section, TlsServerConfig& config) {
  const WebValue* const least = section.find("min_version");
  const WebValue* const most = section.find("max_version");
  config.min_version = read_version(least).value_or(config.min_version);
  config.max_version = read_version(most).value_or(config.max_version);
  if (config.min_version > config.max_version) {
    most->refuse("is below min_version; no version is left");
  }
}

const Translation& read_cipher_suite(const WebValue& value) {
  if (std::ranges::find(tls_1_3_suites, value.text) != tls_1_3_suites.end()) {
    value.refuse("is a cipher suite of TLS 1.3, of which none can be chosen; leave it out",
                 Errc::unsupported);
  }
  const auto* const found = std::ranges::find(cipher_suites, value.text, &Translation::go);
  if (found == std::end(cipher_suites)) {
    value.refuse("is no cipher suite of Go's crypto/tls CipherSuites(): " + as_written(value.text));
  }
  return *found;
}

const Translation& read_curve(const WebValue& value) {
  const auto* const found = std::ranges::find(curves, value.text, &Translation::go);
  if (found == std::end(curves)) {
    value.refuse("cannot be " + as_written(value.text) +
                 "; write CurveP256, CurveP384, CurveP521 or X25519");
  }
  return *found;
}

/// What is named twice counts where it is first: OpenSSL takes no curve twice.
void read_names(const WebValue* list, const Translation& (*read)(const WebValue&),
                bool (*is_there)(const char*), std::vector<std::string>& names) {
  for (const WebValue* const value : texts_of(list)) {
    const Translation& name = read(*value);
    if (std::ranges::find(names, name.openssl) != names.end()) {
      continue;
    }
    if (!is_there(name.openssl)) {
      value->refuse("is not there in this OpenSSL; leave it out", Errc::unsupported);
    }
    names.emplace_back(name.openssl);
  }
}

void read_cipher_suites(const Section& section, TlsServerConfig& config) {
  const WebValue* const list = section.find("cipher_suites");
  read_names(list, read_cipher_suite, has_cipher_suite, config.cipher_suites);
  if (!config.cipher_suites.empty() && config.min_version == ProtocolVersion::tls_1_3) {
    list->refuse("names cipher suites of TLS 1.2, which min_version rules out; leave one out");
  }
  read_names(section.find("curve_preferences"), read_curve, has_curve, config.curve_preferences);
  if (const WebValue* const value = section.find("prefer_server_cipher_suites")) {
    config.prefer_server_cipher_suites = truth_of(*value);
  }
}

bool verifies(ClientAuthType type) {
  return type == ClientAuthType::verify_client_cert_if_given ||
         type == ClientAuthType::require_and_verify_client_cert;
}

bool requires_certificate(ClientAuthType type) {
  return type == ClientAuthType::require_any_client_cert ||
         type == ClientAuthType::require_and_verify_client_cert;
}

void read_client_auth(const Section& section, const std::string& file, TlsServerConfig& config) {
  const WebValue* const type = find_text(section, "client_auth_type");
  const WebValue* const named_ca = find_text(section, "client_ca_file");
  config.client_auth_type = read_client_auth_type(type);
  config.client_ca = read_source(section, "client_ca", file);
  if (config.client_ca && config.client_auth_type == ClientAuthType::no_client_cert) {
    const WebValue* const given = named_ca != nullptr ? named_ca : section.find("client_ca");
    given->refuse(
        "is given, but no certificate is asked for; write client_auth_type: "
        "RequireAndVerifyClientCert");
  }
  // Go would verify against the system's roots: whoever has a certificate of a public CA comes in.
  if (!config.client_ca && verifies(config.client_auth_type)) {
    type->refuse("verifies certificates, but against nothing; write client_ca_file");
  }
  const WebValue* const sans = section.find("client_allowed_sans");
  for (const WebValue* const value : texts_of(sans)) {
    config.client_allowed_sans.push_back(value->text);
  }
  if (sans != nullptr && sans->items.empty()) {
    sans->refuse("is empty, which admits nobody; name a SAN or leave it out");
  }
  if (sans != nullptr && !requires_certificate(config.client_auth_type)) {
    sans->refuse(
        "needs a certificate of everybody; write client_auth_type: "
        "RequireAndVerifyClientCert or RequireAnyClientCert");
  }
}

PemSource need_source(const WebValue& section, std::optional<PemSource> source,
                      const std::string& key) {
  if (!source) {
    section.refuse("is without " + key +
                   "_file; name one, or leave the whole section out for "
                   "plain HTTP");
  }
  return *std::move(source);
}

}  // namespace

std::span<const std::string_view> tls_server_keys() {
  return keys;
}

std::optional<TlsServerConfig> read_tls_server_config(const WebValue* value,
                                                      const std::string& file) {
  const Section section(value, keys);
  const bool says_something =
      std::ranges::any_of(keys, [&](std::string_view key) { return section.find(key) != nullptr; });
  if (!says_something) {
    return std::nullopt;
  }
  TlsServerConfig config;
  config.certificate = need_source(*value, read_source(section, "cert", file), "cert");
  config.key = need_source(*value, read_source(section, "key", file), "key");
  read_client_auth(section, file, config);
  read_versions(section, config);
  read_cipher_suites(section, config);
  return config;
}

}  // namespace telltale::http
