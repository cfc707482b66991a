#include "telltale/http/web_config.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

using tls::ProtocolVersion;

constexpr std::string_view good_hash =
    "$2y$04$.OGB/.SE/ueHAeqKBO2NC.ugH9mJN8/mpsP9/piUM/xnYL5qvPU16";

Result<WebConfig> parse(std::string_view text) {
  return parse_web_config(text, "web.yml");
}

/// What is wrong with a text; "nothing" if it is read.
std::string complaint(std::string_view text) {
  const Result<WebConfig> config = parse(text);
  return config ? "nothing" : config.error().detail();
}

/// The section that the keys of the tables stand in, from line 2 on.
std::string in_tls(std::string_view keys) {
  return "tls_server_config: {cert_file: c, key_file: k,\n" + std::string(keys) + "}\n";
}

TlsServerConfig tls_of(std::string_view keys) {
  const Result<WebConfig> config = parse(in_tls(keys));
  REQUIRE_MESSAGE(config.has_value(), config.error().detail());
  REQUIRE(config->tls.has_value());
  return *config->tls;
}

struct Refused {
  std::string text;
  std::string complaint;
};

void check(const std::vector<Refused>& rows) {
  for (const Refused& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    CHECK(complaint(row.text) == "web.yml:" + row.complaint);
  }
}

