#pragma once
// What a request's header must be like beyond what its grammar says. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::http {

/// Why a request is not taken.
struct Objection {
  unsigned status = 400;
  std::string line;

  friend bool operator==(const Objection&, const Objection&) = default;
};

/// The fields that say where a request goes and where it ends, each with all its values.
struct Framing {
  unsigned version = 11;
  std::string_view method;
  std::string_view target;
  std::vector<std::string_view> hosts;
  std::vector<std::string_view> content_lengths;
  std::vector<std::string_view> transfer_encodings;
};

/// Lines end in CR LF and are not folded (RFC 9112 sections 2.2 and 5.2), in a header that may not
/// be complete yet.
[[nodiscard]] std::optional<Objection> objection_to_lines(std::string_view header);

/// RFC 9112: Host 3.2, the forms of a target 3.2.1 to 3.2.4, where the body ends 6.1 to 6.3.
[[nodiscard]] std::optional<Objection> objection_to(const Framing& framing);

/// `name`, `name:port`, `10.0.0.1:9943`, `[::1]:9943` (RFC 3986 sections 3.2.2 and 3.2.3), or
/// nothing at all.
[[nodiscard]] bool is_host(std::string_view text);

/// Path and query of a target in origin-form or absolute-form; others are as they are.
[[nodiscard]] std::string path_and_query(std::string_view target);

/// `text` without the spaces and tabs around it (OWS, RFC 9110 section 5.6.3).
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Equal but for the case of ASCII letters.
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right);

}  // namespace telltale::http
