// What the rules of lint say beyond the plain cases of lint_rules_test.cpp.

#include "telltale/fleet/lint.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

#include "support/temp_dir.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view whole =
    "apiVersion: spinnaker.io/v1alpha2\n"
    "kind: SpinnakerService\n"
    "metadata: {name: spinnaker, namespace: spinnaker}\n"
    "spec:\n"
    "  spinnakerConfig:\n"
    "    config: {version: 1.30.1}\n";

constexpr std::string_view part =
    "apiVersion: spinnaker.io/v1alpha2\n"
    "kind: SpinnakerService\n"
    "metadata: {name: spinnaker, namespace: spinnaker}\n"
    "spec:\n"
    "  spinnakerConfig:\n";

/// Stores for every client, so that nothing is said of those.
constexpr std::string_view client =
    "      spinnaker: {ok-http-client: {key-store: /client.p12, trust-store: /ca.p12}}\n";

/// A profile with `server.ssl` and `client-auth`.
std::string profile(const std::string& service, const std::string& client_auth) {
  return "      " + service + ": {server: {ssl: {enabled: true, key-store: /server.p12, " +
         "trust-store: /ca.p12, client-auth: " + client_auth + "}}}\n";
}

std::string settings(const std::string& service) {
  return "      " + service + ": {scheme: https, kubernetes: {useTcpProbe: true}}\n";
}

LintReport lint_text(const std::string& text) {
  const mint::TempDir files;
  const std::vector<std::string> paths{files.write("spinnakerservice.yml", text)};
  Result<LintReport> report = lint(paths);
  REQUIRE_MESSAGE(report.has_value(), report.error().detail());
  return *std::move(report);
}

/// The findings of one rule.
std::vector<LintFinding> findings_of(const LintReport& report, std::string_view rule) {
  std::vector<LintFinding> found;
  std::ranges::copy_if(report.findings, std::back_inserter(found),
                       [&](const LintFinding& each) { return each.rule->id == rule; });
  return found;
}

}  // namespace