TEST_SUITE("http") {
  TEST_CASE("web config: nothing in it -> plain HTTP for everybody") {
    for (const char* const text :
         {"", "# nothing\n", "---\n", "{}", "tls_server_config:\n", "tls_server_config: {}\n",
          "tls_server_config: {cert_file: , key_file: ~}\n", "basic_auth_users:\n",
          "http_server_config:\n  headers:\n", "rate_limit: {interval: 0, burst: 20}\n",
          "rate_limit: {interval: 0s}\n", "http_server_config: {http2: false}\n"}) {
      CAPTURE(text);
      const Result<WebConfig> config = parse(text);
      REQUIRE_MESSAGE(config.has_value(), config.error().detail());
      CHECK_FALSE(config->tls.has_value());
      CHECK(config->headers.empty());
      CHECK(config->users.empty());
    }
  }

  TEST_CASE("web config: every key -> read") {
    const Result<WebConfig> config = parse_web_config(
        "tls_server_config:\n"
        "  cert_file: tls/tls.crt\n"
        "  key_file: /tls/tls.key\n"
        "  client_auth_type: RequireAndVerifyClientCert\n"
        "  client_ca_file: ca.pem\n"
        "  client_allowed_sans: [prometheus, \"10.0.0.7\"]\n"
        "  min_version: TLS12\n"
        "  max_version: TLS12\n"
        "  cipher_suites:\n"
        "    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n"
        "    - TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA\n"
        "  prefer_server_cipher_suites: false\n"
        "  curve_preferences: [CurveP384, X25519]\n"
        "http_server_config:\n"
        "  http2: false\n"
        "  headers:\n"
        "    X-Frame-Options: deny\n"
        "    Strict-Transport-Security: max-age=60\n"
        "basic_auth_users:\n"
        "  prometheus: " +
            std::string(good_hash) + "\n",
        "/etc/telltale/web.yml");
    REQUIRE_MESSAGE(config.has_value(), config.error().detail());
    REQUIRE(config->tls.has_value());
    const TlsServerConfig& tls = *config->tls;
    CHECK(tls.certificate.file == "/etc/telltale/tls/tls.crt");
    CHECK(tls.certificate.where == "/etc/telltale/web.yml:2: tls_server_config.cert_file");
    CHECK(tls.key.file == "/tls/tls.key");
    CHECK((tls.client_auth_type == ClientAuthType::require_and_verify_client_cert));
    REQUIRE(tls.client_ca.has_value());
    CHECK(tls.client_ca->file == "/etc/telltale/ca.pem");
    CHECK(tls.client_allowed_sans == std::vector<std::string>{"prometheus", "10.0.0.7"});
    CHECK((tls.min_version == ProtocolVersion::tls_1_2));
    CHECK((tls.max_version == ProtocolVersion::tls_1_2));
    CHECK(tls.cipher_suites ==
          std::vector<std::string>{"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"});
    CHECK_FALSE(tls.prefer_server_cipher_suites);
    CHECK(tls.curve_preferences == std::vector<std::string>{"P-384", "X25519"});
    const Headers headers{{"Strict-Transport-Security", "max-age=60"}, {"X-Frame-Options", "deny"}};
    CHECK((config->headers == headers));
    CHECK(config->users.at("prometheus") == good_hash);
  }

  TEST_CASE("web config: a certificate and its key -> the toolkit's defaults for the rest") {
    const TlsServerConfig tls = tls_of("");
    CHECK(tls.certificate.file == "c");
    CHECK((tls.client_auth_type == ClientAuthType::no_client_cert));
    CHECK_FALSE(tls.client_ca.has_value());
    CHECK((tls.min_version == ProtocolVersion::tls_1_2));
    CHECK((tls.max_version == ProtocolVersion::tls_1_3));
    CHECK(tls.prefer_server_cipher_suites);
  }

  TEST_CASE("web config: PEM in the file itself -> taken as it is") {
    const Result<WebConfig> config = parse(
        "tls_server_config:\n  cert: |\n    line one\n    line two\n  key: \"a\\nb\"\n"
        "  client_auth_type: RequireAnyClientCert\n  client_ca: x\n");
    REQUIRE_MESSAGE(config.has_value(), config.error().detail());
    CHECK(config->tls->certificate.file.empty());
    CHECK(config->tls->certificate.text->reveal() == "line one\nline two\n");
    CHECK(config->tls->certificate.where == "web.yml:2: tls_server_config.cert");
    CHECK(config->tls->key.text->reveal() == "a\nb");
    CHECK(config->tls->client_ca->text->reveal() == "x");
  }

  TEST_CASE("web config: client_auth_type -> Go's names") {
    struct Row {
      const char* keys;
      ClientAuthType expected;
    };

    constexpr Row rows[] = {
        {"client_auth_type: ''", ClientAuthType::no_client_cert},
        {"client_auth_type: NoClientCert", ClientAuthType::no_client_cert},
        {"client_auth_type: RequestClientCert", ClientAuthType::request_client_cert},
        {"client_auth_type: RequestClientCert, client_ca_file: a",
         ClientAuthType::request_client_cert},
        {"client_auth_type: RequireClientCert", ClientAuthType::require_any_client_cert},
        {"client_auth_type: RequireAnyClientCert", ClientAuthType::require_any_client_cert},
        {"client_auth_type: VerifyClientCertIfGiven, client_ca_file: a",
         ClientAuthType::verify_client_cert_if_given},
        {"client_auth_type: RequireAndVerifyClientCert, client_ca_file: a",
         ClientAuthType::require_and_verify_client_cert},
    };
    for (const Row& row : rows) {
      CAPTURE(row.keys);
      CHECK((tls_of(row.keys).client_auth_type == row.expected));
    }
  }

  TEST_CASE("web config: each cipher suite and curve of Go's -> known to this OpenSSL") {
    for (const char* const suite :
         {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"}) {
      CAPTURE(suite);
      CHECK(tls_of("cipher_suites: [" + std::string(suite) + "]").cipher_suites.size() == 1);
    }
    CHECK(
        tls_of("curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]").curve_preferences ==
        std::vector<std::string>{"P-256", "P-384", "P-521", "X25519"});
  }

  TEST_CASE("web config: a cipher suite or curve named twice -> once, where it is first") {
    const TlsServerConfig tls = tls_of(
        "curve_preferences: [X25519, CurveP256, X25519], "
        "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]");
    CHECK(tls.curve_preferences == std::vector<std::string>{"X25519", "P-256"});
    CHECK(tls.cipher_suites == std::vector<std::string>{"ECDHE-RSA-AES128-SHA"});
  }

  TEST_CASE("web config: what is no web configuration -> refused with line and key") {
    const std::string sections =
        "tls_server_config, http_server_config, basic_auth_users, rate_limit";
    check({
        {"a: [\n", "2: is not YAML: end of sequence flow not found"},
        {"tls_server_config: !!map {}\n", "1: tls_server_config: has a tag; leave it out"},
        {"{}\n---\n{}\n", "3: starts a second document; a web configuration is one"},
        {"just text\n", "1: must be a mapping of " + sections},
        {"- a\n", "1: must be a mapping of " + sections},
        {"\nbasic_auth_user: {}\n", "2: basic_auth_user: unknown key; known here: " + sections},
        {"rate_limit: {}\nhttp_server_config: {}\nrate_limit: {}\n",
         "3: rate_limit: is given twice, first on line 1; leave one out"},
        {"{[a]: b}\n", "1: has a key that is no text"},
        {"'': b\n", "1: has a key that is no text"},
        {"a: &a [*a]\n",
         "1: a[0][0][0][0][0][0][0][0]: is nested too deeply, or too much; a web configuration is "
         "neither"},
        {std::string(max_web_config_bytes + 1, '#'),
         "1: is larger than 256 KiB; a web configuration is not"},
    });
  }

  TEST_CASE("web config: tls_server_config that cannot be -> refused with line and key") {
    const std::string at = "2: tls_server_config.";
    check({
        {"tls_server_config: []\n",
         "1: tls_server_config: must be a mapping of cert_file, key_file, cert, key, "
         "client_auth_type, client_ca_file, client_ca, client_allowed_sans, min_version, "
         "max_version, cipher_suites, prefer_server_cipher_suites, curve_preferences"},
        {"tls_server_config: {ca_file: a}\n",
         "1: tls_server_config.ca_file: unknown key; known here: cert_file, key_file, cert, "
         "key, "
         "client_auth_type, client_ca_file, client_ca, client_allowed_sans, min_version, "
         "max_version, cipher_suites, prefer_server_cipher_suites, curve_preferences"},
        {"\ntls_server_config: {min_version: TLS12}\n",
         "2: tls_server_config: is without cert_file; name one, or leave the whole section out for "
         "plain HTTP"},
        {"tls_server_config: {cert_file: a}\n",
         "1: tls_server_config: is without key_file; name one, or leave the whole section out for "
         "plain HTTP"},
        {in_tls("cert: a"), at + "cert: is given beside cert_file; leave one out"},
        {"tls_server_config:\n  key: a\n  cert: b\n  key_file: c\n",
         "4: tls_server_config.key_file: is given beside key; leave one out"},
        {"tls_server_config: {cert_file: [a], key_file: b}\n",
         "1: tls_server_config.cert_file: must be a text"},
        {"tls_server_config: {cert_file: \"a\\0b\", key_file: b}\n",
         "1: tls_server_config.cert_file: has a control character; write it on one line"},
        {"tls_server_config: {cert: {}, key_file: b}\n",
         "1: tls_server_config.cert: must be a PEM, as a text"},
        {in_tls("client_auth_type: require"),
         at + "client_auth_type: cannot be `require`; write NoClientCert, RequestClientCert, "
              "RequireAnyClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert"},
        {in_tls("client_ca_file: a"),
         at + "client_ca_file: is given, but no certificate is asked for; write client_auth_type: "
              "RequireAndVerifyClientCert"},
        {in_tls("client_auth_type: NoClientCert, client_ca: a"),
         at + "client_ca: is given, but no certificate is asked for; write client_auth_type: "
              "RequireAndVerifyClientCert"},
        {in_tls("client_auth_type: VerifyClientCertIfGiven"),
         at + "client_auth_type: verifies certificates, but against nothing; write client_ca_file"},
        {in_tls("client_auth_type: RequireAndVerifyClientCert"),
         at + "client_auth_type: verifies certificates, but against nothing; write client_ca_file"},
        {in_tls("client_allowed_sans: [a]"),
         at + "client_allowed_sans: needs a certificate of everybody; write client_auth_type: "
              "RequireAndVerifyClientCert or RequireAnyClientCert"},
        {in_tls("client_auth_type: RequestClientCert, client_allowed_sans: [a]"),
         at + "client_allowed_sans: needs a certificate of everybody; write client_auth_type: "
              "RequireAndVerifyClientCert or RequireAnyClientCert"},
        {in_tls("client_auth_type: RequireAnyClientCert, client_allowed_sans: []"),
         at + "client_allowed_sans: is empty, which admits nobody; name a SAN or leave it out"},
        {in_tls("client_auth_type: RequireAnyClientCert, client_allowed_sans: a"),
         at + "client_allowed_sans: must be a list"},
        {in_tls("client_auth_type: RequireAnyClientCert, client_allowed_sans: [[a]]"),
         at + "client_allowed_sans[0]: must be a text"},
        {in_tls("min_version: TLS11"),
         at + "min_version: cannot be TLS11, which RFC 8996 forbids and telltale does not serve; "
              "write TLS12 or TLS13"},
        {in_tls("max_version: TLS10"),
         at + "max_version: cannot be TLS10, which RFC 8996 forbids and telltale does not serve; "
              "write TLS12 or TLS13"},
        {in_tls("min_version: '1.2'"), at + "min_version: cannot be `1.2`; write TLS12 or TLS13"},
        {in_tls("min_version: TLS13, max_version: TLS12"),
         at + "max_version: is below min_version; no version is left"},
        {in_tls("cipher_suites: [TLS_AES_128_GCM_SHA256]"),
         at + "cipher_suites[0]: is a cipher suite of TLS 1.3, of which none can be chosen; leave "
              "it out"},
        {in_tls("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"),
         at + "cipher_suites[0]: is no cipher suite of Go's crypto/tls CipherSuites(): "
              "`TLS_RSA_WITH_RC4_128_SHA`"},
        {in_tls("cipher_suites: [ECDHE-RSA-AES128-SHA]"),
         at + "cipher_suites[0]: is no cipher suite of Go's crypto/tls CipherSuites(): "
              "`ECDHE-RSA-AES128-SHA`"},
        {in_tls("min_version: TLS13, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"),
         at + "cipher_suites: names cipher suites of TLS 1.2, which min_version rules out; leave "
              "one out"},
        {in_tls("prefer_server_cipher_suites: 'yes'"),
         at + "prefer_server_cipher_suites: must be true or false"},
        {in_tls("curve_preferences: [P-256]"),
         at + "curve_preferences[0]: cannot be `P-256`; write CurveP256, CurveP384, CurveP521 or "
              "X25519"},
    });
  }

  TEST_CASE("web config: http_server_config that cannot be -> refused with line and key") {
    const std::string at = "1: http_server_config.headers.";
    check({
        {"http_server_config: {http2: true}\n",
         "1: http_server_config.http2: is not spoken here, HTTP/1.1 is; write false or leave it "
         "out"},
        {"http_server_config: {http2: 1}\n", "1: http_server_config.http2: must be true or false"},
        {"http_server_config: {headers: {Server: x}}\n",
         at + "Server: unknown key; known here: Content-Security-Policy, "
              "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, "
              "X-XSS-Protection"},
        {"http_server_config: {headers: {x-frame-options: deny}}\n",
         at + "x-frame-options: unknown key; known here: Content-Security-Policy, "
              "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, "
              "X-XSS-Protection"},
        {"http_server_config: {headers: {X-Frame-Options: DENY}}\n",
         at + "X-Frame-Options: must be deny or sameorigin"},
        {"http_server_config: {headers: {X-Content-Type-Options: ''}}\n",
         at + "X-Content-Type-Options: must be nosniff"},
        {"http_server_config: {headers: {X-XSS-Protection: [1]}}\n",
         at + "X-XSS-Protection: must be a text"},
        {"http_server_config: {headers: {Content-Security-Policy: \"a\\rb\"}}\n",
         at + "Content-Security-Policy: has a control character; a header has none"},
    });
  }

  TEST_CASE("web config: a header of several lines -> one; a blank one -> none") {
    const Result<WebConfig> config = parse(
        "http_server_config:\n  headers:\n    Content-Security-Policy: |\n"
        "      default-src 'self';\n      img-src data:\n    X-XSS-Protection: ' '\n");
    REQUIRE_MESSAGE(config.has_value(), config.error().detail());
    const Headers headers{{"Content-Security-Policy", "default-src 'self'; img-src data:"}};
    CHECK((config->headers == headers));
  }

  TEST_CASE("web config: rate_limit -> refused where it would limit") {
    check({
        {"rate_limit: {interval: 1s, burst: 5}\n",
         "1: rate_limit.interval: is not limited here, the number of connections is; write 0 or "
         "leave rate_limit out"},
        {"rate_limit: {burst: many}\n", "1: rate_limit.burst: must be a whole number"},
        {"rate_limit: {interval: [1s]}\n", "1: rate_limit.interval: must be a text"},
        {"rate_limit: {rate: 1}\n", "1: rate_limit.rate: unknown key; known here: interval, burst"},
    });
  }

  TEST_CASE("web config: hashes -> bcrypt's, of a cost that can be borne") {
    const std::string rest(good_hash.substr(7));
    for (const char* const prefix : {"$2a$04$", "$2b$10$", "$2y$14$"}) {
      CAPTURE(prefix);
      CHECK(complaint("basic_auth_users: {a: " + (prefix + rest) + "}\n") == "nothing");
    }
    const std::string no_hash =
        "1: basic_auth_users.a: is not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 31, 60 "
        "characters); `htpasswd -nBC 10 \"\"` makes one";
    for (const std::string& hash :
         {std::string("hunter2"), "$2x$10$" + rest, "$2$10$" + rest, "$2y$03$" + rest,
          "$2y$32$" + rest, "$2y$1a$" + rest, "$2y$10$" + rest.substr(1), "$2y$10$" + rest + "a",
          "$2y$10$!" + rest.substr(1), std::string("{SHA}abc"), std::string("[a]"),
          std::string("''"), std::string("~")}) {
      CAPTURE(hash);
      const std::string quoted =
          hash.starts_with('[') || hash.starts_with("''") || hash == "~" ? hash : '"' + hash + '"';
      CHECK(complaint("basic_auth_users: {a: " + quoted + "}\n") == "web.yml:" + no_hash);
    }
    const std::string users = "must be a mapping of users to bcrypt hashes";
    check({
        {"basic_auth_users: {a: $2y$15$" + rest + "}\n",
         "1: basic_auth_users.a: has a bcrypt hash of cost 15, which takes seconds for each "
         "password; make one of cost 14 or less"},
        {"basic_auth_users: [{a: b}]\n", "1: basic_auth_users: " + users},
        {"basic_auth_users: a\n", "1: basic_auth_users: " + users},
        {"basic_auth_users: {'a:b': " + std::string(good_hash) + "}\n",
         "1: basic_auth_users.a:b: has a colon or a control character in its name, which basic "
         "authentication cannot send"},
        {"basic_auth_users:\n  a: " + std::string(good_hash) + "\n  a: " + std::string(good_hash),
         "3: basic_auth_users.a: is given twice, first on line 2; leave one out"},
    });
  }
}

}  // namespace
}  // namespace telltale::http
