#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "render/text.hpp"
#include "unit/render/fixture.hpp"
#include "unit/render/well_formed.hpp"

namespace telltale::render {

TEST_SUITE_BEGIN("render");

TEST_CASE("junit: a clean fleet -> suites whose cases passed") {
  CHECK(junit(fixture::ready_fleet(), fixture::now()) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"telltale\">\n"
        "<testsuite name=\"gate\" tests=\"2\" failures=\"0\" errors=\"0\" "
        "timestamp=\"2026-11-22T12:00:00\">\n"
        "<testcase classname=\"telltale.gate\" name=\"127.0.0.1:8084\"></testcase>\n"
        "<testcase classname=\"telltale.gate\" name=\"all addresses\"></testcase></testsuite>\n"
        "<testsuite name=\"credentials\" tests=\"2\" failures=\"0\" errors=\"0\" "
        "timestamp=\"2026-11-22T12:00:00\">\n"
        "<testcase classname=\"telltale.credentials\" name=\"identity telltale\"></testcase>\n"
        "<testcase classname=\"telltale.credentials\" name=\"trust\"></testcase></testsuite>\n"
        "<testsuite name=\"gates\" tests=\"1\" failures=\"0\" errors=\"0\" "
        "timestamp=\"2026-11-22T12:00:00\">\n"
        "<testcase classname=\"telltale.gates\" name=\"need\"></testcase></testsuite>"
        "</testsuites>\n");
}

TEST_CASE("junit: error findings -> failures, an address not looked at -> an error") {
  const std::string xml = junit(fixture::mixed_fleet(), fixture::now());
  CHECK(fixture::why_not_well_formed(xml) == "");
  CHECK(xml.find("<testsuite name=\"clouddriver\" tests=\"2\" failures=\"1\" errors=\"0\"") !=
        std::string::npos);
  CHECK(xml.find("<failure type=\"authorities_missing\" message=\"The list does not name CN=Lab "
                 "Root, from which our certificate was issued.\">error authorities_missing: ") !=
        std::string::npos);
  CHECK(xml.find("warning certificate_weak: The key has 1024 bits.") != std::string::npos);
  CHECK(xml.find("<testsuite name=\"dinghy\" tests=\"2\" failures=\"0\" errors=\"1\"") !=
        std::string::npos);
  CHECK(xml.find("name=\"need\"><failure type=\"closed\" message=\"closed: clouddriver "
                 "127.0.0.1:7002 authorities_missing: ") != std::string::npos);
  CHECK(xml.find("accepted: redis 127.0.0.1:6379 connect_refused: ") != std::string::npos);
}

TEST_CASE("junit: warnings alone -> the case passes and tells them") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 1});
  look.findings = {
      fixture::finding(assess::Reason::certificate_weak, assess::Severity::warning, "1024 bits.")};
  const std::string xml =
      junit(fixture::snapshot({fixture::target("a", {fixture::entry_of(std::move(look))})}, {}),
            fixture::now());
  CHECK(xml.find("<system-out>warning certificate_weak: 1024 bits.") != std::string::npos);
  CHECK(xml.find("<failure") == std::string::npos);
}

TEST_CASE("junit: our own credentials -> a case each, which tells its findings and never fails") {
  const std::string xml = junit(fixture::mixed_fleet(), fixture::now());
  CHECK(xml.find("<testsuite name=\"credentials\" tests=\"5\" failures=\"0\" errors=\"0\"") !=
        std::string::npos);
  CHECK(
      xml.find("name=\"identity orca\"><system-out>warning identity_expiring: CN=orca of identity "
               "orca ends at 2026-11-24T00:00:00Z, in 1d12h.\n"
               "  hint: ") != std::string::npos);
  CHECK(xml.find("name=\"identity gate\"><system-out>warning identity_unreadable: ") !=
        std::string::npos);
  CHECK(xml.find("name=\"trust\"><system-out>warning truststore_empty: ") != std::string::npos);
  CHECK(xml.find("name=\"trust orca-trust.p12\"><system-out>warning trust_unreadable: ") !=
        std::string::npos);
  CHECK(xml.find("name=\"password of redis\"></testcase>") != std::string::npos);
}

TEST_CASE("junit: hostile texts -> well-formed XML without forbidden characters") {
  const std::string xml = junit(fixture::hostile_fleet(), fixture::now());
  CHECK(fixture::why_not_well_formed(xml) == "");
  CHECK(xml == to_valid_utf8(xml));
  CHECK(xml.find_first_of("\x1b\r") == std::string::npos);
  CHECK(xml.find("\xef\xbf\xbf") == std::string::npos);
  CHECK(xml.find("<b ") == std::string::npos);
}

TEST_SUITE_END();

}  // namespace telltale::render
