// Credentials that change on disk, read anew by a clock of the test's own.

#include "telltale/app/rereader.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "telltale/enum_names.hpp"

#include "support/mint.hpp"

namespace telltale::app {
namespace {

using namespace std::chrono_literals;
using Effort = Rereader::Effort;

/// An identity and a trust on disk, and what is made of them.
class Shelf {
 public:
  explicit Shelf(const std::string& identity = "{certificate: tls.crt, key: tls.key}") {
    put(first_);
    (void)files_.write("ca.pem", root_.certificate_pem());
    config_ = files_.write("telltale.yml",
                           "trust: {file: ca.pem}\n"
                           "identities: {telltale: " +
                               identity +
                               "}\n"
                               "targets: [{name: orca, url: \"https://127.0.0.1:1\"}]\n");
    rereader_.emplace(load_plan(config_).value());
  }

  void put(const mint::Credential& credential) const {
    put_certificate(credential.chain_pem());
    (void)files_.write("tls.key", credential.key_pem());
  }

  void write(std::string_view name, std::string_view text) const { (void)files_.write(name, text); }

  void put_certificate(std::string_view text) const { (void)files_.write("tls.crt", text); }

  /// `telltale: ok, again in 100ms`: what came of rereading at so long after the start.
  std::string reread(Duration elapsed, Effort effort = Effort::changed) {
    Rereading rereading = rereader_->reread(
        effort, {.civil = read_clocks().civil, .steady = SteadyTime(1000h) + elapsed});
    std::string told;
    for (const CredentialNews& news : rereading.news) {
      told += (told.empty() ? "" : ", ") + std::string(name_of(news.which.kind)) +
              (news.error.empty() ? " read" : " unreadable");
    }
    CHECK(rereading.loaded.has_value() == !rereading.news.empty());
    if (rereading.loaded) {
      newest_ = std::move(rereading.loaded);
    }
    if (rereading.again_in) {
      told += " again in " + to_text(*rereading.again_in);
    }
    return told;
  }

  [[nodiscard]] std::string serial() const {
    return newest_->plan.credentials->identities.at("telltale")->leaf().serial_number;
  }

  [[nodiscard]] bool has_key() const {
    return newest_->plan.credentials->identities.at("telltale")->has_key();
  }

  [[nodiscard]] const std::string& unreadable() const {
    return newest_->facts.identities.at(0).unreadable;
  }

  [[nodiscard]] bool is_trusted() const {
    return newest_->facts.identities.at(0).verification->trusted;
  }

  [[nodiscard]] std::string path(std::string_view name) const {
    return (files_.path() / name).string();
  }

  [[nodiscard]] const mint::Ca& root() const { return root_; }

  [[nodiscard]] Rereader& rereader() { return *rereader_; }

  [[nodiscard]] const mint::Credential& second() const { return second_; }

