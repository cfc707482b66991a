#include "pki/read_pkcs12.hpp"

#include <algorithm>
#include <utility>

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>

#include "pki/content_format.hpp"
#include "pki/pkcs12_bags.hpp"
#include "pki/private_key.hpp"

namespace telltale::pki {

namespace {

constexpr std::string_view damaged = "is a damaged PKCS#12 store";

Error public_key_protection() {
  return {Errc::unsupported,
          "is a PKCS#12 store protected by public keys, which is not read; protect it by a "
          "password"};
}

/// The content of a PFX, which holds every key that is not encrypted. OpenSSL has no function for
/// it, but describes its structure to decoders: version, authSafe, macData (RFC 7292 4).
PKCS7* content_of(PKCS12& store) {
  const ASN1_TEMPLATE& auth_safe = ASN1_ITEM_rptr(PKCS12)->templates[1];
  char* field = reinterpret_cast<char*>(&store) + auth_safe.offset;
  return *reinterpret_cast<PKCS7**>(field);
}

/// Overwrites what may be keys; OpenSSL would only free it.
void wipe(PKCS7* content) {
  if (content != nullptr && PKCS7_type_is_data(content) && content->d.data != nullptr) {
    OPENSSL_cleanse(content->d.data->data, static_cast<std::size_t>(content->d.data->length));
  }
}

/// What is wiped when it is dropped.
class WipedStore {
 public:
  explicit WipedStore(Pkcs12Ptr store) noexcept : store_(std::move(store)) {}

  ~WipedStore() {
    if (store_) {
      wipe(content_of(*store_));
    }
    for (int i = 0; i < sk_PKCS7_num(parts_.get()); ++i) {
      wipe(sk_PKCS7_value(parts_.get(), i));
    }
  }

  WipedStore(WipedStore&&) noexcept = default;
  WipedStore& operator=(WipedStore&&) = delete;
  WipedStore(const WipedStore&) = delete;
  WipedStore& operator=(const WipedStore&) = delete;

  [[nodiscard]] PKCS12& store() const noexcept { return *store_; }

  /// The ContentInfos (RFC 7292 4.1). Errc::malformed, or Errc::unsupported.
  Result<const STACK_OF(PKCS7) *> unpack() {
    const PKCS7* content = content_of(*store_);
    if (content == nullptr || !PKCS7_type_is_data(content)) {
      return public_key_protection();
    }
    parts_.reset(content->d.data == nullptr ? nullptr : PKCS12_unpack_authsafes(store_.get()));
    if (!parts_) {
      return openssl_error(Errc::malformed, damaged);
    }
    return parts_.get();
  }

 private:
  Pkcs12Ptr store_;
  ContentInfosPtr parts_;
};

/// What stands behind the store's end is passed over, as by Java and OpenSSL.
Result<WipedStore> decode(ByteView content) {
  if (const Result<void> length = check_not_cut_off(content); !length) {
    return length.error();
  }
  const unsigned char* next = content.data();
  Pkcs12Ptr store(d2i_PKCS12(nullptr, &next, static_cast<long>(content.size())));
  if (!store) {
    return openssl_error(Errc::malformed, damaged);
  }
  return WipedStore(std::move(store));
}

bool is_encrypted(const PKCS7& part) {
  return PKCS7_type_is_encrypted(const_cast<PKCS7*>(&part)) != 0;  // a macro without const
}

class Pkcs12Reader {
 public:
  Pkcs12Reader(WipedStore store, const StorePasswords& passwords, std::int64_t max_iterations)
      : store_(std::move(store)),
        passwords_(passwords),
        decryption_(max_iterations),
        candidates_(candidates(passwords.store)) {}

  Result<StoreContent> read() {
    const Result<const STACK_OF(PKCS7)*> parts = store_.unpack();
    if (!parts) {
      return parts.error();
    }
    if (const Result<void> checked = check_mac(**parts); !checked) {
      return checked.error();
    }
    for (int i = 0; i < sk_PKCS7_num(*parts); ++i) {
      if (const Result<void> opened = open(*sk_PKCS7_value(*parts, i)); !opened) {
        return opened.error();
      }
    }
    return collect();
  }

 private:
  /// Finds the password that the MAC was made with.
  Result<void> check_mac(const STACK_OF(PKCS7) & parts) {
    if (PKCS12_mac_present(&store_.store()) != 1) {
      return {};
    }
    if (const Result<void> described = describe_mac(); !described) {
      return described;
    }
    const auto fits = std::ranges::find_if(
        candidates_, [this](std::string_view password) { return mac_fits(password); });
    if (fits != candidates_.end()) {
      candidates_ = {*fits};
      return {};
    }
    bool has_encrypted = false;
    for (int i = 0; i < sk_PKCS7_num(&parts); ++i) {
      has_encrypted = has_encrypted || is_encrypted(*sk_PKCS7_value(&parts, i));
    }
    return passwords_.store.empty() && !has_encrypted ? Result<void>() : Result<void>(not_opened());
  }

