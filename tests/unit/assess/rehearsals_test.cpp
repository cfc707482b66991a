// What became of rehearsals: pairs on the same path at the same version.

#include <doctest/doctest.h>

#include "unit/assess/held_keys.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

const pki::Chain orca = by_root().chain;

probe::Rehearsal rehearsal(const probe::Attempt& attempt, const std::string& path,
                           const pki::Chain& chain, bool is_ours = false) {
  return {.attempt = attempt, .path = path, .chain = chain, .is_ours = is_ours};
}

Try presenting() {
  return Try(identity, tls_1_3).asked().sent().finished();
}

Try bare() {
  return Try(nothing, tls_1_3).asked().finished();
}

/// What becomes of the last rehearsal, when nothing, ours and the stranger fare so on /health.
RehearsalAssessment last(std::vector<probe::Attempt> attempts,
                         std::vector<probe::Rehearsal> rehearsals,
                         fleet::Scheme scheme = fleet::Scheme::https) {
  probe::Observation seen = observation(std::move(attempts));
  seen.rehearsals = std::move(rehearsals);
  return assessed(target(scheme), seen).rehearsals.back();
}

struct Row {
  std::string rule;
  Try nothing;
  Try ours;
  Try stranger;
  Try theirs;
  std::string accepted;
};

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("rehearsal: on the health path -> compared with the ordinary attempts") {
    const Phase refusal = Phase::first_read;
    const Try turned_away = presenting().alert(refusal, 46);
    const Try stranger_out = Try(stranger, tls_1_3).asked().sent().finished().alert(refusal, 46);
    const Try stranger_in = Try(stranger, tls_1_3).asked().sent().http(200);
    const Try stranger_400 = Try(stranger, tls_1_3).asked().sent().http(400);
    const std::vector<Row> rows = {
        {"served", bare().http(200), presenting().http(200), stranger_out, presenting().http(200),
         "true"},
        {"refused at TLS", bare().http(200), presenting().http(200), stranger_out, turned_away,
         "false"},
        {"reset at TLS", bare().http(200), presenting().http(200), stranger_out,
         presenting().failed(refusal, FailureKind::reset), "false"},
        {"dropped, others served", bare().http(200), presenting().http(200), stranger_out,
         presenting().failed(Phase::application, FailureKind::closed), "false"},
        {"too late", bare().http(200), presenting().http(200), stranger_out,
         presenting().failed(Phase::application, FailureKind::timed_out), "null"},
        {"refused at HTTP", bare().http(200), presenting().http(200), stranger_400,
         presenting().http(400), "false"},
        {"fails by itself", bare().http(200), presenting().http(200), stranger_out,
         presenting().http(503), "null"},
        {"all are unwell", bare().http(503), presenting().http(503), stranger_out,
         presenting().http(503), "true"},
        {"need, served", bare().alert(refusal, 116), presenting().http(200), stranger_out,
         presenting().http(200), "true"},
        {"need, let in by TLS", bare().alert(refusal, 116), presenting().http(404), stranger_out,
         presenting().http(404), "true"},
        {"need, let in by TLS, and not served", bare().alert(refusal, 116), presenting().http(200),
         stranger_out, presenting().http(403), "false"},
        {"need, refused", bare().alert(refusal, 116), presenting().http(200), stranger_out,
         turned_away, "false"},
        {"all get 401, TLS verifies", bare().http(401), presenting().http(401), stranger_out,
         presenting().http(401), "true"},
        {"all get 400, HTTP may verify", bare().http(400), presenting().http(400), stranger_400,
         presenting().http(400), "null"},
        {"all get 401, TLS takes anybody", bare().http(401), presenting().http(401), stranger_in,
         presenting().http(401), "null"},
        {"HTTP need, served", bare().http(400), presenting().http(200), stranger_400,
         presenting().http(200), "true"},
        {"HTTP need, refused", bare().http(400), presenting().http(200), stranger_400,
         presenting().http(400), "false"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.rule);
      const auto weighed =
          last({row.nothing, row.ours, row.stranger}, {rehearsal(row.theirs, "/health", orca)});
      CHECK(text_of(weighed.accepted) == row.accepted);
      CHECK(weighed.presented);
      CHECK(weighed.chain == orca);
    }
  }

  TEST_CASE("rehearsal: on a call's path -> compared with nothing and ours there") {
    const auto on = [](const Try& attempt, const pki::Chain& chain, bool is_ours = false) {
      return rehearsal(attempt, "/ops", chain, is_ours);
    };
    const std::vector<probe::Attempt> want = healthy_want().attempts;
    const pki::Chain ours = our_identity().chain;
    SUBCASE("nothing refused, ours and theirs served") {
      const auto path = [&](const Try& theirs) {
        return last(want, {on(bare().http(403), {}), on(presenting().http(200), ours, true),
                           on(theirs, orca)});
      };
      CHECK(text_of(path(presenting().http(200)).accepted) == "true");
      CHECK(text_of(path(presenting().http(403)).accepted) == "false");
      CHECK(path(presenting().http(403)).what_happened == "answers HTTP 403");
    }
    SUBCASE("nothing itself -> served or not") {
      const auto of_nothing = [&](const Try& nobody, const Try& us) {
        return text_of(last(want, {on(us, ours, true), on(nobody, {})}).accepted);
      };
      CHECK(of_nothing(bare().http(200), presenting().http(200)) == "true");
      CHECK(of_nothing(bare().http(403), presenting().http(200)) == "false");
      CHECK(of_nothing(bare().http(403), presenting().http(302)) == "false");
      CHECK(of_nothing(bare().http(302), presenting().http(200)) == "false");
      CHECK(of_nothing(bare().http(302), presenting().http(302)) == "true");
      CHECK(of_nothing(bare().http(405), presenting().http(405)) == "null");
      CHECK(of_nothing(bare().http(500), presenting().http(500)) == "true");
      CHECK(of_nothing(bare().http(500), presenting().http(200)) == "null");
      CHECK(of_nothing(bare().alert(Phase::first_read, 116), presenting().http(200)) == "false");
      CHECK(of_nothing(bare().failed(Phase::application, FailureKind::timed_out),
                       presenting().http(200)) == "null");
    }
    SUBCASE("nothing else was tried there -> only a good answer tells") {
      CHECK(text_of(last(want, {on(presenting().http(200), orca)}).accepted) == "true");
      CHECK(text_of(last(want, {on(presenting().http(404), orca)}).accepted) == "null");
    }
  }

  TEST_CASE("rehearsal: no certificate left -> nothing can be told") {
    const auto weighed =
        last(healthy_want().attempts,
             {rehearsal(Try(identity, tls_1_3).asked().http(200), "/health", orca)});
    CHECK_FALSE(weighed.presented);
    CHECK(text_of(weighed.accepted) == "null");
  }

  TEST_CASE("rehearsal: Redis -> NOAUTH is an answer, an alert a refusal") {
    const std::vector<probe::Attempt> attempts = {
        Try(nothing, tls_1_3).asked().redis("-NOAUTH Authentication required."),
        Try(stranger, tls_1_3).asked().sent().finished().alert(Phase::first_read, 48)};
    const auto of = [&](const Try& theirs) {
      return text_of(last(attempts, {rehearsal(theirs, "", orca)}, fleet::Scheme::rediss).accepted);
    };
    CHECK(of(presenting().redis("-NOAUTH Authentication required.")) == "true");
    CHECK(of(presenting().alert(Phase::first_read, 48)) == "false");
  }

  TEST_CASE("address: the chains that were seen -> kept for the callers") {
    CHECK(assessed(target(), healthy_want()).peer_chains.size() == 1);
  }

  TEST_CASE("chain: the wrong name on rediss -> a warning where no caller looks at names") {
    auto seen = healthy_want();
    seen.peer_chains.front().verification.name_matches = false;
    fleet::Edge jedis{.caller = "orca", .callee = "redis", .runtime = fleet::Runtime::java};
    fleet::Edge go{.caller = "dinghy", .callee = "redis", .runtime = fleet::Runtime::go};
    const auto severity = [&](fleet::Scheme scheme, const std::vector<fleet::Edge>& callers) {
      const auto judged = assess_address(target(scheme), seen, week, noon, callers);
      return find(judged.findings, Reason::hostname_mismatch)->severity;
    };
    CHECK(severity(fleet::Scheme::rediss, {}) == Severity::error);
    CHECK(severity(fleet::Scheme::rediss, {jedis}) == Severity::warning);
    CHECK(severity(fleet::Scheme::rediss, {jedis, go}) == Severity::error);
    CHECK(severity(fleet::Scheme::https, {jedis}) == Severity::error);
  }

  TEST_CASE("mode: need is expected and seen, and anybody gets in -> an error") {
    const auto severity = [](ClientAuthMode expected, const Try& nobody) {
      fleet::Target callee = target();
      callee.expect.client_auth = expected;
      const auto seen = observation({nobody, Try(identity, tls_1_3).asked().sent().http(200),
                                     Try(stranger, tls_1_3).asked().sent().http(200)});
      return find(assessed(callee, seen).findings, Reason::client_auth_unverified)->severity;
    };
    const Try refused = bare().alert(Phase::first_read, 42);
    CHECK(severity(ClientAuthMode::need, refused) == Severity::error);
    CHECK(severity(ClientAuthMode::want, refused) == Severity::warning);
    CHECK(severity(ClientAuthMode::need, bare().http(200)) == Severity::warning);
  }
}
