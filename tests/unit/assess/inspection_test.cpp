#include "telltale/assess/inspection.hpp"

#include <doctest/doctest.h>

#include "store_facts.hpp"

namespace telltale::assess {

namespace {

using namespace store_facts;
using pki::KeyEncoding;

const Certificates& held() {
  static const Certificates certificates = minted();
  return certificates;
}

}  // namespace

TEST_SUITE_BEGIN("assess");

TEST_CASE("chain shape: order and end -> by names") {
  const auto& [root, intermediate, leaf] = held();
  CHECK(shape_of({}) == ChainShape{});
  CHECK(shape_of({leaf}) == ChainShape{.next_issuer = "CN=Issuing,O=Telltale Tests"});
  CHECK(shape_of({leaf, intermediate}) == ChainShape{.next_issuer = "CN=Root,O=Telltale Tests"});
  CHECK(shape_of({leaf, intermediate, root}) == ChainShape{.ends_in_root = true});
  CHECK(shape_of({leaf, root}) == ChainShape{.in_order = false, .ends_in_root = true});
  CHECK_FALSE(shape_of({intermediate, leaf}).in_order);
}

TEST_CASE("inspection: a keystore's chain and an anchor -> each certificate once, keys first") {
  const auto& [root, intermediate, leaf] = held();
  const auto facts =
      pkcs12({key("orca", KeyEncoding::pkcs12, {leaf, intermediate})}, trusted({root}));
  const Inspection seen = inspect("orca.p12", facts);
  CHECK(seen.file == "orca.p12");
  CHECK(seen.format == pki::StoreFormat::pkcs12);
  CHECK(seen.opening == pki::StoreOpening::password);
  CHECK(seen.protections == facts.protections);
  CHECK(seen.views.size() == 3);
  REQUIRE(seen.entries.size() == 2);
  CHECK(seen.entries[0].kind == EntryKind::private_key);
  CHECK(seen.entries[0].alias == "orca");
  REQUIRE(seen.entries[0].key.has_value());
  CHECK(seen.entries[0].key->encoding == KeyEncoding::pkcs12);
  REQUIRE(seen.entries[0].certificates.size() == 2);
  CHECK(seen.entries[0].certificates[0].certificate == leaf);
  CHECK(seen.entries[0].shape.in_order);
  CHECK(seen.entries[1].kind == EntryKind::trusted_certificate);
  CHECK(seen.entries[1].alias == "ca-0");
  CHECK_FALSE(seen.entries[1].key.has_value());
}

TEST_CASE("inspection: an anchor that is also in a chain -> shown in both places") {
  const auto& [root, intermediate, leaf] = held();
  const Inspection seen = inspect(
      "x", jks({key("orca", KeyEncoding::jks, {leaf, intermediate, root})}, trusted({root})));
  REQUIRE(seen.entries.size() == 2);
  CHECK(seen.entries[1].kind == EntryKind::trusted_certificate);
}

TEST_CASE("inspection: PEM without a key -> a chain if a leaf is first, else single certificates") {
  const auto& [root, intermediate, leaf] = held();
  const Inspection chain = inspect("chain.pem", pem({leaf, intermediate}));
  REQUIRE(chain.entries.size() == 1);
  CHECK(chain.entries[0].certificates.size() == 2);
  CHECK(chain.entries[0].kind == EntryKind::certificate);

  const Inspection bundle = inspect("ca.pem", pem({root, intermediate}));
  REQUIRE(bundle.entries.size() == 2);
  CHECK(bundle.entries[1].certificates[0].certificate == intermediate);
  CHECK(bundle.entries[0].shape.ends_in_root);
}

TEST_CASE("inspection: a PEM chain upside down without a key -> a chain out of order") {
  const auto& [root, intermediate, leaf] = held();
  const Inspection seen = inspect("x.pem", pem({root, intermediate, leaf}));
  REQUIRE(seen.entries.size() == 1);
  CHECK(seen.entries[0].certificates.size() == 3);
  CHECK_FALSE(seen.entries[0].shape.in_order);
  CHECK(inspect("x.pem", pem({intermediate, root, leaf})).entries.size() == 3);
}

TEST_CASE("inspection: a key that belongs to no certificate -> an entry each") {
  pki::StoreFacts facts = pem({held().leaf}, KeyEncoding::pkcs1);
  facts.keys.front().chain.clear();
  const Inspection seen = inspect("x.pem", facts);
  REQUIRE(seen.entries.size() == 2);
  CHECK(seen.entries[0].certificates.empty());
  CHECK(seen.entries[1].kind == EntryKind::certificate);
}

TEST_SUITE_END();

}  // namespace telltale::assess
