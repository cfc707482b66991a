// Mode inference on what five server stacks did to the same certificates, measured on loopback.

#include <array>
#include <charconv>
#include <string>

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

/// One measured row. A cell is `ok`, `H40` (alert 40 in the handshake), `R116` (alert 116 at the
/// first read after it) or `400` (HTTP).
struct Row {
  const char* server;
  const char* setting;
  bool asks;
  const char* nothing_1_2;
  const char* nothing_1_3;
  const char* trusted;
  const char* stranger_1_2;
  const char* stranger_1_3;
  ClientAuthMode mode;
  const char* verified;
  const char* enforced_by;
};

using enum ClientAuthMode;

constexpr std::array rows = {
    Row{"tomcat", "none", false, "ok", "ok", "ok", "ok", "ok", none, "null", "null"},
    Row{"tomcat", "optional", true, "ok", "ok", "ok", "H46", "R46", want, "true", "null"},
    Row{"tomcat", "optionalNoCA", true, "ok", "ok", "ok", "H46", "R46", want, "true", "null"},
    Row{"tomcat", "required", true, "H40", "R116", "ok", "H46", "R46", need, "true", "tls"},
    Row{"go", "NoClientCert", false, "ok", "ok", "ok", "ok", "ok", none, "null", "null"},
    Row{"go", "VerifyClientCertIfGiven", true, "ok", "ok", "ok", "H42", "R42", want, "true",
        "null"},
    Row{"go", "RequestClientCert", true, "ok", "ok", "ok", "ok", "ok", want, "false", "null"},
    Row{"go", "RequireAnyClientCert", true, "H42", "R42", "ok", "ok", "ok", need, "false", "tls"},
    Row{"go", "RequireAndVerifyClientCert", true, "H42", "R42", "ok", "H42", "R42", need, "true",
        "tls"},
    Row{"redis", "no", false, "ok", "ok", "ok", "ok", "ok", none, "null", "null"},
    Row{"redis", "optional", true, "ok", "ok", "ok", "H48", "R48", want, "true", "null"},
    Row{"redis", "yes", true, "H40", "R116", "ok", "H48", "R48", need, "true", "tls"},
    Row{"nginx", "off", false, "ok", "ok", "ok", "ok", "ok", none, "null", "null"},
    Row{"nginx", "optional", true, "ok", "ok", "ok", "400", "400", want, "true", "null"},
    Row{"nginx", "optional_no_ca", true, "ok", "ok", "ok", "ok", "ok", want, "false", "null"},
    Row{"nginx", "on", true, "400", "400", "ok", "400", "400", need, "true", "http"},
    Row{"haproxy", "none", false, "ok", "ok", "ok", "ok", "ok", none, "null", "null"},
    Row{"haproxy", "optional", true, "ok", "ok", "ok", "H48", "R48", want, "true", "null"},
    Row{"haproxy", "required", true, "H40", "R116", "ok", "H48", "R48", need, "true", "tls"},
};

unsigned number_in(const std::string& text) {
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

probe::Attempt attempt(const Row& row, Presentation presentation, ProtocolVersion version,
                       const std::string& cell) {
  Try made(presentation, version);
  made.spoke();
  if (row.asks) {
    made.asked();
    if (presentation != nothing) {
      made.sent();
    }
  }
  const bool is_redis = std::string(row.server) == "redis";
  switch (cell.front()) {
    case 'o':
      return is_redis ? made.redis("PONG") : made.http(200);
    case 'H':
      return made.alert(Phase::handshake, number_in(cell.substr(1)));
    case 'R':
      return made.finished().alert(Phase::first_read, number_in(cell.substr(1)));
    default:
      return made.http(number_in(cell));
  }
}

probe::Observation look(const Row& row, bool with_identity) {
  std::vector<probe::Attempt> attempts;
  for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
    const bool is_1_3 = version == tls_1_3;
    attempts.push_back(attempt(row, nothing, version, is_1_3 ? row.nothing_1_3 : row.nothing_1_2));
    if (with_identity) {
      attempts.push_back(attempt(row, identity, version, row.trusted));
    }
    attempts.push_back(
        attempt(row, stranger, version, is_1_3 ? row.stranger_1_3 : row.stranger_1_2));
  }
  probe::Observation made = observation(std::move(attempts));
  if (with_identity) {
    made.identity = our_identity();
  }
  return made;
}

fleet::Target target_for(const Row& row) {
  return target(std::string(row.server) == "redis" ? fleet::Scheme::rediss : fleet::Scheme::https);
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE(
      "mode: each server and setting, with an identity -> the setting's mode, both versions") {
    for (const Row& row : rows) {
      CAPTURE(row.server);
      CAPTURE(row.setting);
      const AddressAssessment judged = assessed(target_for(row), look(row, true));
      CHECK(name_of(judged.mode) == name_of(row.mode));
      CHECK(text_of(judged.client_certificates_verified) == row.verified);
      CHECK(text_of(judged.enforced_by) == row.enforced_by);
      CHECK(text_of(judged.identity_accepted) == (row.asks ? "true" : "null"));
      CHECK(judged.reachable);
      CHECK(find(judged.findings, Reason::versions_disagree) == nullptr);
      CHECK(find(judged.findings, Reason::tls_protocol) == nullptr);
      CHECK(find(judged.findings, Reason::connection_closed) == nullptr);
      REQUIRE(judged.versions.size() == 2);
      for (const VersionAssessment& version : judged.versions) {
        CAPTURE(tls::label(version.version));
        CHECK(name_of(version.mode) == name_of(row.mode));
        CHECK(text_of(version.client_certificates_verified) == row.verified);
        CHECK((version.certificate_request != nullptr) == row.asks);
      }
    }
  }

  TEST_CASE(
      "mode: each server and setting, without an identity -> the same, or unknown behind HTTP") {
    for (const Row& row : rows) {
      CAPTURE(row.server);
      CAPTURE(row.setting);
      const bool hides_behind_http = std::string(row.enforced_by) == "http";
      const AddressAssessment judged = assessed(target_for(row), look(row, false));
      CHECK(name_of(judged.mode) == name_of(hides_behind_http ? unknown : row.mode));
      CHECK(text_of(judged.client_certificates_verified) ==
            (hides_behind_http ? "null" : row.verified));
      CHECK(text_of(judged.identity_accepted) == "null");
      const bool needs = judged.mode == need;
      CHECK((find(judged.findings, Reason::identity_unconfirmed) != nullptr) == needs);
    }
  }

  TEST_CASE("mode: redis with requirepass -> NOAUTH is an answer as good as PONG") {
    const auto with_noauth = [](bool refuses_nothing) {
      std::vector<probe::Attempt> attempts;
      for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
        Try without(nothing, version);
        without.asked(request({}));
        attempts.push_back(
            refuses_nothing
                ? without.alert(version == tls_1_3 ? Phase::first_read : Phase::handshake, 40)
                : without.redis("-NOAUTH Authentication required."));
        attempts.push_back(Try(identity, version)
                               .asked(request({}))
                               .sent()
                               .redis("-NOAUTH Authentication required."));
      }
      return observation(std::move(attempts));
    };
    const fleet::Target redis = target(fleet::Scheme::rediss);
    CHECK(name_of(assessed(redis, with_noauth(false)).mode) == "want");
    CHECK(name_of(assessed(redis, with_noauth(true)).mode) == "need");
    CHECK(text_of(assessed(redis, with_noauth(true)).identity_accepted) == "true");
  }
}
