#include "telltale/app/options.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <CLI/CLI.hpp>

#include "telltale/version.hpp"

namespace telltale::app {

namespace {

/// A flag that takes one of a few words.
template <class E>
void add_choice(CLI::App& app, const std::string& flags, E& value, const std::string& purpose,
                const std::map<std::string, E>& words) {
  std::string list;
  std::string preset;
  for (const auto& [word, meaning] : words) {
    list += (list.empty() ? "" : ", ") + word;
    preset = meaning == value ? word : preset;
  }
  app.add_option_function<std::string>(
         flags,
         [&value, flags, words, list](const std::string& word) {
           const auto found = words.find(word);
           if (found == words.end()) {
             throw CLI::ValidationError(flags + ": '" + word + "' is not one of " + list);
           }
           value = found->second;
         },
         purpose + ": one of " + list)
      ->type_name("WORD")
      ->default_str(preset);
}

void add_global_flags(CLI::App& app, Options& options) {
  app.add_option("--config.file", options.config_file, "Configuration file")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--config.check", options.only_checks_config,
               "Read the configuration and every file it names, then exit");
  app.add_option("--web.listen-address", options.listen_addresses,
                 "Address to serve HTTP on; may be given more than once")
      ->type_name("HOST:PORT")
      ->default_str(options.listen_addresses.front())
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_choice<LogLevel>(app, "--log.level", options.log_level, "Least severe messages to log",
                       {{"debug", LogLevel::debug},
                        {"info", LogLevel::info},
                        {"warn", LogLevel::warn},
                        {"error", LogLevel::error}});
  add_choice<LogFormat>(app, "--log.format", options.log_format, "Format of the log",
                        {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}});
  app.add_flag("--debug.core-dumps", options.allows_core_dumps,
               "Leave the limit of core dumps as it is; they hold private keys and passwords");
}

/// CLI11 takes the word after `--flag=` for the flag's value.
const char* find_empty_value(int argc, const char* const* argv) {
  const auto* end = argv + argc;
  const auto* found = std::find_if(argv, end, [](const char* word) {
    return std::string_view(word).starts_with("--") && std::string_view(word).ends_with('=');
  });
  return found == end ? nullptr : *found;
}

Printed usage_error(const std::string& what) {
  return {"telltale: " + what + "; see telltale --help\n", 2};
}

}  // namespace

std::variant<Options, Printed> parse_options(int argc, const char* const* argv) {
  if (const char* word = find_empty_value(argc, argv)) {
    return usage_error(std::string(word) + " needs a value");
  }
  Options options;
  CLI::App app(
      "Tells whether a Spinnaker fleet is ready for mutual TLS. Without a command it runs as a "
      "daemon.",
      "telltale");
  app.fallthrough();
  app.set_version_flag("--version", version_text());
  add_global_flags(app, options);
  CLI::App* check = app.add_subcommand(
      "check", "Look at every target once; exit 0: nothing blocks, 1: blocked, 2: could not tell");
  add_choice<Output>(*check, "-o,--output", options.output, "Format of the result",
                     {{"table", Output::table},
                      {"short", Output::brief},
                      {"json", Output::json},
                      {"junit", Output::junit}});
  check->footer("The flags of telltale itself work here too: see telltale --help.");
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Printed{app.help(), 0};
  } catch (const CLI::CallForVersion& version) {
    return Printed{version.what() + std::string("\n"), 0};
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  options.command = check->parsed() ? Command::check : Command::run;
  return options;
}

std::string version_text() {
  const std::string revision =
      program_revision == "unknown" ? "" : ", " + std::string(program_revision);
  return "telltale " + std::string(program_version) + " (" + std::string(program_compiler) +
         revision + ")";
}

}  // namespace telltale::app
