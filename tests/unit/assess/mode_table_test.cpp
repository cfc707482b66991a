// Mode inference, row by row of the table of meanings, and the cases between the rows.

#include <doctest/doctest.h>

#include "assess/mode.hpp"
#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

/// Assesses attempts at one version.
AddressAssessment judged(std::vector<probe::Attempt> attempts,
                         fleet::Scheme scheme = fleet::Scheme::https) {
  return assessed(target(scheme), observation(std::move(attempts)));
}

std::string mode(std::vector<probe::Attempt> attempts,
                 fleet::Scheme scheme = fleet::Scheme::https) {
  return std::string(name_of(judged(std::move(attempts), scheme).mode));
}

Try with_nothing() {
  return Try(nothing, tls_1_3).asked().finished();
}

Try with_identity() {
  return Try(identity, tls_1_3).asked().sent().finished();
}

Try with_stranger() {
  return Try(stranger, tls_1_3).asked().sent().finished();
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("mode: not asked and answered -> none, whatever the answer") {
    for (const unsigned status : {200U, 302U, 401U, 404U, 503U}) {
      CAPTURE(status);
      CHECK(mode({Try(nothing, tls_1_3).http(status)}) == "none");
    }
  }

  TEST_CASE("mode: not asked and not answered -> unknown") {
    CHECK(mode({Try(nothing, tls_1_3)
                    .finished()
                    .failed(Phase::application, FailureKind::timed_out)}) == "unknown");
    CHECK(mode({Try(nothing, tls_1_3).spoke().alert(Phase::handshake, 40)}) == "unknown");
    CHECK(mode({}) == "unknown");
  }

  TEST_CASE("mode: asked in one attempt, answered unasked in another -> none, the laxer") {
    CHECK(mode({with_nothing().alert(Phase::first_read, 116), Try(nothing, tls_1_3).http(200)}) ==
          "none");
    CHECK(mode({with_nothing().http(200), Try(identity, tls_1_3).http(200)}) == "none");
  }

  TEST_CASE("mode: nothing answered well -> want, whatever becomes of the identity") {
    CHECK(mode({with_nothing().http(200), with_identity().http(200)}) == "want");
    CHECK(mode({with_nothing().http(204)}) == "want");
    CHECK(mode({with_nothing().http(200), with_identity().alert(Phase::first_read, 48)}) == "want");
    CHECK(mode({with_nothing().http(200), with_identity().http(400)}) == "want");
    CHECK(mode({with_nothing().http(200),
                with_identity().failed(Phase::application, FailureKind::timed_out)}) == "want");
  }

  TEST_CASE("mode: want and the identity refused -> identity_rejected") {
    SUBCASE("at TLS") {
      const auto seen =
          judged({with_nothing().http(200), with_identity().alert(Phase::first_read, 48)});
      CHECK(text_of(seen.identity_accepted) == "false");
      CHECK(told(seen.findings) == "identity_rejected warning");
    }
    SUBCASE("at HTTP") {
      const auto seen = judged({with_nothing().http(200), with_identity().http(400)});
      CHECK(text_of(seen.identity_accepted) == "false");
      CHECK(told(seen.findings) == "identity_rejected warning");
    }
  }

  TEST_CASE("mode: nothing and identity get the same answer that refuses nobody -> want") {
    CHECK(mode({with_nothing().http(503), with_identity().http(500)}) == "want");
    CHECK(mode({with_nothing().http(302), with_identity().http(301)}) == "want");
    CHECK(mode({with_nothing().redis("-LOADING Redis is loading the dataset in memory"),
                with_identity().redis("-LOADING Redis is loading the dataset in memory")},
               fleet::Scheme::rediss) == "want");
  }

  TEST_CASE("mode: nothing refused at TLS -> need") {
    SUBCASE("and the identity accepted") {
      const auto seen =
          judged({with_nothing().alert(Phase::first_read, 116), with_identity().http(200)});
      CHECK(name_of(seen.mode) == "need");
      CHECK(text_of(seen.enforced_by) == "tls");
      CHECK(text_of(seen.identity_accepted) == "true");
      CHECK(told(seen.findings).empty());
    }
    SUBCASE("and the identity refused too -> identity_rejected") {
      const auto seen = judged({with_nothing().alert(Phase::first_read, 116),
                                with_identity().alert(Phase::first_read, 46)});
      CHECK(name_of(seen.mode) == "need");
      CHECK(text_of(seen.identity_accepted) == "false");
      CHECK(told(seen.findings) == "identity_rejected warning");
    }
    SUBCASE("and no identity -> a note that none confirmed it") {
      const auto seen = judged({with_nothing().alert(Phase::first_read, 116)});
      CHECK(name_of(seen.mode) == "need");
      CHECK(told(seen.findings) == "identity_unconfirmed info");
    }
    SUBCASE("and the identity let in by TLS, whatever HTTP says") {
      const auto seen =
          judged({with_nothing().alert(Phase::first_read, 116), with_identity().http(403)});
      CHECK(name_of(seen.mode) == "need");
      CHECK(text_of(seen.identity_accepted) == "true");
      CHECK(told(seen.findings) == "app_refused warning");
    }
  }

  TEST_CASE("mode: refused at TLS is an alert, a reset or an end of file, at once or late") {
    for (const Phase phase : {Phase::handshake, Phase::first_read}) {
      for (const FailureKind kind : {FailureKind::alert, FailureKind::reset, FailureKind::closed}) {
        CAPTURE(name_of(phase));
        CAPTURE(name_of(kind));
        CHECK(mode({with_nothing().failed(phase, kind), with_identity().http(200)}) == "need");
      }
    }
    CHECK(mode({with_nothing().alert(Phase::application, 116)}) == "need");
  }

  TEST_CASE("mode: any alert number refuses; the pair decides") {
    for (const unsigned number : {40U, 42U, 46U, 48U, 80U, 116U, 99U}) {
      CAPTURE(number);
      CHECK(mode({with_nothing().alert(Phase::first_read, number), with_identity().http(200)}) ==
            "need");
    }
  }

  TEST_CASE("mode: dropped where the answer was due -> unknown, unless the identity is answered") {
    for (const FailureKind kind : {FailureKind::reset, FailureKind::closed}) {
      CAPTURE(name_of(kind));
      CHECK(mode({with_nothing().failed(Phase::application, kind)}) == "unknown");
      CHECK(mode({with_nothing().failed(Phase::application, kind),
                  with_identity().failed(Phase::application, kind)}) == "unknown");
      CHECK(mode({with_nothing().failed(Phase::application, kind), with_identity().http(503)}) ==
            "unknown");
      const auto silent =
          judged({with_nothing().failed(Phase::application, kind), with_identity().http(200)});
      CHECK(name_of(silent.mode) == "need");
      CHECK(text_of(silent.enforced_by) == "tls");
      CHECK(told(silent.findings).empty());
      const auto after_ticket = judged(
          {with_nothing().finished(1).failed(Phase::application, kind), with_identity().http(200)});
      CHECK(name_of(after_ticket.mode) == "need");
      CHECK(text_of(after_ticket.enforced_by) == "http");
    }
  }

  TEST_CASE("mode: no answer by the deadline -> unknown, even if the identity is answered") {
    CHECK(mode({with_nothing().failed(Phase::application, FailureKind::timed_out),
                with_identity().http(200)}) == "unknown");
    CHECK(mode({Try(nothing, tls_1_3).failed(Phase::handshake, FailureKind::timed_out)}) ==
          "unknown");
    CHECK(mode({Try(nothing, tls_1_3).failed(Phase::connect, FailureKind::refused)}) == "unknown");
  }

  TEST_CASE("mode: HTTP refuses nothing and answers the identity -> need, enforced by HTTP") {
    for (const unsigned status : {400U, 403U, 302U}) {
      CAPTURE(status);
      const auto seen = judged({with_nothing().http(status), with_identity().http(200)});
      CHECK(name_of(seen.mode) == "need");
      CHECK(text_of(seen.enforced_by) == "http");
      CHECK(told(seen.findings).empty());
    }
  }

  TEST_CASE("mode: HTTP refuses nothing and redirects the identity -> need, enforced by HTTP") {
    CHECK(mode({with_nothing().http(400), with_identity().http(302)}) == "need");
    CHECK(mode({with_nothing().http(302), with_identity().http(400)}) == "unknown");
  }

  TEST_CASE("mode: the server itself fails for one of the two -> unknown, for both alike -> want") {
    CHECK(mode({with_nothing().http(503), with_identity().http(200)}) == "unknown");
    CHECK(mode({with_nothing().http(400), with_identity().http(503)}) == "unknown");
    CHECK(mode({with_nothing().http(503), with_identity().http(503)}) == "want");
  }

  TEST_CASE("mode: HTTP refuses both, or nothing and there is no identity -> unknown") {
    CHECK(mode({with_nothing().http(400), with_identity().http(400)}) == "unknown");
    CHECK(mode({with_nothing().http(403), with_identity().http(401)}) == "unknown");
    CHECK(mode({with_nothing().http(404), with_identity().http(404)}) == "unknown");
    CHECK(mode({with_nothing().http(403), with_identity().http(500)}) == "unknown");
    CHECK(mode({with_nothing().http(400)}) == "unknown");
    CHECK(mode({with_nothing().http(503)}) == "unknown");
    CHECK(mode({with_nothing().redis("-DENIED Redis is running in protected mode"),
                with_identity().redis("-DENIED Redis is running in protected mode")},
               fleet::Scheme::rediss) == "unknown");
  }

  TEST_CASE("mode: an identity that did not leave -> one more presentation of nothing") {
    const Try held_back = Try(identity, tls_1_3).asked().finished();
    SUBCASE("the only one there is") {
      CHECK(mode({Try(held_back).http(200)}) == "want");
      CHECK(mode({Try(held_back).alert(Phase::first_read, 116)}) == "need");
    }
    SUBCASE("it confirms nothing") {
      const auto seen = judged({with_nothing().http(400), Try(held_back).http(200)});
      // Of two presentations of nothing the laxer counts.
      CHECK(name_of(seen.mode) == "want");
      CHECK(text_of(seen.identity_accepted) == "null");
    }
    SUBCASE("a stranger that did not leave says nothing about verification") {
      const auto seen =
          judged({with_nothing().http(200), Try(stranger, tls_1_3).asked().http(200)});
      CHECK(text_of(seen.client_certificates_verified) == "null");
    }
  }

  TEST_CASE("verified: the stranger refused -> true, accepted -> false, neither -> null") {
    const auto verified = [](std::vector<probe::Attempt> attempts) {
      return text_of(judged(std::move(attempts)).client_certificates_verified);
    };
    CHECK(verified({with_nothing().http(200), with_stranger().alert(Phase::first_read, 48)}) ==
          "true");
    CHECK(verified({with_nothing().http(200),
                    with_stranger().failed(Phase::first_read, FailureKind::reset)}) == "true");
    CHECK(verified({with_nothing().http(200), with_stranger().http(400)}) == "true");
    CHECK(verified({with_nothing().http(200), with_stranger().http(302)}) == "true");
    CHECK(verified({with_nothing().http(200), with_stranger().http(200)}) == "false");
    CHECK(verified({with_nothing().alert(Phase::first_read, 42), with_stranger().http(200)}) ==
          "false");
    CHECK(verified({with_nothing().http(503), with_identity().http(503),
                    with_stranger().http(503)}) == "false");
    CHECK(verified({with_nothing().http(200), with_stranger().http(503)}) == "null");
    CHECK(verified({with_nothing().http(400), with_stranger().http(400)}) == "null");
    CHECK(verified({with_nothing().http(200),
                    with_stranger().failed(Phase::application, FailureKind::timed_out)}) == "null");
    CHECK(verified({with_nothing().http(200)}) == "null");
  }

  TEST_CASE("verified: one version takes anybody -> false; one version unseen -> null") {
    const auto over_1_2 = [](Presentation presentation) {
      return Try(presentation, tls_1_2).asked();
    };
    CHECK(text_of(judged({with_nothing().http(200), with_stranger().alert(Phase::first_read, 46),
                          over_1_2(nothing).http(200), over_1_2(stranger).sent().http(200)})
                      .client_certificates_verified) == "false");
    CHECK(text_of(judged({with_nothing().http(200), with_stranger().alert(Phase::first_read, 46),
                          over_1_2(nothing).http(200)})
                      .client_certificates_verified) == "null");
  }

  TEST_CASE("versions: one that is not spoken, while the other is -> left out") {
    const auto spoken = [] { return Try(nothing, tls_1_2).asked().http(200); };
    SUBCASE("by the alert protocol_version") {
      const auto seen = judged({Try(nothing, tls_1_3).alert(Phase::handshake, 70), spoken()});
      CHECK(name_of(seen.mode) == "want");
      CHECK(seen.versions.size() == 1);
      CHECK(told(seen.findings).empty());
    }
    SUBCASE("by our own side's alert to a ServerHello of another version") {
      Try refused(nothing, tls_1_3);
      refused.attempt().handshake.alerts.push_back(
          {.level = tls::AlertLevel::fatal,
           .description = AlertDescription::protocol_version,
           .direction = tls::Direction::sent});
      refused.failed(Phase::handshake, FailureKind::tls, "unsupported protocol");
      CHECK(mode({refused, spoken()}) == "want");
    }
    SUBCASE("by a peer that knows no TLS 1.3 and finds no cipher it shares") {
      CHECK(mode({Try(nothing, tls_1_3).alert(Phase::handshake, 40), spoken()}) == "want");
    }
    SUBCASE("TLS 1.2, while only 1.3 is spoken") {
      CHECK(mode({Try(nothing, tls_1_3).http(200),
                  Try(nothing, tls_1_2).alert(Phase::handshake, 70)}) == "none");
    }
  }

  TEST_CASE("versions: one that fails in another way -> not left out, so the mode is unknown") {
    const auto spoken = [] { return Try(nothing, tls_1_2).asked().http(200); };
    SUBCASE("a timeout") {
      CHECK(mode({Try(nothing, tls_1_3).failed(Phase::handshake, FailureKind::timed_out),
                  spoken()}) == "unknown");
    }
    SUBCASE("a handshake that began") {
      CHECK(mode({Try(nothing, tls_1_3).spoke().alert(Phase::handshake, 40), spoken()}) ==
            "unknown");
    }
    SUBCASE("not spoken in one attempt, spoken in another") {
      CHECK(mode({Try(nothing, tls_1_3).alert(Phase::handshake, 70), with_identity().http(200),
                  spoken()}) == "unknown");
    }
    SUBCASE("neither version spoken") {
      const auto seen = judged({Try(nothing, tls_1_3).alert(Phase::handshake, 70),
                                Try(nothing, tls_1_2).alert(Phase::handshake, 70)});
      CHECK(name_of(seen.mode) == "unknown");
      CHECK(seen.versions.empty());
      CHECK(told(seen.findings) == "tls_protocol error");
    }
  }

  TEST_CASE("versions: two modes -> the laxer, and versions_disagree") {
    const auto seen = judged({with_nothing().alert(Phase::first_read, 116),
                              with_identity().http(200), Try(nothing, tls_1_2).asked().http(200)});
    CHECK(name_of(seen.mode) == "want");
    CHECK(text_of(seen.enforced_by) == "null");
    CHECK(find(seen.findings, Reason::versions_disagree) != nullptr);
    CHECK(find(seen.findings, Reason::versions_disagree)->detail ==
          "The mode depends on the TLS version: over TLSv1.3 need, over TLSv1.2 want.");
  }

  TEST_CASE("laxest: none wins over everything, unknown over want and need") {
    using enum ClientAuthMode;
    const auto of = [](std::vector<ClientAuthMode> modes) { return name_of(laxest(modes)); };
    CHECK(of({}) == "unknown");
    CHECK(of({need}) == "need");
    CHECK(of({need, want}) == "want");
    CHECK(of({need, unknown}) == "unknown");
    CHECK(of({want, unknown}) == "unknown");
    CHECK(of({unknown, none}) == "none");
    CHECK(of({need, none, want}) == "none");
  }

  TEST_CASE("answers: an answer that was cut short still shows its status") {
    Try endless = with_nothing().http(200);
    endless.failed(Phase::application, FailureKind::oversize);
    const auto seen = judged({endless});
    CHECK(name_of(seen.mode) == "want");
    CHECK(told(seen.findings) == "app_oversize warning");
  }

  TEST_CASE("facts survive failure: an untrusted, expired peer still shows chain, mode and list") {
    probe::Observation seen = healthy_want();
    auto leaf = certificate("CN=orca", root_b);
    leaf.validity.not_after = noon - std::chrono::hours(1);
    seen.peer_chains = {peer_chain({share(leaf)})};
    seen.peer_chains[0].verification.trusted = false;
    seen.peer_chains[0].verification.path.clear();
    const AddressAssessment judged_look = assessed(target(), seen);
    CHECK(name_of(judged_look.mode) == "want");
    CHECK(judged_look.certificates.size() == 1);
    REQUIRE(judged_look.verification);
    CHECK(!judged_look.verification->trusted);
    REQUIRE(judged_look.versions.size() == 2);
    CHECK(judged_look.versions[0].certificate_request->certificate_authorities.size() == 1);
    CHECK(judged_look.identity == "telltale");
    CHECK(told(judged_look.findings) == "chain_untrusted error, certificate_expired error");
  }
}
