#include "pki/read_pem.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "pki/content_format.hpp"
#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

/// One PEM block. The bytes may be a key and are wiped.
class PemBlock {
 public:
  PemBlock(char* name, char* header, unsigned char* bytes, long size)
      : name_(name),
        header_(header),
        bytes_(bytes),
        size_(static_cast<std::size_t>(size)),
        allocated_(size_) {}

  ~PemBlock() {
    if (bytes_) {
      OPENSSL_cleanse(bytes_.get(), allocated_);
    }
  }

  PemBlock(PemBlock&&) noexcept = default;
  PemBlock& operator=(PemBlock&&) = delete;
  PemBlock(const PemBlock&) = delete;
  PemBlock& operator=(const PemBlock&) = delete;

  [[nodiscard]] std::string_view name() const noexcept { return name_.get(); }

  [[nodiscard]] ByteView bytes() const noexcept { return {bytes_.get(), size_}; }

  /// RFC 1421 headers, in which OpenSSL's traditional encryption names its cipher.
  [[nodiscard]] char* header() const noexcept { return header_.get(); }

  [[nodiscard]] bool is_encrypted_traditionally() const noexcept {
    return std::string_view(header_.get()).find("ENCRYPTED") != std::string_view::npos;
  }

  /// Decrypts in place, as the header says.
  [[nodiscard]] bool decrypt(const Secret& password) {
    EVP_CIPHER_INFO cipher{};
    long size = static_cast<long>(size_);
    const bool is_decrypted =
        PEM_get_EVP_CIPHER_INFO(header_.get(), &cipher) == 1 &&
        PEM_do_header(&cipher, bytes_.get(), &size, copy_password,
                      const_cast<Secret*>(&password)) == 1;  // only read: copy_password
    size_ = is_decrypted ? static_cast<std::size_t>(size) : size_;
    return is_decrypted;
  }

 private:
  /// A pem_password_cb. Without one OpenSSL would ask on the terminal.
  static int copy_password(char* buffer, int size, int /*for_writing*/, void* argument) {
    const std::string_view password = static_cast<const Secret*>(argument)->reveal();
    if (password.size() > static_cast<std::size_t>(size)) {
      return -1;
    }
    std::ranges::copy(password, buffer);
    return static_cast<int>(password.size());
  }

  OpensslMemory<char> name_;
  OpensslMemory<char> header_;
  OpensslMemory<unsigned char> bytes_;
  std::size_t size_;
  std::size_t allocated_;
};

/// Reads one block after the other.
class PemReader {
 public:
  explicit PemReader(std::string_view text)
      : source_(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))) {
    require(source_ != nullptr, "reading PEM");
  }

  /// The next block, or nothing at the end of the text.
  Result<std::optional<PemBlock>> next() {
    const ErrorQueueGuard quiet;
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* bytes = nullptr;
    long size = 0;
    ++position_;
    if (PEM_read_bio(source_.get(), &name, &header, &bytes, &size) == 1) {
      return std::optional<PemBlock>(std::in_place, name, header, bytes, size);
    }
    const unsigned long last = ERR_peek_last_error();
    if (ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE) {
      return std::optional<PemBlock>();
    }
    return openssl_error(Errc::malformed, "has a damaged PEM block (the " +
                                              std::to_string(position_) + ". of the file)");
  }

 private:
  BioPtr source_;
  unsigned position_ = 0;
};

bool is_certificate(std::string_view name) {
  return name == PEM_STRING_X509 || name == PEM_STRING_X509_OLD;
}

bool is_private_key(std::string_view name) {
  return name.ends_with("PRIVATE KEY");
}

/// The traditional forms, which say in the block's name what they hold.
int traditional_key_type(std::string_view name) {
  if (name == PEM_STRING_RSA) {
    return EVP_PKEY_RSA;
  }
  if (name == PEM_STRING_ECPRIVATEKEY) {
    return EVP_PKEY_EC;
  }
  return name == PEM_STRING_DSA ? EVP_PKEY_DSA : EVP_PKEY_NONE;
}

Error no_password() {
  return {Errc::wrong_password, "holds an encrypted private key, and no password was given"};
}

Error wrong_password() {
  ERR_clear_error();
  return {Errc::wrong_password, "holds a private key that the password given does not open"};
}

