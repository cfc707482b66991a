#pragma once
// `tls_server_config` of a web configuration.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "telltale/http/web_config.hpp"

#include "http/web_yaml.hpp"

namespace telltale::http {

/// The keys of `tls_server_config`.
[[nodiscard]] std::span<const std::string_view> tls_server_keys();

/// Reads the section; nothing if it is null or says nothing. Throws BadWebConfig. Where messages
/// and relative paths begin: `file`.
[[nodiscard]] std::optional<TlsServerConfig> read_tls_server_config(const WebValue* section,
                                                                    const std::string& file);

}  // namespace telltale::http
