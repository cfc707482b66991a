#include "telltale/tls/client.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

#include "paired_server.hpp"
#include "support/keys.hpp"

namespace telltale::tls {

namespace {

constexpr auto tls_1_2 = ProtocolVersion::tls_1_2;
constexpr auto tls_1_3 = ProtocolVersion::tls_1_3;
constexpr ProtocolVersion versions[] = {tls_1_2, tls_1_3};

/// A server's credential with an intermediate, and two identities below the same root.
struct Pki {
  mint::Ca root{{.common_name = "Root"}};
  mint::Ca issuing = root.intermediate({.common_name = "Issuing"});
  mint::Credential server = issuing.issue({.common_name = "server", .dns = {"server.test"}});
  mint::Credential client = issuing.issue({.common_name = "client"});
  mint::Credential rsa_client =
      issuing.issue({.common_name = "client", .key_type = mint::KeyType::rsa_2048});
};

const Pki& pki() {
  static const Pki made;
  return made;
}

pki::IdentityPtr identity_of(const std::string& certificates, const mint::Credential& credential) {
  return pki::Identity::from_pem(certificates, credential.key_pem()).value();
}

pki::IdentityPtr identity_of(const mint::Credential& credential) {
  return identity_of(credential.chain_pem(), credential);
}

PairedServerOptions asking(Asks asks) {
  return {.credential = pki().server, .asks = asks};
}

/// Signature algorithms of a server that admits keys of one kind only.
std::string only_rsa(ProtocolVersion version) {
  return version == tls_1_3 ? "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384" : "RSA+SHA256:RSA+SHA384";
}

constexpr const char* only_ecdsa = "ECDSA+SHA256";

/// A client and a server that have not met yet.
struct Meeting {
  Meeting(PairedServerOptions options, ProtocolVersion version, Credential credential,
          const std::string& server_name = "server.test")
      : server(std::move(options)),
        context(version, std::move(credential)),
        client(context, server.client_descriptor(), server_name) {}

  [[nodiscard]] Step shake_hands() { return tls::shake_hands(client, server); }

