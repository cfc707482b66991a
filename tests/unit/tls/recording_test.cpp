#include "tls/recording.hpp"

#include <memory>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "support/mint.hpp"
#include "wire_bytes.hpp"

namespace telltale::tls {

namespace {

constexpr bool sent = true;
constexpr bool received = false;
constexpr auto tls_1_2 = ProtocolVersion::tls_1_2;
constexpr auto tls_1_3 = ProtocolVersion::tls_1_3;
constexpr ProtocolVersion versions[] = {tls_1_2, tls_1_3};

/// A Certificate message: RFC 5246 7.4.2, RFC 8446 4.4.2.
Bytes certificate_message(ProtocolVersion version, const std::vector<Bytes>& certificates) {
  const bool is_tls_1_3 = version == tls_1_3;
  Bytes list;
  for (const Bytes& der : certificates) {
    list = std::move(list) + vector_of(3, der) + (is_tls_1_3 ? from_hex("0000") : Bytes{});
  }
  const Bytes context = is_tls_1_3 ? from_hex("00") : Bytes{};
  return handshake_message(SSL3_MT_CERTIFICATE, context + vector_of(3, list));
}

Handshake described(const Recording& recording, ProtocolVersion version,
                    std::span<const pki::Chain> known = {}) {
  Handshake handshake;
  recording.describe(handshake, version, known);
  return handshake;
}

std::vector<Bytes> two_certificates() {
  const mint::Ca root;
  const mint::Ca issuing = root.intermediate({.common_name = "Issuing"});
  const mint::Credential credential = issuing.issue({.common_name = "leaf"});
  return {credential.leaf, credential.chain.front()};
}

}  // namespace

TEST_SUITE_BEGIN("tls");

TEST_CASE("Recording: nothing heard -> nothing shown") {
  const Handshake handshake = described(Recording(), tls_1_3);
  CHECK_FALSE(handshake.completed);
  CHECK_FALSE(handshake.certificate_sent);
  CHECK_FALSE(handshake.certificate_request);
  CHECK(handshake.peer_certificates.empty());
  CHECK(handshake.malformed_certificates == 0);
  CHECK(handshake.session_tickets == 0);
  CHECK(handshake.alerts.empty());
}

TEST_CASE("Recording: our Certificate leaves -> certificate_sent tells whether it was empty") {
  const std::vector<Bytes> chain = two_certificates();
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    Recording empty;
    empty.hear(sent, SSL3_RT_HANDSHAKE, certificate_message(version, {}));
    CHECK_FALSE(described(empty, version).certificate_sent);
    Recording full;
    full.hear(sent, SSL3_RT_HANDSHAKE, certificate_message(version, chain));
    CHECK(described(full, version).certificate_sent);
    // Ours is never taken for the peer's.
    CHECK(described(full, version).peer_certificates.empty());
  }
}

TEST_CASE("Recording: the peer's Certificate -> its chain as sent, and not ours") {
  const std::vector<Bytes> chain = two_certificates();
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    Recording recording;
    recording.hear(received, SSL3_RT_HANDSHAKE, certificate_message(version, chain));
    const Handshake handshake = described(recording, version);
    CHECK_FALSE(handshake.certificate_sent);
    CHECK(handshake.malformed_certificates == 0);
    REQUIRE(handshake.peer_certificates.size() == 2);
    CHECK(handshake.peer_certificates[0]->der == chain[0]);
    CHECK(handshake.peer_certificates[0]->subject.rfc4514 == "CN=leaf,O=Telltale Tests");
    CHECK(handshake.peer_certificates[1]->der == chain[1]);
  }
}

TEST_CASE("Recording: a certificate that does not parse -> counted, its neighbours kept") {
  const std::vector<Bytes> chain = two_certificates();
  Bytes cut = chain[0];
  cut.resize(cut.size() / 2);
  for (const ProtocolVersion version : versions) {
    Recording recording;
    recording.hear(received, SSL3_RT_HANDSHAKE,
                   certificate_message(
                       version, {chain[0], cut, from_hex("00"), chain[1], chain[1] + Bytes{0}}));
    const Handshake handshake = described(recording, version);
    CHECK(handshake.malformed_certificates == 3);
    REQUIRE(handshake.peer_certificates.size() == 2);
    CHECK(handshake.peer_certificates[0]->der == chain[0]);
    CHECK(handshake.peer_certificates[1]->der == chain[1]);
  }
}

