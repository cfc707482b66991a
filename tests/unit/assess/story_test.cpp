#include "telltale/assess/story.hpp"

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

namespace telltale::assess {
namespace {

using namespace build;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

/// Of each phase, how long it took.
probe::Attempt timed(probe::Attempt attempt) {
  attempt.durations[Phase::connect] = 1ms;
  attempt.durations[Phase::handshake] = 3ms;
  attempt.durations[Phase::first_read] = 2ms;
  attempt.durations[Phase::application] = 4ms;
  return attempt;
}

std::string told(const StoryLine& line) {
  return line.subject + ": " + line.outcome + (line.is_failure ? " !" : "");
}

/// The only line of a look with that attempt alone.
std::string told(const probe::Attempt& attempt, const fleet::Target& of = target()) {
  probe::Observation seen;
  seen.attempts = {attempt};
  seen.identity = our_identity();
  const Story story = tell(of, seen);
  REQUIRE(story.size() == 1);
  return told(story.front());
}

TEST_SUITE("assess") {
  TEST_CASE("story: an attempt -> what was presented, and what came of it part by part") {
    struct Row {
      probe::Attempt attempt;
      const char* expected;
    };

    const std::string hello = "TLS_AES_128_GCM_SHA256";
    Try chatty(nothing, tls_1_3);
    chatty.asked(request({root_a, root_b})).http(200);
    Try unclean(identity, tls_1_3);
    unclean.asked().http(400, "No required SSL certificate was sent");
    unclean.attempt().http->location = "https://elsewhere/?token=hunter2";
    const Row rows[] = {
        {chatty,
         "nothing presented, TLSv1.3: handshake done in 3ms (TLS_AES_128_GCM_SHA256), asked for a "
         "certificate (2 names), ticket after 2ms, GET /health 200"},
        {Try(nothing, tls_1_2).http(204),
         "nothing presented, TLSv1.2: handshake done in 3ms (TLS_AES_128_GCM_SHA256), asked for no "
         "certificate, ticket after 2ms, GET /health 204"},
        {Try(identity, tls_1_3).asked(request({})).sent().http(200),
         "identity telltale presented, TLSv1.3: handshake done in 3ms (TLS_AES_128_GCM_SHA256), "
         "asked for a certificate (of any issuer), ticket after 2ms, GET /health 200"},
        {unclean,
         "identity telltale presented, TLSv1.3: handshake done in 3ms (TLS_AES_128_GCM_SHA256), "
         "asked for a certificate (1 name), none was sent, ticket after 2ms, GET /health 400 to "
         "https://elsewhere/?... \"No required SSL certificate was sent\""},
        {Try(stranger, tls_1_3).asked().sent().finished().alert(Phase::first_read, 48),
         "a stranger presented, TLSv1.3: handshake done in 3ms (TLS_AES_128_GCM_SHA256), asked for "
         "a certificate (1 name), first read: the peer sends the alert unknown_ca (48) after 2ms "
         "!"},
        {Try(nothing, tls_1_2).asked().alert(Phase::handshake, 40),
         "nothing presented, TLSv1.2: asked for a certificate (1 name), handshake: the peer sends "
         "the alert handshake_failure (40) after 3ms !"},
        {Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused, "refused"),
         "nothing presented, TLSv1.3: connecting: the peer refuses the connection after 1ms !"},
        {Try(nothing, tls_1_3).failed(Phase::handshake, FailureKind::tls, "wrong version number"),
         "nothing presented, TLSv1.3: handshake: the peer breaks the TLS protocol after 3ms (wrong "
         "version number) !"},
        {Try(nothing, tls_1_3).finished().failed(Phase::application, FailureKind::timed_out),
         "nothing presented, TLSv1.3: handshake done in 3ms (TLS_AES_128_GCM_SHA256), asked for no "
         "certificate, answer: the peer does not answer in time after 4ms !"},
    };
    for (const Row& row : rows) {
      CHECK(told(timed(row.attempt)) == row.expected);
    }
  }

  TEST_CASE("story: a phase over at once -> without its time") {
    CHECK(told(Try(nothing, tls_1_2).finished().http(200)) ==
          "nothing presented, TLSv1.2: handshake done (TLS_AES_128_GCM_SHA256), asked for no "
          "certificate, ticket, GET /health 200");
  }

  TEST_CASE("story: a path with a query -> told without it") {
    fleet::Target of = target();
    of.health = "/health?token=hunter2";
    CHECK(told(Try(nothing, tls_1_2).finished().http(200), of).ends_with(", GET /health?... 200"));
    probe::Observation seen;
    seen.rehearsals = {{Try(identity, tls_1_2).http(200), "/ops?hunter2", {}, false}};
    CHECK(told(tell(of, seen).front()).find("hunter2") == std::string::npos);
  }

  TEST_CASE("story: redis -> PING, AUTH and INFO with what they gave") {
    Try authenticated(nothing, tls_1_3);
    authenticated.redis("-NOAUTH Authentication required.");
    authenticated.attempt().redis->authenticated = true;
    authenticated.attempt().redis->version = "7.0.15";
    authenticated.attempt().redis->mode = "standalone";
    CHECK(told(authenticated)
              .ends_with("ticket, PING -NOAUTH Authentication required., AUTH "
                         "accepted, INFO 7.0.15 standalone"));
    Try refused(nothing, tls_1_3);
    refused.redis("PONG");
    refused.attempt().redis->auth_error = "WRONGPASS (withheld)";
    refused.attempt().redis->info_error = "NOPERM no INFO";
    CHECK(
        told(refused).ends_with(", PING +PONG, AUTH -WRONGPASS (withheld), INFO -NOPERM no INFO"));
  }

