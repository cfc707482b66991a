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

bool has_shorter_key(const pki::PublicKey& key, unsigned bits, unsigned bits_of_curve) {
  switch (key.algorithm) {
    case KeyAlgorithm::rsa:
    case KeyAlgorithm::rsa_pss:
    case KeyAlgorithm::dsa:
      return key.bits < bits;
    case KeyAlgorithm::ec:
      return key.bits < bits_of_curve;
    case KeyAlgorithm::ed25519:
    case KeyAlgorithm::ed448:
    case KeyAlgorithm::unknown:
      return false;
  }
  return false;
}

bool is_signed_with(const pki::Certificate& certificate, std::string_view digest) {
  return !certificate.is_self_issued && certificate.signature.digest == digest;
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

bool is_meant_for(const pki::Certificate& certificate, KeyPurpose purpose, RuntimeFamily family) {
  if (family != RuntimeFamily::openssl) {
    return is_meant_for(certificate, purpose);
  }
  const auto& purposes = certificate.extended_key_usage;
  return !purposes || std::ranges::find(*purposes, purpose) != purposes->end();
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

std::optional<RuntimeFamily> family_of(fleet::Runtime runtime) {
  if (fleet::is_jsse(runtime)) {
    return RuntimeFamily::java;
  }
  if (fleet::is_go(runtime)) {
    return RuntimeFamily::go;
  }
  return runtime == fleet::Runtime::openssl ? std::optional(RuntimeFamily::openssl) : std::nullopt;
}

bool is_refused_as_weak(const pki::Certificate& certificate, RuntimeFamily family) {
  const bool has_broken_digest = is_signed_with(certificate, "MD5") ||
                                 is_signed_with(certificate, "MD4") ||
                                 is_signed_with(certificate, "MD2");
  switch (family) {
    case RuntimeFamily::java:
      return has_broken_digest || has_shorter_key(certificate.public_key, 1024, 224);
    case RuntimeFamily::go:
      return has_broken_digest || is_signed_with(certificate, "SHA1");
    case RuntimeFamily::openssl:
      return has_broken_digest || is_signed_with(certificate, "SHA1") ||
             has_shorter_key(certificate.public_key, 2048, 224);
  }
  return false;
}

}  // namespace telltale::assess
