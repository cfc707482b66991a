#include <array>

#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

using enum ClientAuthMode;

probe::Observation seen_as(ClientAuthMode mode) {
  if (mode == none) {
    return healthy_none();
  }
  if (mode == want) {
    return healthy_want();
  }
  probe::Observation seen = healthy_want();
  seen.attempts[0] = Try(nothing, tls_1_3).asked().finished().alert(Phase::first_read, 116);
  seen.attempts[3] = Try(nothing, tls_1_2).asked().alert(Phase::handshake, 40);
  return seen;
}

struct MismatchRow {
  ClientAuthMode expected;
  ClientAuthMode seen;
  fleet::Goal goal;
  const char* told;
};

constexpr std::array mismatch_rows = {
    MismatchRow{none, none, fleet::Goal::none, ""},
    MismatchRow{none, want, fleet::Goal::none, "client_auth_mismatch info"},
    MismatchRow{none, need, fleet::Goal::none, "client_auth_mismatch error"},
    MismatchRow{want, none, fleet::Goal::none, "client_auth_mismatch error"},
    MismatchRow{want, want, fleet::Goal::need, ""},
    MismatchRow{want, need, fleet::Goal::need, "client_auth_mismatch info"},
    MismatchRow{want, none, fleet::Goal::need,
                "client_auth_none error, client_auth_mismatch error"},
    MismatchRow{need, need, fleet::Goal::need, ""},
    MismatchRow{need, want, fleet::Goal::need, "client_auth_mismatch error"},
    MismatchRow{need, none, fleet::Goal::need,
                "client_auth_none error, client_auth_mismatch error"},
    MismatchRow{none, none, fleet::Goal::need, "client_auth_none error"},
    MismatchRow{none, need, fleet::Goal::need, "client_auth_mismatch info"},
};

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("client auth: expected against seen -> weaker is an error, stricter is told") {
    for (const MismatchRow& row : mismatch_rows) {
      CAPTURE(name_of(row.expected));
      CAPTURE(name_of(row.seen));
      CAPTURE(name_of(row.goal));
      fleet::Target made = target();
      made.goal = row.goal;
      made.expect.client_auth = row.expected;
      CHECK(told(made, seen_as(row.seen)) == row.told);
    }
  }

  TEST_CASE("client auth: the detail names both and each version") {
    fleet::Target made = target();
    made.expect.client_auth = need;
    CHECK(detail(made, healthy_want(), Reason::client_auth_mismatch) ==
          "Expected need, seen want (over TLSv1.3 want, over TLSv1.2 want).");
  }

  TEST_CASE("client auth: nothing expected, nothing to flip -> none is fine") {
    fleet::Target made = target();
    made.goal = fleet::Goal::none;
    CHECK(told(made, healthy_none()).empty());
    made.goal = fleet::Goal::need;
    CHECK(told(made, healthy_none()) == "client_auth_none error");
  }

  TEST_CASE("client auth: the stranger accepted -> unverified, a warning") {
    auto seen = healthy_want();
    seen.attempts[2] = Try(stranger, tls_1_3).asked().sent().http(200);
    CHECK(told(target(), seen) == "client_auth_unverified warning");
    CHECK(
        detail(target(), seen, Reason::client_auth_unverified) ==
        "Over TLSv1.3 a self-signed certificate made up by telltale is accepted: the peer answers "
        "HTTP 200.");
  }

  TEST_CASE("client auth: both refused by HTTP -> unknown, with what was answered") {
    const auto seen = observation(
        {Try(nothing, tls_1_3).asked().http(400), Try(identity, tls_1_3).asked().sent().http(400)});
    CHECK(told(target(), seen) == "client_auth_unknown warning, app_refused warning");
    CHECK(
        detail(target(), seen, Reason::client_auth_unknown) ==
        "Over TLSv1.3, with no certificate the peer answers HTTP 400, with telltale's identity the "
        "peer answers HTTP 400.");
    fleet::Target unconcerned = target();
    unconcerned.goal = fleet::Goal::none;
    CHECK(told(unconcerned, seen) == "app_refused warning");
    unconcerned.expect.client_auth = want;
    CHECK(told(unconcerned, seen) == "client_auth_unknown warning, app_refused warning");
  }

  TEST_CASE("client auth: unknown for a reason already told -> not told twice") {
    CHECK(told(target(),
               observation({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)})) ==
          "connect_refused error");
  }

  TEST_CASE("versions: one mode known and one unknown -> no disagreement") {
    const auto seen = observation(
        {Try(nothing, tls_1_3).asked().http(200), Try(nothing, tls_1_2).asked().http(400)});
    CHECK(detail(target(), seen, Reason::versions_disagree).empty());
    CHECK(!detail(target(), seen, Reason::client_auth_unknown).empty());
  }

  TEST_CASE("versions: none in one of them -> disagree, and none blocks") {
    auto seen = healthy_want();
    seen.attempts.resize(3);
    seen.attempts.push_back(Try(nothing, tls_1_2).http(200));
    CHECK(told(target(), seen) == "client_auth_none error, versions_disagree error");
  }
}
