#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

using namespace telltale;
using namespace telltale::assess;
using namespace telltale::assess::build;

namespace {

probe::Observation with_requests(const tls::CertificateRequest& over_1_3,
                                 const tls::CertificateRequest& over_1_2) {
  return observation({Try(nothing, tls_1_3).asked(over_1_3).http(200),
                      Try(nothing, tls_1_2).asked(over_1_2).http(200)});
}

probe::Observation with_list(const std::vector<std::string>& names) {
  return with_requests(request(names), request(names));
}

fleet::Target expecting(fleet::AuthoritiesRule rule, const std::vector<std::string>& names = {},
                        fleet::Scheme scheme = fleet::Scheme::https) {
  fleet::Target made = target(scheme);
  made.expect.authorities.rule = rule;
  for (const std::string& text : names) {
    made.expect.authorities.names.push_back({.text = text, .canonical = lower(text)});
  }
  return made;
}

using enum fleet::AuthoritiesRule;

std::vector<std::string> public_cas(std::size_t number) {
  const std::vector<std::string> organisations = {"DigiCert Inc", "GlobalSign", "Entrust, Inc.",
                                                  "GoDaddy.com, Inc.", "Amazon"};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < number; ++i) {
    names.push_back("CN=Root " + std::to_string(i) +
                    ",O=" + (i < 20 ? organisations[i % organisations.size()] : "Somebody"));
  }
  return names;
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("authorities: any -> whatever is listed is fine") {
    CHECK(told(target(), with_list({})).empty());
    CHECK(told(target(), with_list({root_a, root_b})).empty());
  }

  TEST_CASE("authorities: not asked for a certificate -> not applicable") {
    fleet::Target made = expecting(listed, {root_a});
    made.goal = fleet::Goal::none;
    CHECK(told(made, healthy_none()).empty());
  }

  TEST_CASE("authorities: the expected names in any order, case and encoding -> nothing") {
    CHECK(told(expecting(listed, {root_a, root_b}), with_list({root_b, root_a})).empty());
    CHECK(told(expecting(listed, {root_a}), with_list({"CN=LAB ROOT A,O=Telltale Lab"})).empty());
    CHECK(told(expecting(listed, {root_a}), with_list({root_a, root_a})).empty());
  }

  TEST_CASE("authorities: an expected name is not listed -> authorities_missing") {
    const auto seen = with_list({root_b});
    CHECK(told(expecting(listed, {root_a, root_b}), seen) == "authorities_missing error");
    CHECK(detail(expecting(listed, {root_a, root_b}), seen, Reason::authorities_missing) ==
          "Among the 1 name that the server advertises, CN=Lab Root A,O=Telltale Lab is missing "
          "(over TLSv1.3 and TLSv1.2).");
  }

  TEST_CASE("authorities: a name nobody expects -> an error under a list, a warning under empty") {
    const auto seen = with_list({root_a, root_b});
    CHECK(told(expecting(listed, {root_a}), seen) == "authorities_unexpected error");
    CHECK(told(expecting(empty), with_list({root_a})) == "authorities_unexpected warning");
    CHECK(told(expecting(empty), with_list({})).empty());
    CHECK(detail(expecting(listed, {root_a}), seen, Reason::authorities_unexpected) ==
          "The server advertises CN=Lab Root B,O=Telltale Lab, which nobody expects (over TLSv1.3 "
          "and TLSv1.2).");
  }

  TEST_CASE("authorities: another list altogether -> missing and unexpected") {
    CHECK(told(expecting(listed, {root_a}), with_list({root_b})) ==
          "authorities_missing error, authorities_unexpected error");
  }

  TEST_CASE("authorities: no list at all, where one is expected -> missing") {
    CHECK(told(expecting(listed, {root_a}), with_list({})) == "authorities_missing error");
  }

