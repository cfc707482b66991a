#include "telltale/render/inspection.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "render/text.hpp"
#include "unit/render/fixture.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;
using assess::InspectedEntry;
using assess::Inspection;

pki::DistinguishedName named(const std::string& name) {
  return {.der = {}, .rfc4514 = name, .canonical = name};
}

/// A certificate by hand, valid from a day ago for `lifetime`.
pki::Certificate certificate(const std::string& subject, const std::string& issuer,
                             std::chrono::days lifetime = std::chrono::days(41)) {
  pki::Certificate facts{.subject = named(subject),
                         .issuer = named(issuer),
                         .serial_number = "0a0b",
                         .validity = {.not_before = fixture::now().civil - std::chrono::days(1),
                                      .not_after = fixture::now().civil + lifetime}};
  facts.public_key = {.algorithm = pki::KeyAlgorithm::ec, .bits = 256, .curve = "prime256v1"};
  facts.signature.name = "ecdsa-with-SHA256";
  facts.is_self_issued = subject == issuer;
  facts.fingerprint_sha256 = std::string(64, 'f');
  return facts;
}

assess::InspectedCertificate inspected(pki::Certificate facts) {
  return {.certificate = std::make_shared<const pki::Certificate>(std::move(facts))};
}

/// A keystore of one key with a role-carrying leaf, and an anchor.
Inspection keystore() {
  pki::Certificate leaf = certificate("CN=alice,O=Acme", "CN=Root");
  leaf.dns_names = {"spin-orca.spinnaker"};
  leaf.ip_addresses = {"10.0.0.7"};
  leaf.uris = {"spiffe://lab/orca"};
  leaf.email_addresses = {"alice@example.com"};
  leaf.key_usage = {pki::KeyUsage::digital_signature, pki::KeyUsage::key_encipherment};
  leaf.extended_key_usage = {pki::KeyPurpose::client_auth, pki::KeyPurpose::other};
  leaf.other_purposes = {"codeSigning"};
  assess::InspectedCertificate first = inspected(leaf);
  first.roles = {"admins", "devs\r"};
  first.login = assess::X509Login{.subject = "CN=alice, O=Acme",
                                  .principal = "alice",
                                  .user = "alice@example.com",
                                  .source = assess::UserSource::email_address,
                                  .user_of_older_gate = "alice@example.com"};
  pki::Certificate root = certificate("CN=Root", "CN=Root");
  root.is_ca = true;
  return {.file = "orca.p12",
          .format = pki::StoreFormat::pkcs12,
          .opening = pki::StoreOpening::default_password,
          .protections = {"PBES2 (AES-256-CBC)", "MAC hmacWithSHA256, 10000 iterations"},
          .entries = {{.kind = assess::EntryKind::private_key,
                       .alias = "orca",
                       .key = assess::KeyFacts{.encoding = pki::KeyEncoding::pkcs12,
                                               .public_key = leaf.public_key},
                       .certificates = {first},
                       .shape = {.next_issuer = "CN=Root"}},
                      {.kind = assess::EntryKind::trusted_certificate,
                       .alias = "root",
                       .certificates = {inspected(root)},
                       .shape = {.ends_in_root = true}}},
          .views = {{.runtime = assess::RuntimeFamily::java,
                     .presents = {first.certificate},
                     .as_identity = "the key orca",
                     .anchors = 1,
                     .as_trust = "1 anchor",
                     .refusals = {"Java before 8u301 does not open it."}}}};
}

