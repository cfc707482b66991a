// What a web configuration makes of TLS, over real sockets.

#include <openssl/ssl.h>

#include "net/http/tls_visit.hpp"
#include "net/http/web_files.hpp"

namespace telltale::http_test {
namespace {

using namespace std::chrono_literals;

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

TEST_SUITE("net") {
  TEST_CASE("web TLS: a certificate and its key -> presented with its chain, no ticket given") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    CHECK(guard->serves_tls());
    for (const int version : versions) {
      CAPTURE(version);
      const Visit seen = visit(*guard, {.version = version});
      CHECK(seen.came_in);
      CHECK_FALSE(seen.was_asked);
      CHECK_FALSE(seen.got_ticket);
      CHECK(seen.version == version);
      REQUIRE(seen.chain.size() == 2);
      CHECK(seen.chain[0] == files.server.leaf);
      CHECK(seen.chain[1] == files.server.chain[0]);
    }
  }

  TEST_CASE("web TLS: PEM in the file itself -> presented") {
    const WebFiles files;
    const auto indented = [](const std::string& pem) {
      std::string text = "    ";
      for (const char c : pem) {
        text += c == '\n' ? "\n    " : std::string(1, c);
      }
      return text;
    };
    (void)files.configure("tls_server_config:\n  cert: |\n" + indented(files.server.chain_pem()) +
                          "\n  key: |\n" + indented(files.server.key_pem()) +
                          "\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca: |\n" +
                          indented(files.clients.certificate_pem()) + "\n");
    const auto guard = files.guard();
    const mint::Credential good = files.clients.issue();
    CHECK(visit(*guard, {.presents = &good}).came_in);
    CHECK_FALSE(visit(*guard).came_in);
  }

  TEST_CASE("web TLS: client_auth_type -> who comes in, in TLS 1.2 and 1.3") {
    struct Row {
      const char* type;
      bool has_ca;
      bool nothing;
      bool good;
      bool stranger;
    };

    constexpr Row rows[] = {
        {"NoClientCert", false, true, true, true},
        {"RequestClientCert", false, true, true, true},
        {"RequestClientCert", true, true, true, true},
        {"RequireAnyClientCert", false, false, true, true},
        {"VerifyClientCertIfGiven", true, true, true, false},
        {"RequireAndVerifyClientCert", true, false, true, false},
    };
    const WebFiles files;
    const mint::Credential good =
        files.clients.intermediate({.common_name = "Below"}).issue({.common_name = "prometheus"});
    const mint::Credential stranger = mint::self_signed({.common_name = "stranger"});
    for (const Row& row : rows) {
      (void)files.configure_tls("  client_auth_type: " + std::string(row.type) + "\n" +
                                (row.has_ca ? "  client_ca_file: ca.pem\n" : ""));
      const auto guard = files.guard();
      for (const int version : versions) {
        CAPTURE(row.type);
        CAPTURE(version);
        CHECK(visit(*guard, {.version = version}).came_in == row.nothing);
        CHECK(visit(*guard, {.presents = &stranger, .version = version}).came_in == row.stranger);
        const Visit seen = visit(*guard, {.presents = &good, .version = version});
        CHECK(seen.came_in == row.good);
        CHECK(seen.was_asked == (std::string(row.type) != "NoClientCert"));
        const std::vector<mint::Der> authorities(row.has_ca ? 1 : 0, files.clients.subject_der());
        CHECK(seen.authorities == authorities);
      }
    }
  }

