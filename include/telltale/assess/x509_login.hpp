#pragma once
// Whom gate's X.509 login takes a certificate for. Pure.

#include <optional>
#include <string>
#include <string_view>

#include <boost/describe/enum.hpp>

#include "telltale/error.hpp"
#include "telltale/pki/certificate.hpp"
#include "telltale/pki/java_name.hpp"

namespace telltale::assess {

/// Spring Security's own (SubjectDnX509PrincipalExtractor), which gate keeps unless
/// `x509.subject-principal-regex` says otherwise.
inline constexpr std::string_view default_principal_regex = "CN=(.*?)(?:,|$)";

/// What names the user, in the order in which gate asks.
enum class UserSource { email_address, common_name, principal };
BOOST_DESCRIBE_ENUM(UserSource, email_address, common_name, principal)

/// A login goes through Spring Security first, which turns it away if the subject does not yield a
/// principal, and then to gate, which asks the certificate again and takes the principal only where
/// that names nobody.
struct X509Login {
  std::string subject;  ///< as Java spells it: what the regex is searched in
  /// The regex's group; nothing: it does not match, and nobody is logged in.
  std::optional<std::string> principal;
  /// gate-x509's X509AuthenticationUserDetailsService.groovy, identityFromCertificate
  /// (spinnaker/spinnaker): the first e-mail name, else the subject's last CN, else the principal.
  std::string user;  ///< empty: nobody
  UserSource source = UserSource::principal;
  /// The same file of spinnaker/gate, up to 2025.0: the first e-mail name, else the principal.
  std::string user_of_older_gate;

  friend bool operator==(const X509Login&, const X509Login&) = default;
};

/// Checks a regex: Perl's syntax, which in what people write here is Java's, with exactly one
/// group, as Spring Security demands. Errc::invalid_value.
[[nodiscard]] Result<void> check_principal_regex(const std::string& regex);

/// Logs the owner of a certificate in; `subject` is its subject as Java spells it. Letters of
/// either case match, as in Spring Security. Errc::invalid_value if the regex is none, or takes too
/// long over this subject.
[[nodiscard]] Result<X509Login> x509_login(const pki::Certificate& certificate,
                                           const pki::JavaName& subject, const std::string& regex);

}  // namespace telltale::assess
