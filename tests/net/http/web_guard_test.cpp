// How a web configuration follows its files, and whom it asks who they are.

#include <future>
#include <map>

#include <openssl/ssl.h>

#include "net/http/tls_visit.hpp"
#include "net/http/web_files.hpp"
#include "support/openssl_ptr.hpp"
#include "support/tls_server.hpp"

namespace telltale::http_test {
namespace {

using namespace std::chrono_literals;
using http::WebGuard;
using http::WebRefresh;

// Of `s3cret-Password` and of `hunter2`.
const std::string hash_of_secret = "$2y$04$.OGB/.SE/ueHAeqKBO2NC.ugH9mJN8/mpsP9/piUM/xnYL5qvPU16";
const std::string hash_of_hunter2 = "$2b$04$.OGB/.SE/ueHAeqKBO2NC.DWhT18ajyuQbYD//ZCew1J6kBowToIW";
// Of `alice:s3cret-Password` and of `alice:hunter2`.
const std::string by_secret = "Basic YWxpY2U6czNjcmV0LVBhc3N3b3Jk";
const std::string by_hunter2 = "Basic YWxpY2U6aHVudGVyMg==";

std::string alice(const std::string& hash) {
  return "basic_auth_users:\n  alice: " + hash + "\n";
}

std::optional<bool> identify(WebGuard& guard, const std::string& authorization) {
  auto promise = std::make_shared<std::promise<std::optional<bool>>>();
  auto answer = promise->get_future();
  guard.identify(authorization,
                 [promise](std::optional<bool> decided) { promise->set_value(decided); });
  return answer.get();
}

std::optional<bool> answer(bool is_right) {
  return is_right;
}

mint::Der leaf_of(WebGuard& guard) {
  const Visit seen = visit(guard);
  return seen.chain.empty() ? mint::Der() : seen.chain.front();
}

TEST_SUITE("net") {
  TEST_CASE("web guard: an empty file -> plain HTTP, for everybody") {
    const WebFiles files;
    (void)files.configure("");
    const auto guard = files.guard();
    CHECK_FALSE(guard->serves_tls());
    CHECK(guard->tls() == nullptr);
    CHECK_FALSE(guard->asks_who());
    CHECK(guard->headers().empty());
    CHECK(identify(*guard, "") == answer(true));
    CHECK(guard->files() == std::set{files.path("web.yml")});
  }

  TEST_CASE("web guard: users -> asked who they are") {
    const WebFiles files;
    (void)files.configure(alice(hash_of_secret));
    const auto guard = files.guard();
    CHECK(guard->asks_who());
    CHECK(identify(*guard, by_secret) == answer(true));
    CHECK(identify(*guard, by_hunter2) == answer(false));
    CHECK(identify(*guard, "") == answer(false));
    CHECK(identify(*guard, "Bearer s3cret-Password") == answer(false));
    CHECK(identify(*guard, "Basic !") == answer(false));
    CHECK(identify(*guard, "Basic Ym9iOnMzY3JldC1QYXNzd29yZA==") == answer(false));
  }

  TEST_CASE("web guard: files -> all that are named") {
    const WebFiles files;
    (void)files.configure_tls("  client_auth_type: RequestClientCert\n  client_ca_file: ca.pem\n");
    CHECK(files.guard()->files() == std::set{files.path("web.yml"), files.path("tls.crt"),
                                             files.path("tls.key"), files.path("ca.pem")});
  }

  TEST_CASE("web guard: nothing has changed -> no news, the context stays") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    const auto context = guard->tls();
    Refresher refresher{*guard};
    for (int i = 0; i < 3; ++i) {
      const WebRefresh refresh = refresher.once(4s);
      CHECK_FALSE(refresh.is_renewed);
      CHECK(refresh.error.empty());
      CHECK_FALSE(refresh.again_in.has_value());
    }
    files.present(files.server);  // written anew, with the same content
    CHECK_FALSE(refresher.once().again_in.has_value());
    CHECK(guard->tls() == context);
  }

