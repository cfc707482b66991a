#include "support/keys.hpp"

#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

namespace telltale::mint {

namespace {

using support::KeyPtr;

/// A few RSA keys of each size, made when first asked for and then handed out in turn.
class RsaKeys {
 public:
  KeyPtr take(unsigned bits) {
    const std::scoped_lock lock(mutex_);
    Ring& ring = rings_[bits];
    KeyPtr& slot = ring.keys.at(ring.next);
    ring.next = (ring.next + 1) % ring.keys.size();
    if (!slot) {
      slot.reset(EVP_RSA_gen(bits));
      require(slot != nullptr, "make an RSA key");
    }
    EVP_PKEY_up_ref(slot.get());
    return KeyPtr(slot.get());
  }

 private:
  struct Ring {
    std::array<KeyPtr, 3> keys;
    std::size_t next = 0;
  };

  std::mutex mutex_;
  std::map<unsigned, Ring> rings_;
};

KeyPtr make_rsa_key(unsigned bits) {
  static RsaKeys keys;
  return keys.take(bits);
}

}  // namespace

void require(bool ok, const char* doing) {
  if (ok) {
    return;
  }
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error(std::string("cannot ") + doing + ": " + reason.data());
}

KeyPtr make_key(KeyType type) {
  KeyPtr key;
  switch (type) {
    case KeyType::ec_p256:
      key.reset(EVP_EC_gen("P-256"));
      break;
    case KeyType::ec_p384:
      key.reset(EVP_EC_gen("P-384"));
      break;
    case KeyType::ed25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    case KeyType::rsa_2048:
      return make_rsa_key(2048);
    case KeyType::rsa_1024:
      return make_rsa_key(1024);
  }
  require(key != nullptr, "make a key");
  return key;
}

KeyPtr parse_key(const Der& pkcs8) {
  const unsigned char* cursor = pkcs8.data();
  KeyPtr key(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(pkcs8.size())));
  require(key != nullptr, "parse a private key");
  return key;
}

Der to_pkcs8(const EVP_PKEY& key) {
  const support::Pkcs8Ptr info(EVP_PKEY2PKCS8(&key));
  require(info != nullptr, "wrap a private key");
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &bytes);
  require(size > 0, "write a private key");
  Der der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

support::X509Ptr parse_certificate(const Der& certificate) {
  const unsigned char* cursor = certificate.data();
  support::X509Ptr parsed(d2i_X509(nullptr, &cursor, static_cast<long>(certificate.size())));
  require(parsed != nullptr, "parse a certificate");
  return parsed;
}

Der to_der(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(&certificate, &bytes);
  require(size > 0, "write a certificate");
  Der der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

}  // namespace telltale::mint