  PairedServer server;
  ClientContext context;
  ClientSession client;
};

/// Tickets come one by one, since a peek returns after each flight that was no application data.
Step peek_to_the_end(ClientSession& client) {
  Step step = Step::want_read;
  for (int i = 0; i < 16 && step == Step::want_read; ++i) {
    step = client.peek();
  }
  return step;
}

}  // namespace

TEST_SUITE_BEGIN("tls");

TEST_CASE("ClientSession: a server that asks for nothing -> version, suite and chain as sent") {
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    Meeting meeting(asking(Asks::nothing), version, {.identity = identity_of(pki().client)});
    CHECK(meeting.shake_hands() == Step::done);
    const Handshake handshake = meeting.client.recorded();
    CHECK(handshake.completed);
    CHECK(handshake.version == version);
    CHECK(handshake.cipher_suite == (version == tls_1_3
                                         ? "TLS_AES_256_GCM_SHA384"
                                         : "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
    CHECK_FALSE(handshake.certificate_request);
    CHECK_FALSE(handshake.certificate_sent);
    CHECK(handshake.malformed_certificates == 0);
    CHECK(handshake.alerts.empty());
    REQUIRE(handshake.peer_certificates.size() == 2);
    CHECK(handshake.peer_certificates[0]->der == pki().server.leaf);
    CHECK(handshake.peer_certificates[1]->der == pki().issuing.certificate());
    CHECK(meeting.server.client_chain().empty());
    CHECK(meeting.client.error().empty());
  }
}

TEST_CASE("ClientSession: nothing to present -> an empty Certificate, which counts as not sent") {
  for (const ProtocolVersion version : versions) {
    Meeting meeting(asking(Asks::wants), version, {});
    CHECK(meeting.shake_hands() == Step::done);
    CHECK(meeting.client.certificate_requested());
    const Handshake handshake = meeting.client.recorded();
    REQUIRE(handshake.certificate_request);
    CHECK(handshake.certificate_request->bytes > 0);
    CHECK_FALSE(handshake.certificate_sent);
    CHECK(meeting.server.client_chain().empty());
  }
}

TEST_CASE("ClientContext: an identity -> the chain that is held is the chain that is sent") {
  const mint::Credential& client = pki().client;

  struct Row {
    std::string_view what;
    pki::IdentityPtr identity;
    std::vector<mint::Der> sent;
  };

  const std::string root_pem = pki().root.certificate_pem();
  const Row rows[] = {
      {"leaf and intermediate", identity_of(client), {client.leaf, client.chain.front()}},
      {"leaf only", identity_of(client.certificate_pem(), client), {client.leaf}},
      {"with the root",
       identity_of(client.chain_pem() + root_pem, client),
       {client.leaf, client.chain.front(), pki().root.certificate()}},
      {"a gap in the chain",
       identity_of(client.certificate_pem() + root_pem, client),
       {client.leaf, pki().root.certificate()}},
  };
  for (const Row& row : rows) {
    for (const ProtocolVersion version : versions) {
      CAPTURE(row.what);
      CAPTURE(label(version));
      Meeting meeting(asking(Asks::needs), version, {.identity = row.identity});
      CHECK(meeting.shake_hands() == Step::done);
      CHECK(meeting.client.recorded().certificate_sent);
      CHECK(meeting.server.client_chain() == row.sent);
    }
  }
}

TEST_CASE("ClientContext: a leaf alone, with a store that could mend it -> sent alone") {
  const pki::IdentityPtr leaf_only = identity_of(pki().client.certificate_pem(), pki().client);
  for (const ProtocolVersion version : versions) {
    Meeting meeting(asking(Asks::needs), version, {.identity = leaf_only});
    X509_STORE* store = SSL_CTX_get_cert_store(meeting.context.get());
    for (const mint::Der& der : {pki().issuing.certificate(), pki().root.certificate()}) {
      REQUIRE(X509_STORE_add_cert(store, mint::parse_certificate(der).get()) == 1);
    }
    CHECK(meeting.shake_hands() == Step::done);
    CHECK(meeting.server.client_chain() == std::vector<mint::Der>{pki().client.leaf});
  }
}

TEST_CASE("ClientContext: an alternative -> of the two, what the server admits is presented") {
  const pki::IdentityPtr ec = identity_of(pki().client);
  const pki::IdentityPtr rsa = identity_of(pki().rsa_client.certificate_pem(), pki().rsa_client);
  const Credential stranger{.identity = ec, .alternative = [&rsa] { return rsa; }};
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    const auto presented = [&](const std::string& algorithms) {
      PairedServerOptions options = asking(Asks::needs);
      options.client_signature_algorithms = algorithms;
      Meeting meeting(std::move(options), version, stranger);
      CHECK(meeting.shake_hands() == Step::done);
      CHECK(meeting.client.recorded().certificate_sent);
      REQUIRE_FALSE(meeting.server.client_chain().empty());
      return meeting.server.client_chain().front();
    };
    CHECK(presented("") == pki().client.leaf);
    CHECK(presented(only_ecdsa) == pki().client.leaf);
    CHECK(presented(only_rsa(version)) == pki().rsa_client.leaf);
  }
}

TEST_CASE("ClientContext: an alternative that cannot be made -> nothing is presented") {
  const Credential stranger{
      .identity = identity_of(pki().client),
      .alternative = []() -> pki::IdentityPtr { throw std::runtime_error("no key to be had"); }};
  for (const ProtocolVersion version : versions) {
    PairedServerOptions options = asking(Asks::wants);
    options.client_signature_algorithms = only_rsa(version);
    Meeting meeting(std::move(options), version, stranger);
    CHECK(meeting.shake_hands() == Step::done);
    CHECK_FALSE(meeting.client.recorded().certificate_sent);
  }
}

TEST_CASE("ClientContext: the strangers of the prober -> an RSA one where only RSA is admitted") {
  const auto at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto lifetime = std::chrono::hours(1);
  const pki::IdentityPtr rsa = pki::Identity::make_stranger(pki::KeyAlgorithm::rsa, at, lifetime);
  const Credential stranger{
      .identity = pki::Identity::make_stranger(pki::KeyAlgorithm::ec, at, lifetime),
      .alternative = [&rsa] { return rsa; }};
  for (const ProtocolVersion version : versions) {
    PairedServerOptions options = asking(Asks::needs);
    options.client_signature_algorithms = only_rsa(version);
    Meeting meeting(std::move(options), version, stranger);
    CHECK(meeting.shake_hands() == Step::done);
    CHECK(meeting.server.client_chain() == std::vector<mint::Der>{rsa->leaf().der});
  }
}

TEST_CASE("ClientContext: an identity the server does not admit -> nothing leaves") {
  for (const ProtocolVersion version : versions) {
    PairedServerOptions options = asking(Asks::wants);
    options.client_signature_algorithms = only_rsa(version);
    Meeting meeting(std::move(options), version, {.identity = identity_of(pki().client)});
    CHECK(meeting.shake_hands() == Step::done);
    CHECK_FALSE(meeting.client.recorded().certificate_sent);
    CHECK(meeting.server.client_chain().empty());
  }
}

TEST_CASE(
    "ClientContext: shared by sessions -> none of them offers what an earlier one was given") {
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    const ClientContext context(version, {});
    for (int i = 0; i < 3; ++i) {
      PairedServer server(asking(Asks::nothing));
      ClientSession client(context, server.client_descriptor(), "server.test");
      CHECK(shake_hands(client, server) == Step::done);
      CHECK(client.peek() == Step::want_read);
      CHECK(client.session_tickets() == (version == tls_1_3 ? 2 : 1));
      CHECK_FALSE(server.hello().offers_psk);
      CHECK(server.hello().ticket_bytes == 0);
      // RFC 8446 D.4 wants a session id for its looks; it names no session.
      CHECK(server.hello().session_id_bytes == (version == tls_1_3 ? 32 : 0));
      client.close();
    }
  }
}

