// `telltale inspect`, run as a user runs it.

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;

namespace {

/// A client's certificate that carries roles, with its key, encrypted.
mint::Credential client(const mint::Ca& root) {
  return root.issue({.common_name = "alice",
                     .email = {"alice@example.com"},
                     .extensions = {{"1.2.840.10070.8.1", mint::utf8_string("admins\ndevs")}}});
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("inspect: a PEM with roles and an encrypted key -> table and JSON, exit 0, no secret") {
    const World world;
    const mint::Credential alice = client(world.root);
    const std::string password = "s3cret-and-long-enough";
    const std::string file =
        world.files.write("alice.pem", alice.chain_pem() + alice.encrypted_key_pem(password));
    const std::string password_file = world.files.write("alice.pw", password + "\n");

    const auto table = run_telltale({"inspect", file, "--key-password-file", password_file});
    CAPTURE(table.output);
    CHECK(table.exit_code == 0);
    CHECK(table.output.find("privateKeyEntry") != std::string::npos);
    CHECK(table.output.find("roles       admins, devs\n") != std::string::npos);
    CHECK(table.output.find("gate user   alice@example.com") != std::string::npos);
    CHECK(table.output.find('\x1b') == std::string::npos);

    const auto whole =
        run_telltale({"inspect", "-o", "json", "--key-password-file", password_file, file});
    CHECK(whole.exit_code == 0);
    const auto json = boost::json::parse(whole.output);
    const auto& entry = json.at("files").at(0).at("entries").at(0);
    CHECK(entry.at("key").at("encoding") == "encrypted_pkcs8");
    CHECK(entry.at("key").at("error").is_null());
    CHECK(entry.at("certificates").at(0).at("x509_login").at("user") == "alice@example.com");
    for (const auto& run : {table, whole}) {
      CHECK(run.output.find(password) == std::string::npos);
      CHECK(run.output.find("PRIVATE KEY-----") == std::string::npos);
    }
  }

  TEST_CASE("inspect: a file that is not there, among others -> a line for it, exit 2") {
    const World world;
    const std::string gone = world.files.write("gone.pem", "") + ".not";
    const std::string there = world.files.write("ca.pem", world.root.certificate_pem());
    const auto run = run_telltale({"inspect", gone, there});
    CAPTURE(run.output);
    CHECK(run.exit_code == 2);
    CHECK(run.output.find("telltale: " + gone) != std::string::npos);
    CHECK(run.output.find(there + ": PEM") != std::string::npos);
  }

  TEST_CASE("inspect: a password's file that is not there -> one line that does not name it") {
    const World world;
    const auto run = run_telltale(
        {"inspect", world.files.write("ca.pem", "x"), "--password-file", "my-pass-word"});
    CHECK(run.exit_code == 2);
    CHECK(run.output.starts_with("telltale: --password-file: "));
    CHECK(run.output.find("my-pass-word") == std::string::npos);
    CHECK(run.output.find('\n') == run.output.size() - 1);
  }
}
