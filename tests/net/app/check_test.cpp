// `telltale check` and `--config.check`, run as a user runs them.

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::TestPeer;

TEST_SUITE("net") {
  TEST_CASE("check: every target wants certificates and takes ours -> open, exit 0") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const TestPeer gate(world.peer(ClientAuth::need));
    const std::string config = world.configure({entry("orca", orca), entry("gate", gate)});

    const auto run = run_telltale({"check", "-o", "json", "--config.file", config});

    CAPTURE(run.output);
    CHECK(run.exit_code == 0);
    const auto status = boost::json::parse(run.output);
    CHECK(status.at("status") == "open");
    CHECK(status.at("targets").at(0).at("name") == "orca");
    CHECK(status.at("targets").at(0).at("mode") == "want");
    CHECK(status.at("targets").at(1).at("mode") == "need");
    CHECK(status.at("gates").at(0).at("ready") == true);
    const auto& address = status.at("targets").at(0).at("addresses").at(0);
    CHECK(std::string(address.at("address").as_string()) == orca.endpoint());
    CHECK(address.at("client_certificates_verified") == true);
    CHECK(address.at("tls").as_array().size() == 2);
    const auto& request = address.at("tls").at(0).at("certificate_request");
    CHECK(request.at("authorities").at(0) == "CN=Test Root,O=Telltale Tests");
    CHECK(orca.seen().resumption_offers == 0);
  }

  TEST_CASE("check: a target that asks for no certificate -> closed, exit 1") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::none));
    const auto run = run_telltale(
        {"check", "-o", "short", "--config.file", world.configure({entry("orca", orca)})});
    CHECK(run.exit_code == 1);
    CHECK(run.output.find("client_auth_none") != std::string::npos);
  }

  TEST_CASE("check: an authority that is expected and not named -> closed, authorities_missing") {
    const World world;
    auto options = world.peer(ClientAuth::want);
    options.authorities = {mint::distinguished_name({.common_name = "Somebody Else"})};
    const TestPeer orca(options);
    const std::string config = world.configure(
        {entry("orca", orca, R"(expect: {authorities: ["CN=Test Root,O=Telltale Tests"]})")});
    const auto run = run_telltale({"check", "--config.file", config});
    CAPTURE(run.output);
    CHECK(run.exit_code == 1);
    CHECK(run.output.find("authorities_missing") != std::string::npos);
  }

  TEST_CASE("check: every output -> the same verdict in its own form") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const std::string config = world.configure({entry("orca", orca)});
    for (const std::string output : {"table", "short", "json", "junit"}) {
      const auto run = run_telltale({"--config.file", config, "check", "--output", output});
      CAPTURE(run.output);
      CHECK(run.exit_code == 0);
      CHECK(run.output.find("need") != std::string::npos);  // the gate
      CHECK(run.output.find('\x1b') == std::string::npos);  // a pipe gets no colours
      CHECK(run.output.ends_with('\n'));
    }
  }

  TEST_CASE("--config.check: a good configuration -> a line, exit 0; a bad one -> a line, exit 2") {
    const World world;
    const std::string config = world.configure({{"orca", "https://localhost:1", ""}});
    const auto good = run_telltale({"--config.check", "--config.file", config});
    CHECK(good.exit_code == 0);
    CHECK(good.output == config + ": ok, 1 target, 0 calls, 1 gate\n");

    world.files.write("telltale.key", "not a key");
    const auto bad_key = run_telltale({"--config.check", "--config.file", config});
    CHECK(bad_key.exit_code == 2);
    CHECK(bad_key.output.find("telltale.key") != std::string::npos);
    CHECK(bad_key.output.find('\n') == bad_key.output.size() - 1);

    const auto missing = run_telltale({"--config.check", "--config.file", config + ".not"});
    CHECK(missing.exit_code == 2);
    CHECK(missing.output.find('\n') == missing.output.size() - 1);
  }

  TEST_CASE("check: a verdict that cannot be written -> exit 2, whatever it is") {
    const World world;
    const TestPeer orca(world.peer(ClientAuth::want));
    const std::string config = world.configure({entry("orca", orca)});
    const std::string command =
        std::string(TELLTALE_PROGRAM) + " check --config.file " + config + " >/dev/full";
    const auto run = support::run_program({"/bin/sh", "-c", command});
    CHECK(run.exit_code == 2);
    CHECK(run.output == "telltale: cannot write to the standard output\n");
  }

  TEST_CASE("--config.check: an acceptance of what cannot be accepted -> a line, exit 2") {
    const World world;
    for (const std::string reason : {"stale", "waiting", "unknown", "identity_rejected",
                                     "truststore_empty", "password_unreadable"}) {
      const std::string config =
          world.configure({{"orca", "https://127.0.0.1:1", ""}},
                          "gates: [{name: need, accept: [{target: orca, reason: " + reason +
                              ", until: 2099-01-01, why: because}]}]");
      const auto run = run_telltale({"--config.check", "--config.file", config});
      CAPTURE(run.output);
      CHECK(run.exit_code == 2);
      CHECK(run.output.find("reason") != std::string::npos);
    }
  }

  TEST_CASE("check: a Redis password -> reaches a verified peer only, and no output") {
    const World world;
    const std::string password = "s3cret-and-long-enough";
    world.files.write("redis.pw", password + "\n");
    auto options = world.peer(ClientAuth::want);
    options.application = support::Application::redis;
    options.redis.password = password;
    const TestPeer trusted(options);
    options.credential = mint::self_signed({.dns = {"localhost"}, .ip = {"127.0.0.1"}});
    const TestPeer untrusted(options);
    const std::string config =
        world.configure({entry("redis", trusted, "password_file: redis.pw"),
                         entry("impostor", untrusted, "password_file: redis.pw")});

    for (const std::string output : {"table", "short", "json", "junit"}) {
      const auto run =
          run_telltale({"check", "-o", output, "--log.level=debug", "--config.file", config});
      CHECK(run.exit_code == 1);
      CHECK(run.output.find(password) == std::string::npos);
    }
    CHECK(trusted.seen().auth_commands == 4);
    CHECK(trusted.seen().plaintext_auth_commands == 0);
    CHECK(untrusted.seen().auth_commands == 0);
  }

  TEST_CASE("check: whom gate takes us for -> as expected is open, another principal is closed") {
    const World world;
    auto options = world.peer(ClientAuth::need);
    options.http.login = support::LoginBehaviour{.roles = {"deployers"}};
    const TestPeer gate(options);

    const auto as_expected =
        run_telltale({"check", "-o", "json", "--config.file",
                      world.configure({entry(
                          "gate", gate, "expect: {principal: telltale, roles: [Deployers]}")})});
    CAPTURE(as_expected.output);
    CHECK(as_expected.exit_code == 0);
    const auto status = boost::json::parse(as_expected.output);
    const auto& login = status.at("targets").at(0).at("addresses").at(0).at("login");
    CHECK(login.at("principal") == "telltale");
    CHECK(login.at("roles").as_array().size() == 2);
    CHECK(login.at("status") == 200);

    const auto another = run_telltale(
        {"check", "-o", "short", "--config.file",
         world.configure({entry("gate", gate, "expect: {principal: ci, roles: [admins]}")})});
    CAPTURE(another.output);
    CHECK(another.exit_code == 1);
    CHECK(another.output.find("principal_mismatch: Gate takes identity telltale for telltale; "
                              "expected is ci.\n") != std::string::npos);
    CHECK(another.output.find("roles_mismatch: ") != std::string::npos);
  }

  TEST_CASE(
      "check: our own identity has expired -> every output tells it, and nothing is blocked") {
    const World world;
    const auto expired =
        world.root.issue({.common_name = "telltale", .not_after = mint::an_hour_ago()});
    world.files.write("telltale.pem", expired.chain_pem());
    world.files.write("telltale.key", expired.key_pem());
    const TestPeer orca(world.peer(ClientAuth::want));
    const std::string config = world.configure({entry("orca", orca)});
    for (const std::string output : {"table", "short", "json", "junit"}) {
      const auto run = run_telltale({"check", "-o", output, "--config.file", config});
      CAPTURE(run.output);
      CHECK(run.exit_code == 0);
      CHECK(run.output.find("identity_expired") != std::string::npos);
      CHECK(run.output.find("CN=telltale") != std::string::npos);
      CHECK(run.output.find("<failure") == std::string::npos);
    }
  }
}
