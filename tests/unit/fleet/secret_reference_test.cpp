#include "fleet/secret_reference.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace telltale::fleet {
namespace {

/// `file k8s k=store n=orca`, `no reference`, or what is wrong.
std::string reading_of(std::string_view text) {
  const auto reference = parse_secret_reference(text);
  if (!reference) {
    return reference.error().detail();
  }
  if (!*reference) {
    return "no reference";
  }
  std::string reading = ((*reference)->is_file ? "file " : "value ") + (*reference)->engine;
  for (const auto& [name, value] : (*reference)->parameters) {
    reading += ' ' + name + '=' + value;
  }
  return reading;
}

std::string path_of(std::string_view text, std::string_view directory) {
  const auto reference = parse_secret_reference(text);
  const auto path = mounted_path(reference.value().value(), directory);
  return path ? *path : path.error().detail();
}

TEST_SUITE("fleet") {
  TEST_CASE("parse_secret_reference: each engine -> its parameters") {
    CHECK(reading_of("encrypted:k8s!n:spin-secrets!k:orca-keystore-password") ==
          "value k8s k=orca-keystore-password n=spin-secrets");
    CHECK(reading_of("encryptedFile:k8s!n:orca-cert!k:keystore.jks") ==
          "file k8s k=keystore.jks n=orca-cert");
    CHECK(reading_of("encrypted:k8s!n:a!k:b!ns:c") == "value k8s k=b n=a ns=c");
    CHECK(reading_of("encryptedFile:s3!r:us-west-2!b:mybucket!f:orca.p12") ==
          "file s3 b=mybucket f=orca.p12 r=us-west-2");
    CHECK(reading_of("encrypted:secrets-manager!r:us-west-2!s:tls!k:pass") ==
          "value secrets-manager k=pass r=us-west-2 s=tls");
    CHECK(reading_of("encrypted:noop!v:thisIsNotASecret") == "value noop v=thisIsNotASecret");
  }

  TEST_CASE("parse_secret_reference: a colon in a value -> kept, but for k8s") {
    CHECK(reading_of("encrypted:vault!e:secret!p:a:b!k:c") == "value vault e=secret k=c p=a:b");
    CHECK(reading_of("encrypted:k8s!n:a:b!k:c") ==
          "has a secret reference whose element 1 has more than one colon; the form is "
          "encrypted:ENGINE!NAME:VALUE!NAME:VALUE");
  }

  TEST_CASE("parse_secret_reference: a name given twice -> the last") {
    CHECK(reading_of("encrypted:k8s!n:a!n:b!k:c") == "value k8s k=c n=b");
  }

  TEST_CASE("parse_secret_reference: anything else -> no reference") {
    for (const std::string_view text :
         {"", "changeit", "/opt/spinnaker/certs/orca.p12", "encrypted", "Encrypted:k8s!n:a!k:b",
          "encryptedfile:k8s!n:a!k:b", " encrypted:k8s!n:a!k:b"}) {
      CAPTURE(text);
      CHECK(reading_of(text) == "no reference");
    }
  }

  TEST_CASE("parse_secret_reference: malformed -> a sentence that does not repeat it") {
    for (const std::string_view text :
         {"encrypted:", "encrypted:hunter2", "encrypted:hun ter2!k:v", "encrypted:!k:v",
          "encrypted:k8s!", "encrypted:k8s!hunter2", "encrypted:k8s!n:hunter2",
          "encrypted:k8s!k:hunter2", "encrypted:k8s!n:!k:hunter2", "encrypted:k8s!n:a!k:hunter2!",
          "encryptedFile:s3!hunter2", "encrypted:k8s!n:a!k:hunter2!!",
          "encrypted:s3!b-d:hunter2"}) {
      CAPTURE(text);
      const auto reference = parse_secret_reference(text);
      REQUIRE(reference.has_error());
      CHECK(reference.error().code() == Errc::malformed);
      CHECK(reference.error().detail().find("hunter2") == std::string::npos);
      CHECK(reference.error().detail().find("the form is encrypted:") != std::string::npos);
    }
  }

  TEST_CASE("mounted_path: a Secret of Kubernetes -> SECRET/KEY below the directory") {
    CHECK(path_of("encryptedFile:k8s!n:orca-cert!k:keystore.jks", "/secrets") ==
          "/secrets/orca-cert/keystore.jks");
    CHECK(path_of("encryptedFile:k8s!n:Orca!k:A_b", "/secrets/") == "/secrets/orca/A_b");
    CHECK(path_of("encryptedFile:k8s!n:orca!k:.p12", "") == "orca/.p12");
  }

  TEST_CASE("mounted_path: what leads elsewhere -> refused") {
    constexpr std::string_view name =
        "names a Secret that Kubernetes does not allow; a name has lower-case letters, digits, "
        "dashes and dots";
    constexpr std::string_view key =
        "names a key of a Secret that Kubernetes does not allow; a key has letters, digits, "
        "dashes, underscores and dots, and does not begin with two dots";
    CHECK(path_of("encryptedFile:k8s!n:..!k:passwd", "/s") == name);
    CHECK(path_of("encryptedFile:k8s!n:a/b!k:passwd", "/s") == name);
    CHECK(path_of("encryptedFile:k8s!n:a!k:..", "/s") == key);
    CHECK(path_of("encryptedFile:k8s!n:a!k:.", "/s") == key);
    CHECK(path_of("encryptedFile:k8s!n:a!k:../b", "/s") == key);
    CHECK(path_of("encryptedFile:k8s!n:a!k:b/c", "/s") == key);
    CHECK(path_of(std::string("encryptedFile:k8s!n:a!k:b\0c", 27), "/s") == key);
    CHECK(path_of("encryptedFile:k8s!n:a!k:" + std::string(254, 'k'), "/s") == key);
  }

  TEST_CASE("mounted_path: another engine -> nothing is mounted") {
    CHECK(path_of("encryptedFile:s3!b:bucket!f:file", "/s") ==
          "is kept by the secret engine s3; only Secrets of Kubernetes (k8s) are mounted");
  }
}

}  // namespace
}  // namespace telltale::fleet