TEST_CASE("Recording: a Certificate message cut at any byte -> the certificates before the cut") {
  const std::vector<Bytes> chain = two_certificates();
  for (const ProtocolVersion version : versions) {
    const Bytes whole = certificate_message(version, chain);
    const std::size_t header_bytes = 4;
    for (std::size_t size = header_bytes; size < whole.size(); ++size) {
      Recording recording;
      recording.hear(received, SSL3_RT_HANDSHAKE, ByteView(whole).first(size));
      // The list's own length does not fit any more, so that nothing of it is believed.
      const Handshake handshake = described(recording, version);
      CHECK(handshake.peer_certificates.empty());
      CHECK(handshake.malformed_certificates == 0);
    }
  }
}

TEST_CASE("Recording: a certificate longer than its list -> what came before it is kept") {
  const std::vector<Bytes> chain = two_certificates();
  const Bytes list = vector_of(3, chain[0]) + from_hex("ffffff 3000");
  Recording recording;
  recording.hear(received, SSL3_RT_HANDSHAKE,
                 handshake_message(SSL3_MT_CERTIFICATE, vector_of(3, list)));
  const Handshake handshake = described(recording, tls_1_2);
  REQUIRE(handshake.peer_certificates.size() == 1);
  CHECK(handshake.peer_certificates[0]->der == chain[0]);
}

TEST_CASE("Recording: a chain known already -> its certificates are shared, not parsed again") {
  const std::vector<Bytes> chain = two_certificates();
  Recording recording;
  recording.hear(received, SSL3_RT_HANDSHAKE, certificate_message(tls_1_3, chain));
  const pki::Chain known = described(recording, tls_1_3).peer_certificates;

  SUBCASE("the same bytes, in either version -> the same objects") {
    for (const ProtocolVersion version : versions) {
      Recording again;
      again.hear(received, SSL3_RT_HANDSHAKE, certificate_message(version, chain));
      const std::vector<pki::Chain> chains = {{}, known};
      CHECK(described(again, version, chains).peer_certificates == known);
    }
  }
  SUBCASE("another order -> objects of its own") {
    Recording other;
    other.hear(received, SSL3_RT_HANDSHAKE, certificate_message(tls_1_3, {chain[1], chain[0]}));
    const std::vector<pki::Chain> chains = {known};
    const pki::Chain parsed = described(other, tls_1_3, chains).peer_certificates;
    REQUIRE(parsed.size() == 2);
    CHECK(parsed[0] != known[1]);
    CHECK(parsed[0]->der == chain[1]);
  }
  SUBCASE("only its beginning -> objects of its own") {
    Recording other;
    other.hear(received, SSL3_RT_HANDSHAKE, certificate_message(tls_1_3, {chain[0]}));
    const std::vector<pki::Chain> chains = {known};
    const pki::Chain parsed = described(other, tls_1_3, chains).peer_certificates;
    REQUIRE(parsed.size() == 1);
    CHECK(parsed[0] != known[0]);
  }
}

TEST_CASE("Recording: CertificateRequest -> parsed by the version that was offered") {
  const Bytes body_1_2 = from_hex("01 40 0002 0403 0000");
  const Bytes body_1_3 = from_hex("00 0008 000d 0004 0002 0804");
  for (const ProtocolVersion version : versions) {
    Recording recording;
    CHECK_FALSE(recording.certificate_requested());
    recording.hear(
        received, SSL3_RT_HANDSHAKE,
        handshake_message(SSL3_MT_CERTIFICATE_REQUEST, version == tls_1_3 ? body_1_3 : body_1_2));
    CHECK(recording.certificate_requested());
    const Handshake handshake = described(recording, version);
    REQUIRE(handshake.certificate_request);
    const SignatureScheme expected = version == tls_1_3 ? 0x0804 : 0x0403;
    CHECK(handshake.certificate_request->signature_algorithms ==
          std::vector<SignatureScheme>{expected});
  }
}

TEST_CASE("Recording: a garbled CertificateRequest -> that we were asked is known all the same") {
  Recording recording;
  recording.hear(received, SSL3_RT_HANDSHAKE,
                 handshake_message(SSL3_MT_CERTIFICATE_REQUEST, from_hex("00 ffff 00")));
  const Handshake handshake = described(recording, tls_1_3);
  REQUIRE(handshake.certificate_request);
  CHECK(handshake.certificate_request->bytes == 4);
  CHECK(handshake.certificate_request->certificate_authorities.empty());
}

