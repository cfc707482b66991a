// Rules about an ingress: plain HTTP is sent on to https, and the routes are answered.

#include <algorithm>
#include <array>
#include <string_view>

#include "assess/rules.hpp"
#include "assess/words.hpp"

namespace telltale::assess {

namespace {

using probe::IngressReply;

/// RFC 9110 15.4: the redirects that keep to one address; 300, 303 and 304 are none of them.
constexpr std::array<unsigned, 4> redirects = {301, 302, 307, 308};

bool leads_to_https(const probe::HttpReply& reply) {
  constexpr std::string_view scheme = "https://";
  const auto is_same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); };
  return std::ranges::find(redirects, reply.status) != redirects.end() &&
         reply.location.size() > scheme.size() &&
         std::ranges::equal(scheme, std::string_view(reply.location).substr(0, scheme.size()),
                            is_same);
}

/// `is answered with HTTP 404`, or how it failed.
std::string what_came(const IngressReply& reply) {
  if (reply.http) {
    return "is answered with HTTP " + std::to_string(reply.http->status);
  }
  return "is not answered" + (reply.failure && !reply.failure->detail.empty()
                                  ? ": " + reply.failure->detail
                                  : std::string());
}

void check_redirect(const Look& look, Report& report) {
  const std::optional<probe::IngressReading>& seen = look.observation.ingress;
  if (!seen || !seen->redirect) {
    return;
  }
  const IngressReply& reply = *seen->redirect;
  if (reply.http && leads_to_https(*reply.http)) {
    return;
  }
  const bool has_location = reply.http && !reply.http->location.empty();
  report.add(Reason::ingress_redirect_missing,
             "Plain HTTP at " +
                 fleet::to_text({.host = look.observation.address.host, .port = reply.port}) + " " +
                 what_came(reply) +
                 (has_location ? " and Location " + reply.http->location : std::string()) +
                 "; a redirect to https:// was expected.");
}

/// A login, a refusal or a redirect is an answer of what stands behind the route.
bool is_answered(const IngressReply& reply) {
  return reply.http && reply.http->status != 404 && reply.http->status < 500;
}

void check_routes(const Look& look, Report& report) {
  if (!look.observation.ingress) {
    return;
  }
  for (const IngressReply& reply : look.observation.ingress->routes) {
    if (!is_answered(reply)) {
      report.add(Reason::route_unanswered, reply.path + " at " +
                                               fleet::to_text(look.observation.address) + " " +
                                               what_came(reply) + ".");
    }
  }
}

constexpr std::array<Rule, 2> rules = {check_redirect, check_routes};

}  // namespace

std::span<const Rule> ingress_rules() {
  return rules;
}

}  // namespace telltale::assess
