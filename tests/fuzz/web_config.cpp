// Web configurations. An error must be one line that names the file; what is read must be fit to be
// used.

#include "telltale/http/web_config.hpp"

#include <algorithm>
#include <cstdlib>

#include "http/password_check.hpp"

namespace {

using telltale::http::WebConfig;

bool is_fit(const WebConfig& config) {
  const bool has_fit_headers = std::ranges::all_of(config.headers, [](const auto& header) {
    return !header.second.empty() && std::ranges::all_of(header.second, [](unsigned char c) {
      return c == '\t' || (c >= 0x20 && c != 0x7f);
    });
  });
  const bool has_fit_users = std::ranges::all_of(config.users, [](const auto& user) {
    return telltale::http::bcrypt_cost(user.second) <= telltale::http::max_bcrypt_cost &&
           user.first.find(':') == std::string::npos;
  });
  return has_fit_headers && has_fit_users;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config =
      telltale::http::parse_web_config({reinterpret_cast<const char*>(data), size}, "web.yml");
  if (config ? !is_fit(*config)
             : !config.error().detail().starts_with("web.yml:") ||
                   config.error().detail().find('\n') != std::string::npos) {
    std::abort();
  }
  return 0;
}
