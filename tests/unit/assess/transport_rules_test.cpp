#include <array>

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

struct FailureRow {
  Phase phase;
  FailureKind kind;
  Reason reason;
};

constexpr std::array failure_rows = {
    FailureRow{Phase::resolve, FailureKind::resolve, Reason::resolve_failed},
    FailureRow{Phase::connect, FailureKind::refused, Reason::connect_refused},
    FailureRow{Phase::connect, FailureKind::unreachable, Reason::connect_failed},
    FailureRow{Phase::connect, FailureKind::timed_out, Reason::connect_timeout},
    FailureRow{Phase::connect, FailureKind::reset, Reason::connection_reset},
    FailureRow{Phase::handshake, FailureKind::timed_out, Reason::tls_timeout},
    FailureRow{Phase::first_read, FailureKind::timed_out, Reason::tls_timeout},
    FailureRow{Phase::application, FailureKind::timed_out, Reason::app_timeout},
    FailureRow{Phase::handshake, FailureKind::reset, Reason::connection_reset},
    FailureRow{Phase::handshake, FailureKind::closed, Reason::connection_closed},
    FailureRow{Phase::application, FailureKind::reset, Reason::connection_reset},
    FailureRow{Phase::application, FailureKind::closed, Reason::connection_closed},
    FailureRow{Phase::handshake, FailureKind::alert, Reason::tls_protocol},
    FailureRow{Phase::handshake, FailureKind::tls, Reason::tls_protocol},
    FailureRow{Phase::handshake, FailureKind::oversize, Reason::tls_protocol},
    FailureRow{Phase::handshake, FailureKind::plaintext, Reason::plaintext_answer},
    FailureRow{Phase::application, FailureKind::application, Reason::app_protocol},
    FailureRow{Phase::application, FailureKind::oversize, Reason::app_oversize},
};

probe::PlaintextAttempt plain_http(std::uint16_t port, unsigned status) {
  probe::PlaintextAttempt made;
  made.port = port;
  made.http = probe::HttpReply{.status = status, .first_line = ""};
  return made;
}

/// A service over TLS that answers the health request with `status`.
probe::Observation answering(unsigned status) {
  return observation({Try(nothing, tls_1_3).http(status)});
}

