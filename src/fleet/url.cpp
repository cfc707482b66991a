#include "fleet/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "telltale/enum_names.hpp"

namespace telltale::fleet {
namespace {

namespace urls = boost::urls;

constexpr std::string_view not_a_url = "is not a URL; use https://HOST:PORT or rediss://HOST:PORT";

Error invalid(std::string sentence) {
  return Error(Errc::invalid_value, std::move(sentence));
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

bool is_label(std::string_view label) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, fits) &&
         label.front() != '-' && label.back() != '-';
}

/// A port in decimal, 1 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || stop != text.data() + text.size() || port == 0) {
    return std::nullopt;
  }
  return port;
}

/// An IP address in its one canonical spelling, by which addresses are compared and labelled.
std::optional<std::string> canonical_address(std::string_view text) {
  if (const auto address = urls::parse_ipv4_address(text)) {
    return address->to_string();
  }
  if (const auto address = urls::parse_ipv6_address(text)) {
    return address->to_string();
  }
  return std::nullopt;
}

Result<Scheme> scheme_of(const urls::url_view& url) {
  const std::string scheme = to_lower(url.scheme());
  if (scheme == "http") {
    return invalid("telltale judges TLS; use https://");
  }
  if (scheme == "redis") {
    return invalid("telltale judges TLS; use rediss://");
  }
  if (const auto known = from_name<Scheme>(scheme)) {
    return *known;
  }
  return invalid("has another scheme than those judged; use https:// or rediss://");
}

Result<std::string> host_of(const urls::url_view& url) {
  std::string written = to_lower(url.encoded_host());
  switch (url.host_type()) {
    case urls::host_type::ipv4:
      return url.host_ipv4_address().to_string();
    case urls::host_type::ipv6:
      return url.host_ipv6_address().to_string();
    case urls::host_type::name:
      if (is_host_name(written)) {
        return written;
      }
      break;
    default:
      break;
  }
  return invalid("has no valid host; use a DNS name without a dot at its end, or an IP address");
}

Result<std::uint16_t> port_of(const urls::url_view& url, Scheme scheme) {
  if (!url.has_port()) {
    return static_cast<std::uint16_t>(scheme == Scheme::https ? 443 : 6379);
  }
  if (const auto port = parse_port(url.port())) {
    return *port;
  }
  return invalid("has no valid port; use one from 1 to 65535, or none and no colon");
}

/// What keeps a text from being read as a URL at all.
std::optional<Error> objection_to(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return invalid(
        "has an \"@\": no user or password belongs in a URL; use username and password_file");
  }
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::ranges::all_of(text, is_ascii)) {
    return invalid("has letters beyond ASCII; write the host in its xn-- form (RFC 5891)");
  }
  return std::nullopt;
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) {
    return false;
  }
  std::string_view label;
  for (std::string_view rest = text;;) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  return !std::ranges::all_of(label, is_digit);  // 10.0.0.300 is a mistyped address, no name
}

Result<Url> parse_url(std::string_view text) {
  if (const auto objection = objection_to(text)) {
    return *objection;
  }
  const auto parsed = urls::parse_uri(text);
  if (!parsed) {
    return invalid(std::string(not_a_url));
  }
  const Result<Scheme> scheme = scheme_of(*parsed);
  if (!scheme) {
    return scheme.error();
  }
  if (!parsed->has_authority()) {
    return invalid(std::string(not_a_url));
  }
  if (!parsed->encoded_path().empty() || parsed->has_query() || parsed->has_fragment()) {
    return invalid(*scheme == Scheme::https
                       ? "must end after the port; the path to ask for goes to health"
                       : "must end after the port; databases do not matter here");
  }
  const Result<std::string> host = host_of(*parsed);
  if (!host) {
    return host.error();
  }
  const Result<std::uint16_t> port = port_of(*parsed, *scheme);
  if (!port) {
    return port.error();
  }
  return Url{.scheme = *scheme, .host = *host, .port = *port, .text = std::string(text)};
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  Error not_one = invalid("must be an address and port such as 10.0.0.7:8081 or [fd00::8]:8081");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return not_one;
  }
  std::string_view host = text.substr(0, colon);
  const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) {
    host = host.substr(1, host.size() - 2);
  }
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  const std::optional<std::string> address = canonical_address(host);
  const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!address || !port || has_brackets != is_ipv6) {
    return not_one;
  }
  return Endpoint{.host = *address, .port = *port};
}

}  // namespace telltale::fleet
