#include "telltale/app/options.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace telltale::app;

namespace {

std::variant<Options, Printed> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "telltale");
  return parse_options(static_cast<int>(words.size()), words.data());
}

Options parse_well(const std::vector<const char*>& words) {
  const auto parsed = parse(words);
  REQUIRE(std::holds_alternative<Options>(parsed));
  return std::get<Options>(parsed);
}

Printed print(const std::vector<const char*>& words) {
  const auto parsed = parse(words);
  REQUIRE(std::holds_alternative<Printed>(parsed));
  return std::get<Printed>(parsed);
}

}  // namespace

TEST_SUITE("app") {
  TEST_CASE("options: no words -> the daemon with its defaults") {
    const Options options = parse_well({});
    CHECK(options.command == Command::run);
    CHECK(options.config_file == "telltale.yml");
    CHECK(options.listen_addresses == std::vector<std::string>{":9943"});
    CHECK(options.log_level == LogLevel::info);
    CHECK(options.log_format == LogFormat::logfmt);
    CHECK_FALSE(options.only_checks_config);
    CHECK_FALSE(options.allows_core_dumps);
  }

  TEST_CASE("options: global flags -> taken before and after a subcommand") {
    const std::vector<std::vector<const char*>> lines = {
        {"--config.file=a.yml", "--log.level", "debug", "check", "-o", "json"},
        {"check", "-o", "json", "--config.file=a.yml", "--log.level", "debug"},
        {"--config.file", "a.yml", "check", "--output=json", "--log.level=debug"},
    };
    for (const auto& line : lines) {
      const Options options = parse_well(line);
      CHECK(options.command == Command::check);
      CHECK(options.config_file == "a.yml");
      CHECK(options.log_level == LogLevel::debug);
      CHECK(options.output == Output::json);
    }
  }

  TEST_CASE("options: --web.listen-address twice -> both, without the default") {
    const Options options =
        parse_well({"--web.listen-address=:1", "--web.listen-address", "[::1]:2"});
    CHECK(options.listen_addresses == std::vector<std::string>{":1", "[::1]:2"});
  }

  TEST_CASE("options: --web.config.file -> health and gates are served plain beside it") {
    CHECK(parse_well({}).probe_listen_addresses.empty());
    const Options options = parse_well({"--web.config.file=web.yml"});
    CHECK(options.web_config_file == "web.yml");
    CHECK(options.probe_listen_addresses == std::vector<std::string>{":9944"});
    CHECK(parse_well({"--web.config.file=web.yml", "--probe.listen-address=127.0.0.1:1",
                      "--probe.listen-address=[::1]:1"})
              .probe_listen_addresses == std::vector<std::string>{"127.0.0.1:1", "[::1]:1"});
    CHECK(parse_well({"--probe.listen-address=:1"}).probe_listen_addresses ==
          std::vector<std::string>{":1"});
  }

  TEST_CASE("options: route prefix -> its own flag's, else the external URL's path") {
    struct Row {
      std::vector<const char*> words;
      std::string_view prefix;
    };

    const std::vector<Row> rows = {
        {{}, ""},
        {{"--web.route-prefix=/"}, ""},
        {{"--web.route-prefix=/telltale"}, "/telltale"},
        {{"--web.route-prefix=telltale/"}, "/telltale"},
        {{"--web.route-prefix=//a//b.c~1/"}, "/a/b.c~1"},
        {{"--web.external-url=https://ci.example.com"}, ""},
        {{"--web.external-url=https://ci.example.com/"}, ""},
        {{"--web.external-url=https://ci.example.com/ops/telltale/"}, "/ops/telltale"},
        {{"--web.external-url=http://[::1]:80/telltale"}, "/telltale"},
        {{"--web.external-url=/telltale"}, "/telltale"},
        {{"--web.external-url=http://ci/telltale", "--web.route-prefix=/"}, ""},
        {{"--web.external-url=http://ci/telltale", "--web.route-prefix=/inner"}, "/inner"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.prefix);
      CHECK(parse_well(row.words).route_prefix == row.prefix);
    }
  }

  TEST_CASE("options: auto-reload -> off unless enabled, every 30 s unless said otherwise") {
    CHECK_FALSE(parse_well({}).auto_reload_interval.has_value());
    CHECK(parse_well({"--config.enable-auto-reload"}).auto_reload_interval ==
          std::chrono::seconds(30));
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"--config.enable-auto-reload", "--config.auto-reload-interval=5m"},
             {"--config.auto-reload-interval=5m", "--config.enable-auto-reload"}}) {
      CHECK(parse_well(words).auto_reload_interval == std::chrono::minutes(5));
    }
  }

  TEST_CASE("options: --timeout-offset and --history.limit -> seconds and a number, or what is") {
    CHECK(parse_well({}).timeout_offset == std::chrono::milliseconds(500));
    CHECK(parse_well({}).history_limit == 100);
    const Options options = parse_well({"--timeout-offset=1.25", "--history.limit", "0"});
    CHECK(options.timeout_offset == std::chrono::milliseconds(1250));
    CHECK(options.history_limit == 0);
    CHECK(parse_well({"--timeout-offset=0"}).timeout_offset == telltale::Duration::zero());
    for (const char* const bad : {"-1", "0.5s", "nan", "inf", "3601", "x"}) {
      CAPTURE(bad);
      const Printed refused = print({"--timeout-offset", bad});
      CHECK(refused.exit_code == 2);
      CHECK(refused.text == std::string("telltale: --timeout-offset: '") + bad +
                                "' is no number of seconds from 0 to 3600, such as 0.5; see "
                                "telltale --help\n");
    }
    for (const char* const bad : {"-1", "1.5", "10001", "many", "99999999999999999999999"}) {
      CAPTURE(bad);
      const Printed refused = print({"--history.limit", bad});
      CHECK(refused.exit_code == 2);
      CHECK(refused.text == std::string("telltale: --history.limit: '") + bad +
                                "' is no number from 0 to 10000; see telltale --help\n");
    }
  }

  TEST_CASE("options: every output -> by its name") {
    CHECK(parse_well({"check"}).output == Output::table);
    CHECK(parse_well({"check", "-o", "short"}).output == Output::brief);
    CHECK(parse_well({"check", "-o", "junit"}).output == Output::junit);
    CHECK(parse_well({"--log.format=json"}).log_format == LogFormat::json);
    CHECK(parse_well({"--config.check"}).only_checks_config);
    CHECK(parse_well({"check", "--debug.core-dumps"}).allows_core_dumps);
  }

  TEST_CASE("options: lint -> its paths, or --rules instead of them") {
    const Options options = parse_well({"lint", "a.yml", "b", "-o", "json"});
    CHECK(options.command == Command::lint);
    CHECK(options.output == Output::json);
    CHECK(options.lint.paths == std::vector<std::string>{"a.yml", "b"});
    CHECK_FALSE(options.lint.prints_rules);
    CHECK(parse_well({"lint", "--rules"}).lint.prints_rules);
    CHECK(print({"lint"}).text == "telltale: PATH is required; see telltale --help\n");
    CHECK(print({"lint", "--rules", "a.yml"}).exit_code == 2);
    CHECK(print({"lint", "a.yml", "-o", "junit"}).exit_code == 2);
  }

  TEST_CASE("options: targets -> that command, as a table unless JSON is asked for") {
    CHECK(parse_well({"targets"}).command == Command::targets);
    CHECK(parse_well({"targets"}).output == Output::table);
    CHECK(parse_well({"targets", "-o", "json"}).output == Output::json);
  }

  TEST_CASE("options: inspect without flags -> its files, gate's usual role OID, Spring's regex") {
    const Options options = parse_well({"inspect", "a.p12", "b.pem"});
    CHECK(options.command == Command::inspect);
    CHECK(options.output == Output::table);
    CHECK(options.inspect.files == std::vector<std::string>{"a.p12", "b.pem"});
    CHECK_FALSE(options.inspect.password.has_value());
    CHECK_FALSE(options.inspect.key_password.has_value());
    CHECK(options.inspect.role_oid == "1.2.840.10070.8.1");
    CHECK(options.inspect.principal_regex == "CN=(.*?)(?:,|$)");
  }

  TEST_CASE("options: inspect with every flag -> each where it belongs") {
    const Options options = parse_well(
        {"inspect", "-o", "json", "--password-file", "p", "--key-password-file=k", "--role-oid",
         "1.2.3", "--principal-regex", "OU=(.*)", "--log.level=debug", "a.p12"});
    CHECK(options.output == Output::json);
    CHECK(options.inspect.files == std::vector<std::string>{"a.p12"});
    CHECK(options.inspect.password == telltale::pki::SecretSource::in_file("p"));
    CHECK(options.inspect.key_password == telltale::pki::SecretSource::in_file("k"));
    CHECK(options.inspect.role_oid == "1.2.3");
    CHECK(options.inspect.principal_regex == "OU=(.*)");
    CHECK(options.log_level == LogLevel::debug);
    CHECK(parse_well({"inspect", "a", "--password-env", "P"}).inspect.password ==
          telltale::pki::SecretSource::in_environment("P"));
    CHECK(parse_well({"inspect", "a", "--key-password-env", "K"}).inspect.key_password ==
          telltale::pki::SecretSource::in_environment("K"));
    CHECK(parse_well({"inspect", "-"}).inspect.files == std::vector<std::string>{"-"});
  }

  TEST_CASE("options: gate -> its name, where to ask and how long to wait") {
    const Options options = parse_well({"gate", "need"});
    CHECK(options.command == Command::gate);
    CHECK(options.gate.name == "need");
    CHECK(options.gate.url == "http://127.0.0.1:9943");
    CHECK(options.gate.wait == telltale::Duration::zero());
    const Options more =
        parse_well({"gate", "--wait=1m30s", "need/orca", "--url", "http://telltale:9944"});
    CHECK(more.gate.name == "need/orca");
    CHECK(more.gate.url == "http://telltale:9944");
    CHECK(more.gate.wait == std::chrono::seconds(90));
  }

  TEST_CASE("options: a usage error -> one line that names the word, exit 2") {
    struct Row {
      std::vector<const char*> words;
      std::string_view named;
    };

    const std::vector<Row> rows = {
        {{"nope"}, "nope"},
        {{"--bogus"}, "--bogus"},
        {{"--web.route-prefix=/a b"}, "--web.route-prefix: 'a b' is no part of a prefix"},
        {{"--web.route-prefix=/a/../b"}, "--web.route-prefix: '..'"},
        {{"--web.route-prefix=/a?b"}, "--web.route-prefix: 'a?b'"},
        {{"--web.external-url=ftp://ci/x"}, "--web.external-url: 'ftp://ci/x' is none"},
        {{"--web.external-url=http"}, "--web.external-url: 'http' is none"},
        {{"--web.external-url=http://ci/x?y"}, "--web.external-url"},
        {{"--web.external-url=http://u:p@ci/x"}, "--web.external-url"},
        {{"--config.auto-reload-interval=5m"}, "--config.enable-auto-reload"},
        {{"--config.enable-auto-reload", "--config.auto-reload-interval=soon"}, "'soon'"},
        {{"--config.enable-auto-reload", "--config.auto-reload-interval=10ms"},
         "--config.auto-reload-interval: must be at least 1s"},
        {{"check", "--bogus"}, "--bogus"},
        {{"check", "-o", "xml"}, "'xml' is not one of json, junit, short, table"},
        {{"--log.level=loud"}, "'loud' is not one of debug, error, info, warn"},
        {{"check", "extra"}, "extra"},
        {{"-o", "json"}, "-o"},
        {{"--config.file"}, "--config.file"},
        {{"check", "check"}, "check"},
        {{"--config.file=", "--config.check"}, "--config.file= needs a value"},
        {{"check", "--output="}, "--output= needs a value"},
        {{"inspect"}, "FILE is required"},
        {{"inspect", "a", "-o", "short"}, "'short' is not one of json, table"},
        {{"inspect", "a", "--password-file", "f", "--password-env", "V"}, "--password-env"},
        {{"inspect", "a", "--key-password-file", "f", "--key-password-env", "V"},
         "--key-password-env"},
        {{"inspect", "a", "--role-oid", "clientAuth"},
         "--role-oid: an object identifier is dotted decimals, as in 1.2.840.10070.8.1"},
        {{"inspect", "a", "--principal-regex", "CN=(.*"},
         "--principal-regex: it is no regular expression: "},
        {{"inspect", "a", "--principal-regex", "CN=.*"}, "exactly one group"},
        {{"check", "--role-oid", "1.2.3"}, "--role-oid"},
        {{"gate"}, "NAME is required"},
        {{"gate", "need", "--wait", "soon"}, "'soon' is no duration"},
        {{"gate", "need/"}, "'need/' is no gate"},
        {{"gate", "../metrics"}, "'../metrics' is no gate"},
        {{"gate", "need", "--url", "https://telltale"}, "--url: must be http://HOST:PORT"},
    };
    for (const Row& row : rows) {
      const Printed printed = print(row.words);
      CAPTURE(printed.text);
      CHECK(printed.exit_code == 2);
      CHECK(printed.text.starts_with("telltale: "));
      CHECK(printed.text.find(row.named) != std::string::npos);
      CHECK(printed.text.find('\n') == printed.text.size() - 1);
    }
  }

  TEST_CASE("docs/flags.md: every flag of telltale -> has a row") {
    std::ifstream file(TELLTALE_SOURCE_DIR "/docs/flags.md");
    const std::string docs(std::istreambuf_iterator<char>(file), {});
    const std::string help = print({"--help"}).text;
    std::size_t flags = 0;
    for (auto at = help.find("--"); at != std::string::npos; at = help.find("--", at + 2)) {
      const std::string flag = help.substr(at, help.find_first_of(" ,\n;:)", at) - at);
      CAPTURE(flag);
      CHECK(docs.find("`" + flag + "`") != std::string::npos);
      ++flags;
    }
    CHECK(flags > 10);
  }

  TEST_CASE("options: help and version -> printed, exit 0") {
    const Printed help = print({"--help"});
    CHECK(help.exit_code == 0);
    for (const char* flag :
         {"--config.file", "--config.check", "--config.enable-auto-reload",
          "--config.auto-reload-interval", "--web.listen-address", "--web.config.file",
          "--web.route-prefix", "--web.external-url", "--probe.listen-address", "--log.level",
          "--log.format", "--debug.core-dumps", "check", "gate", "inspect"}) {
      CHECK(help.text.find(flag) != std::string::npos);
    }
    CHECK(print({"check", "--help"}).text.find("--output") != std::string::npos);
    const Printed inspect = print({"inspect", "--help"});
    CHECK(inspect.exit_code == 0);
    for (const char* flag :
         {"FILE", "--password-file", "--password-env", "--key-password-file", "--key-password-env",
          "--role-oid", "--principal-regex", "--output", "telltale --help"}) {
      CHECK(inspect.text.find(flag) != std::string::npos);
    }
    CHECK(print({"--version"}).text.starts_with("telltale 0."));
    CHECK(print({"--version"}).exit_code == 0);
  }
}
