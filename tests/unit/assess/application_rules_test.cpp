#include <array>

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

fleet::Target redis() {
  return target(fleet::Scheme::rediss);
}

/// A Redis under `want` that answers PING and INFO.
probe::Observation redis_look(const std::string& ping = "PONG") {
  auto seen = observation({Try(nothing, tls_1_3).asked(request({})).redis(ping),
                           Try(identity, tls_1_3).asked(request({})).sent().redis(ping)});
  seen.attempts[1].redis->version = "7.0.15";
  seen.attempts[1].redis->mode = "standalone";
  return seen;
}

probe::RedisReply& reply(probe::Observation& seen) {
  return *seen.attempts[1].redis;
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("application: every status but 2xx with our best presentation -> told") {
    const auto told_of = [](unsigned status) {
      return told(target(), observation({Try(nothing, tls_1_3).asked().http(status),
                                         Try(identity, tls_1_3).asked().sent().http(status)}));
    };
    CHECK(told_of(200).empty());
    CHECK(told_of(204).empty());
    CHECK(told_of(302) == "app_unhealthy warning");
    CHECK(told_of(500) == "app_unhealthy warning");
    CHECK(told_of(503) == "app_unhealthy warning");
    CHECK(told_of(404) == "client_auth_unknown warning, app_unhealthy warning");
    for (const unsigned status : {400U, 401U, 403U, 495U, 496U}) {
      CAPTURE(status);
      CHECK(told_of(status) == "client_auth_unknown warning, app_refused warning");
    }
  }

  TEST_CASE("application: one good answer is enough -> not unhealthy") {
    CHECK(told(target(), observation({Try(nothing, tls_1_3).asked().http(400),
                                      Try(identity, tls_1_3).asked().sent().http(200)}))
              .empty());
    CHECK(told(target(), observation({Try(nothing, tls_1_3).asked().http(200),
                                      Try(identity, tls_1_3).asked().sent().http(503)})) ==
          "identity_rejected warning");
  }

  TEST_CASE("application: never answered, or only to the stranger -> not applicable") {
    CHECK(told(target(),
               observation(
                   {Try(nothing, tls_1_3).asked().finished().alert(Phase::first_read, 116)})) ==
          "identity_unconfirmed info");
    CHECK(told(target(),
               observation({Try(nothing, tls_1_3).asked().finished().alert(Phase::first_read, 116),
                            Try(stranger, tls_1_3).asked().sent().http(503)})) ==
          "identity_unconfirmed info");
  }

  TEST_CASE("application: the detail quotes the answer") {
    fleet::Target made = target();
    made.goal = fleet::Goal::none;
    CHECK(detail(made, observation({Try(nothing, tls_1_2).http(503, R"({"status":"DOWN"})")}),
                 Reason::app_unhealthy) ==
          R"(To GET /health over TLSv1.2 with no certificate, the application answers HTTP 503: )"
          R"({"status":"DOWN"}.)");
  }

  TEST_CASE("redis: PONG, and NOAUTH or NOPERM, are healthy; other errors are told") {
    CHECK(told(redis(), redis_look()).empty());
    CHECK(told(redis(), redis_look("-NOAUTH Authentication required.")).empty());
    CHECK(told(redis(), redis_look("-NOPERM this user has no permissions")).empty());
    CHECK(told(redis(), redis_look("-LOADING Redis is loading the dataset")) ==
          "app_unhealthy warning");
    CHECK(told(redis(), redis_look("-MISCONF Redis is configured to save RDB snapshots")) ==
          "app_unhealthy warning");
    CHECK(told(redis(), redis_look("-DENIED Redis is running in protected mode")) ==
          "client_auth_unknown warning, app_refused warning");
    CHECK(
        detail(redis(), redis_look("-LOADING dataset"), Reason::app_unhealthy) ==
        "To PING over TLSv1.3 with telltale's identity, the application answers -LOADING dataset.");
  }

  TEST_CASE("redis_auth: refused, withheld, or not needed") {
    auto seen = redis_look("-NOAUTH Authentication required.");
    fleet::Target made = redis();
    made.password = pki::SecretSource::in_file("/etc/telltale/redis");
    SUBCASE("refused -> told with the server's line") {
      reply(seen).auth_error = "WRONGPASS invalid username-password pair or user is disabled.";
      CHECK(told(made, seen) == "redis_auth warning");
      CHECK(detail(made, seen, Reason::redis_auth) ==
            "AUTH is refused: WRONGPASS invalid username-password pair or user is disabled.");
    }
    SUBCASE("withheld, since the chain did not verify -> told") {
      CHECK(told(made, seen) == "redis_auth warning");
    }
    SUBCASE("accepted -> nothing") {
      reply(seen).authenticated = true;
      CHECK(told(made, seen).empty());
    }
    SUBCASE("no password is asked for -> nothing") {
      CHECK(told(made, redis_look()).empty());
    }
    SUBCASE("none is configured -> nothing, the version tells") {
      CHECK(told(redis(), seen).empty());
    }
  }

  TEST_CASE("redis_version: older than expected -> an error; unreadable -> a warning") {
    struct Row {
      const char* seen;
      const char* minimum;
      const char* told;
    };

    constexpr std::array rows = {
        Row{"6.0.0", "6", ""},
        Row{"6", "6.0", "redis_version error"},
        Row{"5.0.14", "6", "redis_version error"},
        Row{"7.0.15", "6", ""},
        Row{"10.0.0", "6", ""},
        Row{"6.2.6", "6.2.7", "redis_version error"},
        Row{"6.2.7", "6.2.7", ""},
        Row{"7.2.4-rc1", "7.2.4", ""},
        Row{"255.255.255", "7.2", ""},
        Row{"unstable", "6", "redis_version warning"},
        Row{"", "6", "redis_version warning"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.seen);
      CAPTURE(row.minimum);
      auto seen = redis_look();
      reply(seen).version = row.seen;
      fleet::Target made = redis();
      made.expect.minimum_redis_version = row.minimum;
      CHECK(told(made, seen) == row.told);
    }
  }

  TEST_CASE("redis_version: not read -> a warning that says why, never an error") {
    auto seen = redis_look();
    reply(seen).version.reset();
    SUBCASE("INFO denied by ACL") {
      reply(seen).info_error = "NOPERM this user has no permissions to run the 'info' command";
      CHECK(detail(redis(), seen, Reason::redis_version) ==
            "The version of Redis is unknown: INFO is refused: NOPERM this user has no permissions "
            "to run the 'info' command.");
    }
    SUBCASE("a password is asked for and none is configured") {
      seen = redis_look("-NOAUTH Authentication required.");
      reply(seen).version.reset();
      CHECK(detail(redis(), seen, Reason::redis_version) ==
            "The version of Redis is unknown: Redis asks for a password and none is configured.");
    }
    SUBCASE("INFO had none") {
      CHECK(detail(redis(), seen, Reason::redis_version) ==
            "The version of Redis is unknown: INFO gave none.");
    }
    CHECK(told(redis(), seen) == "redis_version warning");
  }

  TEST_CASE("redis_version: no reply at all, or no Redis -> not applicable") {
    CHECK(detail(
              redis(),
              observation({Try(nothing, tls_1_3).asked(request({})).alert(Phase::first_read, 116)}),
              Reason::redis_version)
              .empty());
    CHECK(detail(target(), healthy_want(), Reason::redis_version).empty());
  }

  TEST_CASE("redis_mode_unsupported: cluster or sentinel -> a warning") {
    for (const char* mode : {"cluster", "sentinel"}) {
      auto seen = redis_look();
      reply(seen).mode = mode;
      CHECK(told(redis(), seen) == "redis_mode_unsupported warning");
    }
  }
}
