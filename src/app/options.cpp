#include "telltale/app/options.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <CLI/CLI.hpp>

#include "telltale/http/fetch.hpp"
#include "telltale/version.hpp"

#include "app/flags.hpp"
#include "app/serving_flags.hpp"

namespace telltale::app {

namespace {

// A scraper that waits longer than an hour is none.
constexpr double most_offset_seconds = 3600;
constexpr std::size_t most_history = 10'000;

/// As blackbox_exporter has it: seconds, with a fraction or without.
void add_timeout_offset(CLI::App& app, Options& options) {
  app.add_option_function<std::string>(
         "--timeout-offset",
         [&options](const std::string& text) {
           double seconds = -1;
           const char* const end = text.data() + text.size();
           const auto [stop, error] = std::from_chars(text.data(), end, seconds);
           if (error != std::errc() || stop != end || !(seconds >= 0) ||
               seconds > most_offset_seconds) {
             throw CLI::ValidationError("--timeout-offset: '" + text +
                                        "' is no number of seconds from 0 to 3600, such as 0.5");
           }
           options.timeout_offset =
               std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
         },
         "How much sooner /probe ends than its scraper's timeout, in seconds")
      ->type_name("SECONDS")
      ->default_str("0.5");
}

void add_history_limit(CLI::App& app, Options& options) {
  app.add_option_function<std::string>(
         "--history.limit",
         [&options](const std::string& text) {
           std::size_t limit = 0;
           const char* const end = text.data() + text.size();
           const auto [stop, error] = std::from_chars(text.data(), end, limit);
           if (error != std::errc() || stop != end || limit > most_history) {
             throw CLI::ValidationError("--history.limit: '" + text +
                                        "' is no number from 0 to 10000");
           }
           options.history_limit = limit;
         },
         "Looks that /logs tells, and as many that failed")
      ->type_name("NUMBER")
      ->default_str("100");
}

void add_global_flags(CLI::App& app, Options& options) {
  app.add_option("--config.file", options.config_file, "Configuration file")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--config.check", options.only_checks_config,
               "Read the configuration and every file it names, then exit");
  add_serving_flags(app, options);
  add_choice<LogLevel>(app, "--log.level", options.log_level, "Least severe messages to log",
                       {{"debug", LogLevel::debug},
                        {"info", LogLevel::info},
                        {"warn", LogLevel::warn},
                        {"error", LogLevel::error}});
  add_choice<LogFormat>(app, "--log.format", options.log_format, "Format of the log",
                        {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}});
  add_timeout_offset(app, options);
  add_history_limit(app, options);
  app.add_flag("--debug.core-dumps", options.allows_core_dumps,
               "Leave the limit of core dumps as it is; they hold private keys and passwords");
}

CLI::App& add_check(CLI::App& app, Options& options) {
  CLI::App& check = *app.add_subcommand(
      "check",
      "Look at every target once; exit 0: all gates open, 1: one closed, 2: could not tell");
  add_choice<Output>(check, "-o,--output", options.output, "Format of the result",
                     {{"table", Output::table},
                      {"short", Output::brief},
                      {"json", Output::json},
                      {"junit", Output::junit}});
  return check;
}

/// A flag that says where a password is to be read from.
CLI::Option* add_password(CLI::App& app, const std::string& flag, const std::string& purpose,
                          std::optional<pki::SecretSource>& source, pki::SecretSource::Kind kind) {
  return app
      .add_option_function<std::string>(
          flag,
          [&source, kind](const std::string& name) {
            source = pki::SecretSource{.kind = kind, .name = name};
          },
          purpose)
      ->type_name(kind == pki::SecretSource::Kind::file ? "FILE" : "NAME");
}

CLI::App& add_inspect(CLI::App& app, Options& options) {
  using Kind = pki::SecretSource::Kind;
  InspectOptions& inspect = options.inspect;
  CLI::App& command = *app.add_subcommand(
      "inspect", "Say what files of certificates and keys hold, and who could use them how");
  command
      .add_option("FILE", inspect.files,
                  "PEM, DER, PKCS#12 or JKS, told by the content; - is the standard input")
      ->required()
      ->type_name("");
  CLI::Option* in_file = add_password(command, "--password-file", "File with the stores' password",
                                      inspect.password, Kind::file);
  add_password(command, "--password-env", "Environment variable with the stores' password",
               inspect.password, Kind::environment)
      ->excludes(in_file);
  CLI::Option* key_in_file =
      add_password(command, "--key-password-file", "File with the keys' password, if it is another",
                   inspect.key_password, Kind::file);
  add_password(command, "--key-password-env", "Environment variable with the keys' password",
               inspect.key_password, Kind::environment)
      ->excludes(key_in_file);
  command
      .add_option("--role-oid", inspect.role_oid,
                  "Extension that carries roles, gate's x509.role-oid")
      ->type_name("OID")
      ->capture_default_str();
  command
      .add_option("--principal-regex", inspect.principal_regex,
                  "How a subject yields a principal, gate's x509.subject-principal-regex")
      ->type_name("REGEX")
      ->capture_default_str();
  add_choice<Output>(command, "-o,--output", options.output, "Format of the result",
                     {{"table", Output::table}, {"json", Output::json}});
  return command;
}