TEST_CASE("ClientSession: the server's name -> SNI, unless it is an IP address") {
  struct Row {
    std::string name;
    std::optional<std::string> sent;
  };

  const Row rows[] = {
      {"server.test", "server.test"}, {"localhost", "localhost"}, {"10.0.0.7", std::nullopt},
      {"fd00::8", std::nullopt},      {"::1", std::nullopt},
  };
  for (const Row& row : rows) {
    for (const ProtocolVersion version : versions) {
      CAPTURE(row.name);
      Meeting meeting(asking(Asks::nothing), version, {}, row.name);
      CHECK(meeting.shake_hands() == Step::done);
      CHECK(meeting.server.hello().server_name == row.sent);
    }
  }
}

TEST_CASE("ClientSession: refused without a certificate -> in TLS 1.3 on the first read only") {
  Meeting older(asking(Asks::needs), tls_1_2, {});
  CHECK(older.shake_hands() == Step::failed);
  CHECK_FALSE(older.client.recorded().completed);
  REQUIRE(older.client.fatal_alert());
  CHECK(older.client.fatal_alert()->description == AlertDescription::handshake_failure);
  CHECK(older.client.recorded().version == tls_1_2);

  Meeting newer(asking(Asks::needs), tls_1_3, {});
  CHECK(newer.shake_hands() == Step::done);
  CHECK_FALSE(newer.client.fatal_alert());
  CHECK(newer.client.peek() == Step::failed);
  REQUIRE(newer.client.fatal_alert());
  CHECK(newer.client.fatal_alert()->description == AlertDescription::certificate_required);
  // The handshake did complete, whatever came afterwards.
  CHECK(newer.client.recorded().completed);
  CHECK(newer.client.session_tickets() == 0);
  for (const Meeting* meeting : {&older, &newer}) {
    const Handshake handshake = meeting->client.recorded();
    CHECK(handshake.peer_certificates.size() == 2);
    CHECK(handshake.certificate_request);
    REQUIRE(handshake.alerts.size() == 1);
    CHECK(handshake.alerts[0].direction == Direction::received);
    CHECK(handshake.alerts[0].level == AlertLevel::fatal);
  }
}

TEST_CASE("ClientSession: a version the server does not speak -> protocol_version, no version") {
  for (const ProtocolVersion version : versions) {
    PairedServerOptions options = asking(Asks::nothing);
    options.oldest = options.newest = version == tls_1_3 ? tls_1_2 : tls_1_3;
    Meeting meeting(std::move(options), version, {});
    CHECK(meeting.shake_hands() == Step::failed);
    REQUIRE(meeting.client.fatal_alert());
    CHECK(meeting.client.fatal_alert()->description == AlertDescription::protocol_version);
    const Handshake handshake = meeting.client.recorded();
    CHECK_FALSE(handshake.version);
    CHECK(handshake.cipher_suite.empty());
    CHECK(handshake.peer_certificates.empty());
  }
}

