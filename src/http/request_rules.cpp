#include "http/request_rules.hpp"

#include <algorithm>

namespace telltale::http {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// RFC 3986 section 3.2.2: unreserved, pct-encoded, sub-delims.
bool is_name_char(char c) {
  return is_digit(c) || is_letter(c) ||
         std::string_view("-._~%!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool is_literal_char(char c) {
  return is_hex_digit(c) || c == ':' || c == '.';
}

bool is_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && text.size() <= 6 && std::ranges::all_of(text.substr(1), is_digit));
}

/// What follows `http://` or `https://`; nothing if the target is not in absolute-form.
std::optional<std::string_view> after_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      return target.substr(scheme.size());
    }
  }
  return std::nullopt;
}

std::string_view authority_of(std::string_view after_scheme) {
  return after_scheme.substr(0, after_scheme.find_first_of("/?"));
}

std::optional<Objection> objection_to_target(const Framing& framing) {
  const std::string_view target = framing.target;
  if (framing.method == "CONNECT") {
    return Objection{501, "no tunnels are made here"};
  }
  if (target.find('#') != std::string_view::npos) {
    return Objection{400, "a target has no fragment"};
  }
  if (target.starts_with('/') || (target == "*" && framing.method == "OPTIONS")) {
    return std::nullopt;
  }
  const auto rest = after_scheme(target);
  if (!rest || authority_of(*rest).empty() || !is_host(authority_of(*rest))) {
    return Objection{400, "a target is a path, or an http URL"};
  }
  return std::nullopt;
}

std::optional<Objection> objection_to_host(const Framing& framing) {
  const auto& hosts = framing.hosts;
  if (hosts.size() > 1 || (hosts.empty() && framing.version >= 11)) {
    return Objection{400, "a request carries exactly one Host"};
  }
  if (!hosts.empty() && !is_host(hosts.front())) {
    return Objection{400, "Host is a name or an address, perhaps with a port"};
  }
  return std::nullopt;
}

std::optional<Objection> objection_to_length(const Framing& framing) {
  const auto& lengths = framing.content_lengths;
  if (lengths.size() > 1) {
    return Objection{400, "a request carries at most one Content-Length"};
  }
  if (!lengths.empty() &&
      (lengths.front().empty() || !std::ranges::all_of(lengths.front(), is_digit))) {
    return Objection{400, "Content-Length is one number"};
  }
  return std::nullopt;
}

std::vector<std::string_view> codings_of(const Framing& framing) {
  std::vector<std::string_view> codings;
  for (std::string_view rest : framing.transfer_encodings) {
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      codings.push_back(trimmed(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  std::erase(codings, std::string_view());
  return codings;
}

std::optional<Objection> objection_to_transfer_encoding(const Framing& framing) {
  if (framing.transfer_encodings.empty()) {
    return std::nullopt;
  }
  if (framing.version < 11 || !framing.content_lengths.empty()) {
    return Objection{400, "Transfer-Encoding stands in HTTP/1.1, without Content-Length"};
  }
  const auto codings = codings_of(framing);
  const auto is_chunked = [](std::string_view coding) {
    return equals_ignoring_case(coding, "chunked");
  };
  if (codings.empty() || !is_chunked(codings.back()) ||
      std::ranges::count_if(codings, is_chunked) > 1) {
    return Objection{400, "the last transfer coding is chunked, once"};
  }
  if (codings.size() > 1) {
    return Objection{501, "of the transfer codings only chunked is understood"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Objection> objection_to_lines(std::string_view header) {
  for (auto end = header.find('\n'); end != std::string_view::npos;
       end = header.find('\n', end + 1)) {
    if (end == 0 || header[end - 1] != '\r') {
      return Objection{400, "not an HTTP request: a line ends in CR LF"};
    }
    const char next = end + 1 < header.size() ? header[end + 1] : '\r';
    if (next == ' ' || next == '\t') {
      return Objection{400, "not an HTTP request: a header line is folded"};
    }
  }
  return std::nullopt;
}

std::optional<Objection> objection_to(const Framing& framing) {
  for (const auto rule : {&objection_to_target, &objection_to_host, &objection_to_length,
                          &objection_to_transfer_encoding}) {
    if (auto objection = rule(framing)) {
      return objection;
    }
  }
  return std::nullopt;
}

bool is_host(std::string_view text) {
  if (!text.starts_with('[')) {
    const auto name_end = std::min(text.find(':'), text.size());
    return std::ranges::all_of(text.substr(0, name_end), is_name_char) &&
           is_port(text.substr(name_end));
  }
  const auto end = text.find(']');
  if (end == std::string_view::npos || end == 1) {
    return false;
  }
  return std::ranges::all_of(text.substr(1, end - 1), is_literal_char) &&
         is_port(text.substr(end + 1));
}

std::string path_and_query(std::string_view target) {
  const auto rest = after_scheme(target);
  if (!rest) {
    return std::string(target);
  }
  const std::string_view path = rest->substr(authority_of(*rest).size());
  return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, &to_lower, &to_lower);
}

}  // namespace telltale::http