  TEST_CASE("authorities: a list in one version only (JDK 11) -> judged by that version") {
    const auto seen = with_requests(request({}), request({root_a}));
    CHECK(told(expecting(listed, {root_a}), seen).empty());
    CHECK(told(expecting(listed, {root_b}), seen) ==
          "authorities_missing error, authorities_unexpected error");
    CHECK(detail(expecting(listed, {root_b}), seen, Reason::authorities_missing)
              .ends_with("(over TLSv1.2)."));
  }

  TEST_CASE("authorities: Redis, which never sends a list -> not applicable") {
    const auto seen = observation({Try(nothing, tls_1_3).asked(request({})).redis("PONG")});
    fleet::Target redis = expecting(listed, {root_a}, fleet::Scheme::rediss);
    CHECK(detail(redis, seen, Reason::authorities_missing).empty());
  }

  TEST_CASE("authorities: the JRE's own CAs -> authorities_default") {
    CHECK(told(target(), with_list(public_cas(144))) == "authorities_default warning");
    auto with_own = public_cas(144);
    with_own.push_back(root_a);
    CHECK(told(target(), with_list(with_own)) == "authorities_default warning");
    CHECK(detail(target(), with_list(with_own), Reason::authorities_default) ==
          "The server advertises 145 names, the public CAs of the JRE among them (over TLSv1.3 and "
          "TLSv1.2).");
  }

  TEST_CASE("authorities: many private CAs, or a few public ones -> not the default") {
    std::vector<std::string> own;
    for (int i = 0; i < 150; ++i) {
      own.push_back("CN=Team " + std::to_string(i) + ",O=Telltale Lab");
    }
    CHECK(told(target(), with_list(own)).empty());
    CHECK(told(target(), with_list(public_cas(20))).empty());
  }

  TEST_CASE("authorities: the message's size -> an error above 32768 bytes, not at them") {
    tls::CertificateRequest large = request({root_a});
    large.bytes = 32768;
    CHECK(told(target(), with_requests(large, large)).empty());
    large.bytes = 32769;
    CHECK(told(target(), with_requests(large, large)) == "authorities_oversize error");
    CHECK(detail(target(), with_requests(request(), large), Reason::authorities_oversize) ==
          "The CertificateRequest has 32769 bytes and 1 name; Java accepts 32768 bytes (over "
          "TLSv1.2).");
  }

  TEST_CASE("our issuers: none is listed -> issuer_not_advertised, a warning") {
    auto seen = with_list({root_b});
    CHECK(told(target(), seen).empty());
    seen.identity = our_identity(root_a);
    CHECK(told(target(), seen) == "issuer_not_advertised warning");
    CHECK(detail(target(), seen, Reason::issuer_not_advertised) ==
          "No issuer of telltale's chain, CN=Lab Root A,O=Telltale Lab first, is among the 1 name "
          "that the server advertises (over TLSv1.3 and TLSv1.2).");
  }

  TEST_CASE("our issuers: an empty list -> any issuer will do") {
    auto seen = with_list({});
    seen.identity = our_identity(root_a);
    CHECK(told(target(), seen).empty());
  }

  TEST_CASE("our issuers: the issuer of any certificate that we hold counts, and no other") {
    const std::string intermediate = "CN=Lab Intermediate A1,O=Telltale Lab";
    auto seen = with_list({root_a});
    seen.identity = our_identity(intermediate);
    CHECK(told(target(), seen) == "issuer_not_advertised warning");
    seen.identity->chain.push_back(share(certificate(intermediate, root_a)));
    CHECK(told(target(), seen).empty());
  }

  TEST_CASE("our issuers: the same name in another encoding -> issuer_encoding_differs") {
    tls::CertificateRequest printable = request({});
    printable.certificate_authorities = {name(root_a, "printable")};
    auto seen = with_requests(printable, printable);
    seen.identity = our_identity(root_a);
    CHECK(told(target(), seen) == "issuer_encoding_differs warning");
    printable.certificate_authorities.push_back(name(root_a));
    seen.attempts = with_requests(printable, printable).attempts;
    CHECK(told(target(), seen).empty());
  }
}
