#include "probe/rehearsal.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/mint.hpp"

namespace telltale::probe {
namespace {

using std::chrono::milliseconds;
using tls::ProtocolVersion;

pki::IdentityPtr new_identity() {
  const mint::Credential made = mint::self_signed();
  return pki::Identity::from_pem(made.certificate_pem(), made.key_pem()).value();
}

/// What the peer did at one version: it asked, it finished its handshake.
struct Met {
  ProtocolVersion version;
  bool asks;
  bool completes;
};

std::vector<Attempt> attempts_of(const std::vector<Met>& met) {
  std::vector<Attempt> attempts;
  for (const Met& each : met) {
    Attempt& attempt = attempts.emplace_back();
    attempt.version = each.version;
    attempt.handshake.completed = each.completes;
    if (each.asks) {
      attempt.handshake.certificate_request = std::make_shared<const tls::CertificateRequest>();
    }
  }
  return attempts;
}

TEST_SUITE("probe") {
  TEST_CASE("rehearsals: what each version showed -> what is tried there") {
    struct Row {
      std::string what;
      std::vector<Met> met;
      std::vector<std::string> planned;
    };

    using enum ProtocolVersion;
    const Row rows[] = {
        {"both ask",
         {{tls_1_3, true, true}, {tls_1_2, true, true}},
         {"TLSv1.3 caller /ops", "TLSv1.3 nothing /ops", "TLSv1.3 ours /ops", "TLSv1.2 caller /ops",
          "TLSv1.2 nothing /ops", "TLSv1.2 ours /ops"}},
        {"one asks, and refuses who has nothing",
         {{tls_1_3, false, true}, {tls_1_2, true, false}},
         {"TLSv1.3 nothing /ops", "TLSv1.2 caller /ops", "TLSv1.2 nothing /ops",
          "TLSv1.2 ours /ops"}},
        {"asked later only",
         {{tls_1_3, false, false}, {tls_1_3, true, true}},
         {"TLSv1.3 caller /ops", "TLSv1.3 nothing /ops", "TLSv1.3 ours /ops"}},
        {"does not speak it",
         {{tls_1_3, false, false}, {tls_1_2, false, true}},
         {"TLSv1.2 nothing /ops"}},
        {"speaks none", {{tls_1_3, false, false}, {tls_1_2, false, false}}, {}},
        {"was not looked at", {}, {}},
    };
    const pki::IdentityPtr ours = new_identity();
    const pki::IdentityPtr caller = new_identity();
    for (const Row& row : rows) {
      CAPTURE(row.what);
      std::vector<std::string> planned;
      for (const PlannedRehearsal& each : plan_rehearsals(
               {.rehearsals = {{caller, "/ops"}}, .paths = {"/ops"}}, attempts_of(row.met), ours)) {
        const std::string who = each.identity == caller ? "caller"
                                : each.is_ours          ? "ours"
                                                        : "nothing";
        planned.push_back(std::string(label(each.version)) + " " + who + " " + each.path);
        CHECK(each.is_ours == (each.identity == ours));
      }
      CHECK(planned == row.planned);
    }
  }

  TEST_CASE("rehearsals: no identity of ours -> nothing to compare with but nothing") {
    const std::vector<PlannedRehearsal> planned = plan_rehearsals(
        {.paths = {"/ops"}}, attempts_of({{ProtocolVersion::tls_1_3, true, true}}), nullptr);
    REQUIRE(planned.size() == 1);
    CHECK_FALSE(planned[0].identity);
    CHECK_FALSE(planned[0].is_ours);
  }

  TEST_CASE("rehearsals: a share of the time -> half of what is left, the last one all") {
    CHECK(share_of(milliseconds(5000), 9) == milliseconds(2500));
    CHECK(share_of(milliseconds(2500), 2) == milliseconds(1250));
    CHECK(share_of(milliseconds(1250), 1) == milliseconds(1250));
  }

  TEST_CASE("rehearsals: ten callers, two versions, 450 ms each -> TLS 1.3 is tried for all") {
    constexpr Duration each = milliseconds(450);
    Duration left = milliseconds(5000);
    for (std::size_t unmade = 20; unmade > 10; --unmade) {
      CHECK(share_of(left, unmade) >= each);
      left -= each;
    }
  }
}

}  // namespace
}  // namespace telltale::probe
