#include "pki/jks_key_protector.hpp"

#include <algorithm>
#include <initializer_list>

#include <openssl/crypto.h>

#include "pki/private_key.hpp"

namespace telltale::pki {

namespace {

constexpr std::string_view sun_key_protector = "1.3.6.1.4.1.42.2.17.1.1";
constexpr std::string_view phrase = "Mighty Aphrodite";

/// A password as Java's chars: UTF-16, big endian, without an end. Wiped when dropped.
class JavaChars {
 public:
  explicit JavaChars(std::string_view utf8) {
    require(
        OPENSSL_utf82uni(utf8.data(), static_cast<int>(utf8.size()), &bytes_, &size_) != nullptr,
        "spelling a password in UTF-16");
  }

  ~JavaChars() { OPENSSL_clear_free(bytes_, static_cast<std::size_t>(size_)); }

  JavaChars(const JavaChars&) = delete;
  JavaChars& operator=(const JavaChars&) = delete;

  [[nodiscard]] ByteView view() const noexcept {
    constexpr std::size_t end = 2;  // OpenSSL closes with two zeroes
    return {bytes_, static_cast<std::size_t>(size_) - end};
  }

 private:
  unsigned char* bytes_ = nullptr;
  int size_ = 0;
};

JksDigest sha1_of(std::initializer_list<ByteView> parts) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };

  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  require(context && EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1, "computing SHA-1");
  for (const ByteView part : parts) {
    require(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1, "computing SHA-1");
  }
  JksDigest digest{};
  require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1, "computing SHA-1");
  return digest;
}

/// Turns the key around in place: it is added, bit by bit, to a chain of digests that starts at the
/// salt.
void apply_key_stream(std::vector<char>& key, ByteView password, ByteView salt) {
  JksDigest link{};
  std::ranges::copy(salt, link.begin());
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::size_t place = i % link.size();
    if (place == 0) {
      link = sha1_of({password, link});
    }
    key[i] = static_cast<char>(static_cast<std::uint8_t>(key[i]) ^ link[place]);
  }
  OPENSSL_cleanse(link.data(), link.size());
}

Result<EvpPkeyPtr> recover(ByteView closed, std::string_view password) {
  if (closed.size() < 2 * jks_digest_bytes) {
    return Error(Errc::malformed, "holds a private key that cannot be read: it is too short");
  }
  const JavaChars chars(password);
  const ByteView salt = closed.first(jks_digest_bytes);
  const ByteView check = closed.last(jks_digest_bytes);
  const ByteView body = closed.subspan(jks_digest_bytes, closed.size() - 2 * jks_digest_bytes);
  std::vector<char> bytes(body.begin(), body.end());
  apply_key_stream(bytes, chars.view(), salt);
  const Secret key(std::move(bytes));
  const ByteView plain = as_bytes(key.reveal());
  if (!std::ranges::equal(sha1_of({chars.view(), plain}), check)) {
    return Error(Errc::wrong_password, "holds a private key that the password does not open");
  }
  return decode_pkcs8(plain);
}

}  // namespace

JksDigest digest_of_store(std::string_view password, ByteView store) {
  const JavaChars chars(password);
  return sha1_of({chars.view(), as_bytes(phrase), store});
}

Result<EvpPkeyPtr> open_jks_key(ByteView protected_key, std::string_view password) {
  const unsigned char* next = protected_key.data();
  const X509SigPtr info(d2i_X509_SIG(nullptr, &next, static_cast<long>(protected_key.size())));
  if (!info) {
    return unreadable_key();
  }
  const X509_ALGOR* algorithm = nullptr;  // get0: both belong to `info`
  const ASN1_OCTET_STRING* closed = nullptr;
  X509_SIG_get0(info.get(), &algorithm, &closed);
  const std::string name = text_of(*algorithm->algorithm, ObjectSpelling::dotted);
  if (name != sun_key_protector) {
    return Error(Errc::unsupported,
                 "holds a private key that is encrypted in a way not supported: " + name);
  }
  return recover(
      {ASN1_STRING_get0_data(closed), static_cast<std::size_t>(ASN1_STRING_length(closed))},
      password);
}

}  // namespace telltale::pki
