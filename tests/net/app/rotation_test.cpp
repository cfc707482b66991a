// Credentials that change under a running daemon.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "net/app/daemon.hpp"
#include "net/app/mounted_secret.hpp"
#include "net/app/world.hpp"

using namespace telltale;
using namespace telltale::app_test;
using support::ClientAuth;
using support::TestPeer;

namespace {

/// A daemon whose identity lies in a mounted Secret, and a peer that takes it.
class Rotation {
 public:
  Rotation()
      : secret_(world_.files.path() / "secret"),
        peer_(world_.peer(ClientAuth::need)),
        first_(issue(1)),
        daemon_((publish(first_), configure())) {
    daemon_.wait_for_metric(accepted() + " 1");
  }

  /// Another certificate of ours; its number tells when it ends, too.
  [[nodiscard]] mint::Credential issue(std::uint64_t number) const {
    return world_.root.issue(
        {.common_name = "telltale", .not_after = end_of(number), .serial = number});
  }

  void publish(std::string certificate, std::string key) {
    secret_.publish({{"tls.crt", std::move(certificate)}, {"tls.key", std::move(key)}});
  }

  void publish(const mint::Credential& credential) {
    publish(credential.chain_pem(), credential.key_pem());
  }

  /// Waits until the daemon shows this certificate, and presents it.
  void wait_for(std::uint64_t number, const mint::Credential& credential) const {
    daemon_.wait_until("the new certificate", [&] { return in_force() == text_of(number); });
    CHECK(peer_.wait_until([&](const support::Seen& seen) {
      return !seen.last_client_chain.empty() && seen.last_client_chain.front() == credential.leaf;
    }));
  }

  /// What is in force is the certificate with this number.
  void check_in_force(std::uint64_t number) const { CHECK(in_force() == text_of(number)); }

  void check_no_look_failed() const {
    const std::string metrics = daemon_.get("/metrics").body;
    CAPTURE(metrics);
    CHECK(metrics.find("\ntelltale_probe_failures_total{") == std::string::npos);
    CHECK(metrics.find("\n" + accepted() + " 1\n") != std::string::npos);
    CHECK(metrics.find("\ntelltale_internal_errors_total 0\n") != std::string::npos);
  }

  Daemon& daemon() { return daemon_; }

  [[nodiscard]] const mint::Credential& first() const { return first_; }

 private:
  static std::chrono::sys_seconds end_of(std::uint64_t number) {
    constexpr std::chrono::sys_days base = std::chrono::year(2049) / 1 / 1;
    return base + std::chrono::hours(number);
  }

  static std::string text_of(std::uint64_t number) {
    return std::to_string(end_of(number).time_since_epoch().count());
  }

  [[nodiscard]] std::string in_force() const {
    return daemon_.metric(R"(telltale_identity_not_after_timestamp_seconds{identity="telltale"})");
  }

  [[nodiscard]] std::string accepted() const {
    return R"(telltale_identity_accepted{identity="telltale",target="orca",address=")" +
           peer_.endpoint() + "\"}";
  }

  [[nodiscard]] std::string configure() const {
    return world_.files.write(
        "telltale.yml",
        "probe: {interval: 3s, timeout: 3s, stale_after: 60s, stranger: never}\n"
        "trust: {file: ca.pem}\n"
        "identities: {telltale: {certificate: secret/tls.crt, key: secret/tls.key}}\n"
        "targets: [{name: orca, url: \"" +
            peer_.url("127.0.0.1") + "\"}]\n");
  }

  World world_;
  MountedSecret secret_;
  TestPeer peer_;
  mint::Credential first_;
  Daemon daemon_;
};

// A sanitizer's shadow memory is too large to be read through.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TELLTALE_WITH_SHADOW_MEMORY
#endif
#endif

/// The private number of a P-256 key as OpenSSL holds it here: little-endian.
std::string number_in(const mint::Credential& credential) {
  // RFC 5915: privateKey OCTET STRING, of 32 bytes.
  const mint::Der mark = {0x04, 0x20};
  const auto found = std::ranges::search(credential.key, mark).end();
  REQUIRE(credential.key.end() - found >= 32);
  std::string number(found, found + 32);
  std::ranges::reverse(number);
  return number;
}

/// How often a text stands in what a process may write to; nothing if that must not be read.
std::optional<std::size_t> count_in_memory(pid_t pid, const std::string& text) {
  const std::string process = "/proc/" + std::to_string(pid);
  std::ifstream maps(process + "/maps");
  std::ifstream memory(process + "/mem", std::ios::binary);
  if (!memory) {
    return std::nullopt;
  }
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::size_t begin = 0;
    std::size_t end = 0;
    char dash = 0;
    std::string rights;
    words >> std::hex >> begin >> dash >> end >> rights;
    if (rights.find('w') == std::string::npos) {
      continue;
    }
    std::string bytes(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) {
      ++count;
    }
  }
  return count;
}