TEST_SUITE("fleet") {
  TEST_CASE("lint: what breaks at need -> an error under need, a warning under want") {
    for (const std::string_view mode : {"want", "need"}) {
      CAPTURE(mode);
      const LintReport report =
          lint_text(std::string(whole) + "    profiles:\n" + profile("orca", std::string(mode)) +
                    "    service-settings:\n      orca: {scheme: https}\n");
      const LintSeverity severity = mode == "need" ? LintSeverity::error : LintSeverity::warning;
      for (const std::string_view rule : {"caller-without-key-store", "probe-breaks-at-need"}) {
        const auto found = findings_of(report, rule);
        REQUIRE(found.size() == 1);
        CHECK(found.front().severity == severity);
        CHECK(found.front().services == std::vector<std::string>{"orca"});
      }
      const auto hook = findings_of(report, "orca-pre-stop");
      REQUIRE(hook.size() == 1);
      CHECK(hook.front().severity == (mode == "need" ? LintSeverity::warning : LintSeverity::info));
    }
  }

  TEST_CASE("lint: a key that all services share -> one finding with all of them") {
    const LintReport report =
        lint_text(std::string(whole) +
                  "    profiles:\n      spinnaker: {ok-http-client: {key-store: /client.p12}}\n");
    const auto found = findings_of(report, "ok-http-client-half");
    REQUIRE(found.size() == 1);
    CHECK(found.front().services.size() > 5);
    CHECK(std::ranges::count(found.front().services, "gate") == 1);
  }

  TEST_CASE("lint: high availability -> orca calls the variants, and they are told apart") {
    const std::string ha =
        "    config: {version: 1.30.1, deploymentEnvironment: {haServices: {clouddriver: "
        "{enabled: true}}}}\n";
    std::string text = std::string(part) + ha + "    profiles:\n" + std::string(client) +
                       profile("clouddriver", "need") + "    service-settings:\n";
    for (const std::string variant : {"clouddriver-rw", "clouddriver-ro", "clouddriver-caching"}) {
      text += settings(variant);
    }
    const LintReport report = lint_text(text);
    const auto urls = findings_of(report, "base-url-http");
    REQUIRE(urls.size() == 1);
    CHECK(urls.front().services == std::vector<std::string>{"clouddriver-ro-deck"});
    const auto names = findings_of(report, "ha-certificate-names");
    REQUIRE(names.size() == 1);
    CHECK(names.front().detail.find("clouddriver-ro-deck") != std::string::npos);
    CHECK(findings_of(report, "caller-without-key-store").empty());
  }

  TEST_CASE("lint: client-auth for all services, clientAuth in Dinghy's own -> nothing to mend") {
    const std::string all = std::string(whole) + "    profiles:\n" + profile("spinnaker", "NEED") +
                            "      dinghy: {server: {ssl: {certFile: /tls.crt, cacertFile: /ca.crt";
    CHECK(
        findings_of(lint_text(all + ", clientAuth: need}}}\n"), "go-client-auth-misspelt").empty());
    const auto none = findings_of(lint_text(all + "}}}\n"), "go-client-auth-misspelt");
    REQUIRE(none.size() == 1);
    CHECK(none.front().services == std::vector<std::string>{"dinghy"});
    const auto own = findings_of(lint_text(all + ", clientAuth: need, client-auth: want}}}\n"),
                                 "go-client-auth-misspelt");
    CHECK(own.size() == 1);
  }

  TEST_CASE("lint: clientAuth NEED for all services, need in Dinghy's own -> the last is read") {
    const std::string all =
        std::string(whole) +
        "    profiles:\n      spinnaker: {server: {ssl: {enabled: true, clientAuth: NEED}}}\n"
        "      dinghy: {server: {ssl: {certFile: /tls.crt, clientAuth: ";
    CHECK(findings_of(lint_text(all + "need}}}\n"), "go-client-auth-misspelt").empty());
    CHECK(findings_of(lint_text(all + "Need}}}\n"), "go-client-auth-misspelt").size() == 1);
  }

  TEST_CASE("lint: gate has TLS by Halyard's apiSecurity -> Halyard tells its peers https") {
    const std::string security =
        std::string(part) +
        "    config: {version: 1.30.1, security: {apiSecurity: {ssl: {enabled: true, keyStore: "
        "/gate.p12, trustStore: /ca.p12}}}}\n";
    CHECK(findings_of(lint_text(security), "base-url-http").empty());
    CHECK(findings_of(lint_text(security + "    service-settings: {gate: {scheme: http}}\n"),
                      "base-url-http")
              .size() == 1);
  }

  TEST_CASE("lint: a patch that only adds client-auth -> nothing about what it leaves out") {
    const LintReport report = lint_text(
        std::string(part) + "    profiles:\n      front50: {server: {ssl: {client-auth: want}}}\n");
    CHECK(findings_of(report, "client-auth-without-trust-store").empty());
    CHECK(findings_of(report, "server-ssl-not-enabled").empty());
    CHECK(findings_of(report, "probe-breaks-at-need").empty());
    CHECK(findings_of(report, "caller-without-key-store").empty());
  }

  TEST_CASE("lint: the same words in a whole manifest -> said") {
    const LintReport report =
        lint_text(std::string(whole) +
                  "    profiles:\n      front50: {server: {ssl: {client-auth: want}}}\n");
    CHECK(findings_of(report, "client-auth-without-trust-store").size() == 1);
    CHECK(findings_of(report, "server-ssl-not-enabled").size() == 1);
    CHECK(findings_of(report, "probe-breaks-at-need").size() == 1);
    CHECK(findings_of(report, "caller-without-key-store").size() == 1);
  }

  TEST_CASE("lint: apiPort under server.ssl without enabled -> an error that names the port") {
    const LintReport report =
        lint_text(std::string(whole) +
                  "    profiles:\n      gate: {server: {ssl: {key-store: /server.p12}}, default: "
                  "{apiPort: 8085}}\n");
    const auto found = findings_of(report, "server-ssl-not-enabled");
    REQUIRE(found.size() == 1);
    CHECK(found.front().severity == LintSeverity::error);
    CHECK(found.front().detail.find("8085") != std::string::npos);
  }

  TEST_CASE("lint: findings -> in the order of files and lines") {
    const mint::TempDir files;
    const std::string half = "{ok-http-client: {key-store: /client.p12}}\n";
    const std::vector<std::string> paths{
        files.write("b.yml", std::string(whole) + "    profiles:\n      orca: " + half +
                                 "\n\n      echo: " + half),
        files.write("a.yml", std::string(part) + "    profiles:\n      gate: " + half)};
    const Result<LintReport> report = lint(paths);
    REQUIRE(report.has_value());
    REQUIRE(report->findings.size() == 3);
    CHECK(report->findings[0].source.ends_with("b.yml:8"));
    CHECK(report->findings[1].source.ends_with("b.yml:11"));
    CHECK(report->findings[2].source.ends_with("a.yml:7"));
  }

  TEST_CASE("lint: passwords wherever they hide -> named by their key, never by their value") {
    const std::vector<std::string> hidden{
        "      front50: {sql: {password: pass1word}}\n",
        "      front50: {some: {clientSecret: pass1word}}\n",
        "      front50: {server: {ssl: {key-store-password: pass1word}}}\n",
        "      rosco: {redis: {connection: \"redis://:pass1word@redis.example.org:6379\"}}\n",
        "      echo: {env: [{name: MAIL_PASSWORD, value: pass1word}]}\n",
        "      front50: {sql: {password: \"encrypted:k8s!n:a:pass1word!k:b\"}}\n",
    };
    for (const std::string& text : hidden) {
      CAPTURE(text);
      const LintReport report = lint_text(std::string(whole) + "    profiles:\n" + text);
      REQUIRE(report.findings.size() >= 1);
      for (const LintFinding& finding : report.findings) {
        CHECK(finding.detail.find("pass1word") == std::string::npos);
      }
    }
  }

  TEST_CASE("lint: values that are no passwords -> nothing") {
    const std::vector<std::string> harmless{
        "{password: \"${SQL_PASSWORD}\"}",
        "{password: \"\"}",
        "{passwordCommand: get-password}",
        "{tokenFile: /secrets/token}",
        "{token: true}",
        "{trust-store-password: changeit}",
        "{password: \"encrypted:s3!b:bucket!f:file!r:us-west-2\"}",
    };
    for (const std::string& value : harmless) {
      CAPTURE(value);
      const LintReport report =
          lint_text(std::string(whole) + "    profiles:\n      front50: " + value + "\n");
      CHECK(report.findings.empty());
    }
  }

  TEST_CASE("lint: JAVA_OPTS with a key store and its password -> its holes, not its words") {
    const LintReport report = lint_text(
        std::string(whole) +
        "    service-settings:\n      rosco: {env: {JAVA_OPTS: \"-Djavax.net.ssl.keyStore=/a.p12 "
        "-Djavax.net.ssl.keyStorePassword=pass1word\"}}\n");
    CHECK(findings_of(report, "java-opts-secret").size() == 1);
    CHECK(findings_of(report, "plaintext-password").empty());
    CHECK(findings_of(report, "java-opts-without-memory").size() == 1);
    for (const LintFinding& finding : report.findings) {
      CHECK(finding.detail.find("pass1word") == std::string::npos);
    }
  }

  TEST_CASE("lint: a secret reference in JAVA_OPTS -> an error, since nothing resolves it there") {
    const auto opts = [](const std::string& password) {
      return findings_of(
          lint_text(std::string(whole) +
                    "    service-settings:\n      rosco: {env: {JAVA_OPTS: \"-Xmx1g "
                    "-Djavax.net.ssl.keyStore=/a.p12 -Djavax.net.ssl.keyStorePassword=" +
                    password + "\"}}\n"),
          "java-opts-secret");
    };
    const auto reference = opts("encrypted:k8s!n:spin!k:password");
    REQUIRE(reference.size() == 1);
    CHECK(reference.front().severity == LintSeverity::error);
    const auto written_out = opts("pass1word");
    REQUIRE(written_out.size() == 1);
    CHECK(written_out.front().severity == LintSeverity::warning);
    CHECK(opts("$(KEY_STORE_PASSWORD)").empty());
  }

  TEST_CASE("lint: an example's words in a password's place -> nothing is given away") {
    for (const std::string example : {"abc", "<password>", "xxxx", "'****'", "'{{ password }}'"}) {
      CAPTURE(example);
      const LintReport report = lint_text(std::string(whole) + "    profiles:\n      rosco: {x: " +
                                          "{password: " + example + "}}\n");
      CHECK(findings_of(report, "plaintext-password").empty());
    }
    CHECK(findings_of(
              lint_text(std::string(whole) + "    profiles: {rosco: {x: {password: changeme}}}\n"),
              "plaintext-password")
              .size() == 1);
  }

  TEST_CASE("lint: a password of Halyard's apiSecurity -> one finding, though gate has it, too") {
    const LintReport report = lint_text(
        std::string(part) +
        "    config: {version: 1.30.1, security: {apiSecurity: {ssl: {enabled: true, keyStore: "
        "/gate.p12, keyStorePassword: pass1word, trustStore: /ca.p12}}}}\n");
    CHECK(findings_of(report, "plaintext-password").size() == 1);
  }

  TEST_CASE("lint: a password in a Deployment's environment -> said, and not where it refers") {
    const auto deployment = [](const std::string& value) {
      return lint_text(
          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: spin-orca}\n"
          "spec: {template: {spec: {containers: [{name: orca, env: [{name: DB_PASSWORD, value: " +
          value + "}]}]}}}\n");
    };
    const auto found = findings_of(deployment("pass1word"), "plaintext-password");
    REQUIRE(found.size() == 1);
    CHECK(found.front().services == std::vector<std::string>{"orca"});
    CHECK(findings_of(deployment("$(OTHER)"), "plaintext-password").empty());
  }

  TEST_CASE("lint: one Redis on two ports -> a warning, since the plain one stays open") {
    const LintReport report =
        lint_text(std::string(whole) +
                  "    profiles:\n"
                  "      rosco: {redis: {connection: \"redis://redis.example.org:6379\"}}\n"
                  "      orca: {redis: {connection: \"rediss://redis.example.org:6380\"}}\n");
    const auto found = findings_of(report, "redis-scheme-mixed");
    REQUIRE(found.size() == 1);
    CHECK(found.front().severity == LintSeverity::warning);
    CHECK(found.front().services == std::vector<std::string>{"rosco"});
  }

  TEST_CASE("lint: another service has a key store for the same Redis -> a warning") {
    const LintReport report =
        lint_text(std::string(whole) +
                  "    profiles:\n"
                  "      rosco: {redis: {connection: \"rediss://redis.example.org:6380\"}}\n"
                  "      igor: {redis: {connection: \"rediss://redis.example.org:6380\"}}\n"
                  "    service-settings:\n"
                  "      igor: {env: {JAVA_OPTS: \"-XX:MaxRAMPercentage=50.0 "
                  "-Djavax.net.ssl.keyStore=/redis.p12\"}}\n");
    const auto found = findings_of(report, "redis-client-without-certificate");
    REQUIRE(found.size() == 1);
    CHECK(found.front().severity == LintSeverity::warning);
    CHECK(found.front().services == std::vector<std::string>{"rosco"});
  }

  TEST_CASE("lint: an external Redis that nobody knows -> a note for gate") {
    const LintReport report = lint_text(
        std::string(whole) +
        "    profiles:\n      gate: {redis: {connection: \"rediss://redis.example.org:6380\"}}\n");
    const auto found = findings_of(report, "gate-redis-config-command");
    REQUIRE(found.size() == 1);
    CHECK(found.front().severity == LintSeverity::info);
  }

  TEST_CASE("lint: files with nothing of Spinnaker's -> an error that says so") {
    for (const std::string text : {"", "---\n---\n"}) {
      const mint::TempDir files;
      const std::vector<std::string> paths{files.write("notes.yml", text)};
      const Result<LintReport> report = lint(paths);
      REQUIRE(report.has_error());
      CHECK(report.error().detail().starts_with(paths.front() + ": has nothing of Spinnaker's"));
    }
  }
}

}  // namespace telltale::fleet