  TEST_CASE("web guard: a change -> in force once it is found the same a second time") {
    const WebFiles files;
    (void)files.configure(alice(hash_of_secret));
    const auto guard = files.guard();
    Refresher refresher{*guard};
    // Half of what is being written would be valid, and open to everybody.
    (void)files.configure("\n");
    const WebRefresh first = refresher.once();
    CHECK(first.again_in == Duration(100ms));
    CHECK(refresher.once(99ms).again_in == Duration(1ms));
    CHECK(guard->asks_who());
    (void)files.configure(alice(hash_of_hunter2));
    CHECK(refresher.once(1ms).again_in == Duration(100ms));
    CHECK(guard->asks_who());
    CHECK(identify(*guard, by_secret) == answer(true));
    const WebRefresh last = refresher.once(100ms);
    CHECK(last.is_renewed);
    CHECK(last.error.empty());
    CHECK_FALSE(last.again_in.has_value());
    CHECK(identify(*guard, by_secret) == answer(false));
    CHECK(identify(*guard, by_hunter2) == answer(true));
  }

  TEST_CASE("web guard: users, headers -> changed and taken away without a restart") {
    const WebFiles files;
    (void)files.configure(alice(hash_of_secret) +
                          "http_server_config: {headers: {X-Frame-Options: deny}}\n");
    const auto guard = files.guard();
    const http::WebGuard& told = *guard;
    const auto& before = told.headers();
    REQUIRE(before.size() == 1);
    Refresher refresher{*guard};
    (void)files.configure("http_server_config: {headers: {X-Frame-Options: sameorigin}}\n");
    CHECK(refresher.until_settled().is_renewed);
    CHECK_FALSE(guard->asks_who());
    CHECK(identify(*guard, by_hunter2) == answer(true));
    CHECK(told.headers().front().second == "sameorigin");
    CHECK(before.front().second == "deny");  // whoever still holds them
    (void)files.configure(alice(hash_of_secret));
    CHECK(refresher.until_settled().is_renewed);
    CHECK(guard->asks_who());
    CHECK(told.headers().empty());
  }

  TEST_CASE("web guard: a new certificate -> presented, by who has begun before too") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    const auto before = guard->tls();
    const mint::Credential renewed = files.ca.issue({.dns = {"localhost"}});
    files.present(renewed);
    Refresher refresher{*guard};
    CHECK(refresher.until_settled().is_renewed);
    CHECK(leaf_of(*guard) == renewed.leaf);
    CHECK(SSL_CTX_get0_certificate(before.get()) != nullptr);
  }

  TEST_CASE("web guard: another client CA -> its clients come in, and those of the former do not") {
    const WebFiles files;
    (void)files.configure_tls(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n");
    const auto guard = files.guard();
    const mint::Ca other({.common_name = "Others"});
    const mint::Credential before = files.clients.issue();
    const mint::Credential after = other.issue();
    CHECK(visit(*guard, {.presents = &before}).came_in);
    files.trust(other);
    Refresher refresher{*guard};
    CHECK(refresher.until_settled().is_renewed);
    CHECK_FALSE(visit(*guard, {.presents = &before}).came_in);
    CHECK(visit(*guard, {.presents = &after}).came_in);
  }

  TEST_CASE("web guard: another policy -> in force at the next connection") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    CHECK(visit(*guard).came_in);
    (void)files.configure_tls(
        "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]\n"
        "  min_version: TLS13\n");
    Refresher refresher{*guard};
    CHECK(refresher.until_settled().is_renewed);
    const mint::Credential allowed = files.clients.issue({.dns = {"a"}});
    const mint::Credential other = files.clients.issue({.dns = {"b"}});
    CHECK_FALSE(visit(*guard).came_in);
    CHECK_FALSE(visit(*guard, {.presents = &other}).came_in);
    CHECK(visit(*guard, {.presents = &allowed}).came_in);
    CHECK_FALSE(visit(*guard, {.presents = &allowed, .version = TLS1_2_VERSION}).came_in);
  }

