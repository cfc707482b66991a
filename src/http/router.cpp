#include "telltale/http/router.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <ranges>
#include <span>

#include "telltale/fleet/fleet.hpp"
#include "telltale/gate/state.hpp"
#include "telltale/render/gzip.hpp"
#include "telltale/render/render.hpp"

#include "http/negotiate.hpp"
#include "http/path.hpp"
#include "http/query.hpp"
#include "http/site.hpp"

namespace telltale::http {
namespace {

// Below this a body fits into one packet either way.
constexpr std::size_t gzip_from_bytes = 1024;

/// A request whose route has been found.
struct Call {
  const Request& request;
  const World& world;
  MetricsCache& cache;
  std::span<const std::string> arguments;  ///< what stands for `*` in the route's pattern

  [[nodiscard]] const gate::Snapshot& snapshot() const { return *world.snapshot; }
};

enum class Verbs { read, read_or_post, change };

using Handled = Answer;

struct Route {
  std::string_view pattern;  ///< `*` stands for one segment
  Verbs verbs;
  Handled (*answer)(const Call&);
  Scope scope = Scope::everything;  ///< the narrowest that includes it
};

Response text_response(unsigned status, std::string line) {
  Response response;
  response.status = status;
  response.body = std::move(line);
  response.body += '\n';
  return response;
}

Response json_response(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

/// Compresses the body where that is worth it and wanted.
Response encoded(Response response, bool takes_gzip) {
  if (response.body.size() >= gzip_from_bytes && takes_gzip) {
    response.body = render::gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

Response encoded(Response response, const Call& call) {
  response.headers.emplace_back("Vary", "Accept-Encoding");
  return encoded(std::move(response), accepts_gzip(call.request.accept_encoding));
}

Handled answer_page(const Call& call) {
  return encoded(page_response(render::page(call.snapshot(), call.world.now)), call);
}

Handled answer_target_page(const Call& call) {
  const std::string& name = call.arguments[0];
  auto page = render::target_page(call.snapshot(), name, call.world.now);
  if (!page) {
    return error_response(404, "no target is named `" + name + "`");
  }
  return encoded(page_response(*std::move(page)), call);
}

Handled answer_asset(const Call& call) {
  const render::Asset* asset = render::find_asset(call.arguments[0]);
  if (asset == nullptr) {
    return error_response(404, "there is no such asset");
  }
  const bool takes_gzip =
      asset->content.size() >= gzip_from_bytes && accepts_gzip(call.request.accept_encoding);
  return asset_response(*asset, call.request.if_none_match, takes_gzip);
}

Handled answer_watch(const Call& call) {
  if (call.request.method != "HEAD") {
    return WatchRequest{};
  }
  Response head = watch_response(call.snapshot(), call.world.now);
  head.is_stream = false;
  return head;
}

Handled answer_metrics(const Call& call) {
  const MetricsFormat format = negotiate_metrics(call.request.accept);
  const bool is_openmetrics = format.exposition == render::Exposition::openmetrics_1_0_0;
  std::string per_scrape = render::process_metrics(call.world.process, format.exposition);
  per_scrape += is_openmetrics ? "# EOF\n" : "";

  Response response;
  response.content_type = format.content_type;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  const gate::SnapshotPtr& snapshot = call.world.snapshot;
  if (accepts_gzip(call.request.accept_encoding)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body =
        render::gzip(call.cache.deflated(snapshot, call.world.now, format.exposition), per_scrape);
    return response;
  }
  response.body = call.cache.text(snapshot, call.world.now, format.exposition);
  response.body += per_scrape;
  return response;
}

Handled answer_status(const Call& call) {
  return encoded(json_response(render::status_json(call.snapshot(), call.world.now)), call);
}

Handled answer_targets(const Call& call) {
  return encoded(json_response(render::targets_json(call.snapshot())), call);
}

Handled answer_edges(const Call& call) {
  return encoded(json_response(render::edges_json(call.snapshot())), call);
}

Handled answer_events(const Call& call) {
  return encoded(json_response(render::events_json(call.snapshot())), call);
}

Handled answer_rollout(const Call& call) {
  return encoded(json_response(render::rollout_json(call.snapshot(), call.world.now)), call);
}

Handled answer_gates(const Call& call) {
  return encoded(json_response(render::gates_json(call.snapshot(), call.world.now)), call);
}

/// The gate that the call names, or null.
const gate::GateEntry* find_gate(const Call& call) {
  const auto& gates = call.snapshot().gates;
  const auto found = std::ranges::find(gates, call.arguments[0], [](const gate::GateEntry& entry) {
    return std::string_view(entry.rules.name);
  });
  return found == gates.end() ? nullptr : &*found;
}

Response no_such_gate(const Call& call) {
  std::string line = "no gate is named `" + call.arguments[0] + "`; there are";
  std::string_view separator = ": ";
  for (const gate::GateEntry& entry : call.snapshot().gates) {
    line.append(separator).append(entry.rules.name);
    separator = ", ";
  }
  return error_response(404, line);
}

Handled answer_gate_json(const Call& call) {
  const gate::GateEntry* entry = find_gate(call);
  if (entry == nullptr) {
    return no_such_gate(call);
  }
  const gate::Answer answer = gate::answer(call.snapshot(), *entry, call.world.now);
  return encoded(json_response(render::gate_json(answer)), call);
}

Response gate_response(const gate::Answer& answer) {
  // 403 and not 5xx: Flagger's client retries 5xx and drops the body, which says why.
  return text_response(answer.ready() ? 200 : 403, render::gate_line(answer));
}

Handled answer_gate(const Call& call) {
  const gate::GateEntry* entry = find_gate(call);
  if (entry == nullptr) {
    return no_such_gate(call);
  }
  return gate_response(gate::answer(call.snapshot(), *entry, call.world.now));
}

/// The target is in the fleet, and this gate judges it.
bool judges(const gate::GateEntry& entry, const gate::Snapshot& snapshot, std::string_view target) {
  const auto& chosen = entry.rules.targets;
  if (!chosen.empty()) {
    return std::ranges::find(chosen, target) != chosen.end();
  }
  return std::ranges::any_of(snapshot.targets, [&](const gate::TargetEntryPtr& known) {
    return known->target.name == target && fleet::is_judged(entry.rules, known->target);
  });
}

Handled answer_gate_target(const Call& call) {
  const gate::GateEntry* entry = find_gate(call);
  if (entry == nullptr) {
    return no_such_gate(call);
  }
  const std::string& target = call.arguments[1];
  if (!judges(*entry, call.snapshot(), target)) {
    return error_response(
        404, "gate `" + entry->rules.name + "` judges no target named `" + target + "`");
  }
  const gate::Answer whole = gate::answer(call.snapshot(), *entry, call.world.now);
  return gate_response(gate::answer_for_target(whole, target));
}

/// `no target is named …`, with those there are, as far as one line goes.
Response no_such_target(const Call& call, unsigned status, std::string line) {
  constexpr std::size_t most_names = 20;
  const auto& targets = call.snapshot().targets;
  std::string_view separator = "; there are: ";
  for (const gate::TargetEntryPtr& entry : targets | std::views::take(most_names)) {
    line.append(separator).append(entry->target.name);
    separator = ", ";
  }
  if (targets.size() > most_names) {
    line += " and " + std::to_string(targets.size() - most_names) + " more";
  }
  return error_response(status, line);
}

/// The target of that name or, for the targets of a Probe resource, which are URLs, of that URL as
/// it is configured. Nothing but what is configured can be named. Null: there is none.
const fleet::Target* find_target(const gate::Snapshot& snapshot, std::string_view text) {
  const fleet::Target* by_url = nullptr;
  for (const gate::TargetEntryPtr& entry : snapshot.targets) {
    if (entry->target.name == text) {
      return &entry->target;
    }
    if (by_url == nullptr && entry->target.url.text == text) {
      by_url = &entry->target;
    }
  }
  return by_url;
}

Handled answer_logs(const Call& call) {
  const Result<Query> query = Query::parse(call.request.target);
  if (!query) {
    return error_response(400, query.error().detail());
  }
  const Result<std::string> target = query->find("target");
  if (!target) {
    return error_response(400, target.error().detail());
  }
  const fleet::Target* found = find_target(call.snapshot(), *target);
  if (!target->empty() && found == nullptr) {
    return no_such_target(call, 404, "no target is named `" + *target + "`");
  }
  Response response;
  response.body =
      render::looks_text(call.snapshot(), found == nullptr ? "" : found->name, call.world.now);
  return encoded(std::move(response), call);
}

/// As plain text, so that a browser shows it: application/yaml (RFC 9512) it would offer to save.
Handled answer_config(const Call& call) {
  if (call.world.config == nullptr) {
    return error_response(404, "no configuration is shown here");
  }
  Response response;
  response.body = *call.world.config;
  return encoded(std::move(response), call);
}

/// blackbox_exporter's modules say how to probe; here the configuration does, so that any name will
/// do: existing scrape configurations and Probe resources go on as they are.
bool is_module_name(std::string_view text) {
  constexpr std::size_t most_bytes = 64;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.';
  };
  return text.size() <= most_bytes && std::ranges::all_of(text, fits);
}

/// Reads X-Prometheus-Scrape-Timeout-Seconds. One that is not positive is none, as
/// blackbox_exporter has it (prober/handler.go, getTimeout).
Result<std::optional<Duration>> read_scrape_timeout(std::string_view header) {
  constexpr double longest_seconds = 86'400;
  if (header.empty()) {
    return std::optional<Duration>();
  }
  double seconds = 0;
  const auto [stop, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error != std::errc() || stop != header.data() + header.size() || !std::isfinite(seconds)) {
    return Error(Errc::malformed,
                 "X-Prometheus-Scrape-Timeout-Seconds is no number of seconds, such as 10");
  }
  if (seconds <= 0) {
    return std::optional<Duration>();
  }
  return std::optional(std::chrono::round<Duration>(
      std::chrono::duration<double>(std::min(seconds, longest_seconds))));
}

/// The parameters of /probe.
Result<ProbeRequest> read_probe(const Request& request) {
  ProbeRequest asked;
  const Result<Query> query = Query::parse(request.target);
  if (!query) {
    return query.error();
  }
  for (const auto& [name, value] :
       {std::pair("target", &asked.target), std::pair("module", &asked.module)}) {
    Result<std::string> found = query->find(name);
    if (!found) {
      return found.error();
    }
    *value = *std::move(found);
  }
  if (!is_module_name(asked.module)) {
    return Error(Errc::invalid_value,
                 "`module` is a name of letters, digits, `_`, `-` and `.`, or left out");
  }
  const Result<std::string> debug = query->find("debug");
  if (!debug) {
    return debug.error();
  }
  asked.tells_story = *debug == "true";
  const auto timeout = read_scrape_timeout(request.scrape_timeout);
  if (!timeout) {
    return timeout.error();
  }
  asked.scrape_timeout = *timeout;
  return asked;
}

Handled answer_probe(const Call& call) {
  Result<ProbeRequest> asked = read_probe(call.request);
  if (!asked) {
    return error_response(400, asked.error().detail());
  }
  if (asked->target.empty()) {
    return no_such_target(call, 400, "`target` is missing; name one");
  }
  const fleet::Target* target = find_target(call.snapshot(), asked->target);
  if (target == nullptr) {
    return no_such_target(call, 404, "no target is named `" + asked->target + "`");
  }
  asked->target = target->name;
  MetricsFormat format = negotiate_metrics(call.request.accept);
  asked->exposition = format.exposition;
  asked->content_type = std::move(format.content_type);
  asked->takes_gzip = accepts_gzip(call.request.accept_encoding);
  return *std::move(asked);
}

Handled answer_healthy(const Call&) {
  return text_response(200, "healthy");
}

Handled answer_ready(const Call& call) {
  if (!call.snapshot().first_round_done) {
    return error_response(503, "not ready: the first round of looks is under way");
  }
  return text_response(200, "ready");
}

Handled answer_reload(const Call&) {
  return ReloadRequest{};
}

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
    Route{"/api/v1/watch", Verbs::read, &answer_watch},
    Route{"/gate/*", Verbs::read_or_post, &answer_gate, Scope::health_and_gates},
    Route{"/gate/*/*", Verbs::read_or_post, &answer_gate_target, Scope::health_and_gates},
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

Handled dispatch(const Request& request, const World& world, MetricsCache& cache) {
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

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const auto& header) { return header.first == name; });
}

/// What every response of ours carries. What says itself how it may be kept, may.
Response finished(Response response) {
  if (!has_header(response, "Cache-Control")) {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
  if (!has_header(response, "X-Content-Type-Options")) {
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  return response;
}

}  // namespace

Response error_response(unsigned status, std::string_view line) {
  return text_response(status, std::string(line));
}

Answer handle(const Request& request, const World& world, MetricsCache& cache) {
  Handled handled = dispatch(request, world, cache);
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
