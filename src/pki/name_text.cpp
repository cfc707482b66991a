// Reads distinguished names that people typed.

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "telltale/pki/distinguished_name.hpp"

#include "pki/canonical_name.hpp"

namespace telltale::pki {

namespace {

struct Keyword {
  std::string_view name;
  int nid;
};

// The keywords that Java reads (OpenJDK 17, sun/security/x509/AVA.java, AVAKeyword); names that
// OpenSSL knows are tried after them.
constexpr std::array java_keywords = {
    Keyword{"CN", NID_commonName},
    Keyword{"C", NID_countryName},
    Keyword{"L", NID_localityName},
    Keyword{"S", NID_stateOrProvinceName},
    Keyword{"ST", NID_stateOrProvinceName},
    Keyword{"O", NID_organizationName},
    Keyword{"OU", NID_organizationalUnitName},
    Keyword{"T", NID_title},
    Keyword{"STREET", NID_streetAddress},
    Keyword{"DC", NID_domainComponent},
    Keyword{"DNQUALIFIER", NID_dnQualifier},
    Keyword{"DNQ", NID_dnQualifier},
    Keyword{"SURNAME", NID_surname},
    Keyword{"GIVENNAME", NID_givenName},
    Keyword{"INITIALS", NID_initials},
    Keyword{"GENERATION", NID_generationQualifier},
    Keyword{"EMAIL", NID_pkcs9_emailAddress},
    Keyword{"EMAILADDRESS", NID_pkcs9_emailAddress},
    Keyword{"UID", NID_userId},
    Keyword{"SERIALNUMBER", NID_serialNumber},
};

constexpr std::string_view special_characters = " \"#+,;<=>\\";

struct Attribute {
  Asn1ObjectPtr type;
  int tag = V_ASN1_UTF8STRING;
  std::string value;
  bool joins_previous = false;  ///< stands in the same RDN as the attribute before it
};

/// A value as typed, before its string type is chosen.
struct TypedValue {
  std::string text;
  bool has_hex_pairs = false;
};

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, upper, upper);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::optional<unsigned> hex_digit(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const std::size_t value = digits.find(upper(c));
  return value == std::string_view::npos ? std::nullopt
                                         : std::optional(static_cast<unsigned>(value));
}

/// DerValue.isPrintableStringChar
bool is_printable_string(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const bool is_alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_alphanumeric || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

Asn1ObjectPtr find_type(std::string_view name) {
  for (const Keyword& keyword : java_keywords) {
    if (same_ignoring_case(keyword.name, name)) {
      return Asn1ObjectPtr(OBJ_dup(OBJ_nid2obj(keyword.nid)));
    }
  }
  if (same_ignoring_case(name.substr(0, 4), "OID.")) {
    name.remove_prefix(4);
  }
  const ErrorQueueGuard quiet;
  return Asn1ObjectPtr(OBJ_txt2obj(std::string(name).c_str(), 0));
}

/// The string type that Java would encode the value in (AVA.parseString).
int java_tag(const ASN1_OBJECT& type, const TypedValue& value) {
  const int nid = OBJ_obj2nid(&type);
  if (nid == NID_pkcs9_emailAddress || nid == NID_domainComponent) {
    return V_ASN1_IA5STRING;
  }
  const bool is_printable = !value.has_hex_pairs && is_printable_string(value.text);
  return is_printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

/// Reads RFC 4514 with the liberties RFC 2253 4 grants: spaces around separators, `;` for `,`,
/// quoted values.
class NameReader {
 public:
  explicit NameReader(std::string_view text) : text_(text), rest_(text) {}

  Result<std::vector<Attribute>> read() {
    if (trimmed(text_).empty()) {
      return Error(Errc::malformed, "a distinguished name is missing: the text is empty");
    }
    if (text_.front() == '/') {
      return wrong(
          "this is OpenSSL's one-line form; write it most specific first, as CN=Test,C=US");
    }
    std::vector<Attribute> attributes;
    bool joins_previous = false;
    while (true) {
      Result<Attribute> attribute = read_attribute();
      if (!attribute) {
        return attribute.error();
      }
      attribute->joins_previous = joins_previous;
      attributes.push_back(*std::move(attribute));
      if (rest_.empty()) {
        return attributes;
      }
      joins_previous = rest_.front() == '+';
      rest_.remove_prefix(1);
    }
  }

 private:
  [[nodiscard]] Error wrong(const std::string& why) const {
    return {Errc::malformed, "\"" + std::string(text_) + "\" is not a distinguished name: " + why};
  }

  static bool is_separator(char c) { return c == ',' || c == ';' || c == '+'; }

  Result<Attribute> read_attribute() {
    const std::size_t equals = rest_.find_first_of("=,;+");
    const std::string_view name = trimmed(rest_.substr(0, equals));
    if (equals == std::string_view::npos || rest_[equals] != '=') {
      return wrong(name.empty() ? "an attribute is missing beside a separator"
                                : "\"" + std::string(name) + "\" is not followed by =");
    }
    Attribute attribute{.type = find_type(name)};
    if (!attribute.type) {
      return wrong("\"" + std::string(name) + "\" is no attribute type known here");
    }
    rest_.remove_prefix(equals + 1);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    if (!rest_.empty() && rest_.front() == '#') {
      return read_hexadecimal(std::move(attribute));
    }
    const bool is_quoted = !rest_.empty() && rest_.front() == '"';
    Result<TypedValue> value = is_quoted ? read_quoted() : read_string();
    if (!value) {
      return value.error();
    }
    attribute.tag = java_tag(*attribute.type, *value);
    attribute.value = std::move(value->text);
    return attribute;
  }

  /// `#` and the DER of the value.
  Result<Attribute> read_hexadecimal(Attribute attribute) {
    rest_.remove_prefix(1);
    const std::size_t end = std::min(rest_.find_first_of(",;+"), rest_.size());
    const std::string_view digits = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(end);
    Bytes der;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
      const auto high = hex_digit(digits[i]);
      const auto low = hex_digit(digits[i + 1]);
      if (!high || !low) {
        break;
      }
      der.push_back(static_cast<std::uint8_t>((*high << 4U) | *low));
    }
    const unsigned char* next = der.data();
    const ErrorQueueGuard quiet;
    const Asn1StringPtr value(d2i_ASN1_PRINTABLE(nullptr, &next, static_cast<long>(der.size())));
    if (2 * der.size() != digits.size() || !value || next != der.data() + der.size()) {
      return wrong("#" + std::string(digits) + " is not the DER of a string in hexadecimal");
    }
    attribute.tag = ASN1_STRING_type(value.get());
    attribute.value.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value.get())),
                           static_cast<std::size_t>(ASN1_STRING_length(value.get())));
    return attribute;
  }

  /// What follows a backslash: two hexadecimal digits, or a special character.
  Result<void> read_escape(TypedValue& value) {
    const auto high = rest_.size() > 1 ? hex_digit(rest_[1]) : std::nullopt;
    const auto low = rest_.size() > 2 ? hex_digit(rest_[2]) : std::nullopt;
    if (high && low) {
      value.text += static_cast<char>((*high << 4U) | *low);
      value.has_hex_pairs = true;
      rest_.remove_prefix(3);
      return {};
    }
    if (rest_.size() < 2 || special_characters.find(rest_[1]) == std::string_view::npos) {
      return wrong(std::string(rest_.substr(0, 2)) + " escapes nothing");
    }
    value.text += rest_[1];
    rest_.remove_prefix(2);
    return {};
  }

  Result<TypedValue> read_quoted() {
    TypedValue value;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() != '\\') {
        value.text += rest_.front();
        rest_.remove_prefix(1);
      } else if (const Result<void> escape = read_escape(value); !escape) {
        return escape.error();
      }
    }
    if (rest_.empty()) {
      return wrong("a quoted value does not end");
    }
    rest_.remove_prefix(1);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    if (!rest_.empty() && !is_separator(rest_.front())) {
      return wrong("a quoted value is followed by more than a separator");
    }
    return value;
  }

  Result<TypedValue> read_string() {
    TypedValue value;
    std::size_t kept = 0;  // spaces at the end count only where they are escaped
    while (!rest_.empty() && !is_separator(rest_.front())) {
      const char c = rest_.front();
      if (c == '"' || c == '<' || c == '>') {
        return wrong(std::string(1, c) + " needs a backslash before it");
      }
      if (c == '\\') {
        if (const Result<void> escape = read_escape(value); !escape) {
          return escape.error();
        }
        kept = value.text.size();
        continue;
      }
      value.text += c;
      rest_.remove_prefix(1);
      kept = c == ' ' ? kept : value.text.size();
    }
    value.text.resize(kept);
    return value;
  }

  std::string_view text_;
  std::string_view rest_;
};

/// Builds a Name, whose order is the reverse of the text's.
X509NamePtr make_name(const std::vector<Attribute>& attributes) {
  X509NamePtr name(X509_NAME_new());
  require(name != nullptr, "making a distinguished name");
  bool is_continued = false;
  for (auto attribute = attributes.rbegin(); attribute != attributes.rend(); ++attribute) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(attribute->value.data());
    constexpr int behind_the_last = -1;
    const int set = is_continued ? -1 : 0;
    require(X509_NAME_add_entry_by_OBJ(name.get(), attribute->type.get(), attribute->tag, bytes,
                                       static_cast<int>(attribute->value.size()), behind_the_last,
                                       set) == 1,
            "making a distinguished name");
    is_continued = attribute->joins_previous;
  }
  return name;
}

}  // namespace

Result<std::string> canonical_of_text(std::string_view rfc4514) {
  const Result<std::vector<Attribute>> attributes = NameReader(rfc4514).read();
  if (!attributes) {
    return attributes.error();
  }
  return canonical_form(*make_name(*attributes));
}

}  // namespace telltale::pki
