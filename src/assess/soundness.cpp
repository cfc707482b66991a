#include "assess/soundness.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace telltale::assess {

namespace {

using pki::KeyAlgorithm;
using pki::KeyPurpose;

std::optional<std::string> weakness_of_key(const pki::PublicKey& key) {
  const std::string bits = std::to_string(key.bits) + " bits";
  switch (key.algorithm) {
    case KeyAlgorithm::rsa:
    case KeyAlgorithm::rsa_pss:
      return key.bits < 2048 ? std::optional("has an RSA key of " + bits) : std::nullopt;
    case KeyAlgorithm::ec:
      return key.bits < 224 ? std::optional("has an EC key of " + bits) : std::nullopt;
    case KeyAlgorithm::dsa:
      return "has a DSA key";
    case KeyAlgorithm::ed25519:
    case KeyAlgorithm::ed448:
    case KeyAlgorithm::unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_weak_digest(std::string_view digest) {
  constexpr std::array<std::string_view, 4> weak = {"SHA1", "MD5", "MD4", "MD2"};
  return std::ranges::find(weak, digest) != weak.end();
}

}  // namespace

std::string subject_of(const pki::Certificate& certificate) {
  return certificate.subject.rfc4514.empty() ? "(a certificate without subject)"
                                             : certificate.subject.rfc4514;
}

bool is_meant_for(const pki::Certificate& certificate, KeyPurpose purpose) {
  const auto& purposes = certificate.extended_key_usage;
  return !purposes || std::ranges::any_of(*purposes, [&](KeyPurpose each) {
    return each == purpose || each == KeyPurpose::any;
  });
}

std::vector<std::string> weaknesses_of(const pki::Certificate& certificate) {
  std::vector<std::string> weaknesses;
  if (auto weakness = weakness_of_key(certificate.public_key)) {
    weaknesses.push_back(*std::move(weakness));
  }
  if (!certificate.is_self_issued && is_weak_digest(certificate.signature.digest)) {
    weaknesses.push_back("is signed with " + certificate.signature.name);
  }
  return weaknesses;
}

}  // namespace telltale::assess
