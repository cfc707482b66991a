#include <doctest/doctest.h>

#include "assess/key_fit.hpp"
#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;
using namespace std::chrono_literals;

namespace {

tls::CertificateRequest asking_for(std::vector<tls::SignatureScheme> schemes,
                                   std::vector<std::uint8_t> types = {1, 64}) {
  tls::CertificateRequest made = request();
  made.signature_algorithms = std::move(schemes);
  made.certificate_types = std::move(types);
  return made;
}

pki::PublicKey key(pki::KeyAlgorithm algorithm, const std::string& curve = "") {
  return {.algorithm = algorithm, .bits = 256, .curve = curve};
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("identity: refused -> the peer's own word is told, once per version") {
    auto seen = healthy_want();
    seen.attempts[1] =
        Try(identity, tls_1_3).asked().sent().finished().alert(Phase::first_read, 45);
    seen.attempts[4] = Try(identity, tls_1_2).asked().sent().alert(Phase::handshake, 45);
    CHECK(told(target(), seen) == "identity_rejected warning");
    CHECK(detail(target(), seen, Reason::identity_rejected) ==
          "Over TLSv1.3 the peer sends the alert certificate_expired (45) when telltale's identity "
          "telltale is presented. Over TLSv1.2 the peer sends the alert certificate_expired (45) "
          "when telltale's identity telltale is presented.");
    SUBCASE("and it is outside its dates -> that is told too, once") {
      auto ours = certificate("CN=telltale", root_a);
      ours.validity.not_after = noon - 1s;
      seen.identity->chain = {share(ours)};
      CHECK(detail(target(), seen, Reason::identity_rejected)
                .ends_with(
                    "identity telltale is presented. CN=telltale ended at 2026-08-01T11:59:59Z."));
      ours.validity = {.not_before = noon + 1s, .not_after = noon + 99h};
      seen.identity->chain = {share(ours)};
      CHECK(detail(target(), seen, Reason::identity_rejected)
                .ends_with(
                    "identity telltale is presented. CN=telltale begins at 2026-08-01T12:00:01Z."));
    }
  }

  TEST_CASE("identity: outside its dates, and nobody minds -> nothing is said of the address") {
    auto seen = healthy_want();
    auto ours = certificate("CN=telltale", root_a);
    ours.validity.not_after = noon - 1s;
    seen.identity->chain = {share(ours)};
    CHECK(told(target(), seen).empty());
  }

  TEST_CASE("identity: its key does not fit -> key_algorithm_unsupported, and nothing was sent") {
    const auto rsa_only = asking_for({0x0804, 0x0401}, {1});
    auto seen = observation({Try(nothing, tls_1_3).asked(rsa_only).http(200),
                             Try(identity, tls_1_3).asked(rsa_only).http(200)});
    seen.identity = our_identity();
    CHECK(told(target(), seen) == "key_algorithm_unsupported warning");
    CHECK(detail(target(), seen, Reason::key_algorithm_unsupported) ==
          "Over TLSv1.3 the signature algorithms that the peer asks for admit no ec (prime256v1) "
          "key, which is what telltale's identity telltale has.");
    SUBCASE("it was sent all the same -> nothing") {
      seen.attempts[1].handshake.certificate_sent = true;
      CHECK(told(target(), seen).empty());
    }
    SUBCASE("it would fit -> nothing") {
      seen.identity->chain = {[] {
        auto rsa = certificate("CN=telltale", root_a);
        rsa.public_key = {pki::KeyAlgorithm::rsa, 2048, ""};
        return share(rsa);
      }()};
      CHECK(told(target(), seen).empty());
    }
    SUBCASE("there is no identity -> nothing") {
      seen.identity.reset();
      CHECK(told(target(), seen).empty());
    }
  }

  TEST_CASE("key fit: each algorithm needs a scheme of its own") {
    using enum pki::KeyAlgorithm;
    const auto admits = [](std::vector<tls::SignatureScheme> schemes, ProtocolVersion version,
                           const pki::PublicKey& held) {
      return admits_key(asking_for(std::move(schemes)), version, held);
    };
    CHECK(admits({0x0403}, tls_1_3, key(ec, "prime256v1")));
    CHECK(!admits({0x0403}, tls_1_3, key(ec, "secp384r1")));
    CHECK(admits({0x0503}, tls_1_3, key(ec, "secp384r1")));
    CHECK(admits({0x0603}, tls_1_3, key(ec, "secp521r1")));
    CHECK(admits({0x0403}, tls_1_2, key(ec, "secp384r1")));
    CHECK(admits({0x0203}, tls_1_2, key(ec, "prime256v1")));
    CHECK(!admits({0x0203}, tls_1_3, key(ec, "prime256v1")));
    CHECK(!admits({0x0804, 0x0401}, tls_1_2, key(ec, "prime256v1")));
    CHECK(admits({0x0804}, tls_1_3, key(rsa)));
    CHECK(admits({0x0401}, tls_1_2, key(rsa)));
    CHECK(!admits({0x0401}, tls_1_3, key(rsa)));
    CHECK(!admits({0x0809}, tls_1_3, key(rsa)));
    CHECK(admits({0x0809}, tls_1_3, key(rsa_pss)));
    CHECK(!admits({0x0804}, tls_1_3, key(rsa_pss)));
    CHECK(!admits({0x0403}, tls_1_3, key(rsa)));
    CHECK(admits({0x0807}, tls_1_3, key(ed25519)));
    CHECK(!admits({0x0808}, tls_1_3, key(ed25519)));
    CHECK(admits({0x0808}, tls_1_3, key(ed448)));
    CHECK(!admits({0x0402}, tls_1_3, key(dsa)));
    CHECK(!admits({}, tls_1_3, key(ec, "prime256v1")));
    CHECK(!admits({0x0403, 0x0804}, tls_1_3, key(unknown)));
  }

  TEST_CASE("key fit: TLS 1.2 asks for the kind of certificate too") {
    using enum pki::KeyAlgorithm;
    CHECK(admits_key(asking_for({0x0403}, {64}), tls_1_2, key(ec, "prime256v1")));
    CHECK(!admits_key(asking_for({0x0403}, {1}), tls_1_2, key(ec, "prime256v1")));
    CHECK(!admits_key(asking_for({0x0401}, {64}), tls_1_2, key(rsa)));
    CHECK(admits_key(asking_for({0x0402}, {2}), tls_1_2, key(dsa)));
    CHECK(admits_key(asking_for({0x0807}, {64}), tls_1_2, key(ed25519)));
    CHECK(admits_key(asking_for({0x0403}, {}), tls_1_3, key(ec, "prime256v1")));
  }
}
