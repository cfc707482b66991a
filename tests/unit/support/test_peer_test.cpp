#include "support/test_peer.hpp"

#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include "bare_client.hpp"

namespace telltale::support {

namespace {

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/// A root everybody trusts, the peer's credential and a client's.
struct Pki {
  mint::Ca root{{.common_name = "Root"}};
  mint::Ca issuing = root.intermediate({.common_name = "Issuing"});
  mint::Credential server = issuing.issue({.dns = {"localhost"}, .ip = {"127.0.0.1"}});
  mint::Credential client = issuing.issue({.common_name = "client"});
};

const Pki& pki() {
  static const Pki made;
  return made;
}

PeerOptions asking(ClientAuth client_auth) {
  return {
      .credential = pki().server, .client_auth = client_auth, .trust = {pki().root.certificate()}};
}

}  // namespace

TEST_SUITE_BEGIN("support");

TEST_CASE("TestPeer: client_auth x presentation x version -> as real servers do") {
  enum class Presented { nothing, trusted, stranger, expired, server_only };

  struct Row {
    ClientAuth client_auth;
    Presented presented;
    int alert;  // 0: accepted
  };

  constexpr int certificate_required = 116;
  constexpr int handshake_failure = 40;
  const Row rows[] = {
      {ClientAuth::none, Presented::nothing, 0},
      {ClientAuth::none, Presented::trusted, 0},
      {ClientAuth::none, Presented::stranger, 0},
      {ClientAuth::want, Presented::nothing, 0},
      {ClientAuth::want, Presented::trusted, 0},
      {ClientAuth::want, Presented::stranger, 48},
      {ClientAuth::want, Presented::expired, 45},
      {ClientAuth::want, Presented::server_only, 43},
      {ClientAuth::need, Presented::nothing, certificate_required},
      {ClientAuth::need, Presented::trusted, 0},
      {ClientAuth::need, Presented::stranger, 48},
      {ClientAuth::need, Presented::expired, 45},
      {ClientAuth::need, Presented::server_only, 43},
  };
  const std::vector server_auth = {mint::KeyPurpose::server_auth};
  const auto credential_of = [&](Presented presented) -> std::optional<mint::Credential> {
    switch (presented) {
      case Presented::nothing:
        return std::nullopt;
      case Presented::trusted:
        return pki().client;
      case Presented::stranger:
        return mint::self_signed();
      case Presented::expired:
        return pki().issuing.issue({.not_after = mint::an_hour_ago()});
      case Presented::server_only:
        return pki().issuing.issue({.extended_key_usage = server_auth});
    }
    return std::nullopt;
  };
  for (const Row& row : rows) {
    for (const int version : versions) {
      CAPTURE(static_cast<int>(row.client_auth));
      CAPTURE(static_cast<int>(row.presented));
      CAPTURE(version);
      const TestPeer peer(asking(row.client_auth));
      const Account account = visit(
          {.port = peer.port(), .version = version, .credential = credential_of(row.presented)});
      const bool is_tls_1_3 = version == TLS1_3_VERSION;
      const bool is_asked = row.client_auth != ClientAuth::none;
      CHECK(account.certificate_request_bytes.has_value() == is_asked);
      CHECK(account.authorities == (is_asked ? 1 : 0));
      if (row.alert == 0) {
        CHECK(account.handshake);
        CHECK(account.peer_certificates == 2);
        CHECK(account.alert == 0);
        CHECK(account.end == End::closed);
        CHECK(account.reply.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(account.reply.ends_with(R"({"status":"UP"})"));
        CHECK((account.tickets > 0));
        CHECK(peer.seen().requests == 1);
        CHECK(peer.seen().handshakes == 1);
        continue;
      }
      // RFC 8446 knows certificate_required; TLS 1.2 says handshake_failure in its place.
      const bool is_missing = row.alert == certificate_required;
      CHECK(account.handshake == is_tls_1_3);
      CHECK(account.alert == (is_missing && !is_tls_1_3 ? handshake_failure : row.alert));
      CHECK(account.end == End::alert);
      CHECK(account.tickets == 0);
      CHECK(account.reply.empty());
      CHECK(peer.wait_until([](const Seen& seen) { return seen.failed_handshakes == 1; }));
      CHECK(peer.seen().requests == 0);
      CHECK(peer.seen().client_certificates == (is_missing ? 0 : 1));
    }
  }
}

TEST_CASE("TestPeer: verifies_client off -> whatever certificate comes is accepted") {
  PeerOptions options = asking(ClientAuth::need);
  options.verifies_client = false;
  const mint::Credential stranger = mint::self_signed();
  for (const int version : versions) {
    const TestPeer peer(options);
    CHECK(visit({.port = peer.port(), .version = version, .credential = stranger})
              .reply.starts_with("HTTP/1.1 200"));
    CHECK(peer.seen().last_client_chain == std::vector<mint::Der>{stranger.leaf});
    CHECK(visit({.port = peer.port(), .version = version}).alert != 0);
  }
}

TEST_CASE("TestPeer: refuses_in_http -> good handshakes and nginx's sentences") {
  struct Row {
    ClientAuth client_auth;
    std::string nothing;
    std::string stranger;
  };

  const Row rows[] = {
      {ClientAuth::want, "UP", "The SSL certificate error"},
      {ClientAuth::need, "No required SSL certificate was sent", "The SSL certificate error"},
  };
  for (const Row& row : rows) {
    for (const int version : versions) {
      PeerOptions options = asking(row.client_auth);
      options.refuses_in_http = true;
      const TestPeer peer(options);
      Visit plan{.port = peer.port(), .version = version};
      const auto reply = [&] { return visit(plan).reply; };
      CHECK(reply().find(row.nothing) != std::string::npos);
      plan.credential = mint::self_signed();
      CHECK(reply().find(row.stranger) != std::string::npos);
      CHECK(reply().starts_with("HTTP/1.1 400 Bad Request"));
      plan.credential = pki().client;
      CHECK(reply().find("UP") != std::string::npos);
      CHECK(peer.seen().failed_handshakes == 0);
    }
  }
  PeerOptions other_status = asking(ClientAuth::need);
  other_status.refuses_in_http = true;
  other_status.refusal_status = 403;
  const TestPeer peer(other_status);
  CHECK(visit({.port = peer.port()}).reply.starts_with("HTTP/1.1 403 Forbidden"));
}

TEST_CASE("TestPeer: another mode below TLS 1.3 -> the versions disagree") {
  PeerOptions options = asking(ClientAuth::need);
  options.client_auth_below_tls_1_3 = ClientAuth::want;
  const TestPeer peer(options);
  CHECK(visit({.port = peer.port(), .version = TLS1_2_VERSION}).alert == 0);
  CHECK(visit({.port = peer.port(), .version = TLS1_3_VERSION}).alert == 116);
}

TEST_CASE("TestPeer: versions -> none but those offered") {
  const TestPeer old({.min_version = TlsVersion::tls_1_0, .max_version = TlsVersion::tls_1_2});
  CHECK(visit({.port = old.port(), .version = TLS1_VERSION}).handshake);
  CHECK(visit({.port = old.port(), .version = TLS1_2_VERSION}).handshake);
  CHECK(visit({.port = old.port(), .version = TLS1_3_VERSION}).alert == 70);
  const TestPeer modern({.min_version = TlsVersion::tls_1_3});
  CHECK(visit({.port = modern.port(), .version = TLS1_2_VERSION}).alert == 70);
  CHECK(visit({.port = modern.port(), .version = TLS1_3_VERSION}).handshake);
}

TEST_CASE("TestPeer: the CertificateRequest -> the authorities and algorithms asked for") {
  for (const int version : versions) {
    CAPTURE(version);
    PeerOptions options = asking(ClientAuth::want);
    SUBCASE("none") {
      options.authorities = std::vector<mint::Der>{};
      const TestPeer peer(options);
      CHECK(visit({.port = peer.port(), .version = version}).authorities == 0);
    }
    SUBCASE("others than the trust") {
      options.authorities = mint::padding_names(3);
      const TestPeer peer(options);
      CHECK(visit({.port = peer.port(), .version = version}).authorities == 3);
    }
    SUBCASE("60 KiB of them") {
      constexpr std::size_t size = 60 * 1024;
      options.authorities_padded_to_bytes = size;
      const TestPeer peer(options);
      const Account account = visit({.port = peer.port(), .version = version});
      CHECK(account.handshake);
      CHECK(account.certificate_request_bytes.value_or(0) > size);
      CHECK(account.certificate_request_bytes.value_or(0) < size + 200);
    }
    SUBCASE("RSA alone: the EC key stays at home, the RSA key is sent") {
      options.client_signature_algorithms = "RSA-PSS+SHA256:RSA+SHA256";
      const TestPeer peer(options);
      const auto rsa = pki().root.issue({.key_type = mint::KeyType::rsa_2048});
      CHECK(visit({.port = peer.port(), .version = version, .credential = pki().client}).handshake);
      CHECK(peer.seen().client_certificates == 0);
      CHECK(visit({.port = peer.port(), .version = version, .credential = rsa}).handshake);
      CHECK(peer.seen().client_certificates == 1);
    }
  }
}

TEST_CASE("TestPeer: a chain of 100 more certificates -> all arrive") {
  PeerOptions options{.credential = pki().server};
  options.extra_chain_certificates = 100;
  const TestPeer peer(options);
  for (const int version : versions) {
    CHECK(visit({.port = peer.port(), .version = version}).peer_certificates == 102);
  }
}

TEST_CASE("TestPeer: session_tickets 0 -> none is sent") {
  for (const int version : versions) {
    const TestPeer peer({.session_tickets = 0});
    const Account account = visit({.port = peer.port(), .version = version, .reads_first = false});
    CHECK(account.end == End::closed);
    CHECK(account.tickets == 0);
  }
}

TEST_CASE("TestPeer: seen -> what the client sent") {
  const TestPeer peer(asking(ClientAuth::want));
  CHECK(visit({.port = peer.port(), .credential = pki().client, .server_name = "spin-gate"})
            .handshake);
  CHECK(peer.wait_until([](const Seen& seen) { return seen.ended_connections == 1; }));
  const Seen seen = peer.seen();
  CHECK(seen.connections == 1);
  CHECK(seen.last_server_name == "spin-gate");
  CHECK(seen.last_client_chain == std::vector{pki().client.leaf, pki().client.chain.front()});
  CHECK(seen.last_request == "GET /health HTTP/1.1");
  CHECK(seen.last_request_head == "GET /health HTTP/1.1\r\nHost: peer");
  CHECK(seen.plaintext_requests == 0);
  CHECK(seen.resumption_offers == 0);
  CHECK_FALSE(peer.wait_until([](const Seen& now) { return now.connections == 2; },
                              std::chrono::milliseconds(1)));
}

TEST_CASE("TestPeer: a client that resumes -> is found out") {
  for (const int version : versions) {
    const TestPeer peer({.credential = pki().server});
    CHECK(resume({.port = peer.port(), .version = version}).handshake);
    CHECK(peer.seen().handshakes == 2);
    CHECK(peer.seen().resumption_offers == 1);
  }
}

TEST_CASE("TestPeer: http -> status and body and path as configured") {
  const TestPeer peer(
      {.http = {.status = 503, .body = R"({"status":"DOWN"})", .health_path = "/health"}});
  const Account down = visit({.port = peer.port()});
  CHECK(down.reply.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(down.reply.ends_with(R"({"status":"DOWN"})"));
  CHECK(visit({.port = peer.port(), .request = "GET / HTTP/1.1\r\n\r\n"})
            .reply.starts_with("HTTP/1.1 404"));
  CHECK(visit({.port = peer.port(), .request = "GET /health?a=b HTTP/1.1\r\n\r\n"})
            .reply.starts_with("HTTP/1.1 503"));
}

TEST_CASE("TestPeer: plaintext by transport -> refused or served or served beside TLS") {
  const auto reply = [](Transport transport, Application application, std::string request) {
    const TestPeer peer({.transport = transport, .application = application});
    const std::string answer =
        visit({.port = peer.port(), .version = 0, .request = std::move(request)}).reply;
    return answer.substr(0, answer.find("\r\n"));
  };
  const std::string get = "GET / HTTP/1.1\r\n\r\n";
  const std::string ping = "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n";
  CHECK(reply(Transport::tls, Application::http, get) == "HTTP/1.1 400 Bad Request");
  CHECK(reply(Transport::tls, Application::redis, ping).empty());
  CHECK(reply(Transport::plaintext, Application::http, get) == "HTTP/1.1 200 OK");
  CHECK(reply(Transport::plaintext, Application::redis, ping) == "+PONG");
  CHECK(reply(Transport::either, Application::http, get) == "HTTP/1.1 200 OK");

  const TestPeer either({.transport = Transport::either});
  CHECK(visit({.port = either.port()}).reply.starts_with("HTTP/1.1 200"));
  CHECK(visit({.port = either.port(), .version = 0}).reply.starts_with("HTTP/1.1 200"));
  CHECK(either.seen().requests == 2);
  CHECK(either.seen().plaintext_requests == 1);
  const TestPeer plaintext({.transport = Transport::plaintext});
  CHECK(visit({.port = plaintext.port()}).end == End::not_tls);
  CHECK(plaintext.seen().requests == 0);
}

TEST_CASE("TestPeer: redis -> PING and AUTH and INFO as configured") {
  const auto reply = [](const TestPeer& peer, const std::string& commands) {
    return visit({.port = peer.port(), .request = commands + "QUIT\r\n"}).reply;
  };
  const std::string noauth = "-NOAUTH Authentication required.\r\n";
  const std::string info_request = "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n";

  const TestPeer open({.application = Application::redis, .redis = {.version = "5.0.1"}});
  CHECK(reply(open, "PING\r\n").starts_with("+PONG\r\n"));
  CHECK(reply(open, info_request).find("\r\nredis_version:5.0.1\r\n") != std::string::npos);
  CHECK(reply(open, "FLUSHALL\r\n").starts_with("-ERR unknown command"));
  CHECK(reply(open, "AUTH x\r\n").starts_with("-ERR AUTH <password> called without"));

  const TestPeer closed(
      {.application = Application::redis, .redis = {.password = "sesame", .denies_info = true}});
  CHECK(reply(closed, "PING\r\n" + info_request).starts_with(noauth + noauth));
  CHECK(closed.seen().auth_commands == 0);
  CHECK(reply(closed, "AUTH wrong\r\nPING\r\n").starts_with("-WRONGPASS"));
  CHECK(reply(closed, "AUTH default sesame\r\nPING\r\n").starts_with("+OK\r\n+PONG\r\n"));
  CHECK(reply(closed, "AUTH sesame\r\n" + info_request).starts_with("+OK\r\n-NOPERM"));
  CHECK(closed.seen().auth_commands == 3);
  CHECK(closed.seen().plaintext_auth_commands == 0);
  CHECK(closed.seen().last_user == "default");
  CHECK(closed.seen().last_password == "sesame");
}

TEST_CASE("TestPeer: IPv6 and a port of one's choice -> listens there") {
  const TestPeer v6({.address = "::1", .application = Application::redis});
  CHECK(v6.endpoint() == "[::1]:" + std::to_string(v6.port()));
  CHECK(v6.url() == "rediss://localhost:" + std::to_string(v6.port()));
  CHECK(visit({.address = "::1", .port = v6.port(), .request = "QUIT\r\n"}).handshake);

  std::uint16_t port = 0;
  {
    const TestPeer first({.transport = Transport::plaintext});
    port = first.port();
    CHECK(first.url("127.0.0.1") == "http://" + first.endpoint());
  }
  const TestPeer second({.port = port});
  CHECK(second.port() == port);
  CHECK_THROWS_AS(TestPeer({.port = port}), std::system_error);
}

TEST_SUITE_END();

}  // namespace telltale::support