bool is_open(const probe::Observation& seen, const fleet::Target& at = target()) {
  return !detail(at, seen, Reason::plaintext_open).empty();
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("failures: each phase and kind -> its own reason, an error, told once") {
    for (const FailureRow& row : failure_rows) {
      CAPTURE(name_of(row.phase));
      CAPTURE(name_of(row.kind));
      std::vector<probe::Attempt> attempts;
      for (const Presentation presentation : {nothing, identity, stranger}) {
        for (const ProtocolVersion version : {tls_1_3, tls_1_2}) {
          attempts.push_back(Try(presentation, version).failed(row.phase, row.kind));
        }
      }
      const auto seen = observation(attempts);
      const AddressAssessment judged = assessed(target(), seen);
      const Finding* found = find(judged.findings, row.reason);
      REQUIRE(found != nullptr);
      CHECK(name_of(found->severity) == "error");
      CHECK(found->detail.ends_with("; 6 of 6 attempts ended so."));
      CHECK(found->hint == row_of(row.reason).hint);
      CHECK(judged.findings.size() == 1);
      CHECK(name_of(judged.mode) == "unknown");
      CHECK(!judged.reachable);
    }
  }

  TEST_CASE("failures: the detail says where, how and with what") {
    CHECK(detail(target(),
                 observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)}),
                 Reason::connect_refused) ==
          "10.0.0.7:8083 refuses the connection; 1 of 1 attempt ended so.");
    CHECK(detail(target(),
                 observation({Try(identity, tls_1_2)
                                  .asked()
                                  .sent()
                                  .finished()
                                  .failed(Phase::application, FailureKind::timed_out, "5s")}),
                 Reason::app_timeout) ==
          "10.0.0.7:8083 does not answer in time over TLSv1.2 with telltale's identity in the "
          "phase application; 1 of 2 attempts ended so.");
    CHECK(detail(target(), observation({Try(nothing, tls_1_3).alert(Phase::handshake, 112)}),
                 Reason::tls_protocol) ==
          "10.0.0.7:8083 sends the alert unrecognized_name (112) over TLSv1.3 with no certificate "
          "in the phase handshake; 1 of 1 attempt ended so.");
  }

  TEST_CASE("failures: the library's own words are quoted where ours do not say it all") {
    CHECK(detail(target(),
                 observation({Try(nothing, tls_1_3)
                                  .failed(Phase::handshake, FailureKind::tls, "bad record type")}),
                 Reason::tls_protocol) ==
          "10.0.0.7:8083 breaks the TLS protocol over TLSv1.3 with no certificate in the phase "
          "handshake (bad record type); 1 of 1 attempt ended so.");
  }

  TEST_CASE("failures: explained by the pair -> not told") {
    CHECK(told(target(), healthy_want()).empty());
    CHECK(told(target(), observation({Try(nothing, tls_1_3)
                                          .asked()
                                          .finished()
                                          .failed(Phase::first_read, FailureKind::reset),
                                      Try(identity, tls_1_3).asked().sent().http(200)}))
              .empty());
  }

  TEST_CASE("failures: only the stranger's -> a warning; anybody else's too -> an error") {
    auto seen = healthy_want();
    seen.attempts[2] = Try(stranger, tls_1_3)
                           .asked()
                           .sent()
                           .finished()
                           .failed(Phase::application, FailureKind::timed_out);
    CHECK(told(target(), seen) == "app_timeout warning");
    seen.attempts[0] =
        Try(nothing, tls_1_3).asked().finished().failed(Phase::application, FailureKind::timed_out);
    CHECK(told(target(), seen) == "app_timeout error");
  }

  TEST_CASE("failures: several kinds at one address -> one finding each") {
    const auto seen =
        observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused),
                     Try(nothing, tls_1_2).failed(Phase::connect, FailureKind::timed_out),
                     Try(identity, tls_1_2).failed(Phase::connect, FailureKind::refused)});
    CHECK(told(target(), seen) == "connect_refused error, connect_timeout error");
  }

  TEST_CASE("completeness: what the deadline cut off -> look_incomplete, and the mode is unknown") {
    auto seen = healthy_want();
    seen.attempts.resize(3);
    CHECK(told(target(), seen) == "look_incomplete error");
    CHECK(detail(target(), seen, Reason::look_incomplete) ==
          "The look at 10.0.0.7:8083 ended before it came to TLSv1.2.");
    CHECK(name_of(assessed(target(), seen).mode) == "unknown");
    SUBCASE("none is none all the same") {
      seen.attempts = {Try(nothing, tls_1_3).http(200)};
      CHECK(name_of(assessed(target(), seen).mode) == "none");
    }
    SUBCASE("a failure has said so already") {
      seen.attempts.push_back(Try(nothing, tls_1_2).failed(Phase::connect, FailureKind::timed_out));
      CHECK(told(target(), seen) == "connect_timeout error");
    }
  }

  TEST_CASE("completeness: a port that must not answer and was not tried -> look_incomplete") {
    fleet::Target made = target();
    made.plaintext_ports = {7101};
    auto seen = healthy_want();
    CHECK(told(made, seen) == "look_incomplete error");
    CHECK(detail(made, seen, Reason::look_incomplete) ==
          "The look at 10.0.0.7:8083 ended before it came to port 7101 in plaintext.");
    seen.plaintext.emplace_back();
    seen.plaintext[0].port = 7101;
    CHECK(told(made, seen).empty());
  }

  TEST_CASE("plaintext: 2xx on the TLS port -> open") {
    auto seen = answering(200);
    seen.plaintext = {plain_http(8083, 204)};
    CHECK(detail(target(), seen, Reason::plaintext_open) ==
          "10.0.0.7:8083 answers a request without TLS with HTTP 204.");
    CHECK(find(assessed(target(), seen).findings, Reason::plaintext_open)->severity ==
          Severity::error);
  }

  TEST_CASE("plaintext: the words of a TLS port to a plain client -> not open") {
    for (const unsigned status : {400U, 301U, 302U, 308U, 426U, 503U}) {
      CAPTURE(status);
      auto seen = answering(200);
      seen.plaintext = {plain_http(8083, status)};
      CHECK(!is_open(seen));
    }
  }

  TEST_CASE("plaintext: the status that TLS gave too -> open, but for 400 and 3xx") {
    for (const unsigned status : {401U, 403U, 404U, 500U, 503U}) {
      CAPTURE(status);
      auto seen = answering(status);
      seen.plaintext = {plain_http(8083, status)};
      CHECK(is_open(seen));
    }
    for (const unsigned status : {400U, 302U}) {
      CAPTURE(status);
      auto seen = answering(status);
      seen.plaintext = {plain_http(8083, status)};
      CHECK(!is_open(seen));
    }
  }

  TEST_CASE("plaintext: a status that only the stranger got over TLS -> not open") {
    auto seen = healthy_want();
    seen.attempts[2] = Try(stranger, tls_1_3).asked().sent().http(403);
    seen.plaintext = {plain_http(8083, 403)};
    CHECK(!is_open(seen));
  }

  TEST_CASE("plaintext: a port that must not answer -> open at any HTTP answer") {
    for (const unsigned status : {200U, 302U, 400U, 404U}) {
      CAPTURE(status);
      auto seen = answering(200);
      seen.plaintext = {plain_http(7101, status)};
      CHECK(is_open(seen));
    }
    auto closed = answering(200);
    closed.plaintext.emplace_back();
    closed.plaintext[0].port = 7101;
    closed.plaintext[0].failure = probe::Failure{};
    CHECK(!is_open(closed));
  }

  TEST_CASE("plaintext: a port that must not answer -> open unless it is seen to be shut") {
    struct Row {
      Phase phase;
      FailureKind kind;
      bool open;
    };

    constexpr std::array rows = {
        Row{Phase::connect, FailureKind::refused, false},
        Row{Phase::connect, FailureKind::timed_out, false},
        Row{Phase::application, FailureKind::reset, false},
        Row{Phase::application, FailureKind::closed, false},
        Row{Phase::application, FailureKind::timed_out, true},
        Row{Phase::application, FailureKind::application, true},
        Row{Phase::application, FailureKind::oversize, true},
    };
    fleet::Target at = target();
    at.plaintext_ports = {7101};
    for (const Row& row : rows) {
      CAPTURE(name_of(row.kind));
      probe::Observation seen = answering(200);
      seen.plaintext = {{.port = 7101, .failure = probe::Failure{row.phase, row.kind, ""}}};
      CHECK(is_open(seen, at) == row.open);
      seen.plaintext.front().port = seen.address.port;
      CHECK_FALSE(is_open(seen));
    }
  }

  TEST_CASE("completeness: no attempt at all -> look_incomplete, whatever the goal") {
    fleet::Target at = target();
    at.goal = fleet::Goal::none;
    CHECK_FALSE(detail(at, observation({}), Reason::look_incomplete).empty());
  }

  TEST_CASE("completeness: a stranger that failed -> what was cut off is told all the same") {
    fleet::Target at = target();
    at.plaintext_ports = {7101};
    const auto seen =
        observation({Try(nothing, tls_1_3).http(200),
                     Try(stranger, tls_1_3).failed(Phase::application, FailureKind::timed_out)});
    CHECK_FALSE(detail(at, seen, Reason::look_incomplete).empty());
  }

  TEST_CASE("plaintext: any RESP reply of a Redis -> open; a reset -> not open") {
    const auto redis = target(fleet::Scheme::rediss);
    auto seen = observation({Try(nothing, tls_1_3).redis("PONG")});
    seen.plaintext.emplace_back();
    seen.plaintext[0].port = 8083;
    seen.plaintext[0].failure =
        probe::Failure{.phase = Phase::application, .kind = FailureKind::reset, .detail = ""};
    CHECK(!is_open(seen, redis));
    seen.plaintext[0].failure.reset();
    seen.plaintext[0].redis = "-NOAUTH Authentication required.";
    CHECK(is_open(seen, redis));
  }
}
