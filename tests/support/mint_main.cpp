// telltale_mint: writes the PKI of a demonstration fleet as PEM files.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/rand.h>

#include "support/keys.hpp"
#include "support/mint.hpp"
#include "support/pkcs12.hpp"

namespace {

namespace fs = std::filesystem;
namespace mint = telltale::mint;

constexpr const char* usage =
    R"(usage: telltale_mint DIRECTORY [SERVICE...] [--go SERVICE...]

Writes into DIRECTORY, which is made if need be; files of the same name are replaced:
  ca.pem                       the root that everything below chains to
  other-ca.pem                 a root that nothing chains to
  truststore.p12               the root for a JVM, under the password changeit
  SERVICE.pem, SERVICE.key     for each SERVICE and for redis, valid as server and as client for
                               spin-SERVICE.spinnaker, spin-SERVICE, localhost, 127.0.0.1 and ::1
  SERVICE.p12                  the same for a JVM, but of those behind --go
  SERVICE.p12.password         its password, drawn at random
  SERVICE-jvm.p12              the same under the password changeit
  telltale.pem, telltale.key   a client's
Certificates are files of the leaf and its issuer, keys are PKCS#8, not encrypted, mode 0600. Those
behind --go are as go-yaml-tools wants them: a leaf issued by the root, and an RSA key in PKCS#1.
)";

constexpr const char* organization = "Telltale Demo";
constexpr std::string_view changeit = "changeit";  // what a JRE ships its own store with

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
                      const mint::Credential& credential,
                      mint::KeyFormat format = mint::KeyFormat::pkcs8) {
  write_file(directory / (name + ".pem"), credential.chain_pem());
  write_file(directory / (name + ".key"), credential.key_pem(format));
}

std::string draw_password() {
  std::array<unsigned char, 16> random{};
  mint::require(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1, "draw a password");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string password;
  for (const unsigned char byte : random) {
    password += digits[byte >> 4U];
    password += digits[byte & 15U];
  }
  return password;
}

mint::Options options_of(const std::string& service) {
  const std::string host = "spin-" + service;
  return {.common_name = host,
          .organization = organization,
          .dns = {host + ".spinnaker", host, "localhost"},
          .ip = {"127.0.0.1", "::1"}};
}

struct Services {
  std::set<std::string> java;  ///< and redis
  std::set<std::string> go;
};

void write_services(const fs::path& directory, const Services& services, const mint::Ca& root) {
  const mint::Ca issuing =
      root.intermediate({.common_name = "Demo Issuing CA", .organization = organization});
  for (const std::string& service : services.java) {
    const mint::Credential made = issuing.issue(options_of(service));
    write_credential(directory, service, made);
    const std::string password = draw_password();
    write_file(directory / (service + ".p12"), mint::key_store(made, service, password));
    write_file(directory / (service + ".p12.password"), password + "\n");
    write_file(directory / (service + "-jvm.p12"), mint::key_store(made, service, changeit));
  }
  for (const std::string& service : services.go) {
    mint::Options options = options_of(service);
    options.key_type = mint::KeyType::rsa_2048;
    write_credential(directory, service, root.issue(options), mint::KeyFormat::pkcs1);
  }
  write_credential(
      directory, "telltale",
      issuing.issue({.common_name = "telltale",
                     .organization = organization,
                     .extended_key_usage = std::vector{mint::KeyPurpose::client_auth}}));
}

void write_pki(const fs::path& directory, const Services& services) {
  const mint::Ca root({.common_name = "Demo Root CA", .organization = organization});
  const mint::Ca other({.common_name = "Other Root CA", .organization = organization});
  fs::create_directories(directory);
  write_file(directory / "ca.pem", root.certificate_pem());
  write_file(directory / "other-ca.pem", other.certificate_pem());
  write_file(directory / "truststore.p12", mint::trust_store({root.certificate()}, changeit));
  write_services(directory, services, root);
}

bool is_service_name(const std::string& word) {
  constexpr std::array<std::string_view, 4> taken = {"telltale", "ca", "other-ca", "truststore"};
  return is_file_name(word) && std::ranges::find(taken, word) == taken.end();
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
  Services services{.java = {"redis"}, .go = {}};
  std::set<std::string>* into = &services.java;
  for (const std::string& word : words | std::views::drop(1)) {
    if (word == "--go") {
      into = &services.go;
    } else if (is_service_name(word)) {
      into->insert(word);
    } else {
      std::cerr << "telltale_mint: not a service name: " << word << "\n" << usage;
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