  TEST_CASE("web TLS: a verified certificate -> of a client CA, for clients, in its time") {
    const WebFiles files;
    const mint::Ca below = files.clients.intermediate({.common_name = "Below"});
    const auto now =
        std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    mint::Credential unlinked = below.issue();
    unlinked.chain.clear();

    struct Row {
      const char* name;
      mint::Credential credential;
      bool comes_in;
    };

    const Row rows[] = {
        {"of the CA itself", files.clients.issue(), true},
        {"without its chain", unlinked, false},
        {"for servers only",
         files.clients.issue({.extended_key_usage = {{mint::KeyPurpose::server_auth}}}), false},
        {"without extendedKeyUsage",
         files.clients.issue({.extended_key_usage = std::vector<mint::KeyPurpose>()}), true},
        {"expired", files.clients.issue({.not_before = now - 48h, .not_after = now - 24h}), false},
        {"of a CA of the same name",
         mint::Ca({.common_name = "Clients"}).issue({.common_name = "x"}), false},
        {"of the server's CA", files.ca.issue(), false},
    };
    (void)files.configure_tls(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n");
    const auto guard = files.guard();
    for (const Row& row : rows) {
      CAPTURE(row.name);
      CHECK(visit(*guard, {.presents = &row.credential}).came_in == row.comes_in);
    }
    SUBCASE("a client CA that is no root -> an anchor all the same, as in Go") {
      files.trust(below);
      const auto anchored = files.guard();
      CHECK(visit(*anchored, {.presents = &unlinked}).came_in);
    }
  }

  TEST_CASE("web TLS: client_allowed_sans -> one of them, whatever its kind") {
    const WebFiles files;
    (void)files.configure_tls(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
        "  client_allowed_sans: [prometheus.example, ops@example.com, 10.0.0.7, 'fd00::0:8', "
        "'spiffe://example/prometheus']\n");
    const auto guard = files.guard();

    struct Row {
      const char* name;
      mint::Options options;
      bool comes_in;
    };

    const Row rows[] = {
        {"DNS", {.dns = {"other", "prometheus.example"}}, true},
        {"e-mail", {.email = {"ops@example.com"}}, true},
        {"IPv4", {.ip = {"10.0.0.7"}}, true},
        {"IPv6, spelled otherwise", {.ip = {"fd00::8"}}, true},
        {"URI", {.uri = {"spiffe://example/prometheus"}}, true},
        {"another DNS name", {.dns = {"prometheus.example.com"}}, false},
        {"in another case", {.dns = {"Prometheus.example"}}, false},
        {"a wildcard over it", {.dns = {"*.example"}}, false},
        {"another address", {.ip = {"10.0.0.8"}}, false},
        {"another URI", {.uri = {"spiffe://example/prometheus/x"}}, false},
        {"the CN only", {.common_name = "prometheus.example"}, false},
        {"none", {}, false},
    };
    for (const Row& row : rows) {
      const mint::Credential client = files.clients.issue(row.options);
      for (const int version : versions) {
        CAPTURE(row.name);
        CAPTURE(version);
        CHECK(visit(*guard, {.presents = &client, .version = version}).came_in == row.comes_in);
      }
    }
  }

  TEST_CASE("web TLS: min_version and max_version -> these versions only") {
    struct Row {
      const char* keys;
      bool tls_1_1;
      bool tls_1_2;
      bool tls_1_3;
    };

    constexpr Row rows[] = {
        {"", false, true, true},
        {"  min_version: TLS13\n", false, false, true},
        {"  max_version: TLS12\n", false, true, false},
        {"  min_version: TLS12\n  max_version: TLS13\n", false, true, true},
    };
    const WebFiles files;
    for (const Row& row : rows) {
      CAPTURE(row.keys);
      (void)files.configure_tls(row.keys);
      const auto guard = files.guard();
      CHECK(visit(*guard, {.version = TLS1_1_VERSION}).came_in == row.tls_1_1);
      CHECK(visit(*guard, {.version = TLS1_2_VERSION}).came_in == row.tls_1_2);
      CHECK(visit(*guard, {.version = TLS1_3_VERSION}).came_in == row.tls_1_3);
    }
  }

  TEST_CASE("web TLS: cipher_suites and their order -> honoured in TLS 1.2") {
    const WebFiles files;
    const auto chosen = [&](const std::string& keys, const std::string& offered) {
      (void)files.configure_tls(keys);
      const auto guard = files.guard();
      const Visit seen = visit(*guard, {.version = TLS1_2_VERSION, .cipher_suites = offered});
      return seen.came_in ? seen.cipher_suite : std::string("none");
    };
    const std::string a = "ECDHE-ECDSA-AES256-GCM-SHA384";
    const std::string b = "ECDHE-ECDSA-AES128-GCM-SHA256";
    const std::string cbc = "ECDHE-ECDSA-AES128-SHA";
    const std::string both =
        "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n";
    CHECK(chosen("", a + ':' + b) == b);  // Go's order
    CHECK(chosen("", cbc) == "none");
    CHECK(chosen("  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\n", cbc) == cbc);
    CHECK(chosen("  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\n", a) == "none");
    CHECK(chosen(both, b + ':' + a) == a);
    CHECK(chosen(both + "  prefer_server_cipher_suites: false\n", b + ':' + a) == b);
    CHECK(chosen(both, "ECDHE-ECDSA-CHACHA20-POLY1305") == "none");
  }

  TEST_CASE("web TLS: curve_preferences -> these curves only") {
    const WebFiles files;
    // In TLS 1.2 the client's curves say, too, which ECDSA certificates it takes (RFC 8422 5.1.1).
    files.present(files.ca.issue({.key_type = mint::KeyType::rsa_2048}));
    (void)files.configure_tls("  curve_preferences: [CurveP384]\n");
    const auto narrow = files.guard();
    (void)files.configure_tls();
    const auto wide = files.guard();
    for (const int version : versions) {
      CAPTURE(version);
      CHECK(visit(*narrow, {.version = version, .curves = "X25519:P-384"}).came_in);
      CHECK_FALSE(visit(*narrow, {.version = version, .curves = "X25519:P-256"}).came_in);
      for (const char* const curve : {"X25519", "P-256", "P-384", "P-521"}) {
        CHECK(visit(*wide, {.version = version, .curves = curve}).came_in);
      }
    }
  }

  TEST_CASE("web TLS: a client's certificate on another curve -> refused in TLS 1.2 only") {
    const WebFiles files;
    (void)files.configure_tls(
        "  curve_preferences: [X25519]\n  client_auth_type: RequireAnyClientCert\n");
    const auto guard = files.guard();
    const mint::Credential p256 = files.clients.issue();
    const mint::Credential rsa = files.clients.issue({.key_type = mint::KeyType::rsa_2048});
    CHECK_FALSE(visit(*guard, {.presents = &p256, .version = TLS1_2_VERSION}).came_in);
    CHECK(visit(*guard, {.presents = &p256, .version = TLS1_3_VERSION}).came_in);
    CHECK(visit(*guard, {.presents = &rsa, .version = TLS1_2_VERSION}).came_in);
  }

  TEST_CASE("web TLS: ALPN -> http/1.1 if it is offered, no connection for h2 alone") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    CHECK(visit(*guard).protocol.empty());
    const Visit prometheus = visit(*guard, {.protocols = {"h2", "http/1.1"}});
    CHECK(prometheus.came_in);
    CHECK(prometheus.protocol == "http/1.1");
    CHECK_FALSE(visit(*guard, {.protocols = {"h2"}}).came_in);
  }

