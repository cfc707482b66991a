#include "app/serving_flags.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "telltale/http/fetch.hpp"

#include "app/flags.hpp"

namespace telltale::app {

namespace {

constexpr std::string_view default_probe_listen_address = ":9944";
constexpr Duration default_auto_reload_interval = std::chrono::seconds(30);
constexpr Duration least_auto_reload_interval = std::chrono::seconds(1);

/// A flag that takes an address to listen on, and may be given more than once.
void add_listen_addresses(CLI::App& app, const std::string& flag, const std::string& purpose,
                          std::vector<std::string>& addresses, const std::string& preset) {
  app.add_option(flag, addresses, purpose + "; may be given more than once")
      ->type_name("HOST:PORT")
      ->default_str(preset)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_auto_reload_flags(CLI::App& app, Options& options) {
  app.add_flag_callback(
      "--config.enable-auto-reload",
      [&options] {
        if (!options.auto_reload_interval) {
          options.auto_reload_interval = default_auto_reload_interval;
        }
      },
      "Read the configuration again when it, or a file of Spinnaker's that it names, has changed");
  add_duration(app, "--config.auto-reload-interval", "How often to look whether it has changed",
               [&options](Duration span) { options.auto_reload_interval = span; })
      ->default_str(to_text(default_auto_reload_interval))
      ->needs("--config.enable-auto-reload");
}

void add_web_flags(CLI::App& app, Options& options) {
  add_listen_addresses(app, "--web.listen-address", "Address to serve HTTP on",
                       options.listen_addresses, options.listen_addresses.front());
  app.add_option("--web.config.file", options.web_config_file,
                 "TLS, authentication and headers of HTTP, in the exporter-toolkit's schema")
      ->type_name("FILE");
  add_listen_addresses(app, "--probe.listen-address",
                       "Address to serve health and gates on in plain HTTP, for those who cannot "
                       "authenticate; with --web.config.file also by default",
                       options.probe_listen_addresses, std::string(default_probe_listen_address));
  app.add_option(
         "--web.external-url", options.external_url,
         "URL under which telltale is reached, through a reverse proxy say; its path is the "
         "default of --web.route-prefix")
      ->type_name("URL");
  app.add_option_function<std::string>(
         "--web.route-prefix",
         [&options](const std::string& prefix) { options.route_prefix = prefix; },
         "Prefix of every path that is served; not on --probe.listen-address")
      ->type_name("PATH");
}

/// `/telltale` of `telltale/`, say; empty for what leads to the root.
Result<std::string> normal_prefix(std::string_view path) {
  constexpr std::string_view allowed = "-._~/";
  std::string prefix;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == ".." || !std::ranges::all_of(segment, [&](unsigned char c) {
          return std::isalnum(c) != 0 || allowed.find(static_cast<char>(c)) != allowed.npos;
        })) {
      return Error(Errc::invalid_value,
                   "'" + std::string(segment) +
                       "' is no part of a prefix; write one like /telltale, of "
                       "letters, digits, '-', '.', '_' and '~'");
    }
    prefix.append(segment.empty() ? "" : "/").append(segment);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return prefix;
}

/// The path of a URL, or a path itself.
Result<std::string> path_of(const std::string& external_url) {
  if (external_url.empty() || external_url.starts_with('/')) {
    return external_url;
  }
  const std::size_t scheme_end = std::min(external_url.find("://"), external_url.size());
  const std::string scheme = external_url.substr(0, scheme_end);
  const auto base = http::parse_base_url("http" + external_url.substr(scheme_end));
  if (base && (scheme == "http" || scheme == "https")) {
    return base->prefix;
  }
  return Error(Errc::invalid_value,
               "'" + external_url +
                   "' is none; write one like https://ci.example.com/telltale, or its path alone");
}

Result<std::string> route_prefix_of(const Options& options) {
  if (options.route_prefix) {
    const auto prefix = normal_prefix(*options.route_prefix);
    return prefix ? prefix : prefix.error().at("--web.route-prefix");
  }
  const auto path = path_of(options.external_url);
  const auto prefix = path ? normal_prefix(*path) : path;
  return prefix ? prefix : prefix.error().at("--web.external-url");
}

}  // namespace

void add_serving_flags(CLI::App& app, Options& options) {
  add_auto_reload_flags(app, options);
  add_web_flags(app, options);
}

Result<void> settle_serving_flags(Options& options) {
  if (options.auto_reload_interval && *options.auto_reload_interval < least_auto_reload_interval) {
    return Error(Errc::invalid_value, "--config.auto-reload-interval: must be at least " +
                                          to_text(least_auto_reload_interval));
  }
  const auto prefix = route_prefix_of(options);
  if (!prefix) {
    return prefix.error();
  }
  options.route_prefix = *prefix;
  if (!options.web_config_file.empty() && options.probe_listen_addresses.empty()) {
    options.probe_listen_addresses = {std::string(default_probe_listen_address)};
  }
  return {};
}

}  // namespace telltale::app
