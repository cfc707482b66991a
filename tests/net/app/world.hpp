#pragma once
// World: a certificate authority, our identity and a configuration on disk, for the program to run
// on.

#include <string>
#include <string_view>
#include <vector>

#include "support/child_process.hpp"
#include "support/mint.hpp"
#include "support/test_peer.hpp"

namespace telltale::app_test {

/// One target of the configuration: a peer, and further YAML for it (`expect: {…}`).
struct Entry {
  std::string name;
  std::string url;
  std::string more;
};

class World {
 public:
  World()
      : root({.common_name = "Test Root"}),
        server(root.issue({.common_name = "server", .dns = {"localhost"}, .ip = {"127.0.0.1"}})) {
    const auto identity = root.issue({.common_name = "telltale"});
    files.write("ca.pem", root.certificate_pem());
    files.write("telltale.pem", identity.chain_pem());
    files.write("telltale.key", identity.key_pem());
  }

  /// What a peer needs to be one of this world's.
  [[nodiscard]] support::PeerOptions peer(support::ClientAuth client_auth) const {
    return {.credential = server, .client_auth = client_auth, .trust = {root.certificate()}};
  }

  /// Writes a configuration and returns its path. `top` is further YAML at the top level.
  [[nodiscard]] std::string configure(const std::vector<Entry>& entries, std::string_view top = "",
                                      std::string_view time_for_a_look = "2s") const {
    const std::string time(time_for_a_look);
    std::string text = "probe: {interval: " + time + ", timeout: " + time +
                       ", stale_after: 60s}\n"
                       "trust: {file: ca.pem}\n"
                       "identities: {telltale: {certificate: telltale.pem, key: telltale.key}}\n"
                       "targets:\n";
    for (const Entry& entry : entries) {
      text += "  - {name: " + entry.name + ", url: \"" + entry.url + "\"" +
              (entry.more.empty() ? "" : ", " + entry.more) + "}\n";
    }
    return files.write("telltale.yml", text + std::string(top) + "\n");
  }

  mint::Ca root;
  mint::Credential server;
  mint::TempDir files;
};

/// `127.0.0.1` and not `localhost`, so that IPv6 has no say.
[[nodiscard]] inline Entry entry(std::string name, const support::TestPeer& peer,
                                 std::string more = "") {
  return {std::move(name), peer.url("127.0.0.1"), std::move(more)};
}

/// Runs the program itself.
[[nodiscard]] inline support::Finished run_telltale(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TELLTALE_PROGRAM);
  return support::run_program(arguments);
}

}  // namespace telltale::app_test