  TEST_CASE("web TLS: PEMs that cannot be used -> refused at start, by key") {
    const WebFiles files;
    const std::string at = "web.yml:";
    const mint::Credential other = files.ca.issue();
    (void)files.configure_tls(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n");
    CHECK(files.complaint() == "nothing");
    SUBCASE("a certificate that is not there") {
      std::filesystem::remove(files.path("tls.crt"));
      CHECK(files.complaint() ==
            at + "2: tls_server_config.cert_file: cannot be read: No such file or directory");
    }
    SUBCASE("a certificate that is none") {
      (void)files.files.write("tls.crt", "hello\n");
      CHECK(files.complaint() ==
            at + "2: tls_server_config.cert_file: holds no certificate; write PEM, from "
                 "-----BEGIN CERTIFICATE");
    }
    SUBCASE("a certificate that is damaged") {
      (void)files.files.write("tls.crt", files.server.certificate_pem() +
                                             "-----BEGIN CERTIFICATE-----\nMIIB\n"
                                             "-----END CERTIFICATE-----\n");
      CHECK(files.complaint().starts_with(
          at +
          "2: tls_server_config.cert_file: has a certificate that cannot be read (the 2. of "
          "the PEM): "));
    }
    SUBCASE("a key of another certificate") {
      (void)files.files.write("tls.key", other.key_pem());
      CHECK(files.complaint() ==
            at + "3: tls_server_config.key_file: does not belong to the first certificate of "
                 "tls_server_config; name the pair");
    }
    SUBCASE("a key that is encrypted") {
      (void)files.files.write("tls.key", files.server.encrypted_key_pem("hunter2"));
      CHECK(files.complaint() ==
            at + "3: tls_server_config.key_file: is encrypted, and a web configuration has no "
                 "password; write it unencrypted");
    }
    SUBCASE("a key that is none") {
      (void)files.files.write("tls.key", files.server.certificate_pem());
      CHECK(files.complaint() ==
            at + "3: tls_server_config.key_file: holds no private key that can be read; write it "
                 "as PEM");
    }
    SUBCASE("a key too weak for anybody") {
      files.present(files.ca.issue({.key_type = mint::KeyType::rsa_1024}));
      CHECK(files.complaint() ==
            at + "2: tls_server_config.cert_file: cannot be used: ee key too small");
    }
    SUBCASE("a client CA without a certificate") {
      (void)files.files.write("ca.pem", "");
      CHECK(files.complaint() ==
            at + "5: tls_server_config.client_ca_file: holds no certificate; write PEM, from "
                 "-----BEGIN CERTIFICATE");
    }
    SUBCASE("no web configuration") {
      std::filesystem::remove(files.path("web.yml"));
      CHECK(files.complaint() == "web.yml: cannot be read: No such file or directory");
    }
  }

  TEST_CASE("web TLS: every truncation of a PEM -> refused, or read whole") {
    const WebFiles files;
    (void)files.configure_tls();
    const std::string key = files.server.key_pem();
    for (std::size_t size = 0; size + 1 < key.size(); ++size) {
      (void)files.files.write("tls.key", std::string_view(key).substr(0, size));
      CAPTURE(size);
      CHECK(files.complaint() != "nothing");
    }
  }
}

}  // namespace
}  // namespace telltale::http_test