 private:
  mint::TempDir files_;
  mint::Ca root_{{.common_name = "Test Root"}};
  mint::Credential first_ = root_.issue({.common_name = "telltale", .serial = 0x11});
  mint::Credential second_ = root_.issue({.common_name = "telltale", .serial = 0x22});
  std::string config_;
  std::optional<Rereader> rereader_;
  std::optional<Loaded> newest_;
};

TEST_SUITE("app") {
  TEST_CASE("rereading: nothing has changed -> no news, whatever the effort") {
    Shelf shelf;
    CHECK(shelf.reread(0s).empty());
    CHECK(shelf.reread(10s, Effort::changed_and_unreadable).empty());
  }

  TEST_CASE("rereading: an identity has rotated -> the new one, once") {
    Shelf shelf;
    shelf.put(shelf.second());
    CHECK(shelf.reread(0s) == "identity read");
    CHECK(shelf.serial() == "22");
    CHECK(shelf.unreadable().empty());
    CHECK(shelf.reread(1s).empty());
  }

  TEST_CASE("rereading: the trust has changed -> identities are verified against the new one") {
    Shelf shelf;
    std::filesystem::remove(shelf.path("ca.pem"));
    CHECK(shelf.reread(0s) == " again in 100ms");
    shelf.write("ca.pem", shelf.root().certificate_pem() + mint::Ca().certificate_pem());
    CHECK(shelf.reread(100ms) == "trust read");
    CHECK(shelf.is_trusted());
    shelf.write("ca.pem", mint::Ca().certificate_pem());
    CHECK(shelf.reread(1s) == "trust read");
    CHECK_FALSE(shelf.is_trusted());
  }

  TEST_CASE("rereading: half written, then whole -> never told as unreadable") {
    Shelf shelf;
    const std::string whole = shelf.second().chain_pem();
    shelf.put_certificate(whole.substr(0, whole.size() / 2));
    CHECK(shelf.reread(0s) == " again in 100ms");
    CHECK(shelf.reread(100ms) == " again in 100ms");
    CHECK(shelf.reread(200ms) == " again in 200ms");
    shelf.put(shelf.second());
    CHECK(shelf.reread(400ms) == "identity read");
    CHECK(shelf.serial() == "22");
    CHECK(shelf.reread(800ms).empty());
  }

  TEST_CASE("rereading: never whole -> tried for its time, then told once; the last good stays") {
    Shelf shelf;
    shelf.put_certificate("garbage");
    Duration elapsed = 0s;
    int attempts = 0;
    std::string told = shelf.reread(elapsed);
    while (told.starts_with(" again in ")) {
      ++attempts;
      elapsed += *parse_duration(told.substr(10));
      told = shelf.reread(elapsed);
    }
    CHECK(elapsed == Rereader::patience);
    CHECK(attempts <= 8);
    CHECK(told == "identity unreadable");
    CHECK(shelf.serial() == "11");
    CHECK(shelf.unreadable().find("tls.crt") != std::string::npos);
    CHECK(shelf.reread(10s, Effort::changed_and_unreadable).empty());
  }

  TEST_CASE("rereading: unreadable, then broken otherwise -> the new reason; mended -> read") {
    Shelf shelf;
    shelf.put_certificate("garbage");
    CHECK(shelf.reread(0s) == " again in 100ms");
    CHECK(shelf.reread(3s) == "identity unreadable");
    const std::string before = shelf.unreadable();
    shelf.put_certificate(shelf.second().chain_pem());  // the key is the first one's
    CHECK(shelf.reread(4s) == "identity unreadable");
    CHECK(shelf.unreadable() != before);
    CHECK(shelf.serial() == "11");
    shelf.put(shelf.second());
    CHECK(shelf.reread(5s) == "identity read");
    CHECK(shelf.serial() == "22");
    CHECK(shelf.unreadable().empty());
  }

  TEST_CASE("rereading: unreadable for another reason than its file -> tried without a change") {
    const char* const variable = "TELLTALE_TEST_KEY_PASSWORD";
    setenv(variable, "right", 1);
    Shelf shelf("{certificate: tls.crt, key: tls.key, key_password_env: " + std::string(variable) +
                "}");
    setenv(variable, "wrong", 1);
    shelf.write("tls.key", shelf.second().encrypted_key_pem("right"));
    shelf.put_certificate(shelf.second().chain_pem());
    CHECK(shelf.reread(0s) == " again in 100ms");
    CHECK(shelf.reread(3s) == "identity unreadable");
    setenv(variable, "right", 1);
    CHECK(shelf.reread(4s).empty());
    CHECK(shelf.reread(10s, Effort::changed_and_unreadable) == "identity read");
    CHECK(shelf.serial() == "22");
    unsetenv(variable);
  }

  TEST_CASE(
      "rereading: certificate and key in one file, and the key is gone -> the last good one") {
    Shelf shelf("{certificate: tls.crt}");
    shelf.put_certificate(shelf.second().chain_pem() + shelf.second().key_pem());
    CHECK(shelf.reread(0s) == "identity read");
    CHECK(shelf.has_key());
    shelf.put_certificate(shelf.root().issue({.serial = 0x33}).chain_pem());
    CHECK(shelf.reread(1s) == " again in 100ms");
    CHECK(shelf.reread(4s) == "identity unreadable");
    CHECK(shelf.unreadable().find("no key any more") != std::string::npos);
    CHECK(shelf.serial() == "22");
    CHECK(shelf.has_key());
  }

  TEST_CASE("rereading: one broken and one good -> the good one is taken at once") {
    Shelf shelf;
    shelf.put_certificate("garbage");
    std::filesystem::last_write_time(shelf.path("ca.pem"),
                                     std::filesystem::file_time_type::clock::now() + 10s);
    CHECK(shelf.reread(0s) == "trust read again in 100ms");
    CHECK(shelf.unreadable().empty());
    CHECK(shelf.reread(3s) == "identity unreadable");
  }

  TEST_CASE("rereading: the directories to watch -> those of every file") {
    Shelf shelf;
    const auto base = std::filesystem::path(shelf.path("x")).parent_path().string();
    CHECK((shelf.rereader().directories() == std::set<std::string>{base}));
  }
}

}  // namespace
}  // namespace telltale::app
