#include "pki/read_jks.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "pki/alias.hpp"
#include "pki/jks_key_protector.hpp"

namespace telltale::pki {

namespace {

constexpr std::uint32_t version_1 = 1;
constexpr std::uint32_t version_2 = 2;
constexpr std::uint32_t private_key_entry = 1;
constexpr std::uint32_t trusted_certificate_entry = 2;
constexpr std::size_t date_bytes = 8;

/// Takes big endian numbers and strings off the front, as java.io.DataInputStream does. What is
/// taken beyond the end is empty, and remembered.
class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}

  ByteView take(std::size_t size) {
    if (size > rest_.size()) {
      is_cut_off_ = true;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::uint32_t take_number(std::size_t size) {
    std::uint32_t number = 0;
    for (const std::uint8_t byte : take(size)) {
      number = number << 8U | byte;
    }
    return number;
  }

  std::uint32_t take_u4() { return take_number(4); }

  /// Bytes behind their length of four bytes.
  ByteView take_block() { return take(take_u4()); }

  /// readUTF: bytes behind their length of two.
  ByteView take_utf() { return take(take_number(2)); }

  [[nodiscard]] bool is_cut_off() const noexcept { return is_cut_off_; }

  [[nodiscard]] ByteView rest() const noexcept { return rest_; }

 private:
  ByteView rest_;
  bool is_cut_off_ = false;
};

/// Whether Java's CertificateFactory takes a type for X.509: by its name, which keytool writes, or
/// by its alias, which cert-manager writes; in either case (sun.security.provider.SunEntries).
bool is_x509(ByteView type) {
  const auto is_named = [type](std::string_view name) {
    return std::ranges::equal(type, as_bytes(name), [](std::uint8_t a, std::uint8_t b) {
      return a == b || (a == (b | 0x20U) && b >= 'A' && b <= 'Z');
    });
  };
  return is_named("X.509") || is_named("X509");
}

class JksReader {
 public:
  JksReader(ByteView store, const StorePasswords& passwords)
      : store_(store), input_(store), passwords_(passwords) {}

  Result<StoreContent> read() {
    input_.take_u4();  // the magic number, by which the format was told
    version_ = input_.take_u4();
    if (!input_.is_cut_off() && version_ != version_1 && version_ != version_2) {
      return damaged("it is of version " + std::to_string(version_) +
                     ", and there are only 1 and 2");
    }
    const std::uint32_t count = input_.take_u4();
    for (entry_ = 1; entry_ <= count; ++entry_) {
      if (const Result<void> read = read_entry(); !read) {
        return input_.is_cut_off() ? cut_off() : read.error();
      }
    }
    if (const Result<void> closed = check_end(); !closed) {
      return closed.error();
    }
    for (std::size_t i = 0; i < protected_keys_.size(); ++i) {
      set_key(content_.keys[i], open_key(protected_keys_[i]), passwords_);
    }
    content_.opening =
        passwords_.store.empty() ? StoreOpening::without_password : StoreOpening::password;
    return std::move(content_);
  }

 private:
  Result<void> read_entry() {
    const std::uint32_t tag = input_.take_u4();
    if (tag != private_key_entry && tag != trusted_certificate_entry) {
      return damaged("entry " + std::to_string(entry_) + " is of a kind that JKS does not have");
    }
    const std::optional<std::string> alias = alias_of_modified_utf8(input_.take_utf());
    if (!alias) {
      return damaged("the alias of entry " + std::to_string(entry_) + " is not UTF-8");
    }
    input_.take(date_bytes);
    return tag == private_key_entry ? read_key(*alias) : read_trusted_certificate(*alias);
  }

  Result<void> read_trusted_certificate(const std::string& alias) {
    Result<HeldCertificate> certificate = read_certificate(alias);
    if (!certificate) {
      return certificate.error();
    }
    content_.certificates.push_back(
        {.certificate = *std::move(certificate), .alias = alias, .is_trusted_entry = true});
    return {};
  }

  Result<void> read_key(const std::string& alias) {
    HeldKey held{.alias = alias, .encoding = KeyEncoding::jks};
    const ByteView protected_key = input_.take_block();
    const std::uint32_t count = input_.take_u4();
    for (std::uint32_t i = 0; i < count; ++i) {
      Result<HeldCertificate> certificate = read_certificate(alias);
      if (!certificate) {
        return certificate.error();
      }
      held.chain.push_back(*std::move(certificate));
    }
    if (input_.is_cut_off()) {
      return cut_off();
    }
    content_.keys.push_back(std::move(held));
    protected_keys_.push_back(protected_key);
    return {};
  }

  [[nodiscard]] Result<EvpPkeyPtr> open_key(ByteView protected_key) const {
    Result<EvpPkeyPtr> key = Error(Errc::wrong_password, "");
    for (const std::string_view password : candidates(passwords_.for_keys())) {
      key = open_jks_key(protected_key, password);
      if (key || key.error().code() != Errc::wrong_password) {
        break;
      }
    }
    return key;
  }

  Result<HeldCertificate> read_certificate(const std::string& alias) {
    if (version_ == version_2) {
      const ByteView type = input_.take_utf();
      if (!is_x509(type) && !input_.is_cut_off()) {
        return Error(Errc::unsupported, "holds a certificate (" + alias + ") that is no X.509");
      }
    }
    Result<HeldCertificate> certificate = hold_der(input_.take_block());
    if (!certificate) {
      return Error(Errc::malformed, "holds a certificate (" + alias +
                                        ") that cannot be read: " + certificate.error().detail());
    }
    return certificate;
  }

  /// What stands behind the entries: a digest. Java does not read on.
  Result<void> check_end() {
    const ByteView store = store_.first(store_.size() - input_.rest().size());
    const ByteView digest = input_.take(jks_digest_bytes);
    if (input_.is_cut_off()) {
      return cut_off();
    }
    const Secret& password = passwords_.store;
    if (!password.empty() &&
        !std::ranges::equal(digest_of_store(password.reveal(), store), digest)) {
      return Error(Errc::wrong_password,
                   "does not open with the password given: it is wrong, or the file is damaged");
    }
    return {};
  }

  [[nodiscard]] Error cut_off() const {
    return {Errc::malformed, "is cut off: it ends after " + std::to_string(store_.size()) +
                                 " bytes, before what its entries announce"};
  }

  [[nodiscard]] static Error damaged(const std::string& how) {
    return {Errc::malformed, "is a damaged Java keystore (JKS): " + how};
  }

  ByteView store_;
  Input input_;
  const StorePasswords& passwords_;
  std::uint32_t version_ = 0;
  std::uint32_t entry_ = 0;
  StoreContent content_{.format = StoreFormat::jks};
  std::vector<ByteView> protected_keys_;  // of content_.keys, opened once the whole is known good
};

}  // namespace

Result<StoreContent> read_jks(ByteView content, const StorePasswords& passwords) {
  const ErrorQueueGuard quiet;
  return JksReader(content, passwords).read();
}

}  // namespace telltale::pki
