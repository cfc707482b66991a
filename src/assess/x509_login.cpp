#include "telltale/assess/x509_login.hpp"

#include <boost/regex.hpp>

namespace telltale::assess {

namespace {

/// Java's defaults: `.` stops at the end of a line, `^` and `$` do not.
constexpr auto java_like =
    boost::regex::perl | boost::regex::icase | boost::regex::no_mod_m | boost::regex::no_mod_s;

Error error_of(const boost::regex_error& error) {
  const auto code = error.code();
  if (code == boost::regex_constants::error_complexity ||
      code == boost::regex_constants::error_stack || code == boost::regex_constants::error_space) {
    return {Errc::invalid_value, "the regular expression takes too long over a subject"};
  }
  return {Errc::invalid_value,
          "it is no regular expression: " + boost::regex_traits<char>().error_string(code)};
}

/// What the group matched, where the regex is found at all. Boost.Regex throws for a regex that is
/// none and for one whose search grows beyond bounds; here that becomes an Error.
Result<std::optional<std::string>> find_group(const std::string& regex, const std::string& text) {
  try {
    const boost::regex compiled(regex, java_like);
    if (compiled.mark_count() != 1) {
      return Error(Errc::invalid_value, "the regular expression must have exactly one group, as " +
                                            std::string(default_principal_regex) + " has");
    }
    boost::smatch match;
    if (!boost::regex_search(text, match, compiled) || !match[1].matched) {
      return std::optional<std::string>();
    }
    return std::optional(match[1].str());
  } catch (const boost::regex_error& error) {
    return error_of(error);
  }
}

}  // namespace

Result<void> check_principal_regex(const std::string& regex) {
  const auto found = find_group(regex, "");
  if (!found) {
    return found.error();
  }
  return {};
}

Result<X509Login> x509_login(const pki::Certificate& certificate, const pki::JavaName& subject,
                             const std::string& regex) {
  Result<std::optional<std::string>> principal = find_group(regex, subject.text);
  if (!principal) {
    return principal.error();
  }
  X509Login login{.subject = subject.text, .principal = *std::move(principal)};
  if (!login.principal) {
    return login;
  }
  login.user = *login.principal;
  login.user_of_older_gate = *login.principal;
  if (!certificate.email_addresses.empty()) {
    login.user = certificate.email_addresses.front();
    login.user_of_older_gate = login.user;
    login.source = UserSource::email_address;
  } else if (subject.last_common_name) {
    login.user = *subject.last_common_name;
    login.source = UserSource::common_name;
  }
  return login;
}

}  // namespace telltale::assess