constexpr const char* readable = R"(telltale_identity_readable{identity="telltale"})";

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("rotation: a mounted Secret is replaced -> the new identity, and no look fails") {
    Rotation rotation;
    rotation.check_in_force(1);
    for (std::uint64_t number = 2; number < 5; ++number) {
      const mint::Credential next = rotation.issue(number);
      rotation.publish(next);
      rotation.wait_for(number, next);
      rotation.check_no_look_failed();
    }
    CHECK(rotation.daemon().metric(readable) == "1");
    CHECK(rotation.daemon().stop(SIGTERM) == 0);
    const std::string& output = rotation.daemon().output();
    CHECK(output.find("msg=\"credential read anew\" credential=\"identity telltale\" subject=") !=
          std::string::npos);
    CHECK(output.find("serial_number=4 not_after=2049-01-01T04:00:00Z") != std::string::npos);
    CHECK(output.find("unreadable") == std::string::npos);
    CHECK(output.find("PRIVATE") == std::string::npos);
  }

#ifndef TELLTALE_WITH_SHADOW_MEMORY
  TEST_CASE("rotation: a key that was replaced -> nowhere in the daemon's memory any more") {
    Rotation rotation;
    const pid_t pid = rotation.daemon().pid();
    const auto before = count_in_memory(pid, number_in(rotation.first()));
    if (!before) {
      MESSAGE("the memory of another process must not be read here");
      return;
    }
    CHECK(*before > 0);
    const mint::Credential next = rotation.issue(2);
    rotation.publish(next);
    rotation.wait_for(2, next);
    rotation.daemon().wait_until("the old key is gone", [&] {
      return count_in_memory(pid, number_in(rotation.first())) == 0;
    });
    CHECK(*count_in_memory(pid, number_in(next)) > 0);
    CHECK(count_in_memory(pid, next.key_pem().substr(100, 40)) == 0);
    CHECK(rotation.daemon().stop(SIGTERM) == 0);
  }
#endif

  TEST_CASE("rotation: a broken one -> said so, the last good stays; a good one mends it") {
    Rotation rotation;
    const mint::Credential next = rotation.issue(2);
    const std::string whole = next.chain_pem();

    struct Row {
      const char* what;
      std::string certificate;
      std::string key;
    };

    const Row rows[] = {
        {"garbage", "garbage", next.key_pem()},
        {"truncated", whole.substr(0, whole.size() / 2), next.key_pem()},
        {"another's key", whole, rotation.first().key_pem()},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      rotation.publish(row.certificate, row.key);
      rotation.daemon().wait_for_metric(std::string(readable) + " 0");
      rotation.check_in_force(1);
      rotation.check_no_look_failed();
      rotation.publish(rotation.first());
      rotation.daemon().wait_for_metric(std::string(readable) + " 1");
    }
    rotation.publish(next);
    rotation.wait_for(2, next);
    rotation.check_no_look_failed();
    CHECK(rotation.daemon().stop(SIGTERM) == 0);
    CHECK(rotation.daemon().output().find(
              "msg=\"credential unreadable, the last good one stays in force\" "
              "credential=\"identity telltale\" error=") != std::string::npos);
  }

  TEST_CASE("rotation: by somebody who leaves the files open -> seen by the slow look at them") {
    const World world;
    Daemon daemon(world.configure({{"orca", "https://127.0.0.1:1", ""}}));
    daemon.wait_for_metric("telltale_probe_attempts_total{target=\"orca\"} 1");
    const auto next = world.root.issue({.common_name = "telltale", .serial = 0x99});
    std::ofstream certificate(world.files.path() / "telltale.pem", std::ios::in);  // no truncation
    std::ofstream key(world.files.path() / "telltale.key", std::ios::in);
    const std::string over_what_was_longer(16, '\n');
    certificate << next.chain_pem() << over_what_was_longer << std::flush;
    key << next.key_pem() << over_what_was_longer << std::flush;
    const std::string line = daemon.read_line_with("credential ");
    CAPTURE(line);
    CHECK(line.find("serial_number=99") != std::string::npos);
    CHECK(daemon.stop(SIGTERM) == 0);
  }

  TEST_CASE("rotation: certificate and key replaced one after the other -> both, without a word") {
    const World world;
    Daemon daemon(world.configure({{"orca", "https://127.0.0.1:1", ""}}));
    const auto next = world.root.issue({.common_name = "telltale", .serial = 0x99});
    world.files.write("telltale.pem", next.chain_pem());
    world.files.write("telltale.key", next.key_pem());
    CHECK(daemon.read_line_with("credential read anew").find("serial_number=99") !=
          std::string::npos);
    CHECK(daemon.stop(SIGTERM) == 0);
    CHECK(daemon.output().find("unreadable") == std::string::npos);
  }
}
