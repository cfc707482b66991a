#include "telltale/fleet/credentials.hpp"

#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/mint.hpp"
#include "support/stores.hpp"

namespace telltale::fleet {
namespace {

/// A fleet with one Redis target that wants a password from `file`.
Fleet with_password_file(const std::string& file) {
  Fleet fleet;
  fleet.targets.push_back({.name = "orca", .source = "telltale.yml:2"});
  fleet.targets.push_back(
      {.name = "redis", .password = pki::SecretSource::in_file(file), .source = "telltale.yml:7"});
  return fleet;
}

/// A certificate for an X25519 key, and that key: for agreeing on secrets, not for signing.
constexpr const char* agreeing_pem = R"(-----BEGIN CERTIFICATE-----
MIHtMIGUAhRa35ezFcMpPs8eD28iIyqGIBmMqTAKBggqhkjOPQQDAjAPMQ0wCwYD
VQQDDARyb290MCAXDTI2MTEyMjA5MTM1NloYDzIxMjYxMDI5MDkxMzU2WjARMQ8w
DQYDVQQDDAZ4MjU1MTkwKjAFBgMrZW4DIQCINLEOLBoTFIe7bE7rOHixi6xHrVzj
Nd0McbGUljKNDTAKBggqhkjOPQQDAgNIADBFAiBQ/wgQcMe5UaA8sSbGeP7pwoln
C/AzXb4CBPtKG+mAwgIhAM5XTioCFVFTWcWVeh5kOT6bZn4uyXmP30LjU7EWtIWO
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIGjX2VYCv01pKOxCvpIk01SJb3iPNSpLtXm4REjEBdJ9
-----END PRIVATE KEY-----
)";

Fleet with_password_env(const std::string& variable) {
  Fleet fleet;
  fleet.targets.push_back({.name = "redis",
                           .password = pki::SecretSource::in_environment(variable),
                           .source = "telltale.yml:7"});
  return fleet;
}

/// The password that was read for the Redis target, or what is wrong with it.
std::string password_of(const Fleet& fleet) {
  const Result<Credentials> credentials = load_credentials(fleet);
  return credentials ? std::string(credentials->redis_passwords.at("redis")->reveal())
                     : credentials.error().detail();
}

TEST_SUITE("fleet") {
  TEST_CASE("load_credentials: trust and identities -> read from their files") {
    const mint::TempDir files;
    const mint::Ca root;
    const mint::Credential ours = root.issue({.common_name = "telltale"});
    const mint::Credential orca = root.issue({.common_name = "orca"});
    Fleet fleet;
    fleet.trust = {.file = files.write("ca.pem", root.certificate_pem())};
    fleet.identities["telltale"] = {
        .certificate = files.write("telltale.crt", ours.chain_pem()),
        .key = files.write("telltale.key", ours.encrypted_key_pem("hunter2")),
        .key_password = pki::SecretSource::in_file(files.write("key.password", "hunter2\n"))};
    fleet.identities["orca"] = {.certificate = files.write("orca.crt", orca.chain_pem())};

    const Result<Credentials> credentials = load_credentials(fleet);
    REQUIRE_MESSAGE(credentials.has_value(), credentials.error().detail());
    CHECK(credentials->trust->anchors().size() == 1);
    REQUIRE(credentials->identities.size() == 2);
    CHECK(credentials->identities.at("telltale")->has_key());
    CHECK(credentials->identities.at("telltale")->leaf().der == ours.leaf);
    CHECK_FALSE(credentials->identities.at("orca")->has_key());
    CHECK(credentials->redis_passwords.empty());
  }

  TEST_CASE("load_credentials: no trust file -> the system's trust store, and no identity needed") {
    const Result<Credentials> credentials = load_credentials(Fleet{});
    REQUIRE_MESSAGE(credentials.has_value(), credentials.error().detail());
    CHECK(credentials->trust != nullptr);
    CHECK(credentials->identities.empty());
  }

  TEST_CASE("load_credentials: files that are not what they should be -> the key and the file") {
    const mint::TempDir files;
    const mint::Ca root;
    const mint::Credential ours = root.issue({.common_name = "telltale"});
    const std::string junk = files.write("junk.pem", "junk\n");
    const auto begins = [](const Fleet& fleet, const std::string& with) {
      const std::string complaint = load_credentials(fleet).error().detail();
      CAPTURE(complaint);
      CHECK(complaint.starts_with(with));
      CHECK(complaint.find("hunter2") == std::string::npos);
    };

    Fleet fleet;
    fleet.trust = {.file = junk};
    begins(fleet, "trust.file: " + junk);
    fleet.sources["trust.file"] = "telltale.yml:3";
    begins(fleet, "telltale.yml:3: trust.file: " + junk);

    fleet.trust = {.file = files.write("ca.pem", root.certificate_pem())};
    fleet.sources["identities.telltale"] = "telltale.yml:6";
    fleet.identities["telltale"] = {.certificate = junk};
    begins(fleet, "telltale.yml:6: identities.telltale: " + junk);

    const std::string key = files.write("telltale.key", ours.encrypted_key_pem("secret"));
    fleet.identities["telltale"] = {
        .certificate = files.write("telltale.crt", ours.chain_pem()),
        .key = key,
        .key_password = pki::SecretSource::in_file(files.write("key.password", "hunter2"))};
    begins(fleet, "telltale.yml:6: identities.telltale: " + key);
  }

  TEST_CASE("load_credentials: a password file -> its text without one newline at the end") {
    const mint::TempDir files;
    CHECK(password_of(with_password_file(files.write("a", "hunter2\n"))) == "hunter2");
    CHECK(password_of(with_password_file(files.write("b", "hunter2"))) == "hunter2");
    CHECK(password_of(with_password_file(files.write("c", "hunter2\r\n"))) == "hunter2");
    CHECK(password_of(with_password_file(files.write("d", "hunter2\n\n"))) == "hunter2\n");
    CHECK(password_of(with_password_file(files.write("e", " two words "))) == " two words ");
    const std::string longest(4096, 'x');
    CHECK(password_of(with_password_file(files.write("f", longest))) == longest);
  }

  TEST_CASE("load_credentials: a password file that holds none -> line and key, never the path") {
    const mint::TempDir files;
    const std::string key = "telltale.yml:7: targets[1].password_file: ";
    for (const char* const text : {"", "\n", "\r\n"}) {
      CHECK(password_of(with_password_file(files.write("empty", text))) ==
            key + "is empty; write the password into the file");
    }
    CHECK(password_of(with_password_file(files.write("long", std::string(4097, 'x')))) ==
          key + "is larger than 4096 bytes");
    CHECK(password_of(with_password_file("/none/hunter2")) ==
          key + "cannot be read: No such file or directory");
    CHECK(password_of(with_password_file(files.path().string())) ==
          key + "cannot be read: Is a directory");
  }

  TEST_CASE("load_credentials: probe.identity without a key -> it cannot be presented") {
    const mint::TempDir files;
    const mint::Credential ours = mint::self_signed({});
    Fleet fleet{.probe = {.identity = "telltale"}};
    fleet.identities["telltale"] = {.certificate = files.write("telltale.crt", ours.chain_pem())};
    CHECK(load_credentials(fleet).error() ==
          Error(Errc::invalid_value,
                "identities.telltale: has no key, so it cannot be presented as probe.identity; add "
                "its key"));
  }

  TEST_CASE("load_credentials: a key that cannot sign -> a caller may hold it, we cannot take it") {
    const mint::TempDir files;
    Fleet fleet;
    fleet.identities["ci"] = {.certificate = files.write("ci.pem", agreeing_pem)};
    const Credentials credentials = load_credentials(fleet).value();
    CHECK(credentials.identities.at("ci")->has_key());
    CHECK_FALSE(can_sign(*credentials.identities.at("ci")));
    CHECK(identity_for(fleet, credentials.identities, {.name = "orca", .identity = "ci"}) ==
          nullptr);

    const std::string why =
        ": holds a key with which TLS cannot sign, so it cannot be what telltale presents; take "
        "one "
        "of RSA, ECDSA or EdDSA";
    fleet.probe.identity = "ci";
    CHECK(load_credentials(fleet).error() == Error(Errc::invalid_value, "identities.ci" + why));
    fleet.probe.identity.reset();
    fleet.identities["telltale"] = fleet.identities["ci"];
    CHECK(load_credentials(fleet).error() ==
          Error(Errc::invalid_value, "identities.telltale" + why));
  }

  TEST_CASE("load_credentials: a store of several keys -> all, and the first stands for it") {
    const std::string file = support::stores().path("two.p12");
    const mint::TempDir files;
    const pki::SecretSource password =
        pki::SecretSource::in_file(files.write("password", support::store_password));
    Fleet fleet;
    fleet.identities["jvm"] = {.certificate = file, .password = password, .is_keystore = true};
    const Credentials credentials = load_credentials(fleet).value();
    REQUIRE(credentials.keys.at("jvm").size() == 2);
    CHECK(credentials.identities.at("jvm") == credentials.keys.at("jvm").front().identity);

    fleet.probe.identity = "jvm";
    fleet.sources["identities.jvm"] = "telltale.yml:4";
    CHECK(load_credentials(fleet).error() ==
          Error(Errc::invalid_value,
                "telltale.yml:4: identities.jvm: holds 2 private keys, and telltale presents one; "
                "choose it by its `alias`: orca, gate"));
    fleet.identities["jvm"].alias = "gate";
    const Credentials chosen = load_credentials(fleet).value();
    REQUIRE(chosen.keys.at("jvm").size() == 1);
    CHECK(chosen.keys.at("jvm").front().alias == "gate");
    CHECK(chosen.identities.at("jvm")->leaf().der == support::stores().gate.leaf);
  }

  TEST_CASE("load_credentials: callers' trusts -> each file once, by its name") {
    const mint::TempDir files;
    const mint::Ca ours;
    const mint::Ca theirs{{.common_name = "Theirs"}};
    const pki::TrustFiles our_trust{.file = files.write("ca.pem", ours.certificate_pem())};
    const pki::TrustFiles their_trust{.file = files.write("their.pem", theirs.certificate_pem())};
    const pki::TrustFiles another{.file = files.write("other.pem", theirs.certificate_pem())};
    Fleet fleet;
    fleet.trust = our_trust;
    fleet.targets = {{.name = "orca",
                      .trust = their_trust,
                      .calls = {{.target = "orca"}, {.target = "orca", .trust = our_trust}}},
                     {.name = "gate"}};
    fleet.callers = {
        {.name = "ci", .trust = their_trust, .calls = {{.target = "orca", .trust = another}}}};
    const Credentials credentials = load_credentials(fleet).value();
    REQUIRE(credentials.trusts.size() == 3);
    CHECK(credentials.trusts.at(our_trust.file) == credentials.trust);
    CHECK(credentials.trusts.at(their_trust.file)->anchors().front()->der == theirs.certificate());
    CHECK(credentials.trusts.at(another.file)->anchors().size() == 1);

    using Files = std::map<CredentialName, std::vector<std::string>>;
    CHECK((files_of(fleet) == Files{
                                  {{CredentialKind::trust, ""}, {our_trust.file}},
                                  {{CredentialKind::trust, another.file}, {another.file}},
                                  {{CredentialKind::trust, their_trust.file}, {their_trust.file}},
                              }));
  }

  TEST_CASE(
      "load_credentials: a caller's trust that cannot be read -> the key that names it first") {
    const mint::TempDir files;
    const std::optional<pki::TrustFiles> junk =
        pki::TrustFiles{.file = files.write("junk.pem", "junk\n")};
    const auto complaint = [](const Fleet& fleet) {
      const std::string detail = load_credentials(fleet).error().detail();
      return detail.substr(0, detail.find("/"));
    };
    Fleet fleet;
    fleet.callers = {{.name = "cron", .calls = {{.target = "orca"}}, .source = "telltale.yml:30"},
                     {.name = "ci",
                      .calls = {{.target = "orca", .trust = junk, .source = "telltale.yml:32"}},
                      .source = "telltale.yml:31"}};
    CHECK(complaint(fleet) == "telltale.yml:32: callers[1].calls[0].trust.file: ");
    fleet.callers[1].trust = junk;
    CHECK(complaint(fleet) == "telltale.yml:31: callers[1].trust.file: ");
    fleet.targets = {{.name = "orca", .trust = junk, .source = "telltale.yml:9"}};
    CHECK(complaint(fleet) == "telltale.yml:9: targets[0].trust.file: ");
  }

  TEST_CASE("reread: a caller's trust -> by itself; ours, where callers have it too -> both") {
    const mint::TempDir files;
    const mint::Ca first;
    const mint::Ca second;
    const pki::TrustFiles ours{.file = files.write("ca.pem", first.certificate_pem())};
    const pki::TrustFiles theirs{.file = files.write("their.pem", first.certificate_pem())};
    Fleet fleet;
    fleet.trust = ours;
    fleet.callers = {{.name = "ci", .trust = theirs},
                     {.name = "cron", .trust = ours, .source = "telltale.yml:9"}};
    const Credentials loaded = load_credentials(fleet).value();

    const CredentialName name{CredentialKind::trust, theirs.file};
    (void)files.write("their.pem", "junk");
    (void)files.write("ca.pem", second.certificate_pem());
    const Credentials broken = reread(fleet, loaded, std::vector{name});
    CHECK(broken.trust == loaded.trust);
    CHECK(broken.trusts == loaded.trusts);
    CHECK(broken.unreadable.at(name).detail().starts_with("callers[0].trust.file: " + theirs.file));

    const Credentials after =
        reread(fleet, broken, std::vector{CredentialName{CredentialKind::trust, ""}});
    CHECK(after.trust->anchors().front()->der == second.certificate());
    CHECK(after.trusts.at(ours.file) == after.trust);
    CHECK(after.trusts.at(theirs.file) == loaded.trusts.at(theirs.file));
    CHECK(after.unreadable.size() == 1);
  }

  TEST_CASE("reread: an identity that has lost its key -> all its keys stay as they were") {
    const mint::TempDir files;
    const mint::Credential credential = mint::self_signed({});
    Fleet fleet;
    fleet.identities["orca"] = {
        .certificate = files.write("orca.pem", credential.chain_pem() + credential.key_pem())};
    const Credentials loaded = load_credentials(fleet).value();
    (void)files.write("orca.pem", credential.chain_pem());
    const std::vector<CredentialName> orca = {{CredentialKind::identity, "orca"}};
    const Credentials after = reread(fleet, loaded, orca);
    CHECK(after.unreadable.size() == 1);
    CHECK(after.keys.at("orca").front().identity == loaded.identities.at("orca"));
    CHECK(after.identities.at("orca") == loaded.identities.at("orca"));
  }

  TEST_CASE("files_of: every credential that has files -> all of its files") {
    Fleet fleet;
    fleet.identities["orca"] = {.certificate = "orca.p12",
                                .password = pki::SecretSource::in_file("orca.password"),
                                .key_password = pki::SecretSource::in_environment("ORCA")};
    fleet.identities["gate"] = {.certificate = "gate.crt",
                                .key = "gate.key",
                                .key_password = pki::SecretSource::in_file("gate.password")};
    fleet.targets = {
        {.name = "redis", .password = pki::SecretSource::in_file("redis.password")},
        {.name = "cache", .password = pki::SecretSource::in_environment("CACHE")},
        {.name = "front50"},
    };
    using Files = std::map<CredentialName, std::vector<std::string>>;
    Files expected = {
        {{CredentialKind::identity, "orca"}, {"orca.p12", "orca.password"}},
        {{CredentialKind::identity, "gate"}, {"gate.crt", "gate.key", "gate.password"}},
        {{CredentialKind::password, "redis"}, {"redis.password"}},
    };
    CHECK((files_of(fleet) == expected));
    fleet.trust = {.file = "ca.p12", .password = pki::SecretSource::in_file("ca.password")};
    expected[{CredentialKind::trust, ""}] = {"ca.p12", "ca.password"};
    CHECK((files_of(fleet) == expected));
  }

  TEST_CASE("reread: a good file -> taken; a bad one -> the last good stays, and why it is bad") {
    const mint::TempDir files;
    const mint::Ca root;
    const mint::Credential first = root.issue({.common_name = "first"});
    const mint::Credential second = root.issue({.common_name = "second"});
    Fleet fleet;
    const std::string file = files.write("orca.pem", first.chain_pem() + first.key_pem());
    fleet.trust = {.file = files.write("ca.pem", root.certificate_pem())};
    fleet.identities["orca"] = {.certificate = file};
    fleet.targets = {
        {.name = "redis",
         .password = pki::SecretSource::in_file(files.write("redis.password", "one"))}};
    const Credentials loaded = load_credentials(fleet).value();

    const std::vector<CredentialName> all = {{CredentialKind::trust, ""},
                                             {CredentialKind::identity, "orca"},
                                             {CredentialKind::password, "redis"}};
    (void)files.write("orca.pem", "junk");
    (void)files.write("ca.pem", "");
    (void)files.write("redis.password", "");
    const Credentials broken = reread(fleet, loaded, all);
    CHECK(broken.trust == loaded.trust);
    CHECK(broken.identities.at("orca") == loaded.identities.at("orca"));
    CHECK(broken.redis_passwords.at("redis") == loaded.redis_passwords.at("redis"));
    CHECK(broken.unreadable.size() == 3);
    CHECK(broken.unreadable.at(all[1]).detail().starts_with("identities.orca: " + file));

    (void)files.write("orca.pem", second.chain_pem() + second.key_pem());
    (void)files.write("redis.password", "two");
    const Credentials mended = reread(fleet, broken, std::span(all).subspan(1));
    CHECK(mended.identities.at("orca")->leaf().der == second.leaf);
    CHECK(mended.redis_passwords.at("redis")->reveal() == "two");
    REQUIRE(mended.unreadable.size() == 1);
    CHECK((mended.unreadable.begin()->first.kind == CredentialKind::trust));
    CHECK(loaded.identities.at("orca")->leaf().der == first.leaf);
  }

  TEST_CASE(
      "load_credentials: a password in the environment -> as it is; unset or empty, an error") {
    const char* const variable = "TELLTALE_TEST_REDIS_PASSWORD";
    const std::string complaint =
        "telltale.yml:7: targets[0].password_env: names an environment variable that is not set; "
        "set it to the password";
    ::setenv(variable, " hunter2", 1);
    CHECK(password_of(with_password_env(variable)) == " hunter2");
    ::setenv(variable, "", 1);
    CHECK(password_of(with_password_env(variable)) == complaint);
    ::unsetenv(variable);
    CHECK(password_of(with_password_env(variable)) == complaint);
  }
}

}  // namespace
}  // namespace telltale::fleet
