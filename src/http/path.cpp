#include "http/path.hpp"

#include <algorithm>
#include <optional>

namespace telltale::http {
namespace {

Error malformed(std::string detail) {
  return Error(Errc::malformed, "request target: " + std::move(detail));
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// pchar without pct-encoded.
bool is_path_char(char c) {
  constexpr std::string_view others = "-._~!$&'()*+,;=:@";
  return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
}

/// What a query may hold. RFC 3986 would have `[`, `|` and their like escaped; no client does.
bool is_query_char(char c) {
  return c > ' ' && c < '\x7f' && c != '#';
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  const char folded = static_cast<char>(c | 0x20);
  if (folded >= 'a' && folded <= 'f') {
    return static_cast<unsigned>(folded - 'a') + 10;
  }
  return std::nullopt;
}

}  // namespace

Result<char> decode_escape(std::string_view text) {
  const auto high = text.size() > 2 ? hex_digit(text[1]) : std::nullopt;
  const auto low = text.size() > 2 ? hex_digit(text[2]) : std::nullopt;
  if (!high || !low) {
    return malformed("`%` must be followed by two hexadecimal digits");
  }
  const unsigned octet = *high * 16 + *low;
  if (octet < 0x20 || octet == 0x7f) {
    return malformed("control characters are not allowed, escaped or not");
  }
  return static_cast<char>(octet);
}

namespace {

Result<std::string> decode_segment(std::string_view segment) {
  std::string decoded;
  while (!segment.empty()) {
    if (segment.front() == '%') {
      const auto octet = decode_escape(segment);
      if (!octet) {
        return octet.error();
      }
      decoded.push_back(*octet);
      segment.remove_prefix(3);
      continue;
    }
    if (!is_path_char(segment.front())) {
      return malformed("a character in the path must be percent-encoded");
    }
    decoded.push_back(segment.front());
    segment.remove_prefix(1);
  }
  return decoded;
}

Result<void> check_query(std::string_view query) {
  if (!std::ranges::all_of(query, is_query_char)) {
    return malformed("a character in the query must be percent-encoded");
  }
  for (auto at = query.find('%'); at != std::string_view::npos; at = query.find('%', at + 1)) {
    const auto octet = decode_escape(query.substr(at));
    if (!octet) {
      return octet.error();
    }
  }
  return {};
}

/// Cuts scheme and authority off an absolute-form target; leaves others as they are.
std::string_view origin_form(std::string_view target) {
  const auto scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == std::string_view::npos) {
    return target;
  }
  const auto path = target.find_first_of("/?", scheme_end + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

Result<std::vector<std::string>> path_segments(std::string_view target) {
  target = origin_form(target);
  const auto query_at = target.find('?');
  std::string_view path = target.substr(0, query_at);
  if (query_at != std::string_view::npos) {
    const auto checked = check_query(target.substr(query_at + 1));
    if (!checked) {
      return checked.error();
    }
  }
  if (!path.starts_with('/')) {
    return malformed("a path begins with `/`");
  }
  std::vector<std::string> segments;
  while (path.size() > 1 || (!segments.empty() && !path.empty())) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    auto segment = decode_segment(path.substr(0, end));
    if (!segment) {
      return segment.error();
    }
    segments.push_back(*std::move(segment));
    path.remove_prefix(end);
  }
  return segments;
}

}  // namespace telltale::http
