#include "support/pkcs12.hpp"

#include <doctest/doctest.h>

#include "support/stores.hpp"

namespace telltale::mint {

TEST_SUITE_BEGIN("support");

TEST_CASE("pkcs12: a key with its chain -> what keytool takes for one") {
  const Ca root({.common_name = "Root"});
  const Ca issuing = root.intermediate({.common_name = "Issuing"});
  const TempDir files;
  const std::string listed = support::keytool_list(
      files.write("orca.p12", key_store(issuing.issue({.common_name = "orca"}), "orca", "hunter2")),
      "hunter2");
  CHECK(listed.find("1 entry") != std::string::npos);
  CHECK(listed.find("PrivateKeyEntry") != std::string::npos);
}

TEST_CASE("pkcs12: trusted certificates -> trust anchors to keytool, each of them") {
  const TempDir files;
  const std::string listed = support::keytool_list(
      files.write("trust.p12", trust_store({Ca({.common_name = "Root A"}).certificate(),
                                            Ca({.common_name = "Root B"}).certificate()},
                                           "hunter2")),
      "hunter2");
  CHECK(listed.find("2 entries") != std::string::npos);
  CHECK(listed.find("authority-2") != std::string::npos);
  CHECK(listed.find("trustedCertEntry") != std::string::npos);
}

TEST_SUITE_END();

}  // namespace telltale::mint
