#include "support/pem.hpp"

#include <stdexcept>
#include <string>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "support/keys.hpp"
#include "support/openssl_ptr.hpp"

namespace telltale::support {

namespace {

BioPtr open_file(const std::filesystem::path& file) {
  BioPtr bio(BIO_new_file(file.c_str(), "r"));
  if (!bio) {
    throw std::runtime_error(file.string() + ": cannot be read");
  }
  return bio;
}

}  // namespace

std::vector<mint::Der> read_certificates(const std::filesystem::path& file) {
  const BioPtr bio = open_file(file);
  std::vector<mint::Der> certificates;
  while (const X509Ptr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    certificates.push_back(mint::to_der(*certificate));
  }
  ERR_clear_error();
  if (certificates.empty()) {
    throw std::runtime_error(file.string() + ": holds no PEM certificate");
  }
  return certificates;
}

mint::Credential read_credential(const std::filesystem::path& certificate_file,
                                 const std::filesystem::path& key_file) {
  std::vector<mint::Der> chain = read_certificates(certificate_file);
  const BioPtr bio = open_file(key_file);
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) {
    throw std::runtime_error(key_file.string() + ": holds no unencrypted PEM private key");
  }
  mint::Der leaf = std::move(chain.front());
  chain.erase(chain.begin());
  return {.leaf = std::move(leaf), .chain = std::move(chain), .key = mint::to_pkcs8(*key)};
}

}  // namespace telltale::support
