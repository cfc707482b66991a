#include "http/listen_address.hpp"

#include <charconv>
#include <optional>

namespace telltale::http {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto invalid = [&](const std::string& why) {
    return Error(Errc::invalid_value, std::string(text) + ": " + why);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) {
    return invalid("a port is missing; write for example :9943 or 127.0.0.1:9943");
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  const auto port = parse_port(port_text);
  if (!port) {
    return invalid("`" + std::string(port_text) + "` is not a port; a port is 0 to 65535");
  }
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return invalid("an IPv6 address stands in brackets, for example [::1]:9943");
  }
  return ListenAddress{std::string(host), *port};
}

}  // namespace telltale::http
