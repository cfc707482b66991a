// telltale_mint: writes the PKI of a demonstration fleet as PEM files.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/mint.hpp"

namespace {

namespace fs = std::filesystem;
namespace mint = telltale::mint;

constexpr const char* usage =
    R"(usage: telltale_mint DIRECTORY [SERVICE...]

Writes into DIRECTORY, which is made if need be; files of the same name are replaced:
  ca.pem                       the root that everything below chains to
  other-ca.pem                 a root that nothing chains to
  SERVICE.pem, SERVICE.key     for each SERVICE and for redis, valid as server and as client for
                               spin-SERVICE.spinnaker, spin-SERVICE, localhost, 127.0.0.1 and ::1
  telltale.pem, telltale.key   a client's
Certificates are files of the leaf and its issuer, keys are PKCS#8, not encrypted, mode 0600.
)";

bool is_file_name(std::string_view name) {
  return !name.empty() && !name.starts_with('-') && !name.starts_with('.') &&
         name.find('/') == std::string_view::npos;
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  stream << text;
  stream.close();
  if (!stream) {
    throw std::runtime_error(file.string() + ": cannot be written");
  }
}

void write_credential(const fs::path& directory, const std::string& name,
                      const mint::Credential& credential) {
  write_file(directory / (name + ".pem"), credential.chain_pem());
  write_file(directory / (name + ".key"), credential.key_pem());
}

void write_pki(const fs::path& directory, const std::set<std::string>& services) {
  const std::string organization = "Telltale Demo";
  const mint::Ca root({.common_name = "Demo Root CA", .organization = organization});
  const mint::Ca other({.common_name = "Other Root CA", .organization = organization});
  const mint::Ca issuing =
      root.intermediate({.common_name = "Demo Issuing CA", .organization = organization});

  fs::create_directories(directory);
  write_file(directory / "ca.pem", root.certificate_pem());
  write_file(directory / "other-ca.pem", other.certificate_pem());
  for (const std::string& service : services) {
    const std::string host = "spin-" + service;
    write_credential(directory, service,
                     issuing.issue({.common_name = host,
                                    .organization = organization,
                                    .dns = {host + ".spinnaker", host, "localhost"},
                                    .ip = {"127.0.0.1", "::1"}}));
  }
  write_credential(
      directory, "telltale",
      issuing.issue({.common_name = "telltale",
                     .organization = organization,
                     .extended_key_usage = std::vector{mint::KeyPurpose::client_auth}}));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words.front() == "--help") {
    std::cout << usage;
    return 0;
  }
  if (words.empty() || words.front().starts_with('-')) {
    std::cerr << "telltale_mint: a directory is needed\n" << usage;
    return 2;
  }
  std::set<std::string> services(words.begin() + 1, words.end());
  services.insert("redis");
  for (const std::string& service : services) {
    if (!is_file_name(service) || service == "telltale" || service == "ca" ||
        service == "other-ca") {
      std::cerr << "telltale_mint: not a service name: " << service << "\n" << usage;
      return 2;
    }
  }
  try {
    write_pki(words.front(), services);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "telltale_mint: " << error.what() << "\n";
    return 1;
  }
}
