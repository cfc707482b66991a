#pragma once
// Options: the command line.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/assess/x509_login.hpp"
#include "telltale/pki/role_extension.hpp"
#include "telltale/pki/secret.hpp"
#include "telltale/time.hpp"

namespace telltale::app {

enum class Command { run, check, gate, inspect, lint, targets };

/// How `check` prints its findings, and `inspect`, `lint` and `targets` (table and JSON only)
/// theirs.
enum class Output { table, brief, json, junit };

enum class LogFormat { logfmt, json };
BOOST_DESCRIBE_ENUM(LogFormat, logfmt, json)

enum class LogLevel { debug, info, warn, error };
BOOST_DESCRIBE_ENUM(LogLevel, debug, info, warn, error)

/// What `inspect` looks at, and how.
struct InspectOptions {
  std::vector<std::string> files;
  std::optional<pki::SecretSource> password;      ///< of every store among the files
  std::optional<pki::SecretSource> key_password;  ///< of every key that has another
  std::string role_oid{pki::default_role_oid};
  std::string principal_regex{assess::default_principal_regex};
};

/// What `lint` reads.
struct LintOptions {
  std::vector<std::string> paths;
  bool prints_rules = false;  ///< instead of reading anything
};

/// Which gate `gate` asks for, where, and how long it waits for it to open.
struct GateOptions {
  std::string name;  ///< `need`, or `need/orca` for one target
  std::string url = "http://127.0.0.1:9943";
  Duration wait{};
};

struct Options {
  Command command = Command::run;
  std::string config_file = "telltale.yml";
  bool only_checks_config = false;
  /// The configuration is read again by itself, and looked at so often; nothing: only when asked.
  std::optional<Duration> auto_reload_interval;
  std::vector<std::string> listen_addresses = {":9943"};
  std::string web_config_file;  ///< empty: plain HTTP, for everybody
  /// Where health and gates are served plain, whatever the web configuration asks for elsewhere.
  std::vector<std::string> probe_listen_addresses;
  std::string external_url;  ///< as given; empty: not
  /// Of every path that is served on listen_addresses: empty, or `/telltale`. Never nothing, once
  /// parse_options() is done.
  std::optional<std::string> route_prefix;
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
  Duration timeout_offset = std::chrono::milliseconds(500);  ///< of a scraper's timeout, kept back
  std::size_t history_limit = 100;  ///< looks that `/logs` tells, and as many that failed
  bool allows_core_dumps = false;   ///< they hold private keys and passwords
  Output output = Output::table;
  InspectOptions inspect;
  LintOptions lint;
  GateOptions gate;
};

/// The command line asks for something that is done by printing it: help, a version, or what is
/// wrong with the line.
struct Printed {
  std::string text;
  int exit_code = 0;  ///< 0, or 2 for a usage error, whose text belongs on stderr
};

/// Reads a command line. Global flags may stand before and after a subcommand.
[[nodiscard]] std::variant<Options, Printed> parse_options(int argc, const char* const* argv);

/// `telltale 0.1.0 (clang 19.1.7)`, with the commit where the build names one.
[[nodiscard]] std::string version_text();

}  // namespace telltale::app
