#include "fleet/java_options.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace telltale::fleet {
namespace {

std::string key_store_of(std::string_view text) {
  return parse_java_options(text).key_store.value_or("nothing");
}

TEST_SUITE("fleet") {
  TEST_CASE("parse_java_options: every property -> its value") {
    const JavaOptions options = parse_java_options(
        "-XX:MaxRAMPercentage=50.0 -Djavax.net.ssl.keyStore=/opt/orca.p12 "
        "-Djavax.net.ssl.keyStorePassword=changeit -Djavax.net.ssl.keyStoreType=PKCS12 "
        "-Djavax.net.ssl.trustStore=/opt/trust.jks -Djavax.net.ssl.trustStorePassword=secret "
        "-Djavax.net.ssl.trustStoreType=JKS -Dssl.KeyManagerFactory.algorithm=PKIX");
    CHECK(options == JavaOptions{.key_store = "/opt/orca.p12",
                                 .key_store_password = "changeit",
                                 .key_store_type = "PKCS12",
                                 .trust_store = "/opt/trust.jks",
                                 .trust_store_password = "secret",
                                 .trust_store_type = "JKS",
                                 .key_manager_algorithm = "PKIX"});
  }

  TEST_CASE("parse_java_options: nothing of the kind -> nothing") {
    for (const std::string_view text :
         {"", "   ", "-Xmx1g", "-Djavax.net.ssl.keyStoreX=/a", "-D", "-D=", "'", "\\",
          "javax.net.ssl.keyStore=/a", "-Djavax.net.ssl.keystore=/a",
          "-D javax.net.ssl.keyStore=/a", "'-Xfoo -Djavax.net.ssl.keyStore=/a'"}) {
      CAPTURE(text);
      CHECK(parse_java_options(text) == JavaOptions{});
    }
  }

  TEST_CASE("parse_java_options: words -> split as a shell does") {
    struct Row {
      std::string_view text;
      std::string_view key_store;
    };

    constexpr Row rows[] = {
        {"-Djavax.net.ssl.keyStore=/a -Djavax.net.ssl.keyStore=/b", "/b"},
        {"\t-Djavax.net.ssl.keyStore=/a\n", "/a"},
        {"-Djavax.net.ssl.keyStore=\"/a b\"", "/a b"},
        {"\"-Djavax.net.ssl.keyStore=/a b\"", "/a b"},
        {"-Djavax.net.ssl.keyStore='/a \"b\\'", "/a \"b\\"},
        {R"(-Djavax.net.ssl.keyStore=/a\ b)", "/a b"},
        {R"(-Djavax.net.ssl.keyStore="/a\"b\c")", R"(/a"b\c)"},
        {"-Xmx1g \\\n-Djavax.net.ssl.keyStore=/a", "/a"},
        {"-Djavax.net.ssl.keyStore=/a'b'\"c\"", "/abc"},
        {"-Djavax.net.ssl.keyStore=/a=b", "/a=b"},
        {"-Djavax.net.ssl.keyStore='/a b", "/a b"},
        {"-Djavax.net.ssl.keyStore=/a\\", "/a"},
        {"-Djavax.net.ssl.keyStore=", ""},
        {"-Djavax.net.ssl.keyStore", ""},
        {"-Djavax.net.ssl.keyStore=${ORCA_STORE}", "${ORCA_STORE}"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(key_store_of(row.text) == row.key_store);
    }
  }
}

}  // namespace
}  // namespace telltale::fleet
