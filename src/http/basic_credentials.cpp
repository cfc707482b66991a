#include "http/basic_credentials.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <openssl/evp.h>

namespace telltale::http {
namespace {

constexpr std::string_view scheme = "basic";

bool is_base64(unsigned char c) {
  return std::isalnum(c) != 0 || c == '+' || c == '/';
}

/// Empty if the text is not base64.
pki::Secret decode(std::string_view text) {
  const std::size_t digits = std::min(text.find('='), text.size());
  const std::size_t padding = text.size() - digits;
  if (text.empty() || text.size() % 4 != 0 || padding > 2 ||
      !std::ranges::all_of(text.substr(0, digits), is_base64) ||
      text.find_first_not_of('=', digits) != std::string_view::npos) {
    return {};
  }
  std::vector<char> bytes(text.size() / 4 * 3);
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) {
    return {};
  }
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return pki::Secret(std::move(bytes));
}

}  // namespace

std::optional<BasicCredentials> parse_basic_credentials(std::string_view value) {
  const auto is_equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
  if (!std::ranges::equal(value.substr(0, scheme.size()), scheme, is_equal)) {
    return std::nullopt;
  }
  value.remove_prefix(scheme.size());
  const std::size_t begin = value.find_first_not_of(' ');
  if (begin == 0 || begin == std::string_view::npos) {
    return std::nullopt;
  }
  const pki::Secret decoded = decode(value.substr(begin));
  const std::string_view pair = decoded.reveal();
  const std::size_t colon = pair.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  return BasicCredentials{std::string(pair.substr(0, colon)), pki::Secret(pair.substr(colon + 1))};
}

}  // namespace telltale::http
