#include "telltale/assess/x509_login.hpp"

#include <doctest/doctest.h>

namespace telltale::assess {

namespace {

pki::Certificate with_emails(std::vector<std::string> addresses) {
  pki::Certificate certificate;
  certificate.email_addresses = std::move(addresses);
  return certificate;
}

X509Login login(const std::string& subject, const std::string& regex,
                std::vector<std::string> emails = {},
                std::optional<std::string> common_name = std::nullopt) {
  return x509_login(with_emails(std::move(emails)),
                    {.text = subject, .last_common_name = std::move(common_name)}, regex)
      .value();
}

const std::string preset(default_principal_regex);

}  // namespace

TEST_SUITE_BEGIN("assess");

TEST_CASE("principal: what the regex finds in the subject, as Spring Security searches it") {
  struct Row {
    std::string subject;
    std::string regex;
    std::optional<std::string> principal;
  };

  const Row rows[] = {
      {"CN=alice, OU=x, C=US", preset, "alice"},
      {"OU=x, CN=alice", preset, "alice"},
      {"CN=alice, CN=Users", preset, "alice"},
      {"cn=alice", preset, "alice"},
      // The pattern knows no quotes.
      {"CN=\"Smith, Alice\", O=x", preset, "\"Smith"},
      {"DCN=x, CN=alice", preset, "x"},
      {"O=x", preset, std::nullopt},
      {"", preset, std::nullopt},
      {"CN=", preset, ""},
      {"EMAILADDRESS=a@b, CN=alice", "emailAddress=(.*?),", "a@b"},
      {"CN=alice, OU=x", "OU=(.*?)(?:,|$)", "x"},
      {"CN=alice", "^CN=(\\w{3})", "ali"},
      {"O=a\nCN=alice", "^CN=(.*)", std::nullopt},
      {"CN=ali\nce", "CN=(.*)", "ali"},
      {"CN=alice, O=b", "CN=alice(?:, OU=(.*))?", std::nullopt},
      {"CN=Gr\u00fcn, O=x", preset, "Gr\u00fcn"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.subject);
    CAPTURE(row.regex);
    CHECK(login(row.subject, row.regex).principal == row.principal);
  }
}

TEST_CASE("user: who gate takes it for -> e-mail name, else the last CN, else the principal") {
  struct Row {
    X509Login seen;
    std::string user;
    UserSource source;
    std::string user_of_older_gate;
  };

  const std::string subject = "CN=alice, CN=Users, OU=x";
  const Row rows[] = {
      {login(subject, preset, {"a@b", "c@d"}, "Users"), "a@b", UserSource::email_address, "a@b"},
      {login(subject, preset, {}, "Users"), "Users", UserSource::common_name, "alice"},
      {login(subject, "OU=(.*)", {}, "Users"), "Users", UserSource::common_name, "x"},
      {login("OU=x", "OU=(.*)"), "x", UserSource::principal, "x"},
      // Spring Security comes first: without a principal nobody is logged in.
      {login("OU=x", preset, {"a@b"}), "", UserSource::principal, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.seen.subject);
    CHECK(row.seen.user == row.user);
    CHECK(row.seen.source == row.source);
    CHECK(row.seen.user_of_older_gate == row.user_of_older_gate);
  }
}

TEST_CASE("principal regex: one that is none, or has not one group -> one line that says so") {
  struct Row {
    std::string regex;
    std::string_view named;
  };

  const Row rows[] = {
      {"CN=(.*?,", "it is no regular expression"},
      {"CN=.*)", "it is no regular expression"},
      {"*(a)", "it is no regular expression"},
      {"(a)\n[", "it is no regular expression"},
      {"CN=.*", "exactly one group"},
      {"(CN)=(.*)", "exactly one group"},
      {"", "exactly one group"},
  };
  for (const Row& row : rows) {
    const auto checked = check_principal_regex(row.regex);
    CAPTURE(row.regex);
    REQUIRE(checked.has_error());
    CHECK(checked.error().code() == Errc::invalid_value);
    CHECK(checked.error().detail().find(row.named) != std::string::npos);
    CHECK(checked.error().detail().find('\n') == std::string::npos);
    CHECK(x509_login({}, {}, row.regex).has_error());
  }
  CHECK(check_principal_regex(preset).has_value());
  CHECK(check_principal_regex("(?:CN|OU)=([^,]*)").has_value());
}

TEST_CASE("principal regex: one that takes for ever over a subject -> an error, soon") {
  const auto seen = x509_login({}, {.text = "CN=" + std::string(5000, 'a') + "!"}, "CN=(?:a+)+(,)");
  REQUIRE(seen.has_error());
  CHECK(seen.error().detail() == "the regular expression takes too long over a subject");
}

TEST_SUITE_END();

}  // namespace telltale::assess
