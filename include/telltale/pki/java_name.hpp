#pragma once
// A distinguished name as Java spells it, which is what Spinnaker's X.509 login reads.

#include <optional>
#include <string>

#include "telltale/error.hpp"
#include "telltale/pki/distinguished_name.hpp"

namespace telltale::pki {

struct JavaName {
  /// X500Name.toString() of OpenJDK 17 (sun/security/x509/{X500Name,RDN,AVA}.java), which
  /// X509Certificate.getSubjectDN().getName() gives: `CN=gate, O="Acme, Inc.", C=US`. Most specific
  /// first; every keyword that Java has (EMAILADDRESS, SERIALNUMBER), else `OID.` and dotted
  /// decimals; quotes where RFC 1779 asks for them.
  std::string text;

  /// The value of the CN that comes last in `text`, which is the first in
  /// javax.naming.ldap.LdapName.getRdns(); nothing without one. In an RDN of several attributes it
  /// counts only where it is the first by keyword (javax.naming.ldap.Rdn.getType).
  std::optional<std::string> last_common_name;
};

/// Spells a name as Java does. Errc::malformed if its DER is none.
[[nodiscard]] Result<JavaName> java_name(const DistinguishedName& name);

}  // namespace telltale::pki
