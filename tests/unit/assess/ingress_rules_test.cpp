#include <doctest/doctest.h>

#include "unit/assess/builders.hpp"

namespace telltale::assess {
namespace {

using namespace build;  // NOLINT(google-build-using-namespace)

fleet::Target ingress() {
  fleet::Target made = target();
  made.goal = fleet::Goal::none;
  made.ingress = fleet::Ingress{.redirect_port = 80, .routes = {"/", "/api/v1"}};
  return made;
}

/// Port 80 and both routes answer as the test says.
probe::Observation seen(probe::HttpReply redirect, unsigned root, unsigned api) {
  probe::Observation made = healthy_none();
  made.ingress.emplace();
  made.ingress->redirect =
      probe::IngressReply{.port = 80, .path = "/", .http = std::move(redirect)};
  made.ingress->routes = {
      {.port = 8083, .path = "/", .http = probe::HttpReply{.status = root}},
      {.port = 8083, .path = "/api/v1", .http = probe::HttpReply{.status = api}}};
  return made;
}

probe::HttpReply reply(unsigned status, const std::string& location) {
  return {.status = status, .first_line = "", .location = location};
}

const probe::HttpReply good = reply(308, "https://spinnaker.example/");

TEST_SUITE("assess") {
  TEST_CASE("ingress: what port 80 answers -> a redirect to https is wanted") {
    struct Row {
      unsigned status;
      std::string location;
      bool is_good;
    };

    const Row rows[] = {
        {301, "https://spinnaker.example/", true},
        {302, "https://spinnaker.example/", true},
        {307, "https://spinnaker.example/", true},
        {308, "https://spinnaker.example/", true},
        {301, "HTTPS://spinnaker.example/", true},
        {200, "", false},
        {301, "", false},
        {301, "/login", false},
        {301, "http://spinnaker.example/", false},
        {301, "https://", false},
        {303, "https://spinnaker.example/", false},
        {200, "https://spinnaker.example/", false},
        {404, "", false},
    };
    for (const Row& row : rows) {
      CAPTURE(row.status);
      CAPTURE(row.location);
      CHECK(told(ingress(), seen(reply(row.status, row.location), 200, 200)) ==
            (row.is_good ? "" : "ingress_redirect_missing error"));
    }
    CHECK(detail(ingress(), seen(reply(301, "http://a/"), 200, 200),
                 Reason::ingress_redirect_missing) ==
          "Plain HTTP at 10.0.0.7:80 is answered with HTTP 301 and Location http://a/; a redirect "
          "to https:// was expected.");
  }

  TEST_CASE("ingress: nobody on port 80 -> ingress_redirect_missing with how it failed") {
    probe::Observation refused = seen(good, 200, 200);
    refused.ingress->redirect->http.reset();
    refused.ingress->redirect->failure =
        probe::Failure{Phase::connect, FailureKind::refused, "connection refused"};
    CHECK(detail(ingress(), refused, Reason::ingress_redirect_missing) ==
          "Plain HTTP at 10.0.0.7:80 is not answered: connection refused; a redirect to https:// "
          "was expected.");
  }

  TEST_CASE("ingress: what a route answers -> anything but 404 and 5xx is an answer") {
    for (const unsigned status : {200U, 204U, 301U, 302U, 400U, 401U, 403U, 405U}) {
      CAPTURE(status);
      CHECK(told(ingress(), seen(good, status, 200)).empty());
    }
    for (const unsigned status : {404U, 500U, 502U, 503U, 504U}) {
      CAPTURE(status);
      CHECK(told(ingress(), seen(good, 200, status)) == "route_unanswered error");
    }
    CHECK(detail(ingress(), seen(good, 404, 503), Reason::route_unanswered) ==
          "/ at 10.0.0.7:8083 is answered with HTTP 404. /api/v1 at 10.0.0.7:8083 is answered with "
          "HTTP 503.");
  }

  TEST_CASE("ingress: what the deadline cut off -> look_incomplete names it") {
    probe::Observation cut = seen(good, 200, 200);
    cut.ingress->redirect.reset();
    cut.ingress->routes.pop_back();
    CHECK(detail(ingress(), cut, Reason::look_incomplete) ==
          "The look at 10.0.0.7:8083 ended before it came to the redirect of port 80, the route "
          "/api/v1.");
    cut.ingress.reset();
    CHECK(told(ingress(), cut) == "look_incomplete error");
  }
}

}  // namespace
}  // namespace telltale::assess
