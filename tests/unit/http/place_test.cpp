// Where the site stands: below a prefix, and what the listener for health and gates serves.

#include <algorithm>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "telltale/http/router.hpp"

#include "unit/render/fixture.hpp"

namespace telltale::http {
namespace {

namespace fixture = render::fixture;

Response get(const Place& place, std::string target, std::string method = "GET") {
  World world;
  world.snapshot = std::make_shared<const gate::Snapshot>(fixture::ready_fleet());
  world.now = fixture::now();
  world.place = place;
  MetricsCache cache;
  const Request request{.method = std::move(method), .target = std::move(target)};
  const Answer answer = handle(request, world, cache);
  const auto* response = std::get_if<Response>(&answer);
  return response == nullptr ? Response{.status = 0} : *response;
}

std::string location_of(const Response& response) {
  const auto found = std::ranges::find(response.headers, std::string("Location"),
                                       &std::pair<std::string, std::string>::first);
  return found == response.headers.end() ? std::string() : found->second;
}

TEST_SUITE("http") {
  TEST_CASE("route prefix: what is below it -> served; what is not -> 404, and / leads there") {
    struct Row {
      const char* prefix;
      const char* target;
      unsigned status;
      const char* location;
    };

    constexpr Row rows[] = {
        {"", "/", 200, ""},
        {"", "/metrics", 200, ""},
        {"/telltale", "/", 302, "telltale/"},
        {"/telltale", "/telltale", 302, "telltale/"},
        {"/telltale", "/telltale/", 200, ""},
        {"/telltale", "/telltale/metrics", 200, ""},
        {"/telltale", "/telltale/gate/need?x=1", 200, ""},
        {"/telltale", "/telltale//metrics", 404, ""},
        {"/telltale", "/telltale/telltale/metrics", 404, ""},
        {"/telltale", "/metrics", 404, ""},
        {"/telltale", "/telltalemetrics", 404, ""},
        {"/telltale", "/-/healthy", 404, ""},
        {"/a/b", "/", 302, "a/b/"},
        {"/a/b", "/a", 404, ""},
        {"/a/b", "/a/", 404, ""},
        {"/a/b", "/a/b", 302, "b/"},
        {"/a/b", "/a/b?debug", 302, "b/"},
        {"/a/b", "/a/b/", 200, ""},
        {"/a/b", "/a/b/-/ready", 200, ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.prefix);
      CAPTURE(row.target);
      const Response response = get({.route_prefix = row.prefix}, row.target);
      CHECK(response.status == row.status);
      CHECK(location_of(response) == row.location);
    }
    CHECK(get({.route_prefix = "/telltale"}, "/metrics").body ==
          "nothing is served here; the page at /telltale/ says what is\n");
  }

  TEST_CASE("the listener for health and gates: these, and nothing else") {
    struct Row {
      const char* method;
      const char* target;
      unsigned status;
    };

    constexpr Row rows[] = {
        {"GET", "/-/healthy", 200},
        {"GET", "/-/ready", 200},
        {"GET", "/livez", 200},
        {"GET", "/readyz", 200},
        {"GET", "/healthz", 200},
        {"GET", "/gate/need", 200},
        {"POST", "/gate/need", 200},
        {"GET", "/gate/need/gate", 200},
        {"GET", "/api/v1/gates", 200},
        {"GET", "/api/v1/gates/need", 200},
        {"GET", "/gate/nobody", 404},
        {"PUT", "/gate/need", 405},
        {"GET", "/", 404},
        {"GET", "/metrics", 404},
        {"GET", "/api/v1/status", 404},
        {"GET", "/api/v1/events", 404},
        {"GET", "/api/v1/watch", 404},
        {"GET", "/config", 404},
        {"GET", "/logs?target=gate", 404},
        {"GET", "/targets/gate", 404},
        {"GET", "/probe?target=gate", 404},
        {"GET", "/assets/page.css", 404},
        {"POST", "/-/reload", 404},
        {"PUT", "/-/reload", 404},
    };
    const Place place{.scope = Scope::health_and_gates};
    for (const Row& row : rows) {
      CAPTURE(row.method);
      CAPTURE(row.target);
      CHECK(get(place, row.target, row.method).status == row.status);
    }
    CHECK(get(place, "/metrics").body ==
          "only health and gates are served here; the rest is where --web.listen-address says\n");
  }
}

}  // namespace
}  // namespace telltale::http
