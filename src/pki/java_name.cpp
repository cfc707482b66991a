#include "telltale/pki/java_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "pki/canonical_name.hpp"
#include "pki/java_folding.hpp"

namespace telltale::pki {

namespace {

struct Keyword {
  int nid;
  std::string_view name;
};

// AVAKeyword: of several keywords for one type, the last that is registered.
constexpr std::array keywords = {
    Keyword{NID_commonName, "CN"},
    Keyword{NID_countryName, "C"},
    Keyword{NID_localityName, "L"},
    Keyword{NID_stateOrProvinceName, "ST"},
    Keyword{NID_organizationName, "O"},
    Keyword{NID_organizationalUnitName, "OU"},
    Keyword{NID_title, "T"},
    Keyword{NID_streetAddress, "STREET"},
    Keyword{NID_domainComponent, "DC"},
    Keyword{NID_dnQualifier, "DNQ"},
    Keyword{NID_surname, "SURNAME"},
    Keyword{NID_givenName, "GIVENNAME"},
    Keyword{NID_initials, "INITIALS"},
    Keyword{NID_generationQualifier, "GENERATION"},
    Keyword{NID_pkcs9_emailAddress, "EMAILADDRESS"},
    Keyword{NID_userId, "UID"},
    Keyword{NID_serialNumber, "SERIALNUMBER"},
};

/// Sun's own, of which OpenSSL does not know.
constexpr std::string_view ip_address_oid = "1.3.6.1.4.1.42.2.11.2.1";

struct Attribute {
  std::string keyword;
  std::optional<std::string> text;  ///< in UTF-8; nothing: not of a string type
  std::string hexadecimal;          ///< `#` and the DER
  bool sorts_before_cn = false;
};

std::string keyword_of(const ASN1_OBJECT& type) {
  const int nid = OBJ_obj2nid(&type);
  const auto* const keyword = std::ranges::find(keywords, nid, &Keyword::nid);
  if (nid != NID_undef && keyword != keywords.end()) {
    return std::string(keyword->name);
  }
  const std::string dotted = text_of(type, ObjectSpelling::dotted);
  return dotted == ip_address_oid ? "IP" : "OID." + dotted;
}

/// DerValue.getAsString()
std::optional<std::string> string_text(const ASN1_STRING& value) {
  const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(&value)),
                               static_cast<std::size_t>(ASN1_STRING_length(&value)));
  switch (ASN1_STRING_type(&value)) {
    case V_ASN1_UTF8STRING:
      return std::string(bytes);
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_GENERALSTRING:
      return utf8_of_latin1(bytes);
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
      break;
    default:
      return std::nullopt;
  }
  const ErrorQueueGuard quiet;
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, &value);
  const OpensslMemory<unsigned char> owner(utf8);
  return size < 0 ? std::nullopt
                  : std::optional<std::string>(std::in_place, reinterpret_cast<const char*>(utf8),
                                               static_cast<std::size_t>(size));
}

Attribute attribute_of(const X509_NAME_ENTRY& entry) {
  // get0: both belong to the entry
  const ASN1_OBJECT& type = *X509_NAME_ENTRY_get_object(&entry);
  const ASN1_STRING& value = *X509_NAME_ENTRY_get_data(&entry);
  // LdapName is made from the RFC 2253 form, where a type without a keyword is a number.
  const std::string_view rfc2253 = rfc2253_keyword(type);
  return {.keyword = keyword_of(type),
          .text = string_text(value),
          .hexadecimal = hexadecimal_der(value),
          .sorts_before_cn = rfc2253.empty() || rfc2253 == "C"};
}

/// AVA.toKeywordValueString(): leading, trailing and doubled spaces and separators need quotes.
bool needs_quotes(std::string_view text) {
  constexpr std::string_view blanks = " \n";
  const auto is_blank = [&](char c) { return blanks.find(c) != std::string_view::npos; };
  const auto both_blank = [&](char a, char b) { return is_blank(a) && is_blank(b); };
  return !text.empty() &&
         (text.find_first_of(",+=\n<>#;\\\"") != std::string_view::npos || is_blank(text.front()) ||
          is_blank(text.back()) || std::ranges::adjacent_find(text, both_blank) != text.end());
}

std::string value_text(const Attribute& attribute) {
  if (!attribute.text) {
    return attribute.hexadecimal;
  }
  const std::string_view text = *attribute.text;
  const bool is_quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  const std::string_view inner = is_quoted ? text.substr(1, text.size() - 2) : text;
  std::string escaped;
  for (const char c : inner) {
    if (c == '"' || c == '\\') {
      escaped += '\\';
    }
    escaped += c;
  }
  return is_quoted || needs_quotes(text) ? "\"" + escaped + "\"" : escaped;
}

std::string rdn_text(const std::vector<Attribute>& rdn) {
  std::string text;
  for (const Attribute& attribute : rdn) {
    text += text.empty() ? "" : " + ";
    text += attribute.keyword + "=" + value_text(attribute);
  }
  return text;
}

/// Rdn.getType() and getValue(): of the attributes, sorted by type and value, the first.
std::optional<std::string> common_name_of(const std::vector<Attribute>& rdn) {
  std::optional<std::string> first;
  for (const Attribute& attribute : rdn) {
    if (attribute.sorts_before_cn) {
      return std::nullopt;
    }
    const bool is_cn = attribute.keyword == "CN" && attribute.text;
    if (is_cn && (!first || *attribute.text < *first)) {
      first = attribute.text;
    }
  }
  return first;
}

/// The RDNs in the order of the DER, which is the least specific first.
std::vector<std::vector<Attribute>> rdns_of(const X509_NAME& name) {
  std::vector<std::vector<Attribute>> rdns;
  int set = -1;
  for (int i = 0; i < X509_NAME_entry_count(&name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(&name, i);  // get0
    if (rdns.empty() || X509_NAME_ENTRY_set(entry) != set) {
      rdns.emplace_back();
      set = X509_NAME_ENTRY_set(entry);
    }
    rdns.back().push_back(attribute_of(*entry));
  }
  return rdns;
}

}  // namespace

Result<JavaName> java_name(const DistinguishedName& name) {
  const unsigned char* next = name.der.data();
  const X509NamePtr parsed(d2i_X509_NAME(nullptr, &next, static_cast<long>(name.der.size())));
  if (!parsed) {
    return openssl_error(Errc::malformed, "reading a distinguished name");
  }
  JavaName java;
  for (const std::vector<Attribute>& rdn : rdns_of(*parsed)) {
    java.text = rdn_text(rdn) + (java.text.empty() ? "" : ", ") + java.text;
    if (!java.last_common_name) {
      java.last_common_name = common_name_of(rdn);
    }
  }
  return java;
}

}  // namespace telltale::pki
