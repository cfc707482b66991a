#include "telltale/tls/certificate_request.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/mint.hpp"
#include "wire_bytes.hpp"

namespace telltale::tls {

namespace {

using Schemes = std::vector<SignatureScheme>;

constexpr std::string_view lab_root_a = "30153113301106035504030c0a4c616220526f6f742041";
constexpr std::string_view lab_root_b = "30153113301106035504030c0a4c616220526f6f742042";

// RFC 5246 7.4.4: certificate_types, supported_signature_algorithms, certificate_authorities.
Bytes golden_1_2() {
  return from_hex(
      "03 01 02 40"
      "0008 0403 0804 0401 0203"
      "0032"
      "0017 30153113301106035504030c0a4c616220526f6f742041"
      "0017 30153113301106035504030c0a4c616220526f6f742042");
}

// RFC 8446 4.3.2: a context, then signature_algorithms, certificate_authorities, an extension that
// is none of our business (oid_filters) and signature_algorithms_cert.
Bytes golden_1_3() {
  return from_hex(
      "00 0052"
      "000d 0008 0006 0403 0804 0806"
      "002f 0034 0032"
      "0017 30153113301106035504030c0a4c616220526f6f742041"
      "0017 30153113301106035504030c0a4c616220526f6f742042"
      "0030 0002 0000"
      "0032 0004 0002 0401");
}

Bytes golden(ProtocolVersion version) {
  return version == ProtocolVersion::tls_1_3 ? golden_1_3() : golden_1_2();
}

constexpr ProtocolVersion versions[] = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_3};

/// A CertificateRequest that asks for nothing but these authorities: `list` as it stands on the
/// wire, length and all.
Bytes request_with_list(ProtocolVersion version, const Bytes& list) {
  if (version == ProtocolVersion::tls_1_2) {
    return from_hex("01 01 0002 0401") + list;
  }
  const Bytes extensions = from_hex("000d 0004 0002 0401") + from_hex("002f") + vector_of(2, list);
  return from_hex("00") + vector_of(2, extensions);
}

Bytes list_of(const std::vector<Bytes>& names) {
  Bytes content;
  for (const Bytes& name : names) {
    content = std::move(content) + vector_of(2, name);
  }
  return vector_of(2, content);
}

bool is_malformed(const Result<CertificateRequest>& request) {
  return request.has_error() && request.error().code() == Errc::malformed;
}

}  // namespace

TEST_SUITE_BEGIN("tls");

TEST_CASE("CertificateRequest: TLS 1.2 -> types, algorithms and names in the order sent") {
  const auto request = parse_certificate_request(golden_1_2(), ProtocolVersion::tls_1_2);
  REQUIRE(request.has_value());
  CHECK(request->certificate_types == std::vector<std::uint8_t>{1, 2, 64});
  CHECK(request->signature_algorithms == Schemes{0x0403, 0x0804, 0x0401, 0x0203});
  CHECK(request->signature_algorithms_cert.empty());
  CHECK(request->bytes == 4 + 10 + 52);
  REQUIRE(request->certificate_authorities.size() == 2);
  CHECK(request->certificate_authorities[0].der == from_hex(lab_root_a));
  CHECK(request->certificate_authorities[0].rfc4514 == "CN=Lab Root A");
  CHECK(request->certificate_authorities[1].der == from_hex(lab_root_b));
  CHECK(request->certificate_authorities[1].rfc4514 == "CN=Lab Root B");
}

TEST_CASE("CertificateRequest: TLS 1.3 -> three extensions are read, others skipped") {
  const auto request = parse_certificate_request(golden_1_3(), ProtocolVersion::tls_1_3);
  REQUIRE(request.has_value());
  CHECK(request->certificate_types.empty());
  CHECK(request->signature_algorithms == Schemes{0x0403, 0x0804, 0x0806});
  CHECK(request->signature_algorithms_cert == Schemes{0x0401});
  CHECK(request->bytes == 3 + 82);
  REQUIRE(request->certificate_authorities.size() == 2);
  CHECK(request->certificate_authorities[0].der == from_hex(lab_root_a));
  CHECK(request->certificate_authorities[1].der == from_hex(lab_root_b));
}

TEST_CASE("CertificateRequest: cut at any byte, or longer by one -> malformed") {
  for (const ProtocolVersion version : versions) {
    CAPTURE(label(version));
    const Bytes whole = golden(version);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK(is_malformed(parse_certificate_request(ByteView(whole).first(size), version)));
    }
    CHECK(is_malformed(parse_certificate_request(whole + Bytes{0}, version)));
  }
}

TEST_CASE("CertificateRequest: any byte set to 0xff -> a request or malformed, never more") {
  for (const ProtocolVersion version : versions) {
    const Bytes whole = golden(version);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      Bytes changed = whole;
      changed[at] = 0xff;
      const auto request = parse_certificate_request(changed, version);
      CHECK((is_malformed(request) || request->bytes == whole.size()));
    }
  }
}

