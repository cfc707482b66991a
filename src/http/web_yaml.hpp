#pragma once
// The YAML of a web configuration, as a small tree whose values know where they stand.

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"

namespace telltale::http {

/// Thrown where the text turns out bad, caught by parse_web_config alone.
class BadWebConfig : public std::exception {
 public:
  /// Reads `line: path: sentence`; the path is left out where empty.
  BadWebConfig(Errc code, int line, const std::string& path, std::string_view sentence);

  [[nodiscard]] const Error& error() const noexcept { return error_; }

  [[nodiscard]] const char* what() const noexcept override { return "a bad web configuration"; }

 private:
  Error error_;
};

/// One value of the document.
struct WebValue {
  enum class Kind { nothing, text, list, mapping };

  Kind kind = Kind::nothing;
  int line = 1;      ///< of its key, where it has one
  std::string path;  ///< `tls_server_config.cipher_suites[0]`; empty for the whole
  std::string key;   ///< of a mapping's member
  std::string text;
  std::vector<WebValue> items;  ///< of a list or mapping, in the order of the text

  /// Throws what is wrong with this value.
  [[noreturn]] void refuse(std::string_view sentence, Errc code = Errc::invalid_value) const;
};

/// Reads the only document of a text; an empty one gives Kind::nothing. Throws BadWebConfig for
/// what is not YAML, has doubled keys or tags, or is larger than a web configuration is.
[[nodiscard]] WebValue parse_web_yaml(std::string_view text);

/// A mapping of known keys.
class Section {
 public:
  /// `value` may be null or Kind::nothing: an empty section. Throws if it is no mapping, or holds a
  /// key that is not among `known`. Borrows `value`.
  Section(const WebValue* value, std::span<const std::string_view> known);

  /// A member that is there and not nothing; else null.
  [[nodiscard]] const WebValue* find(std::string_view key) const;

 private:
  const WebValue* value_;
};

/// Scalars. All throw where the value is of another kind; those that take a null answer nothing for
/// it. A text holds no control character.
[[nodiscard]] const std::string& text_of(const WebValue& value);
[[nodiscard]] bool truth_of(const WebValue& value);
/// A list of texts.
[[nodiscard]] std::vector<const WebValue*> texts_of(const WebValue* value);

/// `a, b, c`.
[[nodiscard]] std::string enumerate(std::span<const std::string_view> names);

}  // namespace telltale::http
