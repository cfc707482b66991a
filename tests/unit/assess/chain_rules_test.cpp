#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using namespace std::chrono_literals;

namespace {

const std::string intermediate = "CN=Lab Intermediate A1,O=Telltale Lab";

probe::Observation with_chain(probe::PeerChain peer) {
  probe::Observation seen = healthy_want();
  seen.peer_chains = {std::move(peer)};
  return seen;
}

probe::Observation with_leaf(pki::Certificate leaf) {
  return with_chain(peer_chain({share(std::move(leaf))}));
}

pki::Certificate leaf() {
  return certificate("CN=orca", root_a);
}

std::string told_of(const probe::Observation& seen) {
  return told(target(), seen);
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("chain: trusted, named, in time -> nothing") {
    CHECK(told_of(healthy_want()).empty());
    const AddressAssessment judged = assessed(target(), healthy_want());
    REQUIRE(judged.first_to_end);
    CHECK(judged.first_to_end->subject == "CN=orca");
    CHECK(judged.first_to_end->not_after == noon + std::chrono::days(100));
  }

  TEST_CASE("chain: none was seen -> not applicable") {
    probe::Observation seen = healthy_want();
    seen.peer_chains.clear();
    CHECK(told_of(seen).empty());
    seen.peer_chains.emplace_back();
    CHECK(told_of(seen).empty());
    CHECK(!assessed(target(), seen).first_to_end);
  }

  TEST_CASE("chain: no path to an anchor -> chain_untrusted with the verifier's words") {
    auto peer = peer_chain({share(leaf())});
    peer.verification.trusted = false;
    peer.verification.path.clear();
    peer.verification.errors = {
        {.code = 20, .depth = 0, .text = "unable to get local issuer certificate"},
        {.code = 10, .depth = 0, .text = "certificate has expired"}};
    const auto seen = with_chain(peer);
    CHECK(told_of(seen) == "chain_untrusted error");
    CHECK(
        detail(target(), seen, Reason::chain_untrusted) ==
        "The chain of CN=orca, issued by CN=Lab Root A,O=Telltale Lab, does not verify: unable to "
        "get local issuer certificate at depth 0.");
  }

  TEST_CASE("chain: trusted, but the verifier objects to something else -> chain_untrusted") {
    auto peer = peer_chain({share(leaf())});
    SUBCASE("a name constraint") {
      peer.verification.errors = {{.code = 47, .depth = 1, .text = "permitted subtree violation"}};
      CHECK(told_of(with_chain(peer)) == "chain_untrusted error");
    }
    SUBCASE("a purpose above the leaf") {
      peer.verification.errors = {{.code = 26, .depth = 1, .text = "unsuitable purpose"}};
      CHECK(told_of(with_chain(peer)) == "chain_untrusted error");
    }
    SUBCASE("what has a rule of its own -> not here") {
      peer.verification.errors = {{.code = 10, .depth = 0, .text = "certificate has expired"},
                                  {.code = 62, .depth = 0, .text = "hostname mismatch"},
                                  {.code = 68, .depth = 1, .text = "CA md too weak"}};
      CHECK(told_of(with_chain(peer)).empty());
    }
  }

  TEST_CASE("chain: untrusted for its purpose alone -> usage_missing, if that is what it lacks") {
    auto made = leaf();
    auto peer = peer_chain({share(made)});
    peer.verification.trusted = false;
    peer.verification.errors = {{.code = 26, .depth = 0, .text = "unsuitable purpose"}};
    CHECK(told_of(with_chain(peer)) == "chain_untrusted error");
    made.extended_key_usage = {pki::KeyPurpose::client_auth};
    peer.certificates = {share(made)};
    CHECK(told_of(with_chain(peer)) == "usage_missing error");
  }

  TEST_CASE("chain: untrusted without a word of why -> chain_untrusted") {
    auto peer = peer_chain({share(leaf())});
    peer.verification.trusted = false;
    CHECK(told_of(with_chain(peer)) == "chain_untrusted error");
  }

  TEST_CASE("chain: the intermediate was not sent -> chain_incomplete, not chain_untrusted") {
    auto peer = peer_chain({share(certificate("CN=orca", intermediate))});
    peer.verification.trusted = false;
    peer.verification.incomplete = true;
    peer.verification.path.clear();
    const auto seen = with_chain(peer);
    CHECK(told_of(seen) == "chain_incomplete error");
    CHECK(detail(target(), seen, Reason::chain_incomplete) ==
          "The server sends 1 certificate; the issuer CN=Lab Intermediate A1,O=Telltale Lab of the "
          "last one is neither sent nor trusted.");
  }

  TEST_CASE("name: not among the subjectAltNames -> hostname_mismatch") {
    auto peer = peer_chain({share(leaf())});
    peer.verification.name_matches = false;
    peer.verification.name = "spin-echo.spinnaker";
    CHECK(told_of(with_chain(peer)) == "hostname_mismatch error");
    CHECK(detail(target(), with_chain(peer), Reason::hostname_mismatch) ==
          "The certificate of CN=orca does not name spin-echo.spinnaker; it names "
          "spin-orca.spinnaker.");
    auto nameless = leaf();
    nameless.dns_names.clear();
    peer.certificates = {share(nameless)};
    CHECK(detail(target(), with_chain(peer), Reason::hostname_mismatch) ==
          "The certificate of CN=orca does not name spin-echo.spinnaker; it has no name in "
          "subjectAltName.");
  }

  TEST_CASE("dates: both ends belong to the validity (RFC 5280 4.1.2.5)") {
    auto made = leaf();
    SUBCASE("exactly at notAfter -> valid, and about to end") {
      made.validity.not_after = noon;
      CHECK(told_of(with_leaf(made)) == "certificate_expiring warning");
    }
    SUBCASE("a second after notAfter -> expired") {
      made.validity.not_after = noon - 1s;
      CHECK(told_of(with_leaf(made)) == "certificate_expired error");
      CHECK(detail(target(), with_leaf(made), Reason::certificate_expired) ==
            "CN=orca ended at 2026-08-01T11:59:59Z.");
    }
    SUBCASE("exactly at notBefore -> valid") {
      made.validity.not_before = noon;
      CHECK(told_of(with_leaf(made)).empty());
    }
    SUBCASE("a second before notBefore -> not yet valid") {
      made.validity.not_before = noon + 1s;
      CHECK(told_of(with_leaf(made)) == "certificate_not_yet_valid error");
    }
    SUBCASE("ends exactly when the margin does -> not expiring") {
      made.validity.not_after = noon + std::chrono::days(7);
      CHECK(told_of(with_leaf(made)).empty());
    }
    SUBCASE("ends a second before the margin does -> expiring") {
      made.validity.not_after = noon + std::chrono::days(7) - 1s;
      CHECK(told_of(with_leaf(made)) == "certificate_expiring warning");
      CHECK(detail(target(), with_leaf(made), Reason::certificate_expiring) ==
            "CN=orca ends at 2026-08-08T11:59:59Z, in 6d23h.");
    }
    SUBCASE("ends in the year 9999 -> nothing overflows") {
      made.validity.not_after =
          std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::hours(23);
      CHECK(told_of(with_leaf(made)).empty());
    }
  }

  TEST_CASE("dates: of the leaf and the intermediates on the path; not of what is on no path") {
    auto issuer = certificate(intermediate, root_a);
    issuer.validity.not_after = noon - 1s;
    auto peer = peer_chain({share(certificate("CN=orca", intermediate)), share(issuer)});
    SUBCASE("an intermediate on the path -> expired") {
      CHECK(told_of(with_chain(peer)) == "certificate_expired error");
      CHECK(assessed(target(), with_chain(peer)).first_to_end->subject == intermediate);
    }
    SUBCASE("an old cross-certificate beside the path -> nothing") {
      peer.verification.path = {peer.certificates[0], share(certificate(root_a, root_a))};
      CHECK(told_of(with_chain(peer)).empty());
      CHECK(assessed(target(), with_chain(peer)).first_to_end->subject == "CN=orca");
    }
    SUBCASE("no path was found -> every certificate that is not self-issued counts") {
      peer.verification.trusted = false;
      peer.verification.path.clear();
      CHECK(told_of(with_chain(peer)) == "chain_untrusted error, certificate_expired error");
    }
    SUBCASE("an intermediate that is an anchor itself, and was sent -> expired") {
      peer.verification.path = peer.certificates;
      CHECK(told_of(with_chain(peer)) == "certificate_expired error");
    }
  }

  TEST_CASE("dates: an anchor that has ended -> a warning, sent along or not") {
    auto anchor = certificate(root_a, root_a);
    anchor.validity.not_after = noon - 1s;
    auto peer = peer_chain({share(leaf())});
    peer.verification.path = {peer.certificates[0], share(anchor)};
    CHECK(told_of(with_chain(peer)) == "certificate_expired warning");
    peer.certificates.push_back(share(anchor));
    CHECK(told_of(with_chain(peer)) == "certificate_expired warning");
    CHECK(assessed(target(), with_chain(peer)).first_to_end->subject == "CN=orca");
  }

  TEST_CASE(
      "dates: an intermediate that only the trust store has, and that has ended -> a warning") {
    auto issuer = certificate(intermediate, root_a);
    issuer.validity.not_after = noon - 1s;
    auto peer = peer_chain({share(certificate("CN=orca", intermediate))});
    peer.verification.path = {peer.certificates[0], share(issuer),
                              share(certificate(root_a, root_a))};
    CHECK(told_of(with_chain(peer)) == "certificate_expired warning");
  }

  TEST_CASE("dates: a self-signed leaf is its own anchor -> an error when it has ended") {
    auto alone = certificate("CN=orca", "CN=orca");
    alone.validity.not_after = noon - 1s;
    auto peer = peer_chain({share(alone)});
    peer.verification.path = peer.certificates;
    CHECK(told_of(with_chain(peer)) == "certificate_expired error");
  }

  TEST_CASE("strength: short keys and broken digests -> certificate_weak, a warning") {
    auto made = leaf();
    SUBCASE("RSA 2047") {
      made.public_key = {pki::KeyAlgorithm::rsa, 2047, ""};
    }
    SUBCASE("RSA-PSS 1024") {
      made.public_key = {pki::KeyAlgorithm::rsa_pss, 1024, ""};
    }
    SUBCASE("EC 192") {
      made.public_key = {pki::KeyAlgorithm::ec, 192, "prime192v1"};
    }
    SUBCASE("DSA") {
      made.public_key = {pki::KeyAlgorithm::dsa, 3072, ""};
    }
    SUBCASE("SHA-1") {
      made.signature.digest = "SHA1";
    }
    SUBCASE("MD5") {
      made.signature.digest = "MD5";
    }
    CHECK(told_of(with_leaf(made)) == "certificate_weak warning");
  }

  TEST_CASE("strength: what is in use -> nothing") {
    auto made = leaf();
    SUBCASE("RSA 2048") {
      made.public_key = {pki::KeyAlgorithm::rsa, 2048, ""};
    }
    SUBCASE("EC 224") {
      made.public_key = {pki::KeyAlgorithm::ec, 224, "secp224r1"};
    }
    SUBCASE("Ed25519") {
      made.public_key = {pki::KeyAlgorithm::ed25519, 253, ""};
    }
    SUBCASE("no digest of its own") {
      made.signature.digest = "";
    }
    CHECK(told_of(with_leaf(made)).empty());
  }

  TEST_CASE("strength: an anchor's own signature -> nothing; an intermediate's -> weak") {
    auto anchor = certificate(root_a, root_a);
    anchor.signature.digest = "SHA1";
    auto peer = peer_chain({share(leaf()), share(anchor)});
    peer.verification.path = peer.certificates;
    CHECK(told_of(with_chain(peer)).empty());
    auto issuer = certificate(intermediate, root_a);
    issuer.signature.digest = "SHA1";
    CHECK(told_of(with_chain(peer_chain({share(certificate("CN=orca", intermediate)),
                                         share(issuer)}))) == "certificate_weak warning");
  }

  TEST_CASE("usage: no serverAuth or no digitalSignature -> usage_missing") {
    auto made = leaf();
    SUBCASE("clientAuth only") {
      made.extended_key_usage = {pki::KeyPurpose::client_auth};
      CHECK(told_of(with_leaf(made)) == "usage_missing error");
    }
    SUBCASE("an empty extension") {
      made.extended_key_usage.emplace();
      CHECK(told_of(with_leaf(made)) == "usage_missing error");
    }
    SUBCASE("no digitalSignature") {
      made.allows_digital_signature = false;
      CHECK(told_of(with_leaf(made)) == "usage_missing error");
    }
    SUBCASE("both -> one finding that says both") {
      made.allows_digital_signature = false;
      made.extended_key_usage = {pki::KeyPurpose::client_auth};
      CHECK(told_of(with_leaf(made)) == "usage_missing error");
      CHECK(detail(target(), with_leaf(made), Reason::usage_missing) ==
            "The extendedKeyUsage of CN=orca lacks serverAuth. The keyUsage of CN=orca lacks "
            "digitalSignature.");
    }
    SUBCASE("serverAuth among others, or any -> nothing") {
      made.extended_key_usage = {pki::KeyPurpose::client_auth, pki::KeyPurpose::server_auth};
      CHECK(told_of(with_leaf(made)).empty());
      made.extended_key_usage = {pki::KeyPurpose::any};
      CHECK(told_of(with_leaf(made)).empty());
    }
  }

  TEST_CASE("length: ten certificates -> nothing; eleven -> chain_oversize") {
    pki::Chain chain = {share(leaf())};
    while (chain.size() < 10) {
      chain.push_back(share(certificate(intermediate, root_a)));
    }
    CHECK(told_of(with_chain(peer_chain(chain))).empty());
    chain.push_back(share(certificate(intermediate, root_a)));
    CHECK(told_of(with_chain(peer_chain(chain))) == "chain_oversize error");
    CHECK(detail(target(), with_chain(peer_chain(chain)), Reason::chain_oversize) ==
          "The server sends 11 certificates; Java accepts 10.");
  }

  TEST_CASE("malformed: a certificate that does not parse -> certificate_malformed") {
    auto seen = healthy_want();
    seen.attempts[1].handshake.malformed_certificates = 2;
    CHECK(told_of(seen) == "certificate_malformed error");
  }

  TEST_CASE("chains: a warning of one and an error of the other -> the error stays") {
    auto anchor = certificate(root_a, root_a);
    anchor.validity.not_after = noon - 1s;
    auto warned = peer_chain({share(leaf())});
    warned.verification.path.back() = share(anchor);
    auto ended = leaf();
    ended.validity.not_after = noon - 1s;
    auto seen = healthy_want();
    seen.peer_chains = {warned, peer_chain({share(ended)})};
    CHECK(told_of(seen) == "certificate_expired error");
    seen.peer_chains = {peer_chain({share(ended)}), warned};
    CHECK(told_of(seen) == "certificate_expired error");
  }

  TEST_CASE("chains: two, of different keys -> both judged, one finding of each reason") {
    auto seen = healthy_want();
    auto other = certificate("CN=orca-rsa", root_a);
    other.validity.not_after = noon - 1s;
    auto first = leaf();
    first.validity.not_after = noon - 2s;
    seen.peer_chains = {peer_chain({share(first)}), peer_chain({share(other)})};
    CHECK(told_of(seen) == "certificate_expired error");
    CHECK(detail(target(), seen, Reason::certificate_expired) ==
          "CN=orca ended at 2026-08-01T11:59:58Z. CN=orca-rsa ended at 2026-08-01T11:59:59Z.");
    CHECK(assessed(target(), seen).first_to_end->subject == "CN=orca");
  }
}