TEST_CASE("ClientSession: bytes that are no TLS -> failed; text is told from other bytes") {
  struct Row {
    std::string bytes;
    bool is_plaintext;
  };

  const Row rows[] = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n", true},
      {"-ERR Protocol error\r\n", true},
      {"\x80\x81\x82\x83\x84\x85\x86", false},
  };
  for (const Row& row : rows) {
    for (const ProtocolVersion version : versions) {
      CAPTURE(row.bytes);
      Meeting meeting(asking(Asks::nothing), version, {});
      CHECK(meeting.client.handshake() == Step::want_read);
      meeting.server.send_raw(row.bytes);
      CHECK(meeting.client.handshake() == Step::failed);
      CHECK(meeting.client.met_plaintext() == row.is_plaintext);
      CHECK(meeting.client.error() == "wrong version number");
      CHECK_FALSE(meeting.client.fatal_alert());
    }
  }
}

TEST_CASE("ClientSession: the connection ends -> closed where all was read, else reset") {
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    Meeting before(asking(Asks::nothing), version, {});
    before.server.hang_up();
    CHECK(before.client.handshake() == Step::reset);

    Meeting unread(asking(Asks::nothing), version, {});
    CHECK(unread.client.handshake() == Step::want_read);
    unread.server.hang_up();
    CHECK(unread.client.handshake() == Step::reset);

    // The server's flight can be read; ours finds nobody to take it.
    Meeting within(asking(Asks::nothing), version, {});
    CHECK(within.client.handshake() == Step::want_read);
    within.server.step();
    within.server.hang_up();
    CHECK(within.client.handshake() == Step::reset);
    CHECK(within.client.recorded().peer_certificates.size() == 2);

    Meeting after(asking(Asks::nothing), version, {});
    CHECK(after.shake_hands() == Step::done);
    after.server.hang_up();
    CHECK(peek_to_the_end(after.client) == Step::closed);
    CHECK(after.client.recorded().completed);
  }
}

TEST_CASE("ClientSession: application data -> written and read whole, peek leaves it there") {
  for (const ProtocolVersion version : versions) {
    Meeting meeting(asking(Asks::nothing), version, {});
    REQUIRE(meeting.shake_hands() == Step::done);
    CHECK(meeting.client.write("hello") == Step::done);
    CHECK(meeting.server.receive() == "hello");
    REQUIRE(meeting.server.send("and back"));
    CHECK(meeting.client.peek() == Step::done);
    std::array<char, 64> buffer{};
    std::size_t count = 0;
    CHECK(meeting.client.read(buffer, count) == Step::done);
    CHECK(std::string_view(buffer.data(), count) == "and back");
    CHECK(meeting.client.read(buffer, count) == Step::want_read);
    meeting.client.close();
    CHECK(meeting.server.was_told_to_close());
  }
}

TEST_CASE("ClientSession: tickets without end -> a single peek comes back in between") {
  Meeting meeting(asking(Asks::nothing), tls_1_3, {});
  REQUIRE(meeting.shake_hands() == Step::done);
  unsigned sent = 2;
  while (meeting.server.send_ticket()) {
    ++sent;
  }
  CHECK(meeting.client.peek() == Step::want_read);
  CHECK(meeting.client.session_tickets() > 0);
  CHECK(meeting.client.session_tickets() < sent);
}

TEST_CASE("ClientSession: a chain seen before -> shared with the handshake that showed it") {
  Meeting first(asking(Asks::nothing), tls_1_3, {});
  REQUIRE(first.shake_hands() == Step::done);
  const std::vector<pki::Chain> known = {first.client.recorded().peer_certificates};
  Meeting second(asking(Asks::nothing), tls_1_2, {});
  REQUIRE(second.shake_hands() == Step::done);
  CHECK(second.client.recorded(known).peer_certificates == known[0]);
  CHECK(second.client.recorded().peer_certificates != known[0]);
}

TEST_SUITE_END();

}  // namespace telltale::tls