TEST_CASE("CertificateRequest: lengths that lie -> malformed") {
  struct Row {
    std::string_view what;
    ProtocolVersion version;
    std::string_view body;
  };

  constexpr auto tls_1_2 = ProtocolVersion::tls_1_2;
  constexpr auto tls_1_3 = ProtocolVersion::tls_1_3;
  const Row rows[] = {
      {"more certificate types than bytes", tls_1_2, "ff 01 0002 0401 0000"},
      {"more algorithms than bytes", tls_1_2, "01 01 ffff 0401 0000"},
      {"half an algorithm", tls_1_2, "01 01 0003 040104 0000"},
      {"a list longer than the message", tls_1_2, "01 01 0002 0401 ffff 0001 30"},
      {"a name longer than its list", tls_1_2, "01 01 0002 0401 0004 ffff 3000"},
      {"a name of no bytes", tls_1_2, "01 01 0002 0401 0002 0000"},
      {"half a name's length", tls_1_2, "01 01 0002 0401 0001 00"},
      {"bytes behind the list", tls_1_2, "01 01 0002 0401 0000 00"},
      {"a context longer than the message", tls_1_3, "ff 0000"},
      {"extensions longer than the message", tls_1_3, "00 ffff 000d 0004 0002 0401"},
      {"bytes behind the extensions", tls_1_3, "00 0008 000d 0004 0002 0401 00"},
      {"an extension longer than all", tls_1_3, "00 0008 000d ffff 0002 0401"},
      {"half an extension's type", tls_1_3, "00 0001 00"},
      {"half an algorithm", tls_1_3, "00 0009 000d 0005 0003 040104"},
      {"algorithms beyond their extension", tls_1_3, "00 0008 000d 0004 0004 0401"},
      {"bytes behind the algorithms", tls_1_3, "00 0009 000d 0005 0002 0401 00"},
      {"cert algorithms beyond their extension", tls_1_3, "00 0008 0032 0004 00ff 0401"},
      {"a list beyond its extension", tls_1_3, "00 000a 002f 0006 00ff 0002 3000"},
      {"bytes behind the list", tls_1_3, "00 000b 002f 0007 0004 0002 3000 00"},
      {"a name of no bytes", tls_1_3, "00 0008 002f 0004 0002 0000"},
      {"an extension of no bytes", tls_1_3, "00 0004 002f 0000"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CAPTURE(label(row.version));
    CHECK(is_malformed(parse_certificate_request(from_hex(row.body), row.version)));
  }
}

TEST_CASE("CertificateRequest: no names -> an empty list, which is a fact") {
  for (const ProtocolVersion version : versions) {
    const auto request =
        parse_certificate_request(request_with_list(version, list_of({})), version);
    REQUIRE(request.has_value());
    CHECK(request->certificate_authorities.empty());
    CHECK(request->signature_algorithms == Schemes{0x0401});
  }
  // What OpenSSL and Java send in TLS 1.3: no extension at all.
  const Bytes absent = from_hex("00 0008 000d 0004 0002 0401");
  const auto request = parse_certificate_request(absent, ProtocolVersion::tls_1_3);
  REQUIRE(request.has_value());
  CHECK(request->certificate_authorities.empty());
}

TEST_CASE("CertificateRequest: a name that is not DER -> kept by its bytes, its neighbours whole") {
  const Bytes odd = from_hex("deadbeef00");
  const Bytes list = list_of({from_hex(lab_root_a), odd, from_hex(lab_root_b)});
  for (const ProtocolVersion version : versions) {
    const auto request = parse_certificate_request(request_with_list(version, list), version);
    REQUIRE(request.has_value());
    REQUIRE(request->certificate_authorities.size() == 3);
    CHECK(request->certificate_authorities[0].rfc4514 == "CN=Lab Root A");
    CHECK(request->certificate_authorities[1].der == odd);
    CHECK(request->certificate_authorities[1].rfc4514 == "#deadbeef00");
    CHECK(request->certificate_authorities[1].canonical == "#deadbeef00");
    CHECK(request->certificate_authorities[2].rfc4514 == "CN=Lab Root B");
  }
}

TEST_CASE("CertificateRequest: a list of 60 KiB -> every name, in order") {
  constexpr std::size_t list_bytes = 60 * 1024;
  const std::vector<Bytes> names = mint::padding_names_of_size(list_bytes);
  for (const ProtocolVersion version : versions) {
    const Bytes body = request_with_list(version, list_of(names));
    const auto request = parse_certificate_request(body, version);
    REQUIRE(request.has_value());
    CHECK(request->bytes == body.size());
    CHECK(request->bytes > list_bytes);
    REQUIRE(request->certificate_authorities.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      CHECK(request->certificate_authorities[i].der == names[i]);
    }
  }
}

TEST_SUITE_END();

}  // namespace telltale::tls