/// After a failed decryption: a cipher this OpenSSL does not have, or else the password.
Error not_decrypted() {
  const unsigned long cause = ERR_peek_error();
  const int library = ERR_GET_LIB(cause);
  const int reason = ERR_GET_REASON(cause);
  const bool is_unsupported_by_evp =
      library == ERR_LIB_EVP &&
      (reason == EVP_R_UNSUPPORTED_ALGORITHM || reason == EVP_R_UNKNOWN_PBE_ALGORITHM ||
       reason == EVP_R_UNSUPPORTED_CIPHER || reason == EVP_R_UNSUPPORTED_PRF ||
       reason == EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION);
  const bool is_unsupported_by_pem =
      library == ERR_LIB_PEM && reason == PEM_R_UNSUPPORTED_ENCRYPTION;
  if (is_unsupported_by_evp || is_unsupported_by_pem || reason == ERR_R_UNSUPPORTED) {
    return openssl_error(Errc::unsupported, "holds a private key encrypted in a way not supported");
  }
  return wrong_password();
}

Error not_a_key() {
  return openssl_error(Errc::malformed, "holds a private key that cannot be read");
}

Result<EvpPkeyPtr> decode_pkcs8(const Pkcs8InfoPtr& info) {
  EvpPkeyPtr key(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
  if (!key) {
    return not_a_key();
  }
  return key;
}

Result<EvpPkeyPtr> decode_plain_pkcs8(ByteView der) {
  const unsigned char* next = der.data();
  const Pkcs8InfoPtr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(der.size())));
  return decode_pkcs8(info);
}

Result<EvpPkeyPtr> decode_encrypted_pkcs8(ByteView der, const Secret& password) {
  const unsigned char* next = der.data();
  const X509SigPtr encrypted(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
  if (!encrypted) {
    return not_a_key();
  }
  if (password.empty()) {
    return no_password();
  }
  const std::string_view text = password.reveal();
  const Pkcs8InfoPtr info(
      PKCS8_decrypt(encrypted.get(), text.data(), static_cast<int>(text.size())));
  if (!info) {
    return not_decrypted();
  }
  return decode_pkcs8(info);
}

Result<EvpPkeyPtr> decode_traditional(PemBlock& block, int type, const Secret& password) {
  const bool is_encrypted = block.is_encrypted_traditionally();
  if (is_encrypted && password.empty()) {
    return no_password();
  }
  if (is_encrypted && !block.decrypt(password)) {
    return not_decrypted();
  }
  const unsigned char* next = block.bytes().data();
  EvpPkeyPtr key(d2i_PrivateKey(type, nullptr, &next, static_cast<long>(block.bytes().size())));
  if (!key) {
    // One wrong password in 256 yields good padding by chance, and garbage before it.
    return is_encrypted ? wrong_password() : not_a_key();
  }
  return key;
}

Result<EvpPkeyPtr> decode_key(PemBlock& block, const Secret& password) {
  const ErrorQueueGuard quiet;
  if (block.name() == PEM_STRING_PKCS8INF) {
    return decode_plain_pkcs8(block.bytes());
  }
  if (block.name() == PEM_STRING_PKCS8) {
    return decode_encrypted_pkcs8(block.bytes(), password);
  }
  if (const int type = traditional_key_type(block.name()); type != EVP_PKEY_NONE) {
    return decode_traditional(block, type, password);
  }
  return Error(Errc::unsupported,
               "holds a private key in a form not supported: " + std::string(block.name()));
}

}  // namespace

Result<std::vector<X509Ptr>> read_pem_certificates(std::string_view text) {
  if (const Result<void> format = require_pem(as_bytes(text)); !format) {
    return format.error();
  }
  PemReader reader(text);
  std::vector<X509Ptr> certificates;
  std::string others;
  while (true) {
    Result<std::optional<PemBlock>> block = reader.next();
    if (!block) {
      return block.error();
    }
    const std::optional<PemBlock>& found = *block;
    if (!found) {
      break;
    }
    if (!is_certificate(found->name())) {
      others += others.empty() ? ", only " : ", ";
      others += found->name();
      continue;
    }
    Result<X509Ptr> certificate = parse_x509(found->bytes());
    if (!certificate) {
      return Error(Errc::malformed, "certificate " + std::to_string(certificates.size() + 1) +
                                        " cannot be read: " + certificate.error().detail());
    }
    certificates.push_back(*std::move(certificate));
  }
  if (certificates.empty()) {
    return Error(Errc::malformed, "holds no certificate" + others);
  }
  return certificates;
}

Result<EvpPkeyPtr> read_pem_key(std::string_view text, const Secret& password) {
  if (const Result<void> format = require_pem(as_bytes(text)); !format) {
    return format.error();
  }
  PemReader reader(text);
  while (true) {
    Result<std::optional<PemBlock>> block = reader.next();
    if (!block) {
      return block.error();
    }
    std::optional<PemBlock>& found = *block;
    if (!found) {
      return EvpPkeyPtr();
    }
    if (is_private_key(found->name())) {
      return decode_key(*found, password);
    }
  }
}

}  // namespace telltale::pki
