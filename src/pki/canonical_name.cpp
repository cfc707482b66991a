#include "pki/canonical_name.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "telltale/bytes.hpp"

#include "pki/java_folding.hpp"

namespace telltale::pki {

namespace {

/// An AVA of OpenJDK: one attribute type and its value, already in canonical form.
struct Attribute {
  bool has_keyword = false;
  std::string text;
};

std::string_view bytes_of(const ASN1_STRING& value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&value)),
          static_cast<std::size_t>(ASN1_STRING_length(&value))};
}

/// Escapes what RFC 2253 2.4 names, makes runs of spaces one, and drops them at both ends.
std::string tidy_text(std::string_view utf8) {
  constexpr std::string_view escapees = ",+<>;\"\\";
  std::string text;
  bool after_space = false;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    const bool is_space = c == ' ';
    if (is_space && after_space) {
      continue;
    }
    after_space = is_space;
    if (escapees.find(c) != std::string_view::npos || (i == 0 && c == '#')) {
      text += '\\';
    }
    text += c;
  }
  // String.trim(): everything up to U+0020, control characters included.
  const auto is_trimmed = [](char c) { return c >= '\0' && c <= ' '; };
  const auto end = std::find_if_not(text.rbegin(), text.rend(), is_trimmed).base();
  const auto begin = std::find_if_not(text.begin(), end, is_trimmed);
  return {begin, end};
}

Attribute canonical_attribute(const X509_NAME_ENTRY& entry) {
  // get0: both belong to the entry
  const ASN1_OBJECT& type = *X509_NAME_ENTRY_get_object(&entry);
  const ASN1_STRING& value = *X509_NAME_ENTRY_get_data(&entry);
  const std::string_view keyword = rfc2253_keyword(type);
  const bool is_printable = ASN1_STRING_type(&value) == V_ASN1_PRINTABLESTRING;
  const bool is_text = is_printable || ASN1_STRING_type(&value) == V_ASN1_UTF8STRING;

  std::string text = keyword.empty() ? text_of(type, ObjectSpelling::dotted) : std::string(keyword);
  text += '=';
  if (keyword.empty() || !is_text) {
    text += hexadecimal_der(value);
  } else {
    // Java reads a PrintableString as ISO 8859-1, whatever bytes it holds.
    text +=
        tidy_text(is_printable ? utf8_of_latin1(bytes_of(value)) : std::string(bytes_of(value)));
  }
  return {.has_keyword = !keyword.empty(), .text = fold_as_java(text)};
}

/// RDN.toRFC2253String: AVAComparator puts keywords before dotted decimals.
std::string joined(std::vector<Attribute>& rdn) {
  std::ranges::sort(rdn, {}, [](const Attribute& attribute) {
    return std::tuple(!attribute.has_keyword, std::string_view(attribute.text));
  });
  std::string text;
  for (const Attribute& attribute : rdn) {
    text += text.empty() ? "" : "+";
    text += attribute.text;
  }
  return text;
}

}  // namespace

std::string_view rfc2253_keyword(const ASN1_OBJECT& type) {
  switch (OBJ_obj2nid(&type)) {
    case NID_commonName:
      return "CN";
    case NID_countryName:
      return "C";
    case NID_localityName:
      return "L";
    case NID_stateOrProvinceName:
      return "ST";
    case NID_organizationName:
      return "O";
    case NID_organizationalUnitName:
      return "OU";
    case NID_streetAddress:
      return "STREET";
    case NID_domainComponent:
      return "DC";
    case NID_userId:
      return "UID";
    default:
      return {};
  }
}

std::string hexadecimal_der(const ASN1_STRING& value) {
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_PRINTABLE(&value, &der);
  require(size > 0, "encoding an attribute value");
  const OpensslMemory<unsigned char> owner(der);
  return "#" + to_hex({der, static_cast<std::size_t>(size)});
}

std::string canonical_form(const X509_NAME& name) {
  std::string text;
  int i = X509_NAME_entry_count(&name) - 1;
  while (i >= 0) {
    const int set = X509_NAME_ENTRY_set(X509_NAME_get_entry(&name, i));
    std::vector<Attribute> rdn;
    for (; i >= 0; --i) {
      const X509_NAME_ENTRY* entry = X509_NAME_get_entry(&name, i);
      if (X509_NAME_ENTRY_set(entry) != set) {
        break;
      }
      rdn.push_back(canonical_attribute(*entry));
    }
    text += text.empty() ? "" : ",";
    text += joined(rdn);
  }
  return text;
}

}  // namespace telltale::pki
