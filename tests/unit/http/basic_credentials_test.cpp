#include "http/basic_credentials.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

TEST_SUITE("http") {
  TEST_CASE("Authorization: basic, in any case -> user and password") {
    struct Row {
      const char* value;
      std::string user;
      std::string password;
    };

    const Row rows[] = {
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},
        {"bASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},
        {"Basic dGVzdDoxMjPCow==", "test", "123\xc2\xa3"},
        {"Basic YTpiOmM=", "a", "b:c"},
        {"Basic Og==", "", ""},
        {"Basic YTo=", "a", ""},
        {"Basic YTpiAGM=", "a", std::string("b\0c", 3)},
    };
    for (const Row& row : rows) {
      CAPTURE(row.value);
      const auto credentials = parse_basic_credentials(row.value);
      REQUIRE(credentials.has_value());
      CHECK(credentials->user == row.user);
      CHECK(credentials->password.reveal() == row.password);
    }
  }

  TEST_CASE("Authorization: another scheme or malformed -> nothing") {
    for (const char* const value :
         {"", "Basic", "Basic ", "Basi", "BasicYTpi", "Bearer YTpi", "Digest username=a",
          "Basic YTpi=", "Basic YTpiY", "Basic YQ==", "Basic Y===", "Basic ====", "Basic YT=i",
          "Basic YTpi\n", "Basic YTpi YTpi", "Basic YTp-", "Basic \tYTpi"}) {
      CAPTURE(value);
      CHECK_FALSE(parse_basic_credentials(value).has_value());
    }
  }

  TEST_CASE("Authorization: every truncation -> nothing, or a shorter password") {
    const std::string_view whole = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto credentials = parse_basic_credentials(whole.substr(0, size));
      CHECK((!credentials || credentials->password.reveal() != "open sesame"));
    }
  }
}

}  // namespace
}  // namespace telltale::http