TEST_CASE("Recording: NewSessionTicket -> each one received is counted") {
  Recording recording;
  const Bytes ticket = handshake_message(SSL3_MT_NEWSESSION_TICKET, from_hex("0000"));
  recording.hear(received, SSL3_RT_HANDSHAKE, ticket);
  recording.hear(sent, SSL3_RT_HANDSHAKE, ticket);
  recording.hear(received, SSL3_RT_HANDSHAKE, ticket);
  CHECK(recording.session_tickets() == 2);
  CHECK(described(recording, tls_1_3).session_tickets == 2);
}

TEST_CASE("Recording: alerts -> both directions in order; the fatal one is the peer's") {
  Recording recording;
  CHECK_FALSE(recording.fatal_alert());
  recording.hear(sent, SSL3_RT_ALERT, from_hex("02 30"));
  CHECK_FALSE(recording.fatal_alert());
  recording.hear(received, SSL3_RT_ALERT, from_hex("01 00"));
  CHECK_FALSE(recording.fatal_alert());
  recording.hear(received, SSL3_RT_ALERT, from_hex("02 74"));
  recording.hear(received, SSL3_RT_ALERT, from_hex("02 63"));
  const std::vector<Alert> expected = {
      {AlertLevel::fatal, AlertDescription::unknown_ca, Direction::sent},
      {AlertLevel::warning, AlertDescription::close_notify, Direction::received},
      {AlertLevel::fatal, AlertDescription::certificate_required, Direction::received},
      {AlertLevel::fatal, static_cast<AlertDescription>(99), Direction::received},
  };
  CHECK(described(recording, tls_1_3).alerts == expected);
  REQUIRE(recording.fatal_alert());
  CHECK(*recording.fatal_alert() == expected[2]);
}

TEST_CASE("Recording: the first bytes where a record should be -> text or not") {
  struct Row {
    std::string_view what;
    Bytes header;
    bool is_plaintext;
  };

  const auto text = [](std::string_view bytes) {
    const ByteView view = as_bytes(bytes);
    return Bytes(view.begin(), view.end());
  };
  const Row rows[] = {
      {"HTTP", text("HTTP/"), true},
      {"an SMTP greeting", text("220 m"), true},
      {"a Redis error", text("-ERR "), true},
      {"a Redis status and the next", text("+OK\r\n"), true},
      {"a handshake record", from_hex("16 03 03 00 7a"), false},
      {"an alert record", from_hex("15 03 03 00 02"), false},
      {"bytes above ASCII", from_hex("80 81 82 83 84"), false},
      {"text up to the last byte", from_hex("48 54 54 50 00"), false},
      {"less than a header", text("HT"), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Recording recording;
    recording.hear(sent, SSL3_RT_HEADER, from_hex("16 03 01 02 00"));
    CHECK_FALSE(recording.met_plaintext());
    recording.hear(received, SSL3_RT_HEADER, row.header);
    CHECK(recording.met_plaintext() == row.is_plaintext);
  }
}

TEST_CASE("Recording: text after a first record -> not taken for a plaintext peer") {
  Recording recording;
  recording.hear(received, SSL3_RT_HEADER, from_hex("16 03 03 00 7a"));
  recording.hear(received, SSL3_RT_HEADER, from_hex("48 54 54 50 2f"));
  CHECK_FALSE(recording.met_plaintext());
}

TEST_CASE("Recording: messages of odd sizes or kinds -> ignored") {
  Recording recording;
  recording.hear(received, SSL3_RT_HANDSHAKE, {});
  recording.hear(received, SSL3_RT_HANDSHAKE, from_hex("0b 00 00"));
  recording.hear(received, SSL3_RT_ALERT, from_hex("02"));
  recording.hear(received, SSL3_RT_ALERT, from_hex("02 74 00"));
  recording.hear(received, SSL3_RT_CHANGE_CIPHER_SPEC, from_hex("01"));
  recording.hear(received, SSL3_RT_INNER_CONTENT_TYPE, from_hex("16"));
  const Handshake handshake = described(recording, tls_1_3);
  CHECK(handshake.alerts.empty());
  CHECK(handshake.peer_certificates.empty());
  CHECK_FALSE(handshake.certificate_request);
}

TEST_SUITE_END();

}  // namespace telltale::tls
