#include "telltale/http/router.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <span>

#include "telltale/gate/state.hpp"
#include "telltale/render/render.hpp"

#include "http/endpoints.hpp"
#include "http/path.hpp"
#include "http/responses.hpp"

namespace telltale::http {
namespace {

enum class Verbs { read, read_or_post, change };

struct Route {
  std::string_view pattern;  ///< `*` stands for one segment
  Verbs verbs;
  Answer (*answer)(const Call&);
  Scope scope = Scope::everything;  ///< the narrowest that includes it
};

constexpr std::array routes = {
    Route{"/", Verbs::read, &answer_page},
    Route{"/targets/*", Verbs::read, &answer_target_page},
    Route{"/assets/*", Verbs::read, &answer_asset},
    Route{"/metrics", Verbs::read, &answer_metrics},
    Route{"/probe", Verbs::read, &answer_probe},
    Route{"/logs", Verbs::read, &answer_logs},
    Route{"/config", Verbs::read, &answer_config},
    Route{"/api/v1/status", Verbs::read, &answer_status},
    Route{"/api/v1/targets", Verbs::read, &answer_targets},
    Route{"/api/v1/edges", Verbs::read, &answer_edges},
    Route{"/api/v1/events", Verbs::read, &answer_events},
    Route{"/api/v1/rollout", Verbs::read, &answer_rollout},
    Route{"/api/v1/gates", Verbs::read, &answer_gates, Scope::health_and_gates},
    Route{"/api/v1/gates/*", Verbs::read, &answer_gate_json, Scope::health_and_gates},
    Route{"/api/v1/gates/*/*", Verbs::read, &answer_gate_json, Scope::health_and_gates},
    Route{"/api/v1/watch", Verbs::read, &answer_watch},
    Route{"/gate/*", Verbs::read_or_post, &answer_gate, Scope::health_and_gates},
    Route{"/gate/*/*", Verbs::read_or_post, &answer_gate, Scope::health_and_gates},
    Route{"/-/healthy", Verbs::read, &answer_healthy, Scope::health_and_gates},
    Route{"/livez", Verbs::read, &answer_healthy, Scope::health_and_gates},
    Route{"/healthz", Verbs::read, &answer_healthy, Scope::health_and_gates},
    Route{"/-/ready", Verbs::read, &answer_ready, Scope::health_and_gates},
    Route{"/readyz", Verbs::read, &answer_ready, Scope::health_and_gates},
    Route{"/-/reload", Verbs::change, &answer_reload},
};

/// The segments that stand for `*`, if the path fits the pattern.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              std::span<const std::string> segments) {
  std::vector<std::string> arguments;
  pattern.remove_prefix(1);
  for (const std::string& segment : segments) {
    const auto end = std::min(pattern.find('/'), pattern.size());
    const std::string_view expected = pattern.substr(0, end);
    if (expected == "*" && !segment.empty()) {
      arguments.push_back(segment);
    } else if (expected != segment || expected.empty()) {
      return std::nullopt;
    }
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return pattern.empty() ? std::optional(std::move(arguments)) : std::nullopt;
}

constexpr std::array<std::string_view, 2> methods_to_read = {"GET", "HEAD"};
constexpr std::array<std::string_view, 3> methods_to_read_or_post = {"GET", "HEAD", "POST"};
constexpr std::array<std::string_view, 2> methods_to_change = {"POST", "PUT"};

std::span<const std::string_view> methods_of(Verbs verbs) {
  switch (verbs) {
    case Verbs::read:
      return methods_to_read;
    case Verbs::read_or_post:
      return methods_to_read_or_post;
    case Verbs::change:
      return methods_to_change;
  }
  return {};
}

bool allows(Verbs verbs, std::string_view method) {
  return std::ranges::find(methods_of(verbs), method) != methods_of(verbs).end();
}

Response method_not_allowed(Verbs verbs, std::string_view method) {
  std::string allowed;
  for (const std::string_view one : methods_of(verbs)) {
    allowed.append(allowed.empty() ? "" : ", ").append(one);
  }
  Response response =
      error_response(405, std::string(method) + " is not allowed here; allowed are " + allowed);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

/// Leads to the page: a relative reference, so that it does so through a reverse proxy, too.
Response redirect_to(std::string location) {
  Response response = text_response(302, "the page is at " + location);
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

Response nothing_here(const Place& place) {
  if (place.scope == Scope::health_and_gates) {
    return error_response(404,
                          "only health and gates are served here; the rest is where "
                          "--web.listen-address says");
  }
  return error_response(
      404, "nothing is served here; the page at " + place.route_prefix + "/ says what is");
}

/// What is asked for below the prefix: its segments, or where it leads instead, or that it is not
/// below it.
std::variant<std::span<const std::string>, Response> below_prefix(
    std::string_view prefix, std::span<const std::string> segments) {
  const std::string_view whole = prefix;
  if (prefix.empty()) {
    return segments;
  }
  if (segments.empty()) {
    return redirect_to(std::string(prefix.substr(1)) + "/");
  }
  while (!prefix.empty()) {
    prefix.remove_prefix(1);
    const std::string_view part = prefix.substr(0, prefix.find('/'));
    prefix.remove_prefix(part.size());
    if (segments.empty() || segments.front() != part) {
      return nothing_here({.route_prefix = std::string(whole)});
    }
    segments = segments.subspan(1);
    if (segments.empty() && prefix.empty()) {
      return redirect_to(std::string(part) + "/");
    }
  }
  const bool is_root = segments.size() == 1 && segments.front().empty();
  return is_root ? segments.subspan(1) : segments;
}

Answer dispatch(const Request& request, const World& world, MetricsCache& cache) {
  const auto path = path_segments(request.target);
  if (!path) {
    return error_response(400, path.error().detail());
  }
  const auto below = below_prefix(world.place.route_prefix, *path);
  if (const auto* response = std::get_if<Response>(&below)) {
    return *response;
  }
  const auto segments = std::get<std::span<const std::string>>(below);
  for (const Route& route : routes) {
    const auto arguments = match(route.pattern, segments);
    if (!arguments ||
        (world.place.scope != Scope::everything && route.scope != world.place.scope)) {
      continue;
    }
    if (!allows(route.verbs, request.method)) {
      return method_not_allowed(route.verbs, request.method);
    }
    return route.answer(Call{request, world, cache, *arguments});
  }
  return nothing_here(world.place);
}

}  // namespace

Answer handle(const Request& request, const World& world, MetricsCache& cache) {
  Answer handled = dispatch(request, world, cache);
  if (Response* response = std::get_if<Response>(&handled)) {
    *response = finished(std::move(*response));
  }
  return handled;
}

std::string watch_event(const gate::Snapshot& snapshot, Now now) {
  std::vector<gate::Answer> answers;
  answers.reserve(snapshot.gates.size());
  for (const gate::GateEntry& gate : snapshot.gates) {
    answers.push_back(gate::answer(snapshot, gate, now));
  }
  std::string event = "event: snapshot\ndata: {\"at\":\"" + to_rfc3339(now.civil);
  return event.append("\",\"status\":\"").append(name_of(gate::overall(answers))).append("\"}\n\n");
}

Response watch_response(const gate::Snapshot& snapshot, Now now) {
  Response response;
  response.content_type = "text/event-stream";
  // Who is cut off asks again after two seconds.
  response.body = "retry: 2000\n\n" + watch_event(snapshot, now);
  response.is_stream = true;
  return finished(std::move(response));
}

Response reload_response(const Result<CivilTime>& outcome) {
  return finished(outcome ? text_response(200, "reloaded at " + to_rfc3339(*outcome))
                          : error_response(500, "not reloaded: " + outcome.error().detail()));
}

Response probe_response(const ProbeRequest& request, const render::ProbeReportPtr& report) {
  if (report == nullptr) {
    Response busy =
        error_response(503, "as many targets as may be are being looked at for others; ask again");
    busy.headers.emplace_back("Retry-After", "1");
    return finished(std::move(busy));
  }
  Response response;
  if (request.tells_story) {
    response.body = render::probe_text(*report);
  } else {
    response.content_type = request.content_type;
    response.body = render::probe_metrics(*report, request.exposition);
  }
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  return finished(encoded(std::move(response), request.takes_gzip));
}

std::vector<std::string_view> route_patterns() {
  std::vector<std::string_view> patterns;
  for (const Route& route : routes) {
    patterns.push_back(route.pattern);
  }
  return patterns;
}

}  // namespace telltale::http
