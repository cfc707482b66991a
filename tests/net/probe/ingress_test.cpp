#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/assess/assess.hpp"
#include "telltale/enum_names.hpp"

#include "net/look.hpp"
#include "support/unreachable.hpp"

namespace telltale::net {

namespace {

using probe::Observation;
using support::ClientAuth;
using support::PeerOptions;
using support::TestPeer;
using support::Transport;

fleet::Target ingress_of(const TestPeer& peer, std::optional<std::uint16_t> redirect_port,
                         std::vector<std::string> routes) {
  fleet::Target target = target_of(peer);
  target.goal = fleet::Goal::none;
  target.ingress = fleet::Ingress{.redirect_port = redirect_port, .routes = std::move(routes)};
  return target;
}

std::string told(const fleet::Target& target, const Observation& seen) {
  std::string text;
  for (const assess::Finding& finding :
       assess::assess_address(target, seen, {}, seen.looked_at.civil).findings) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(finding.reason));
  }
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("ingress: a port that redirects -> its status and where it leads") {
  const TestPeer ingress(options_of(ClientAuth::none));
  PeerOptions options{.transport = Transport::plaintext};
  options.http.status = 308;
  options.http.location = "https://spinnaker.example/";
  const TestPeer redirecting(options);
  const fleet::Target target = ingress_of(ingress, redirecting.port(), {});
  const Observation seen = Looker().look(request_of(target));
  REQUIRE(seen.ingress);
  REQUIRE(seen.ingress->redirect);
  REQUIRE(seen.ingress->redirect->http);
  CHECK(seen.ingress->redirect->http->status == 308);
  CHECK(seen.ingress->redirect->http->location == "https://spinnaker.example/");
  CHECK(told(target, seen).empty());
  // Nothing but the one request went to that port.
  CHECK(redirecting.seen().requests == 1);
}

TEST_CASE("ingress: a port that serves, or nobody's -> ingress_redirect_missing") {
  const TestPeer ingress(options_of(ClientAuth::none));
  const TestPeer serving({.transport = Transport::plaintext});
  const support::ClosedPort refusing;
  for (const std::uint16_t port : {serving.port(), refusing.port()}) {
    const fleet::Target target = ingress_of(ingress, port, {});
    CHECK(told(target, Looker().look(request_of(target))) == "ingress_redirect_missing");
  }
}

TEST_CASE("ingress: routes -> each asked for once over TLS, a 404 is route_unanswered") {
  PeerOptions options = options_of(ClientAuth::none);
  options.http.health_path = "/health";
  const TestPeer ingress(options);
  const fleet::Target target = ingress_of(ingress, std::nullopt, {"/health", "/api/v1"});
  const Observation seen = Looker().look(request_of(target));
  REQUIRE(seen.ingress);
  REQUIRE(seen.ingress->routes.size() == 2);
  CHECK(seen.ingress->routes[0].http->status == 200);
  CHECK(seen.ingress->routes[1].http->status == 404);
  CHECK(told(target, seen) == "route_unanswered");
}

TEST_CASE("ingress: a route that never answers -> the next is asked within the same deadline") {
  PeerOptions options = options_of(ClientAuth::none);
  options.http.silent_path = "/silent";
  const TestPeer ingress(options);
  const fleet::Target target = ingress_of(ingress, std::nullopt, {"/silent", "/after"});
  probe::LookRequest request = request_of(target);
  request.timeout = std::chrono::seconds(2);
  const Observation seen = Looker().look(std::move(request));
  REQUIRE(seen.ingress);
  REQUIRE(seen.ingress->routes.size() == 2);
  REQUIRE(seen.ingress->routes[0].failure);
  CHECK(seen.ingress->routes[0].failure->kind == probe::FailureKind::timed_out);
  REQUIRE(seen.ingress->routes[1].http);
  CHECK(seen.ingress->routes[1].http->status == 200);
  CHECK(told(target, seen) == "route_unanswered");
}

TEST_CASE("ingress: the last route never answers -> the look keeps to its one deadline") {
  PeerOptions options = options_of(ClientAuth::none);
  options.http.silent_path = "/silent";
  const TestPeer ingress(options);
  const fleet::Target target = ingress_of(ingress, std::nullopt, {"/before", "/silent"});
  probe::LookRequest request = request_of(target);
  request.timeout = std::chrono::seconds(2);
  const Observation seen = Looker().look(std::move(request));
  REQUIRE(seen.ingress);
  REQUIRE(seen.ingress->routes.size() == 2);
  REQUIRE(seen.ingress->routes[1].failure);
  CHECK(seen.ingress->routes[1].failure->kind == probe::FailureKind::timed_out);
  CHECK(told(target, seen) == "route_unanswered");
}

TEST_CASE("ingress: a port that swallows connections -> the routes are asked all the same") {
  const TestPeer ingress(options_of(ClientAuth::none));
  const support::BlackholePort swallowing;
  const fleet::Target target = ingress_of(ingress, swallowing.port(), {"/"});
  probe::LookRequest request = request_of(target);
  request.timeout = std::chrono::seconds(2);
  const Observation seen = Looker().look(std::move(request));
  CHECK(assess::assess_address(target, seen, {}, seen.looked_at.civil).mode ==
        tls::ClientAuthMode::none);
  REQUIRE(seen.ingress);
  REQUIRE(seen.ingress->routes.size() == 1);
  CHECK(seen.ingress->routes[0].http);
  CHECK(told(target, seen) == "ingress_redirect_missing");
}

TEST_SUITE_END();

}  // namespace telltale::net
