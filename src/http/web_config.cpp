#include "telltale/http/web_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/password_check.hpp"
#include "http/web_config_tls.hpp"
#include "http/web_yaml.hpp"

namespace telltale::http {
namespace {

constexpr std::array<std::string_view, 4> sections{"tls_server_config", "http_server_config",
                                                   "basic_auth_users", "rate_limit"};
constexpr std::array<std::string_view, 2> http_keys{"http2", "headers"};
// Those that the toolkit allows (web/handler.go, extraHTTPHeaders), spelled so.
constexpr std::array<std::string_view, 5> header_names{
    "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
    "X-Frame-Options", "X-XSS-Protection"};
constexpr std::array<std::string_view, 2> rate_keys{"interval", "burst"};

/// A value as it goes over the wire (RFC 9110 5.5): a text of several lines becomes one.
std::string header_value(const WebValue& value) {
  if (value.kind != WebValue::Kind::text) {
    value.refuse("must be a text");
  }
  std::string text = value.text;
  std::ranges::replace(text, '\n', ' ');
  const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) {
    value.refuse("has a control character; a header has none");
  }
  const std::size_t first = text.find_first_not_of(" \t");
  const std::size_t last = text.find_last_not_of(" \t");
  return first == std::string::npos ? std::string() : text.substr(first, last + 1 - first);
}

void check_header(const WebValue& value, std::string_view text) {
  if (value.key == "X-Content-Type-Options" && text != "nosniff") {
    value.refuse("must be nosniff");
  }
  if (value.key == "X-Frame-Options" && text != "deny" && text != "sameorigin") {
    value.refuse("must be deny or sameorigin");
  }
}

Headers read_headers(const WebValue* value) {
  const Section section(value, header_names);
  Headers headers;
  for (const std::string_view name : header_names) {
    const WebValue* const member = section.find(name);
    if (member == nullptr) {
      continue;
    }
    std::string text = header_value(*member);
    check_header(*member, text);
    if (!text.empty()) {
      headers.emplace_back(name, std::move(text));
    }
  }
  return headers;
}

Headers read_http(const WebValue* value) {
  const Section section(value, http_keys);
  const WebValue* const http2 = section.find("http2");
  if (http2 != nullptr && truth_of(*http2)) {
    http2->refuse("is not spoken here, HTTP/1.1 is; write false or leave it out",
                  Errc::unsupported);
  }
  return read_headers(section.find("headers"));
}

/// Nothing here repeats the hash.
void check_hash(const WebValue& user) {
  const std::optional<int> cost =
      user.kind == WebValue::Kind::text ? bcrypt_cost(user.text) : std::nullopt;
  if (!cost) {
    user.refuse(
        "is not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 31, 60 characters); "
        "`htpasswd -nBC 10 \"\"` makes one");
  }
  if (*cost > max_bcrypt_cost) {
    user.refuse("has a bcrypt hash of cost " + std::to_string(*cost) +
                    ", which takes seconds for each password; make one of cost " +
                    std::to_string(max_bcrypt_cost) + " or less",
                Errc::unsupported);
  }
}

Users read_users(const WebValue* value) {
  Users users;
  if (value == nullptr) {
    return users;
  }
  if (value->kind != WebValue::Kind::mapping) {
    value->refuse("must be a mapping of users to bcrypt hashes");
  }
  for (const WebValue& user : value->items) {
    // RFC 7617 2: neither can be sent.
    const auto is_unfit = [](unsigned char c) { return c == ':' || c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(user.key, is_unfit)) {
      user.refuse(
          "has a colon or a control character in its name, which basic authentication "
          "cannot send");
    }
    check_hash(user);
    users.emplace(user.key, user.text);
  }
  return users;
}

bool is_whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

void check_rate_limit(const WebValue* value) {
  const Section section(value, rate_keys);
  const WebValue* const burst = section.find("burst");
  if (burst != nullptr && !is_whole_number(text_of(*burst))) {
    burst->refuse("must be a whole number");
  }
  const WebValue* const interval = section.find("interval");
  constexpr std::array<std::string_view, 5> off{"0", "0s", "0ms", "0m", "0h"};
  if (interval != nullptr && std::ranges::find(off, text_of(*interval)) == off.end()) {
    interval->refuse(
        "is not limited here, the number of connections is; write 0 or leave "
        "rate_limit out",
        Errc::unsupported);
  }
}

WebConfig read_config(const WebValue& document, const std::string& file) {
  const Section section(&document, sections);
  check_rate_limit(section.find("rate_limit"));
  return {.tls = read_tls_server_config(section.find("tls_server_config"), file),
          .headers = read_http(section.find("http_server_config")),
          .users = read_users(section.find("basic_auth_users"))};
}

void add_keys(std::vector<std::string>& keys, const std::string& section,
              std::span<const std::string_view> members) {
  for (const std::string_view member : members) {
    keys.push_back(section + '.' + std::string(member));
  }
}

}  // namespace

Result<WebConfig> parse_web_config(std::string_view text, const std::string& file) {
  if (text.size() > max_web_config_bytes) {
    return Error(Errc::malformed, file + ":1: is larger than 256 KiB; a web configuration is not");
  }
  try {
    return read_config(parse_web_yaml(text), file);
  } catch (const BadWebConfig& bad) {
    return Error(bad.error().code(), file + ':' + bad.error().detail());
  }
}

std::vector<std::string> web_config_keys() {
  std::vector<std::string> keys;
  add_keys(keys, "tls_server_config", tls_server_keys());
  keys.emplace_back("http_server_config.http2");
  add_keys(keys, "http_server_config.headers", header_names);
  keys.emplace_back("basic_auth_users");
  add_keys(keys, "rate_limit", rate_keys);
  return keys;
}

}  // namespace telltale::http
