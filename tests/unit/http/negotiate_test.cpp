#include "http/negotiate.hpp"

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

using render::Exposition;

constexpr const char* text_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* openmetrics_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";
constexpr const char* openmetrics_utf8_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8";

TEST_SUITE("http") {
  TEST_CASE("preferences: a weighted list -> values, parameters and weights in its order") {
    const auto list = parse_preferences(
        " Text/Plain ; Version=\"0.0.4\";q=0.5 , gzip;Q=0.25,*/*;q=1.000, a;b=\"x,\\\"y;z\";q=0 "
        ",,");
    const std::vector<Preference> expected = {
        {"text/plain", {{"version", "0.0.4"}}, 500},
        {"gzip", {}, 250},
        {"*/*", {}, 1000},
        {"a", {{"b", "x,\"y;z"}}, 0},
    };
    CHECK((list == expected));
  }

  TEST_CASE("preferences: an element that does not parse -> left out, the others stay") {
    constexpr const char* malformed[] = {"a;q=",   "a;q=2",    "a;q=1.001", "a;q=0.1234", "a;q=-1",
                                         "a;q=.5", "a;q=0.x",  "a;q",       "a/",         "/b",
                                         "a/b/c",  "a b",      ";q=1",      "\"a\"",      "a@b",
                                         "a;q=00", "a;q=1.0.", "\xc3\xbc"};
    for (const char* element : malformed) {
      CAPTURE(element);
      const auto list = parse_preferences(std::string(element) + ", text/plain;q=0.1");
      REQUIRE(list.size() == 1);
      CHECK(list[0].value == "text/plain");
      CHECK(list[0].weight == 100);
    }
  }

  TEST_CASE("preferences: unfinished quotes and escapes -> read to the end, nothing beyond") {
    for (const char* header : {"a;b=\"", "a;b=\"\\", "a;b=\"c,d", "a;b=\"c\\"}) {
      CAPTURE(header);
      CHECK(parse_preferences(header).size() == 1);
    }
  }

  TEST_CASE("metrics format: an Accept header -> the exposition it prefers") {
    struct Row {
      const char* who;
      const char* accept;
      const char* expected;
    };

    constexpr Row rows[] = {
        {"no header", "", text_type},
        {"curl", "*/*", text_type},
        {"Prometheus 3",
         "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
         "application/openmetrics-text;version=0.0.1;q=0.5,"
         "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
         "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         openmetrics_utf8_type},
        {"Prometheus 3, protobuf first",
         "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
         "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;"
         "escaping=underscores;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         openmetrics_type},
        {"Prometheus 3 told to use text",
         "text/plain;version=0.0.4;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,"
         "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.2",
         text_type},
        {"Prometheus 2.43",
         "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         openmetrics_type},
        {"Prometheus 2.30 knows 0.0.1 only",
         "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         text_type},
        {"a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text_type},
        {"OpenMetrics of any version", "application/openmetrics-text", openmetrics_type},
        {"equal weights: the first", "text/plain, application/openmetrics-text", text_type},
        {"equal weights: the first", "application/openmetrics-text, text/plain", openmetrics_type},
        {"by name before a wildcard", "*/*, application/openmetrics-text", openmetrics_type},
        {"a heavier wildcard", "application/openmetrics-text;q=0.5, */*", text_type},
        {"a heavier text/*", "application/openmetrics-text;q=0.5, text/*;q=0.6", text_type},
        {"application/* is no wish for OpenMetrics", "application/*", text_type},
        {"OpenMetrics refused", "application/openmetrics-text;q=0, */*", text_type},
        {"the precise range counts",
         "application/openmetrics-text;version=1.0.0;q=0, application/openmetrics-text;q=1",
         text_type},
        {"all refused: the last resort", "*/*;q=0", text_type},
        {"none of ours: the last resort", "application/json", text_type},
        {"not a header at all", "\x01\x02;;;===,,\"", text_type},
        {"upper case", "Application/OpenMetrics-Text; Version=1.0.0", openmetrics_type},
        {"a quoted version", "application/openmetrics-text;version=\"1.0.0\"", openmetrics_type},
        {"a scheme nobody knows", "application/openmetrics-text;version=1.0.0;escaping=\"x\r\ny\"",
         openmetrics_type},
        {"dots", "application/openmetrics-text;version=1.0.0;escaping=dots",
         "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots"},
        {"values", "application/openmetrics-text;version=1.0.0;escaping=values",
         "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.who);
      CAPTURE(row.accept);
      const MetricsFormat format = negotiate_metrics(row.accept);
      CHECK(format.content_type == row.expected);
      CHECK((format.exposition == Exposition::openmetrics_1_0_0) ==
            format.content_type.starts_with("application/openmetrics-text"));
    }
  }

  TEST_CASE("gzip: an Accept-Encoding header -> taken or not") {
    struct Row {
      const char* accept_encoding;
      bool expected;
    };

    constexpr Row rows[] = {
        {"", false},
        {"gzip", true},
        {"x-gzip", true},
        {"GZIP", true},
        {"gzip, deflate, br", true},
        {"deflate, br", false},
        {"identity", false},
        {"gzip;q=0", false},
        {"gzip;q=0.000", false},
        {"gzip;q=0.001", true},
        {"*", true},
        {"*;q=0", false},
        {"*, gzip;q=0", false},
        {"gzip, *;q=0", true},
        {"identity, gzip;q=0.5", false},
        {"identity;q=0.5, gzip", true},
        {"identity, gzip", true},
        {"identity;q=0, *", true},
        {"gzip;q=oops", false},
        {"gzipped", false},
    };
    for (const Row& row : rows) {
      CAPTURE(row.accept_encoding);
      CHECK(accepts_gzip(row.accept_encoding) == row.expected);
    }
  }
}

}  // namespace
}  // namespace telltale::http