CLI::App& add_lint(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand(
      "lint",
      "Say what Spinnaker's own files have wrong; exit 0: no error, 1: an error, 2: unreadable");
  CLI::Option* rules = command.add_flag("--rules", options.lint.prints_rules,
                                        "Print every rule, as Markdown or JSON, and read nothing");
  command
      .add_option("PATH", options.lint.paths,
                  "SpinnakerService and Kubernetes manifests, Halyard directories, profile files")
      ->type_name("")
      ->excludes(rules);
  add_choice<Output>(command, "-o,--output", options.output, "Format of the result",
                     {{"table", Output::table}, {"json", Output::json}});
  return command;
}

CLI::App& add_gate(CLI::App& app, Options& options) {
  GateOptions& gate = options.gate;
  CLI::App& command = *app.add_subcommand(
      "gate",
      "Ask a running telltale for a gate; exit 0: open, 1: closed, 2: unknown, or no answer");
  command.add_option("NAME", gate.name, "The gate, or GATE/TARGET for one target of it")
      ->required()
      ->type_name("");
  command.add_option("--url", gate.url, "Where telltale serves HTTP")
      ->type_name("URL")
      ->capture_default_str();
  add_duration(command, "--wait", "Ask again until it is open, for at most this long",
               [&gate](Duration span) { gate.wait = span; })
      ->default_str("0");
  return command;
}

CLI::App& add_targets(CLI::App& app, Options& options) {
  CLI::App& command =
      *app.add_subcommand("targets", "Say what would be looked at, and where that is written");
  add_choice<Output>(command, "-o,--output", options.output, "Format of the result",
                     {{"table", Output::table}, {"json", Output::json}});
  return command;
}

/// What CLI11 cannot see.
Result<void> check_gate(const GateOptions& gate) {
  const auto is_part_of_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  const std::size_t slash = gate.name.find('/');
  const std::string_view name = std::string_view(gate.name).substr(0, slash);
  const std::string_view target =
      slash == std::string::npos ? "target" : std::string_view(gate.name).substr(slash + 1);
  if (name.empty() || target.empty() || !std::ranges::all_of(name, is_part_of_name) ||
      !std::ranges::all_of(target, is_part_of_name)) {
    return Error(Errc::invalid_value,
                 "NAME: '" + gate.name + "' is no gate; write GATE or GATE/TARGET, as configured");
  }
  if (const auto base = http::parse_base_url(gate.url); !base) {
    return base.error().at("--url");
  }
  return {};
}

/// What CLI11 cannot see.
Result<void> check_inspect(const InspectOptions& inspect) {
  if (const Result<void> oid = pki::check_object_identifier(inspect.role_oid); !oid) {
    return oid.error().at("--role-oid");
  }
  if (const Result<void> regex = assess::check_principal_regex(inspect.principal_regex); !regex) {
    return regex.error().at("--principal-regex");
  }
  return {};
}

/// What CLI11 cannot see.
Result<void> check_lint(const LintOptions& lint) {
  if (lint.paths.empty() && !lint.prints_rules) {
    return Error(Errc::invalid_value, "PATH is required");
  }
  return {};
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
  const CLI::App& check = add_check(app, options);
  const CLI::App& gate = add_gate(app, options);
  const CLI::App& inspect = add_inspect(app, options);
  const CLI::App& lint = add_lint(app, options);
  const CLI::App& targets = add_targets(app, options);
  for (CLI::App* command : app.get_subcommands({})) {
    command->footer("The flags of telltale itself work here too: see telltale --help.");
  }
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
  if (const Result<void> good = settle_serving_flags(options); !good) {
    return usage_error(good.error().detail());
  }
  if (check.parsed()) {
    options.command = Command::check;
  }
  if (gate.parsed()) {
    options.command = Command::gate;
    if (const Result<void> good = check_gate(options.gate); !good) {
      return usage_error(good.error().detail());
    }
  }
  if (targets.parsed()) {
    options.command = Command::targets;
  }
  if (inspect.parsed()) {
    options.command = Command::inspect;
    if (const Result<void> good = check_inspect(options.inspect); !good) {
      return usage_error(good.error().detail());
    }
  }
  if (lint.parsed()) {
    options.command = Command::lint;
    if (const Result<void> good = check_lint(options.lint); !good) {
      return usage_error(good.error().detail());
    }
  }
  return options;
}

std::string version_text() {
  const std::string revision =
      program_revision == "unknown" ? "" : ", " + std::string(program_revision);
  return "telltale " + std::string(program_version) + " (" + std::string(program_compiler) +
         revision + ")";
}

}  // namespace telltale::app