  /// Whether it can be checked at all.
  Result<void> describe_mac() {
    const X509_ALGOR* algorithm = nullptr;  // get0: belong to the store
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(nullptr, &algorithm, nullptr, &iterations, &store_.store());
    const EVP_MD* digest = EVP_get_digestbyobj(algorithm->algorithm);
    if (digest == nullptr) {
      ERR_clear_error();
      return Error(Errc::unsupported, "has a MAC of a kind not supported: " +
                                          text_of(*algorithm->algorithm, ObjectSpelling::name));
    }
    const std::int64_t count = iterations == nullptr ? 1 : count_of(iterations);
    if (count > decryption_.max_iterations()) {
      return Error(Errc::invalid_value, "has a MAC of more than " +
                                            std::to_string(decryption_.max_iterations()) +
                                            " iterations, which Java refuses too");
    }
    mac_ = std::string("MAC hmacWith") + OBJ_nid2sn(EVP_MD_get_type(digest)) + ", " +
           std::to_string(count) + (count == 1 ? " iteration" : " iterations");
    return {};
  }

  [[nodiscard]] bool mac_fits(std::string_view password) {
    return std::ranges::any_of(forms_of(password), [this](const PasswordForm& form) {
      const bool fits = PKCS12_verify_mac(&store_.store(), form.text, form.size) == 1;
      ERR_clear_error();
      return fits;
    });
  }

  Result<void> open(PKCS7& part) {
    if (PKCS7_type_is_data(&part)) {
      SafeBagsPtr bags(part.d.data == nullptr ? nullptr : PKCS12_unpack_p7data(&part));
      return bags ? add(std::move(bags)) : openssl_error(Errc::malformed, damaged);
    }
    if (!is_encrypted(part)) {
      return public_key_protection();
    }
    const PKCS7_ENC_CONTENT* content =
        part.d.encrypted == nullptr ? nullptr : part.d.encrypted->enc_data;
    if (content == nullptr || content->enc_data == nullptr) {
      return Error(Errc::malformed, std::string(damaged) + ": encrypted content is missing");
    }
    return decrypt(*content);
  }

  Result<void> decrypt(const PKCS7_ENC_CONTENT& content) {
    for (const std::string_view password : candidates_) {
      Result<SafeBagsPtr> bags =
          decryption_.open_bags(*content.algorithm, *content.enc_data, password);
      if (bags) {
        candidates_ = {password};
        return add(*std::move(bags));
      }
      if (bags.error().code() != Errc::wrong_password) {
        return Error(bags.error().code(), "holds content that " + bags.error().detail());
      }
    }
    return mac_.empty()
               ? not_opened()
               : Error(Errc::wrong_password,
                       "is intact by its MAC, but its content is encrypted with another password");
  }

  Result<void> add(SafeBagsPtr bags) {
    opened_.push_back(std::move(bags));
    return bags_.add(*opened_.back());
  }

  [[nodiscard]] Error not_opened() const {
    return {Errc::wrong_password,
            passwords_.store.empty()
                ? "opens neither without a password nor with `changeit`: give its password, unless "
                  "the file is damaged"
                : "does not open with the password given: it is wrong, or the file is damaged"};
  }

  Result<EvpPkeyPtr> open_key(const PKCS12_SAFEBAG& bag) {
    if (PKCS12_SAFEBAG_get_nid(&bag) == NID_keyBag) {
      return decode_pkcs8(*PKCS12_SAFEBAG_get0_p8inf(&bag));
    }
    const X509_SIG& encrypted = *PKCS12_SAFEBAG_get0_pkcs8(&bag);
    Result<Pkcs8InfoPtr> info = Error(Errc::wrong_password, "");
    for (const std::string_view password :
         passwords_.key.empty() ? candidates_ : candidates(passwords_.key)) {
      info = decryption_.open_key(encrypted, password);
      if (info) {
        return decode_pkcs8(**info);
      }
      if (info.error().code() != Errc::wrong_password) {
        return Error(info.error().code(), "holds a private key that " + info.error().detail());
      }
    }
    return info.error();
  }

  StoreContent collect() {
    StoreContent content{.format = StoreFormat::pkcs12, .opening = opening()};
    for (const Pkcs12Key& key : bags_.keys()) {
      HeldKey held{.alias = key.name.alias,
                   .encoding = KeyEncoding::pkcs12,
                   .is_seen_by_java = key.is_seen_by_java,
                   .chain = bags_.chain_of(key)};
      set_key(held, open_key(*key.bag), passwords_);
      content.keys.push_back(std::move(held));
    }
    for (const Pkcs12Certificate& certificate : bags_.certificates()) {
      content.certificates.push_back({.certificate = share(certificate.certificate),
                                      .alias = certificate.name.alias,
                                      .is_trusted_entry = certificate.is_trusted_entry});
    }
    content.protections = decryption_.protections();
    if (!mac_.empty()) {
      content.protections.push_back(mac_);
    }
    content.needs_legacy_provider = decryption_.needed_legacy_provider();
    return content;
  }

  [[nodiscard]] StoreOpening opening() const {
    if (!passwords_.store.empty()) {
      return StoreOpening::password;
    }
    return candidates_.front().empty() ? StoreOpening::without_password
                                       : StoreOpening::default_password;
  }

  WipedStore store_;
  const StorePasswords& passwords_;
  Decryption decryption_;
  std::vector<std::string_view> candidates_;  // passwords that may still be the store's
  std::string mac_;
  std::vector<SafeBagsPtr> opened_;
  Pkcs12Bags bags_;
};

}  // namespace

Result<StoreContent> read_pkcs12(ByteView content, const StorePasswords& passwords,
                                 std::int64_t max_iterations) {
  const ErrorQueueGuard quiet;
  Result<WipedStore> store = decode(content);
  if (!store) {
    return store.error();
  }
  return Pkcs12Reader(*std::move(store), passwords, max_iterations).read();
}

}  // namespace telltale::pki