std::string text_of(const Inspection& inspection) {
  return inspection_text(inspection, fixture::now().civil, false);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A PEM of one certificate.
Inspection holding(assess::InspectedCertificate certificate) {
  return {.file = "x.pem", .entries = {InspectedEntry{.certificates = {std::move(certificate)}}}};
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("inspection text: a keystore -> every fact under its name") {
  CHECK(text_of(keystore()) ==
        R"(orca.p12: PKCS#12, opened with the password changeit, since none was given
  PBES2 (AES-256-CBC)
  MAC hmacWithSHA256, 10000 iterations

  privateKeyEntry orca: ec 256 (prime256v1) key, pkcs12
    the chain is the leaf alone, issued by CN=Root
    [0] CN=alice,O=Acme
        issuer      CN=Root
        valid       2026-11-21 to 2027-01-02 (ends in 41d)
        names       DNS:spin-orca.spinnaker, IP:10.0.0.7, URI:spiffe://lab/orca,
                    email:alice@example.com
        usage       digitalSignature, keyEncipherment; clientAuth, codeSigning
        key         ec 256 (prime256v1)
        signature   ecdsa-with-SHA256
        serial      0a0b
        sha256      ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        roles       admins, "devs "
        gate user   alice@example.com (its e-mail name); the principal is alice

  trustedCertEntry root
    [0] CN=Root
        issuer      itself
        valid       2026-11-21 to 2027-01-02 (ends in 41d)
        names       none
        usage       authority; any key usage; any purpose
        key         ec 256 (prime256v1)
        signature   ecdsa-with-SHA256
        serial      0a0b
        sha256      ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff

  Java presents       the key orca
  Java trusts         1 anchor
  Java refuses        Java before 8u301 does not open it.
)");
}

TEST_CASE("inspection text: how a file came open -> said in words") {
  struct Row {
    pki::StoreFormat format;
    pki::StoreOpening opening;
    std::string_view first_line;
  };

  using Format = pki::StoreFormat;
  using Opening = pki::StoreOpening;
  const Row rows[] = {
      {Format::pem, Opening::unprotected, "x: PEM\n"},
      {Format::der, Opening::unprotected, "x: DER\n"},
      {Format::jks, Opening::password, "x: JKS, opened with the password\n"},
      {Format::jks, Opening::without_password,
       "x: JKS, read without a password, so its digest was not checked\n"},
      {Format::pkcs12, Opening::without_password, "x: PKCS#12, opened without a password\n"},
  };
  for (const Row& row : rows) {
    CHECK(text_of({.file = "x", .format = row.format, .opening = row.opening}) ==
          std::string(row.first_line) + "  nothing is in it\n");
  }
}

TEST_CASE("inspection text: validity -> to the second, notAfter still valid") {
  using std::chrono::days;
  using std::chrono::seconds;

  struct Row {
    seconds begins;
    seconds ends;
    std::string_view words;
  };

  const Row rows[] = {
      {seconds(0), days(3), "(ends in 3d)"},
      {-days(9), seconds(0), "(ends now)"},
      {-days(9), -seconds(1), "(expired 1s ago)"},
      {-days(9), -days(3), "(expired 3d ago)"},
      {seconds(1), days(9), "(not yet valid, begins in 1s)"},
  };
  for (const Row& row : rows) {
    pki::Certificate facts = certificate("CN=a", "CN=b");
    const CivilTime now = fixture::now().civil;
    facts.validity = {.not_before = now + row.begins, .not_after = now + row.ends};
    CHECK(contains(text_of(holding(inspected(facts))), row.words));
  }
}

TEST_CASE("inspection text: what is wrong with an entry -> said where it stands") {
  Inspection locked = keystore();
  locked.entries[0].key->error = "wrong password";
  CHECK(contains(text_of(locked), "    the key does not open: wrong password\n"));

  Inspection orphan = keystore();
  orphan.entries[0].certificates.clear();
  CHECK(contains(text_of(orphan), "    no certificate here belongs to this key\n"));
  orphan.entries[0].key->certificate_position = 3;
  CHECK(contains(text_of(orphan),
                 "    certificate 3 of the file belongs to this key; it must come first\n"));
  orphan.entries[0].key = assess::KeyFacts{.error = "wrong password"};
  CHECK(contains(text_of(orphan), "privateKeyEntry orca: a key, pkcs8\n"));
  CHECK_FALSE(contains(text_of(orphan), "belongs to this key"));

  Inspection longer = keystore();
  longer.entries[0].certificates.push_back(inspected(certificate("CN=Issuing", "CN=Root")));
  CHECK(contains(text_of(longer), "    the chain is in order; its last was issued by CN=Root\n"));
  longer.entries[0].shape = {.ends_in_root = true};
  CHECK(contains(text_of(longer), "    the chain is in order and ends in its root\n"));

  Inspection disordered = keystore();
  disordered.entries[0].shape.in_order = false;
  CHECK(contains(text_of(disordered), "the chain is out of order"));

  Inspection damaged = keystore();
  damaged.entries[0].certificates[0].roles.reset();
  damaged.entries[0].certificates[0].roles_error = "the role extension is not DER";
  CHECK(contains(text_of(damaged), "        roles       the role extension is not DER\n"));

  Inspection roleless = keystore();
  roleless.entries[0].certificates[0].roles->clear();
  CHECK(contains(text_of(roleless), "roles       none\n"));
}

TEST_CASE("inspection text: an authority's usage -> as RFC 5280 spells it") {
  pki::Certificate facts = certificate("CN=a", "CN=a");
  facts.is_ca = true;
  facts.key_usage = {pki::KeyUsage::key_cert_sign, pki::KeyUsage::crl_sign};
  facts.extended_key_usage.emplace();
  CHECK(contains(text_of(holding(inspected(facts))),
                 "usage       authority; keyCertSign, cRLSign; none\n"));
}

TEST_CASE("inspection text: who gate takes it for -> with what an older gate does, if another") {
  assess::InspectedCertificate seen = inspected(certificate("CN=alice,CN=Users", "CN=b"));
  seen.login = assess::X509Login{.subject = "CN=alice, CN=Users",
                                 .principal = "alice",
                                 .user = "Users",
                                 .source = assess::UserSource::common_name,
                                 .user_of_older_gate = "alice"};
  CHECK(contains(text_of(holding(seen)),
                 "gate user   Users (its CN); the principal is alice; a gate up to 2025.0 takes "
                 "alice\n"));
  seen.login = assess::X509Login{.subject = "O=x"};
  CHECK(contains(text_of(holding(seen)),
                 "gate user   nobody: the principal's regex finds nothing in O=x\n"));
}

TEST_CASE("inspection text: hostile names -> one line each, no control characters") {
  assess::InspectedCertificate seen = inspected(certificate("CN=a\x1b[2J\nb", "CN=\xff"));
  seen.roles = {"x\x1b[31my"};
  seen.roles_error = "z\x1b";
  Inspection hostile = holding(seen);
  hostile.file = "f\x1b.pem";
  hostile.protections = {"p\x1b"};
  hostile.entries[0].alias = "a\x1b\n";
  hostile.entries[0].key = assess::KeyFacts{.error = "e\x1b"};
  hostile.entries[0].shape = {.next_issuer = "n\x1b"};
  hostile.views = {{.as_identity = "i\x1b", .as_trust = "t\x1b", .refusals = {"r\x1b"}}};
  const std::string text = text_of(hostile);
  CHECK_FALSE(contains(text, "\x1b"));
  CHECK(to_valid_utf8(text) == text);
}

TEST_CASE("inspection text: colors -> only if asked for, and the words are the same") {
  const std::string colored = inspection_text(keystore(), fixture::now().civil, true);
  CHECK(contains(colored, "\x1b[1morca.p12\x1b[0m"));
  CHECK_FALSE(contains(text_of(keystore()), "\x1b"));
}

TEST_CASE("inspection JSON: a keystore -> certificates under the names of the status JSON") {
  const Inspection files[] = {keystore(), {.file = "gone.pem", .error = "gone.pem: no such file"}};
  const json::value whole = json::parse(inspections_json(files));
  const json::value& file = whole.at("files").at(0);
  CHECK(file.at("file") == "orca.p12");
  CHECK(file.at("error").is_null());
  CHECK(file.at("format") == "pkcs12");
  CHECK(file.at("opening") == "default_password");
  CHECK(file.at("protections").as_array().size() == 2);

  const json::value& entry = file.at("entries").at(0);
  CHECK(entry.at("kind") == "privateKeyEntry");
  CHECK(entry.at("alias") == "orca");
  CHECK(entry.at("key") == json::parse(R"({"algorithm":"ec","bits":256,"curve":"prime256v1",
                                           "encoding":"pkcs12","certificate_position":null,
                                           "error":null})"));
  CHECK(entry.at("in_order") == true);
  CHECK(entry.at("ends_in_root") == false);
  CHECK(entry.at("next_issuer") == "CN=Root");
  CHECK(entry.at("certificates").at(0) == json::parse(R"({
    "subject": "CN=alice,O=Acme", "issuer": "CN=Root", "serial_number": "0a0b",
    "fingerprint_sha256": "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "not_before": "2026-11-21T12:00:00Z", "not_after": "2027-01-02T12:00:00Z",
    "dns_names": ["spin-orca.spinnaker"], "ip_addresses": ["10.0.0.7"],
    "uris": ["spiffe://lab/orca"], "email_addresses": ["alice@example.com"], "is_ca": false,
    "key_usage": ["digital_signature", "key_encipherment"],
    "extended_key_usage": ["client_auth", "codeSigning"],
    "public_key": {"algorithm": "ec", "bits": 256, "curve": "prime256v1"},
    "signature": "ecdsa-with-SHA256", "roles": ["admins", "devs\r"], "roles_error": null,
    "x509_login": {"subject": "CN=alice, O=Acme", "principal": "alice",
                   "user": "alice@example.com", "user_from": "email_address",
                   "user_of_older_gate": "alice@example.com"}})"));

  const json::value& anchor = file.at("entries").at(1);
  CHECK(anchor.at("kind") == "trustedCertEntry");
  CHECK(anchor.at("key").is_null());
  CHECK(anchor.at("next_issuer").is_null());
  CHECK(anchor.at("certificates").at(0).at("key_usage").is_null());
  CHECK(anchor.at("certificates").at(0).at("extended_key_usage").is_null());
  CHECK(anchor.at("certificates").at(0).at("roles").is_null());
  CHECK(anchor.at("certificates").at(0).at("x509_login").is_null());

  CHECK(file.at("runtimes").at(0).at("runtime") == "java");
  CHECK(file.at("runtimes").at(0).at("presents").at(0) == json::value(std::string(64, 'f')));
  CHECK(file.at("runtimes").at(0).at("anchors") == 1);
  CHECK(whole.at("files").at(1) ==
        json::parse(R"({"file": "gone.pem", "error": "gone.pem: no such file"})"));
}

TEST_CASE("inspection JSON: a login that names nobody -> null, not an empty name") {
  assess::InspectedCertificate seen = inspected(certificate("O=x", "CN=b"));
  seen.login = assess::X509Login{.subject = "O=x"};
  const Inspection files[] = {holding(seen)};
  const json::value whole = json::parse(inspections_json(files));
  CHECK(whole.at("files").at(0).at("entries").at(0).at("certificates").at(0).at("x509_login") ==
        json::parse(R"({"subject": "O=x", "principal": null, "user": null, "user_from": null,
                        "user_of_older_gate": null})"));
}

TEST_SUITE_END();

}  // namespace telltale::render
