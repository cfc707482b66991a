#include "telltale/pki/role_extension.hpp"

#include <algorithm>

#include "pki/java_folding.hpp"
#include "pki/x509.hpp"

namespace telltale::pki {

namespace {

/// Longer ones name nothing that exists, and OpenSSL takes quadratic time over them.
constexpr std::size_t longest_oid = 256;

Asn1ObjectPtr object_of(std::string_view oid) {
  const ErrorQueueGuard quiet;
  constexpr int dotted_decimals_only = 1;
  return Asn1ObjectPtr(OBJ_txt2obj(std::string(oid).c_str(), dotted_decimals_only));
}

Error no_string(const std::string& why) {
  return {Errc::malformed, "the role extension " + why + "; it should hold one UTF8String"};
}

/// What BouncyCastle's readers of the string types make of their bytes (org.bouncycastle.asn1,
/// ASN1String::getString): the single-byte types are ISO 8859-1 whatever they hold.
Result<std::string> utf8_of(const ASN1_STRING& string, int tag) {
  const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(&string)),
                               static_cast<std::size_t>(ASN1_STRING_length(&string)));
  if (tag != V_ASN1_UTF8STRING && tag != V_ASN1_BMPSTRING) {
    return utf8_of_latin1(bytes);
  }
  const ErrorQueueGuard quiet;
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, &string);
  if (size < 0) {
    return no_string(tag == V_ASN1_UTF8STRING ? "is a UTF8String that is not UTF-8"
                                              : "is a BMPString that is not UTF-16");
  }
  const OpensslMemory<unsigned char> owner(text);
  return std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
}

/// BouncyCastle spells the bytes of a UniversalString or BIT STRING in hexadecimal.
bool holds_characters(int tag) {
  switch (tag) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_T61STRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_VISIBLESTRING:
    case V_ASN1_GENERALSTRING:
    case V_ASN1_NUMERICSTRING:
    case V_ASN1_GRAPHICSTRING:
    case V_ASN1_VIDEOTEXSTRING:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> roles_of(std::string_view text) {
  std::vector<std::string> roles;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view role = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!role.empty() && std::ranges::find(roles, role) == roles.end()) {
      roles.emplace_back(role);
    }
  }
  return roles;
}

}  // namespace

Result<void> check_object_identifier(std::string_view text) {
  const Asn1ObjectPtr object = text.size() <= longest_oid ? object_of(text) : nullptr;
  if (!object || text_of(*object, ObjectSpelling::dotted) != text) {
    return Error(Errc::invalid_value,
                 "an object identifier is dotted decimals, as in " + std::string(default_role_oid));
  }
  return {};
}

Result<std::vector<std::string>> parse_roles(ByteView value) {
  const unsigned char* content = value.data();
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const ErrorQueueGuard quiet;
  // 0x80: an error; V_ASN1_CONSTRUCTED and its lowest bit: nested, and of no stated length.
  const int form = value.empty() ? 0x80
                                 : ASN1_get_object(&content, &length, &tag, &tag_class,
                                                   static_cast<long>(value.size()));
  if ((form & 0x80) != 0) {
    return no_string("is not DER");
  }
  if (form != 0 || tag_class != V_ASN1_UNIVERSAL || !holds_characters(tag)) {
    return no_string("holds no string of characters");
  }
  if (content + length != value.data() + value.size()) {
    return no_string("has bytes behind its string");
  }
  const Asn1StringPtr string(ASN1_STRING_type_new(tag));
  require(
      string != nullptr && ASN1_STRING_set(string.get(), content, static_cast<int>(length)) == 1,
      "reading a string");
  const Result<std::string> text = utf8_of(*string, tag);
  if (!text) {
    return text.error();
  }
  return roles_of(*text);
}

Result<std::optional<std::vector<std::string>>> read_roles(const Certificate& certificate,
                                                           std::string_view oid) {
  if (const Result<void> good = check_object_identifier(oid); !good) {
    return good.error();
  }
  const Result<X509Ptr> x509 = parse_x509(certificate.der);
  if (!x509) {
    return x509.error();
  }
  const Asn1ObjectPtr type = object_of(oid);
  const int at = X509_get_ext_by_OBJ(x509->get(), type.get(), -1);
  if (at < 0) {
    return std::optional<std::vector<std::string>>();
  }
  if (X509_get_ext_by_OBJ(x509->get(), type.get(), at) >= 0) {
    return Error(Errc::malformed,
                 "the role extension occurs twice, for which Java refuses the certificate");
  }
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(x509->get(), at));
  Result<std::vector<std::string>> roles = parse_roles(
      {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
  if (!roles) {
    return roles.error();
  }
  return std::optional(*std::move(roles));
}

}  // namespace telltale::pki
