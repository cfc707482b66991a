#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "fleet/installation.hpp"

namespace telltale::fleet {
namespace {

/// Layers of a profile, the last one wins.
struct Layers {
  std::vector<std::string_view> texts;
  std::string_view environment = "{}";
  Binding binding = Binding::relaxed;
};

/// The value, `nothing`, or `unresolved` and what is left.
std::string value_of(const Layers& given, std::string_view path) {
  Installation installation;
  installation.files = {"file"};
  std::vector<YamlNode> nodes;
  for (const std::string_view text : given.texts) {
    nodes.push_back(parse_yaml(text, "file"));
  }
  std::vector<const YamlNode*> layers;
  for (const YamlNode& node : nodes) {
    layers.push_back(&node);
  }
  const YamlNode environment = parse_yaml(given.environment, "file");
  const Properties properties(installation, given.binding, layers, &environment);
  const auto setting = properties.find(path);
  if (!setting) {
    return "nothing";
  }
  return (setting->is_resolved ? "" : "unresolved ") + setting->text;
}

TEST_SUITE("fleet") {
  TEST_CASE("Properties: spellings of a key -> bound as Spring does") {
    // spring-boot `ConfigurationPropertyName`, Relaxed Binding.
    for (const std::string_view text :
         {"server: {ssl: {client-auth: need}}", "server: {ssl: {clientAuth: need}}",
          "server: {ssl: {CLIENT_AUTH: need}}", "server.ssl.client-auth: need",
          "server: {ssl.clientAuth: need}", "server.ssl: {client_auth: need}",
          "SERVER: {Ssl: {clientauth: need}}"}) {
      CAPTURE(text);
      CHECK(value_of({.texts = {text}}, "server.ssl.client-auth") == "need");
    }
    for (const std::string_view text :
         {"server: {ssl: {client: {auth: need}}}", "server: {ssl: need}",
          "ssl: {client-auth: need}", "server.ssl.client-auth.x: need", "{}"}) {
      CAPTURE(text);
      CHECK(value_of({.texts = {text}}, "server.ssl.client-auth") == "nothing");
    }
  }

  TEST_CASE("Properties: exact binding -> case is ignored, dashes and dots are not") {
    // mitchellh/mapstructure, `Decoder.decodeStructFromMap`: strings.EqualFold.
    const auto value = [](std::string_view text) {
      return value_of({.texts = {text}, .binding = Binding::exact}, "server.ssl.clientAuth");
    };
    CHECK(value("server: {ssl: {clientAuth: need}}") == "need");
    CHECK(value("server: {ssl: {CLIENTAUTH: need}}") == "need");
    CHECK(value("server: {ssl: {client-auth: need}}") == "nothing");
    CHECK(value("server: {ssl: {client_auth: need}}") == "nothing");
    CHECK(value("server.ssl.clientAuth: need") == "nothing");
  }

  TEST_CASE("Properties: several layers -> key by key the last, lists whole") {
    constexpr std::string_view low = "{a: {b: 1, c: 1, d: 1}, list: [1, 2]}";
    constexpr std::string_view high = "{a: {c: 2, d: }, a.e: 2, list: [3]}";
    CHECK(value_of({.texts = {low, high}}, "a.b") == "1");
    CHECK(value_of({.texts = {low, high}}, "a.c") == "2");
    CHECK(value_of({.texts = {low, high}}, "a.d") == "nothing");
    CHECK(value_of({.texts = {low, high}}, "a.e") == "2");
    CHECK(value_of({.texts = {low, "a: "}}, "a.b") == "1");
    CHECK(value_of({.texts = {low, high}}, "list") == "nothing");
  }

  TEST_CASE("Properties: the environment -> above every file") {
    // Spring Boot reference, Binding From Environment Variables.
    for (const std::string_view environment :
         {"{SERVER_SSL_CLIENTAUTH: want}", "{SERVER_SSL_CLIENT_AUTH: want}",
          "{server_ssl_clientauth: want}"}) {
      CAPTURE(environment);
      CHECK(value_of({.texts = {"server.ssl.client-auth: need"}, .environment = environment},
                     "server.ssl.client-auth") == "want");
      CHECK(value_of({.texts = {}, .environment = environment, .binding = Binding::exact},
                     "server.ssl.clientAuth") == "nothing");
    }
  }

  TEST_CASE("Properties: placeholders -> resolved as Spring does") {
    // spring-core `PropertyPlaceholderHelper`.
    struct Row {
      std::string_view value;
      std::string_view resolved;
    };

    constexpr std::string_view others =
        "{services: {redis: {baseUrl: 'rediss://r:6379'}}, b: '${c}', c: deep, which: c, "
        "loop: '${pool}', pool: '${loop}', two: '${two2}${two2}', two2: '${two3}${two3}', "
        "two3: '${two4}${two4}', two4: '${two5}${two5}', two5: '${two6}${two6}', two6: x}";
    constexpr Row rows[] = {
        {"${services.redis.baseUrl:redis://localhost:6379}", "rediss://r:6379"},
        {"${services.redis.base-url}", "rediss://r:6379"},
        {"${none:redis://localhost:6379}", "redis://localhost:6379"},
        {"${none:}", ""},
        {"${b}", "deep"},
        {"x${c}y${c}z", "xdeepydeepz"},
        {"${none:${c}}", "deep"},
        {"${c:${none}}", "deep"},
        {"${${which}}", "deep"},
        {"${${none:c}:x}", "deep"},
        {"${HOST_NAME}", "env"},
        {"${none}", "unresolved ${none}"},
        {"a${none}b", "unresolved a${none}b"},
        {"${none:${nil}}", "unresolved ${nil}"},
        {"${open", "${open"},
        {"$c {c} }", "$c {c} }"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.value);
      const std::string layer = "a: '" + std::string(row.value) + "'";
      CHECK(value_of({.texts = {others, layer}, .environment = "{HOST_NAME: env}"}, "a") ==
            row.resolved);
    }
    CHECK(value_of({.texts = {others}}, "loop").starts_with("unresolved "));
    CHECK(value_of({.texts = {others}}, "two") == std::string(32, 'x'));
  }

  TEST_CASE("Properties: what Spring takes for true -> true") {
    Installation installation;
    installation.files = {"file"};
    const YamlNode node = parse_yaml(
        "{a: true, b: 'ON', c: Yes, d: 1, e: false, f: enabled, g: , h: '${NOT_HERE}'}", "file");
    const Properties properties(installation, Binding::relaxed, {&node});
    for (const std::string_view key : {"a", "b", "c", "d"}) {
      CAPTURE(key);
      CHECK(properties.is_true(key, false));
    }
    CHECK_FALSE(properties.is_true("e", true));
    CHECK_FALSE(properties.is_true("f", true));
    CHECK(properties.is_true("g", true));
    CHECK(properties.is_true("h", true));
    CHECK_FALSE(properties.is_true("h", false));
    CHECK(properties.is_true("none", true));
    CHECK_FALSE(properties.is_true("none", false));
    CHECK(properties.has("a"));
    CHECK_FALSE(properties.has("none"));
  }
}

}  // namespace
}  // namespace telltale::fleet
