#include "pki/read_pem.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/content_format.hpp"
#include "pki/private_key.hpp"

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

  // Of OpenSSL's secure allocator, which is the plain one where no secure heap is set up.
  std::unique_ptr<char, Deleter<free_secure_memory>> name_;
  std::unique_ptr<char, Deleter<free_secure_memory>> header_;
  std::unique_ptr<unsigned char, Deleter<free_secure_memory>> bytes_;
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
    // SECURE: the buffer it reads lines into, which may be a key's, is wiped.
    if (PEM_read_bio_ex(source_.get(), &name, &header, &bytes, &size,
                        PEM_FLAG_EAY_COMPATIBLE | PEM_FLAG_SECURE) == 1) {
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

/// After a failed decryption: a cipher this OpenSSL does not have, or else the password.
Error not_decrypted() {
  const unsigned long cause = ERR_peek_error();
  const int reason = ERR_GET_REASON(cause);
  const bool is_unsupported_by_pem =
      ERR_GET_LIB(cause) == ERR_LIB_PEM && reason == PEM_R_UNSUPPORTED_ENCRYPTION;
  if (is_unsupported_by_pem || reason == ERR_R_UNSUPPORTED) {
    return openssl_error(Errc::unsupported, "holds a private key encrypted in a way not supported");
  }
  return key_with_wrong_password();
}

Result<EvpPkeyPtr> decode_traditional(PemBlock& block, int type, const Secret& password) {
  const bool is_encrypted = block.is_encrypted_traditionally();
  if (is_encrypted && password.empty()) {
    return key_without_password();
  }
  if (is_encrypted && !block.decrypt(password)) {
    return not_decrypted();
  }
  EvpPkeyPtr key = parse_traditional(block.bytes(), type);
  if (!key) {
    // One wrong password in 256 yields good padding by chance, and garbage before it.
    return is_encrypted ? key_with_wrong_password() : unreadable_key();
  }
  return key;
}

Result<EvpPkeyPtr> decode_key(PemBlock& block, const Secret& password, Decryption& decryption) {
  if (block.name() == PEM_STRING_PKCS8INF) {
    return decode_pkcs8(block.bytes());
  }
  if (block.name() == PEM_STRING_PKCS8) {
    return decode_encrypted_pkcs8(block.bytes(), password, decryption);
  }
  if (const int type = traditional_key_type(block.name()); type != EVP_PKEY_NONE) {
    return decode_traditional(block, type, password);
  }
  return Error(Errc::unsupported,
               "holds a private key in a form not supported: " + std::string(block.name()));
}

KeyEncoding encoding_of(const PemBlock& block) {
  if (block.name() == PEM_STRING_PKCS8) {
    return KeyEncoding::encrypted_pkcs8;
  }
  const int type = traditional_key_type(block.name());
  if (type != EVP_PKEY_NONE && block.is_encrypted_traditionally()) {
    return KeyEncoding::encrypted_traditional;
  }
  switch (type) {
    case EVP_PKEY_RSA:
      return KeyEncoding::pkcs1;
    case EVP_PKEY_EC:
      return KeyEncoding::sec1;
    case EVP_PKEY_DSA:
      return KeyEncoding::dsa;
    default:
      return KeyEncoding::pkcs8;
  }
}

HeldKey read_key(PemBlock& block, const Secret& password, Decryption& decryption) {
  const ErrorQueueGuard quiet;
  HeldKey held{.encoding = encoding_of(block)};
  Result<EvpPkeyPtr> key = decode_key(block, password, decryption);
  if (key) {
    held.key = *std::move(key);
  } else {
    held.error = key.error();
  }
  return held;
}

Result<HeldCertificate> read_certificate(const PemBlock& block, std::size_t position) {
  Result<HeldCertificate> certificate = hold_der(block.bytes());
  if (!certificate) {
    return Error(Errc::malformed, "certificate " + std::to_string(position) +
                                      " cannot be read: " + certificate.error().detail());
  }
  return certificate;
}

/// Counted from 1; 0: no certificate is the key's.
std::size_t position_of(const std::vector<HeldEntry>& certificates, EVP_PKEY* key) {
  const auto found = std::ranges::find_if(certificates, [key](const HeldEntry& entry) {
    return X509_check_private_key(entry.certificate.x509.get(), key) == 1;
  });
  return found == certificates.end()
             ? 0
             : static_cast<std::size_t>(std::distance(certificates.begin(), found)) + 1;
}

/// A PEM does not say which certificate a key belongs to: as a rule, to the first.
void give_chain_to_keys(StoreContent& content) {
  const ErrorQueueGuard quiet;
  for (HeldKey& key : content.keys) {
    key.certificate_position = key.key ? position_of(content.certificates, key.key.get()) : 0;
    if (key.certificate_position != 1) {
      continue;
    }
    for (const HeldEntry& entry : content.certificates) {
      key.chain.push_back(share(entry.certificate));
    }
  }
}

Error no_block(std::string_view text) {
  if (text.empty()) {
    return {Errc::malformed, "is empty, where PEM was expected"};
  }
  return {Errc::malformed, format_of(as_bytes(text)) == ContentFormat::pem
                               ? "holds no whole PEM block"
                               : "is not PEM: no line begins with -----BEGIN"};
}

/// A block's name as it may be printed: it is foreign text.
std::string printable(std::string_view name) {
  std::string text(name.substr(0, 64));
  std::ranges::replace_if(text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

}  // namespace

Result<StoreContent> read_pem(std::string_view text, const Secret& password,
                              std::int64_t max_iterations) {
  PemReader reader(text);
  Decryption decryption(max_iterations);
  StoreContent content{.format = StoreFormat::pem};
  while (true) {
    Result<std::optional<PemBlock>> next = reader.next();
    if (!next) {
      return next.error();
    }
    std::optional<PemBlock>& block = *next;
    if (!block) {
      break;
    }
    content.pem_blocks.push_back(printable(block->name()));
    if (is_private_key(block->name())) {
      content.keys.push_back(read_key(*block, password, decryption));
    } else if (is_certificate(block->name())) {
      Result<HeldCertificate> certificate =
          read_certificate(*block, content.certificates.size() + 1);
      if (!certificate) {
        return certificate.error();
      }
      content.certificates.push_back({.certificate = *std::move(certificate)});
    }
  }
  if (content.pem_blocks.empty()) {
    return no_block(text);
  }
  give_chain_to_keys(content);
  content.protections = decryption.protections();
  content.needs_legacy_provider = decryption.needed_legacy_provider();
  return content;
}

}  // namespace telltale::pki