  TEST_CASE("web guard: a pair that does not match -> the last good one, told once, in 3 s") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    const mint::Credential renewed = files.ca.issue();
    (void)files.files.write("tls.crt", renewed.chain_pem());
    Refresher refresher{*guard};
    const SteadyTime begin = refresher.now;
    const WebRefresh told = refresher.until_settled();
    CHECK(refresher.now - begin == http::WebGuard::patience + http::WebGuard::settling);
    CHECK_FALSE(told.is_renewed);
    CHECK(files.without_directory(told.error) ==
          "web.yml:3: tls_server_config.key_file: does not belong to the first certificate of "
          "tls_server_config; name the pair");
    CHECK(leaf_of(*guard) == files.server.leaf);
    for (int i = 0; i < 3; ++i) {
      CHECK(refresher.once(4s).error.empty());
    }
    (void)files.files.write("tls.key", renewed.key_pem());
    CHECK(refresher.until_settled().is_renewed);
    CHECK(leaf_of(*guard) == renewed.leaf);
    std::filesystem::remove(files.path("tls.key"));  // and it is told anew
    CHECK_FALSE(refresher.until_settled().error.empty());
  }

  TEST_CASE("web guard: a key that comes after its certificate -> not a word of it") {
    const WebFiles files;
    (void)files.configure_tls();
    const auto guard = files.guard();
    const mint::Credential renewed = files.ca.issue();
    (void)files.files.write("tls.crt", renewed.chain_pem());
    Refresher refresher{*guard};
    for (int i = 0; i < 4; ++i) {
      const WebRefresh refresh = refresher.once(200ms);
      CHECK(refresh.error.empty());
      CHECK(refresh.again_in.has_value());
    }
    (void)files.files.write("tls.key", renewed.key_pem());
    const WebRefresh refresh = refresher.until_settled();
    CHECK(refresh.is_renewed);
    CHECK(refresh.error.empty());
  }

  TEST_CASE("web guard: a file that is broken -> all stays in force; mended -> that is told") {
    const WebFiles files;
    const std::string good = files.configure_tls(alice(hash_of_secret));
    const auto guard = files.guard();
    Refresher refresher{*guard};
    (void)files.configure("tls_server_config: {cert: [\n");
    const WebRefresh told = refresher.until_settled();
    CHECK(files.without_directory(told.error).starts_with("web.yml:2: is not YAML"));
    CHECK(guard->asks_who());
    CHECK(identify(*guard, by_secret) == answer(true));
    CHECK(leaf_of(*guard) == files.server.leaf);
    (void)files.configure("nonsense: 1\n");
    CHECK(files.without_directory(refresher.until_settled().error)
              .starts_with("web.yml:1: nonsense: unknown key"));
    std::filesystem::remove(good);
    CHECK(files.without_directory(refresher.until_settled().error) ==
          "web.yml: cannot be read: No such file or directory");
    (void)files.configure_tls(alice(hash_of_secret));
    CHECK(refresher.until_settled().is_renewed);
    CHECK_FALSE(refresher.once(4s).is_renewed);
  }

  TEST_CASE("web guard: a certificate that is broken beside new users -> the users count") {
    const WebFiles files;
    (void)files.configure_tls(alice(hash_of_secret));
    const auto guard = files.guard();
    Refresher refresher{*guard};
    (void)files.configure_tls(alice(hash_of_hunter2));
    (void)files.files.write("tls.crt", "");
    CHECK_FALSE(refresher.until_settled().error.empty());
    CHECK(identify(*guard, by_secret) == answer(false));
    CHECK(identify(*guard, by_hunter2) == answer(true));
    CHECK(leaf_of(*guard) == files.server.leaf);
    files.present(files.server);
    (void)files.configure_tls(alice(hash_of_secret));  // all as it was at first
    CHECK(refresher.until_settled().is_renewed);
    CHECK(identify(*guard, by_secret) == answer(true));
  }

  TEST_CASE("web guard: TLS turned on or off -> takes a restart, and says so") {
    const WebFiles files;
    const std::string error =
        "web.yml:1: tls_server_config: turning TLS on or off takes a restart of telltale";
    SUBCASE("off") {
      (void)files.configure_tls();
      const auto guard = files.guard();
      (void)files.configure(alice(hash_of_secret));
      Refresher refresher{*guard};
      CHECK(files.without_directory(refresher.until_settled().error) == error);
      CHECK(leaf_of(*guard) == files.server.leaf);
      CHECK(guard->asks_who());
    }
    SUBCASE("on") {
      (void)files.configure("");
      const auto guard = files.guard();
      (void)files.configure_tls(alice(hash_of_secret));
      Refresher refresher{*guard};
      CHECK(files.without_directory(refresher.until_settled().error) == error);
      CHECK(guard->tls() == nullptr);
      CHECK(guard->asks_who());
    }
  }

  TEST_CASE("web guard: no users, beside TLS that cannot be had -> nobody comes in without") {
    const WebFiles files;
    (void)files.configure_tls(alice(hash_of_secret));
    const auto guard = files.guard();
    Refresher refresher{*guard};
    SUBCASE("an empty file") {
      (void)files.configure("");
    }
    SUBCASE("certificates instead of passwords, and the client CA is not there yet") {
      (void)files.configure_tls(
          "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: clients.pem\n");
    }
    CHECK_FALSE(refresher.until_settled().error.empty());
    CHECK(guard->asks_who());
    CHECK(identify(*guard, "") == answer(false));
    CHECK(identify(*guard, by_secret) == answer(true));
    (void)files.configure_tls(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n");
    CHECK(refresher.until_settled().is_renewed);
    CHECK_FALSE(guard->asks_who());
    CHECK_FALSE(visit(*guard).came_in);
  }

  TEST_CASE("web guard: clients are asked for something else -> who came in before is let go") {
    const WebFiles files;
    (void)files.configure_tls("  client_auth_type: RequestClientCert\n  client_ca_file: ca.pem\n");
    const auto guard = files.guard();
    const support::SslPtr before(SSL_new(guard->tls().get()));
    Refresher refresher{*guard};
    files.present(files.ca.issue());
    CHECK(refresher.until_settled().is_renewed);
    CHECK(guard->admits(before.get()));  // a new certificate of ours asks nothing of clients
    SUBCASE("another client CA") {
      files.trust(mint::Ca({.common_name = "Others"}));
    }
    SUBCASE("another type") {
      (void)files.configure_tls("  client_auth_type: NoClientCert\n");
    }
    SUBCASE("allowed SANs") {
      (void)files.configure_tls(
          "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]\n");
    }
    CHECK(refresher.until_settled().is_renewed);
    CHECK_FALSE(guard->admits(before.get()));
  }

  TEST_CASE("web guard: what is told of a bad file -> neither password nor hash nor key") {
    const WebFiles files;
    const std::string secret = "hunter2-and-more";
    for (const std::string& text :
         {"basic_auth_users: {alice: " + secret + "}\n", "basic_auth_users: " + secret + "\n",
          "basic_auth_users: [" + secret + "]\n",
          "tls_server_config: {cert: a, key: " + secret + "}\n",
          "tls_server_config: {cert: a, key: [" + secret + "]}\n",
          "basic_auth_users: {\"$2y$10$" + secret + "\": alice}\n",
          "tls_server_config:\n  cert: a\n  key:\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIB" +
              secret + ":\n",
          "basic_auth_users: {alice: \"" + secret + "\n"}) {
      CAPTURE(text);
      (void)files.configure(text);
      CHECK(files.complaint() != "nothing");
      CHECK(files.complaint().find("hunter2") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace telltale::http_test