  TEST_CASE("story: a whole look -> its connections in their order, each on one line") {
    probe::Observation seen = observation({Try(nothing, tls_1_3).http(200)});
    seen.without_alpn = Try(nothing, tls_1_3).asked().finished();
    seen.plaintext = {
        {.port = 8083,
         .http = probe::HttpReply{.status = 400, .first_line = "requires TLS"},
         .redis = std::nullopt,
         .failure = std::nullopt},
        {.port = 7002,
         .http = std::nullopt,
         .redis = std::nullopt,
         .failure = probe::Failure{
             .phase = Phase::connect, .kind = FailureKind::refused, .detail = "refused"}}};
    seen.ingress = probe::IngressReading{
        .redirect = probe::IngressReply{.port = 80,
                                        .path = "/",
                                        .http = probe::HttpReply{.status = 308,
                                                                 .first_line = "",
                                                                 .location = "https://deck/"},
                                        .failure = std::nullopt},
        .routes = {{.port = 443,
                    .path = "/gate",
                    .http = probe::HttpReply{.status = 200, .first_line = ""},
                    .failure = std::nullopt}}};
    seen.login = probe::LoginAttempt{.obstacle = std::nullopt,
                                     .status = 200,
                                     .principal = "ci@lab",
                                     .roles = {"a", "b"},
                                     .failure = std::nullopt};
    const pki::Chain orca = {share(certificate("CN=orca", root_a))};
    const pki::Chain telltale = {share(certificate("CN=telltale", root_a))};
    const probe::Attempt good = Try(identity, tls_1_3).asked().sent().http(200);
    const probe::Attempt turned_away =
        Try(identity, tls_1_2).asked().sent().alert(Phase::handshake, 46);
    seen.rehearsals = {{good, "/ops", orca, false},
                       {Try(identity, tls_1_3).http(403), "/ops", {}, false},
                       {turned_away, "", telltale, true}};

    const std::vector<std::string> expected = {
        "nothing presented, TLSv1.3: handshake done (TLS_AES_128_GCM_SHA256), asked for no "
        "certificate, ticket, GET /health 200",
        "nothing presented, TLSv1.2: handshake: the peer sends the alert protocol_version (70) !",
        "nothing presented, without ALPN, TLSv1.3: handshake done (TLS_AES_128_GCM_SHA256), asked "
        "for a certificate (1 name)",
        "plaintext to port 8083: GET /health 400 \"requires TLS\"",
        "plaintext to port 7002: connecting: the peer refuses the connection !",
        "redirect from plaintext port 80: GET / 308 to https://deck/",
        "route on port 443: GET /gate 200",
        "login: GET /auth/user 200, taken for ci@lab, with the roles a, b",
        "the caller's CN=orca rehearsed on /ops, TLSv1.3: handshake done "
        "(TLS_AES_128_GCM_SHA256), asked for a certificate (1 name), ticket, GET /ops 200",
        "nothing rehearsed on /ops, TLSv1.3: handshake done (TLS_AES_128_GCM_SHA256), asked for no "
        "certificate, ticket, GET /ops 403",
        "our identity rehearsed, TLSv1.2: asked for a certificate (1 name), handshake: the peer "
        "sends the alert certificate_unknown (46) !",
    };
    std::vector<std::string> lines;
    for (const StoryLine& line : tell(target(), seen)) {
      lines.push_back(told(line));
    }
    CHECK(lines.size() == expected.size());
    for (std::size_t i = 0; i < std::min(lines.size(), expected.size()); ++i) {
      CHECK(lines[i] == expected[i]);
    }
  }

  TEST_CASE("story: a login that was not asked -> why") {
    probe::Observation seen;
    for (const probe::LoginObstacle obstacle : enumerators<probe::LoginObstacle>()) {
      CAPTURE(name_of(obstacle));
      seen.login = probe::LoginAttempt{.obstacle = obstacle,
                                       .status = std::nullopt,
                                       .principal = std::nullopt,
                                       .roles = {},
                                       .failure = std::nullopt};
      const Story story = tell(target(), seen);
      REQUIRE(story.size() == 1);
      CHECK(story.front().is_failure);
      CHECK(story.front().outcome.starts_with("not "));
    }
    seen.login = probe::LoginAttempt{.obstacle = std::nullopt,
                                     .status = 200,
                                     .principal = std::nullopt,
                                     .roles = {},
                                     .failure = std::nullopt};
    CHECK(told(tell(target(), seen).front()) == "login: GET /auth/user 200, taken for nobody");
  }

  TEST_CASE("story: control characters in what a peer or a certificate says -> still one line") {
    probe::Observation seen = observation({Try(nothing, tls_1_3).http(500, "a\x1b[2J\r\nb\x7f")});
    seen.rehearsals = {{Try(identity, tls_1_3).http(200),
                        "/ops",
                        {share(certificate("CN=a\nb\tc", root_a))},
                        false}};
    for (const StoryLine& line : tell(target(), seen)) {
      for (const std::string& text : {line.subject, line.outcome}) {
        CHECK(std::ranges::none_of(text,
                                   [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; }));
      }
    }
  }

  TEST_CASE("story: nothing was done -> no line") {
    CHECK(tell(target(), {}).empty());
  }
}

}  // namespace
}  // namespace telltale::assess
